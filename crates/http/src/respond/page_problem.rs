//! What can be wrong where a person looks at a page: one table of status and words.

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
    /// The heading of its page.
    pub(crate) title: &'static str,
    /// What happened.
    pub(crate) what: &'static str,
    /// What to do next.
    pub(crate) next: &'static str,
}

/// Declares the problems, each with its entry.
macro_rules! problems {
    ($($(#[$doc:meta])* $variant:ident => $status:ident, $blame:ident, $reason:literal,
        $title:literal, $what:literal, $next:expr;)+) => {
        /// What is wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum PageProblem { $($(#[$doc])* $variant,)+ }

        impl PageProblem {
            /// Every problem.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Everything about it.
            pub(crate) const fn entry(self) -> &'static Entry {
                match self {
                    $(Self::$variant => &Entry {
                        status: StatusCode::$status,
                        blame: Blame::$blame,
                        reason: $reason,
                        title: $title,
                        what: $what,
                        next: $next,
                    },)+
                }
            }
        }
    };
}

const START_AGAIN: &str = "Go back to the application and start signing in again.";
const TELL_THEM: &str =
    "Go back to the application. If this happens again, tell the people who run it.";
const SEND_AGAIN: &str = "Go back, reload the page and send the form again.";
const LATER: &str = "Wait a moment, then try again.";

problems! {
    /// No such client.
    UnknownClient => BAD_REQUEST, Request, "unknown_client",
        "This application is not known",
        "The application that sent you here is not registered, or was switched off.",
        TELL_THEM;
    /// The redirect URI is not registered.
    RedirectUri => BAD_REQUEST, Request, "redirect_uri",
        "This application gave a wrong return address",
        "The address to which the application asked to send you is not registered for it. You were \
         not sent there.",
        TELL_THEM;
    /// The stored request is not there, not this browser's, or over.
    RequestUnknown => BAD_REQUEST, Request, "request_unknown",
        "This page has expired",
        "What you were asked here is over or was begun in another browser, or this browser keeps no \
         cookies.",
        START_AGAIN;
    /// The stored request was answered.
    AlreadyAnswered => BAD_REQUEST, Request, "already_answered",
        "You have answered this already",
        "Your answer has been passed on to the application. It counts once only.",
        START_AGAIN;
    /// The login is another one than the page was made for.
    SessionChanged => FORBIDDEN, Request, "session_changed",
        "Your login has changed",
        "Since this page was made you have signed out, or signed in as somebody else.",
        START_AGAIN;
    /// Too many authorization requests wait.
    TooManyRequests => TOO_MANY_REQUESTS, Request, "too_many_requests",
        "Too many sign-ins are waiting",
        "From your network too many sign-ins have been begun and not finished.",
        "Wait some minutes, then start again in the application.";
    /// An administrator has taken from the client what the request asks for.
    NoLongerAllowed => BAD_REQUEST, Request, "no_longer_allowed",
        "The application may not ask for this any more",
        "Since you were sent here, something that the application asks for was taken from it.",
        START_AGAIN;
    /// An administrator changes the client at this very moment.
    ClientChanging => SERVICE_UNAVAILABLE, Request, "client_changing",
        "This application is being changed",
        "The registration of the application is being changed at this very moment.",
        LATER;
    /// The address or form cannot be read.
    Malformed => BAD_REQUEST, Request, "malformed",
        "This address is damaged",
        "The address or the form holds something that cannot be read.",
        START_AGAIN;
    /// The form is too large.
    TooLarge => PAYLOAD_TOO_LARGE, Request, "too_large",
        "This is too much at once",
        "The form is longer than what is accepted here.",
        "Go back and send less.";
    /// The address is too long.
    AddressTooLong => URI_TOO_LONG, Request, "address_too_long",
        "This address is too long",
        "The address holds more than what is accepted here.",
        TELL_THEM;
    /// The form has another content type.
    ContentType => UNSUPPORTED_MEDIA_TYPE, Request, "content_type",
        "This form cannot be read",
        "The form was sent in a way that is not understood here.",
        SEND_AGAIN;
    /// The form was not sent by our page.
    Forged => FORBIDDEN, Request, "forged_form",
        "This form could not be accepted",
        "It was not sent by our own page, or this browser keeps no cookies, which are needed here.",
        SEND_AGAIN;
    /// There is no such page.
    NotFound => NOT_FOUND, Request, "not_found",
        "There is no such page",
        "Nothing is at this address.",
        "Check the address, or go back to the application you came from.";
    /// The page takes other methods.
    MethodNotAllowed => METHOD_NOT_ALLOWED, Request, "method_not_allowed",
        "This does not work here",
        "The address was used in a way that it does not support.",
        START_AGAIN;
    /// The server has too much to do.
    Busy => SERVICE_UNAVAILABLE, Request, "busy",
        "Very many people are signing in",
        "At the moment there is more to do than can be done at once.",
        LATER;
    /// The database is away.
    Unavailable => SERVICE_UNAVAILABLE, Server, "unavailable",
        "The service is not available",
        "Something that is needed to answer you cannot be reached at the moment.",
        LATER;
    /// Answering took too long.
    TimedOut => SERVICE_UNAVAILABLE, Server, "timed_out",
        "This took too long",
        "The answer was not ready in time.",
        LATER;
    /// A fault of ours.
    Failed => INTERNAL_SERVER_ERROR, Server, "failed",
        "Something went wrong here",
        "This is a fault of the service, not yours. It has been written down.",
        "Try again. If it happens again, tell the people who run this service the number below.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_an_error_status_with_words_of_its_own() {
        for problem in PageProblem::ALL {
            let entry = problem.entry();
            assert!(entry.status.is_client_error() || entry.status.is_server_error());
            let alike = |other: &&PageProblem| {
                let other = other.entry();
                other.title == entry.title || other.reason == entry.reason
            };
            assert_eq!(
                PageProblem::ALL.iter().filter(alike).count(),
                1,
                "{problem:?}"
            );
        }
    }
}
