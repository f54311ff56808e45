//! What requests are told apart by: never by what a caller can choose freely.

use actix_web::http::{Method, StatusCode};
use authly_protocol::oauth::ErrorCode;
use authly_services::metrics::Label;

use crate::places::Route;

impl Label for Route {
    const NAME: &'static str = "route";
    const ALL: &'static [Self] = Self::EACH;

    fn value(self) -> &'static str {
        self.template()
    }
}

/// A method, as far as it is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CountedMethod {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
    Other,
}

impl CountedMethod {
    pub(super) fn of(method: &Method) -> Self {
        match *method {
            Method::GET => Self::Get,
            Method::HEAD => Self::Head,
            Method::POST => Self::Post,
            Method::PUT => Self::Put,
            Method::PATCH => Self::Patch,
            Method::DELETE => Self::Delete,
            Method::OPTIONS => Self::Options,
            _ => Self::Other,
        }
    }
}

impl Label for CountedMethod {
    const NAME: &'static str = "method";
    const ALL: &'static [Self] = &[
        Self::Get,
        Self::Head,
        Self::Post,
        Self::Put,
        Self::Patch,
        Self::Delete,
        Self::Options,
        Self::Other,
    ];

    fn value(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Other => "other",
        }
    }
}

/// The class of a status (RFC 9110 §15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StatusClass {
    Successful,
    Redirection,
    ClientError,
    ServerError,
}

impl StatusClass {
    /// There are no final answers of the class 1xx.
    pub(super) fn of(status: StatusCode) -> Self {
        if status.is_server_error() {
            Self::ServerError
        } else if status.is_client_error() {
            Self::ClientError
        } else if status.is_redirection() {
            Self::Redirection
        } else {
            Self::Successful
        }
    }
}

impl Label for StatusClass {
    const NAME: &'static str = "status";
    const ALL: &'static [Self] = &[
        Self::Successful,
        Self::Redirection,
        Self::ClientError,
        Self::ServerError,
    ];

    fn value(self) -> &'static str {
        match self {
            Self::Successful => "2xx",
            Self::Redirection => "3xx",
            Self::ClientError => "4xx",
            Self::ServerError => "5xx",
        }
    }
}

/// The error of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RefusedWith(pub(super) ErrorCode);

/// Every error there is, as a label.
const REFUSALS: [RefusedWith; ErrorCode::ALL.len()] = {
    let mut all = [RefusedWith(ErrorCode::ServerError); ErrorCode::ALL.len()];
    let mut rest: &[ErrorCode] = ErrorCode::ALL;
    let mut places: &mut [RefusedWith] = &mut all;
    while let ([code, codes @ ..], [place, others @ ..]) = (rest, places) {
        *place = RefusedWith(*code);
        rest = codes;
        places = others;
    }
    all
};

impl Label for RefusedWith {
    const NAME: &'static str = "error";
    const ALL: &'static [Self] = &REFUSALS;

    fn value(self) -> &'static str {
        self.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn every_error_is_a_label_once() {
        let labels: Vec<_> = REFUSALS.iter().map(|label| label.0).collect();
        assert_eq!(labels, ErrorCode::ALL);
    }

    #[test]
    fn what_a_caller_makes_up_is_another_method() {
        for name in ["PROPFIND", "get", "ROWDY-1"] {
            let method = Method::from_bytes(name.as_bytes()).unwrap();
            assert_eq!(CountedMethod::of(&method), CountedMethod::Other, "{name}");
        }
    }
}
