//! `authly audit verify`.

use std::str::FromStr;

use authly_admin_client::admin::audit::{Fault, FaultKind, Place, Unsealed, VerifyQuery};
use serde::Serialize;

use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Sheet};

/// How many faults are named in the form for people.
const MOST_NAMED: usize = 50;

/// A place in the chain that was noted elsewhere.
#[derive(Debug, Clone)]
pub(crate) struct Noted {
    position: i64,
    hash: String,
}

/// What is said of a text that is no place.
const NO_PLACE: &str = "not a place such as 1200:3f0c… with 64 hexadecimal digits";

impl FromStr for Noted {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let (position, hash) = text.split_once(':').ok_or(NO_PLACE)?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        match position.parse() {
            Ok(position) if is_hash => Ok(Self {
                position,
                hash: hash.to_ascii_lowercase(),
            }),
            _ => Err(NO_PLACE),
        }
    }
}

/// What all parts together have shown.
#[derive(Debug, Serialize)]
struct Report {
    /// Whether everything fits.
    intact: bool,
    checked: u64,
    erased: u64,
    faults: Vec<Fault>,
    anchor: Place,
    head: Place,
    unsealed: Unsealed,
}

/// Holds the trail against its chain, part by part, and prints what that has shown.
pub(super) async fn verify(noted: Option<Noted>, caller: &Caller) -> Result<Exit, Failure> {
    let (mut cursor, mut faults) = (None, Vec::new());
    let (mut checked, mut erased) = (0, 0);
    let report = loop {
        let part = caller.client.verify_audit().query(&VerifyQuery {
            noted_position: noted.as_ref().map(|noted| noted.position),
            noted_hash: noted.as_ref().map(|noted| noted.hash.clone()),
            cursor,
        });
        let part = part.await?;
        faults.extend(part.faults);
        checked += part.checked;
        erased += part.erased;
        cursor = part.next_cursor;
        if cursor.is_none() {
            break Report {
                intact: faults.is_empty(),
                checked,
                erased,
                faults,
                anchor: part.anchor,
                head: part.head,
                unsealed: part.unsealed,
            };
        }
    };
    caller.output.sheet(&report)?;
    if report.intact {
        return Ok(Exit::Ok);
    }
    if report.is_merely_not_kept() {
        return Err(Failure::refused(
            "the audit trail begins after the place that was noted, and cannot be held against it",
        ));
    }
    let places = match report.faults.len() {
        1 => "1 place does".to_owned(),
        many => format!("{many} places do"),
    };
    Err(Failure::refused(format!(
        "the audit trail is not what was sealed: {places} not fit"
    )))
}

impl Report {
    /// Whether nothing was found but that the noted place is gone: retention removes it as well as
    /// somebody who hides something.
    fn is_merely_not_kept(&self) -> bool {
        let mut faults = self.faults.iter();
        !self.intact && faults.all(|fault| fault.kind == FaultKind::NotKept)
    }
}

impl Sheet for Report {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        let place = |place: &Place| Cell::plain(format!("{}:{}", place.position, place.hash));
        let mut lines = vec![
            if self.intact {
                ("trail", Cell::good("intact"))
            } else if self.is_merely_not_kept() {
                (
                    "trail",
                    Cell::bad("intact, but not held against the noted place"),
                )
            } else {
                ("trail", Cell::bad("tampered with"))
            },
            ("checked", Cell::plain(self.checked.to_string())),
            ("erased", Cell::plain(self.erased.to_string())),
            ("anchor", place(&self.anchor)),
            ("head", place(&self.head)),
            (
                "not sealed yet",
                Cell::plain(self.unsealed.events.to_string()),
            ),
        ];
        let named = self.faults.iter().take(MOST_NAMED);
        lines.extend(named.map(|fault| ("fault", Cell::bad(said(fault)))));
        let more = self.faults.len().saturating_sub(MOST_NAMED);
        if more > 0 {
            lines.push(("fault", Cell::bad(format!("and {more} more"))));
        }
        lines
    }
}

fn said(fault: &Fault) -> String {
    let position = fault.position;
    let event = fault.event.map(|id| format!(" ({id})")).unwrap_or_default();
    match fault.kind {
        FaultKind::Altered => format!("event {position}{event} was altered"),
        FaultKind::PersonalAltered => {
            format!("what event {position}{event} tells of a person was altered")
        }
        FaultKind::Removed => format!("event {position} was removed"),
        FaultKind::Inserted => format!("event {position}{event} was inserted"),
        FaultKind::Reordered => format!("event {position}{event} was put in another order"),
        FaultKind::Head => "the head of the chain was altered".to_owned(),
        FaultKind::Anchor => {
            format!("the beginning up to {position} was not removed by the server")
        }
        FaultKind::Rewritten => format!("place {position} has not the hash that was noted"),
        FaultKind::NotKept => format!("place {position}, which was noted, is not kept any more"),
        _ => format!("something at {position} does not fit"),
    }
}
