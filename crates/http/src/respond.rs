//! Answers: what went well, what was refused, and how each travels.

mod admin_problem;
mod cause;
mod client_answer;
mod conditional;
mod form_post;
mod next_page;
mod oauth_failure;
mod page_failure;
mod page_problem;
mod signed_out;
mod trouble;

pub(crate) use admin_problem::{AdminProblem, IsUnavailable};
pub(crate) use cause::{Cause, Refused};
pub(crate) use client_answer::answer_client;
pub(crate) use conditional::{cacheable, etag};
pub(crate) use next_page::follow;
pub(crate) use oauth_failure::{Challenge, OAuthFailure, Unexplained};
pub(crate) use page_failure::PageFailure;
pub(crate) use page_problem::{Blame, PageProblem};
pub(crate) use signed_out::signed_out;
pub(crate) use trouble::{Trouble, trouble};

use std::time::Duration;

/// When to ask again where something of ours is busy or away.
pub(crate) const RETRY_SOON: Duration = Duration::from_secs(2);

/// When to ask again where something of the caller's own has to end first.
pub(crate) const RETRY_LATER: Duration = Duration::from_mins(1);

/// `Retry-After` in whole seconds, rounded up, at least one (RFC 9110 §10.2.3).
pub(crate) fn retry_seconds(wait: Duration) -> u64 {
    let begun = u64::from(wait.subsec_nanos() > 0);
    wait.as_secs().saturating_add(begun).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_rounded_up_and_never_zero() {
        assert_eq!(retry_seconds(Duration::ZERO), 1);
        assert_eq!(retry_seconds(Duration::from_millis(1_001)), 2);
        assert_eq!(retry_seconds(Duration::from_mins(1)), 60);
    }
}
