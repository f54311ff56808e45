//! What can be wrong where a person looks at a page: one table of status and texts.

use actix_web::http::StatusCode;

/// Whose fault it is: decides how it is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    /// A refusal: the request's.
    Request,
    /// A failure: the server's.
    Server,
}

/// Everything about one problem.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The status of its page.
    pub(crate) status: StatusCode,
    /// Whose fault it is.
    pub(crate) blame: Blame,
    /// Its name in the log.
    pub(crate) reason: &'static str,
    /// The heading of its page: a key of the texts, as the next two.
    pub(crate) title: &'static str,
    /// What happened.
    pub(crate) what: &'static str,
    /// What to do next.
    pub(crate) next: &'static str,
}

/// Declares the problems, each with its entry.
macro_rules! problems {
    ($($(#[$doc:meta])* $variant:ident => $status:ident, $blame:ident, $reason:literal,
        $next:literal;)+) => {
        /// What is wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum PageProblem { $($(#[$doc])* $variant,)+ }

        impl PageProblem {
            /// Every problem.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Everything about it.
            pub(crate) const fn entry(self) -> &'static Entry {
                match self {
                    $(Self::$variant => &Entry {
                        status: StatusCode::$status,
                        blame: Blame::$blame,
                        reason: $reason,
                        title: concat!("problem-", $reason, "-title"),
                        what: concat!("problem-", $reason, "-what"),
                        next: $next,
                    },)+
                }
            }
        }
    };
}

problems! {
    /// No such client.
    UnknownClient => BAD_REQUEST, Request, "unknown_client", "next-tell-application";
    /// The redirect URI is not registered.
    RedirectUri => BAD_REQUEST, Request, "redirect_uri", "next-tell-application";
    /// What the client has signed cannot be taken.
    RequestObject => BAD_REQUEST, Request, "request_object", "next-tell-application";
    /// The address to go back to after signing out is not registered.
    LogoutWayBack => BAD_REQUEST, Request, "logout_way_back", "next-tell-application";
    /// The stored request is not there, not this browser's, or over.
    RequestUnknown => BAD_REQUEST, Request, "request_unknown", "next-start-again";
    /// The stored request was answered.
    AlreadyAnswered => BAD_REQUEST, Request, "already_answered", "next-start-again";
    /// The login is another one than the page was made for.
    SessionChanged => FORBIDDEN, Request, "session_changed", "next-start-again";
    /// Too many authorization requests wait.
    TooManyRequests => TOO_MANY_REQUESTS, Request, "too_many_requests", "next-start-later";
    /// An administrator has taken from the client what the request asks for.
    NoLongerAllowed => BAD_REQUEST, Request, "no_longer_allowed", "next-start-again";
    /// An administrator changes the client at this very moment.
    ClientChanging => SERVICE_UNAVAILABLE, Request, "client_changing", "next-later";
    /// The address or form cannot be read.
    Malformed => BAD_REQUEST, Request, "malformed", "next-start-again";
    /// The form is too large.
    TooLarge => PAYLOAD_TOO_LARGE, Request, "too_large", "next-send-less";
    /// The address is too long.
    AddressTooLong => URI_TOO_LONG, Request, "address_too_long", "next-tell-application";
    /// The form has another content type.
    ContentType => UNSUPPORTED_MEDIA_TYPE, Request, "content_type", "next-send-again";
    /// The form was not sent by our page.
    Forged => FORBIDDEN, Request, "forged_form", "next-send-again";
    /// There is no such page.
    NotFound => NOT_FOUND, Request, "not_found", "next-check-address";
    /// The page takes other methods.
    MethodNotAllowed => METHOD_NOT_ALLOWED, Request, "method_not_allowed", "next-start-again";
    /// The server has too much to do.
    Busy => SERVICE_UNAVAILABLE, Request, "busy", "next-later";
    /// The database is away.
    Unavailable => SERVICE_UNAVAILABLE, Server, "unavailable", "next-later";
    /// Answering took too long.
    TimedOut => SERVICE_UNAVAILABLE, Server, "timed_out", "next-later";
    /// A fault of ours.
    Failed => INTERNAL_SERVER_ERROR, Server, "failed", "next-tell-service";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_an_error_status_with_a_name_of_its_own() {
        for problem in PageProblem::ALL {
            let entry = problem.entry();
            assert!(entry.status.is_client_error() || entry.status.is_server_error());
            let alike = |other: &&PageProblem| {
                let other = other.entry();
                other.reason == entry.reason
            };
            assert_eq!(
                PageProblem::ALL.iter().filter(alike).count(),
                1,
                "{problem:?}"
            );
        }
    }
}
