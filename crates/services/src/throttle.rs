//! What attempts are counted by: digests of who tries, and what they try to open.

use std::net::IpAddr;

use authly_crypto::opaque::digest;
use authly_domain::secret::SecretDigest;
use authly_domain::throttle::{Spent, ThrottleKind, ThrottleRule, counted_network};
use authly_repositories::throttle::Counter;

use crate::metrics::Metrics;

/// Notes for those who run the server which rules an attempt has hit.
pub(crate) fn note(spent: &[Spent], metrics: &Metrics) {
    for one in spent {
        metrics.throttled.add(one.kind);
    }
}

/// A counter of attempts from `from` on `what`, such as a user name or `client_id`.
pub(crate) fn from_and_on(
    kind: ThrottleKind,
    rule: ThrottleRule,
    from: IpAddr,
    what: &str,
) -> Counter {
    Counter {
        kind,
        rule,
        account: None,
        key: digest(&format!("{} {what}", counted_network(from))),
    }
}

/// A counter of all attempts from `from`.
pub(crate) fn from(kind: ThrottleKind, rule: ThrottleRule, from: IpAddr) -> Counter {
    Counter {
        kind,
        rule,
        account: None,
        key: digest(&counted_network(from).to_string()),
    }
}

/// A counter of attempts on `what`, wherever they come from.
pub(crate) fn on(kind: ThrottleKind, rule: ThrottleRule, what: &str) -> Counter {
    Counter {
        kind,
        rule,
        account: None,
        key: digest(what),
    }
}

/// The same counter as one of the account with this name, so that it can be found by it.
pub(crate) const fn of_account(counter: Counter, name: SecretDigest) -> Counter {
    Counter {
        account: Some(name),
        ..counter
    }
}
