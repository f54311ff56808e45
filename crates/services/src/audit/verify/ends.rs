//! What does not fit at the ends of the trail, and at a place that was noted elsewhere.

use std::collections::HashMap;

use authly_domain::audit::Link;
use authly_domain::id::AuditEventId;
use authly_repositories::audit::Chain;
use serde_json::Value;

use super::walk::{Fault, FaultKind};
use crate::audit::seal::hex;

/// What stands where everything was let go.
pub(super) fn stray((position, id): (i64, AuditEventId)) -> Fault {
    Fault {
        kind: FaultKind::Inserted,
        position,
        event: Some(id),
    }
}

/// Whether the chain hangs where the server has last let it hang, by the details of what it has trimmed.
pub(super) fn anchor(anchor: &Link, trimmed: &[String]) -> Option<Fault> {
    let is_whole = anchor.position == 0 && anchor.hash == [0; 32];
    let (place, hash) = (anchor.position.to_string(), hex(&anchor.hash));
    let says_so = |details: &String| {
        let details: Value = serde_json::from_str(details).unwrap_or_default();
        let says = |name: &str| details.get(name).and_then(Value::as_str);
        says("up_to") == Some(&place) && says("hash") == Some(&hash)
    };
    let is_vouched_for = is_whole || trimmed.iter().any(says_so);
    (!is_vouched_for).then_some(Fault {
        kind: FaultKind::Anchor,
        position: anchor.position,
        event: None,
    })
}

/// What does not fit at the end of the trail.
pub(super) fn head(reached: &Link, head: &Link) -> Vec<Fault> {
    if reached.position < head.position {
        let missing = reached.position + 1..=head.position;
        let removed = missing.take(1_000).map(|position| Fault {
            kind: FaultKind::Removed,
            position,
            event: None,
        });
        return removed.collect();
    }
    if reached != head {
        return vec![Fault {
            kind: FaultKind::Head,
            position: head.position,
            event: None,
        }];
    }
    Vec::new()
}

/// Whether a head that was noted elsewhere is a place of this chain, as far as this part can tell. No part
/// before may have passed it.
pub(super) fn noted(
    noted: &Link,
    start: Link,
    passed: &HashMap<i64, [u8; 32]>,
    chain: Chain,
    is_last: bool,
) -> Option<Fault> {
    let found = if noted.position == start.position {
        Some(start.hash)
    } else {
        passed.get(&noted.position).copied()
    };
    let is_beyond = is_last && noted.position > chain.head.position;
    let differs = found.is_some_and(|hash| hash != noted.hash);
    let kind = if noted.position < start.position {
        FaultKind::NotKept
    } else if is_beyond || differs {
        FaultKind::Rewritten
    } else {
        return None;
    };
    Some(Fault {
        kind,
        position: noted.position,
        event: None,
    })
}
