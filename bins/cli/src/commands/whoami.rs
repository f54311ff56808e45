//! `authly whoami`.

use authly_admin_client::admin::whoami::Caller as Known;
use serde::Serialize;

use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Sheet};

/// What the server says of the caller, with the profile whose login it is.
#[derive(Debug, Serialize)]
struct WhoAmI<'a> {
    profile: &'a str,
    #[serde(flatten)]
    known: Known,
}

/// Asks the server for whom it takes the caller.
pub(crate) async fn whoami(caller: &Caller) -> Result<Exit, Failure> {
    let who = WhoAmI {
        profile: caller.name.as_str(),
        known: caller.client.whoami().await?,
    };
    caller.output.sheet(&who)?;
    Ok(Exit::Ok)
}

impl Sheet for WhoAmI<'_> {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        let Self { profile, known } = self;
        let mut lines = vec![
            ("server", Cell::plain(&known.issuer)),
            ("profile", Cell::plain(profile)),
        ];
        if let Some(user) = &known.user {
            lines.push(("user", Cell::plain(&user.username)));
        }
        lines.push(("client", Cell::plain(&known.client.client_id)));
        lines.push((
            "administrator",
            if known.is_admin {
                Cell::good("yes")
            } else {
                Cell::bad("no")
            },
        ));
        lines.push(("until", Cell::plain(known.expires_at.to_string())));
        for (index, scope) in known.scope.split_whitespace().enumerate() {
            lines.push((if index == 0 { "scopes" } else { "" }, Cell::plain(scope)));
        }
        lines
    }
}
