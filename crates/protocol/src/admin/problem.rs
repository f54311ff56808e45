//! Refusals of the admin API: problem documents (RFC 9457).

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares the codes with their status and title.
macro_rules! problem_codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $status:literal, $title:literal;)+) => {
        /// Why the admin API refused, for programs. Codes are added, never changed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        #[non_exhaustive]
        pub enum ProblemCode {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)+
            /// A code of a newer server; never sent.
            #[serde(other)]
            #[schemars(skip)]
            Unknown,
        }

        impl ProblemCode {
            /// Every code that is sent.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Unknown => "unknown",
                }
            }

            /// The HTTP status that it travels with.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$variant => $status,)+
                    Self::Unknown => 500,
                }
            }

            /// What it means, in few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title,)+
                    Self::Unknown => "Refused for a reason that this version does not know",
                }
            }
        }
    };
}

problem_codes! {
    /// The request cannot be read.
    MalformedRequest = "malformed_request", 400, "The request cannot be read";
    /// A parameter of the query is unknown, repeated or out of range.
    InvalidQuery = "invalid_query", 400, "The query is not right";
    /// The cursor is none of ours, or of another list, filter or order.
    InvalidCursor = "invalid_cursor", 400, "The cursor does not belong to this list";
    /// No access token came with the request.
    Unauthenticated = "unauthenticated", 401, "An access token is needed";
    /// The access token is none of ours, or does not count any more.
    InvalidToken = "invalid_token", 401, "The access token does not count";
    /// The access token lacks the scope.
    InsufficientScope = "insufficient_scope", 403, "The access token lacks the scope";
    /// Who calls is no administrator, whatever the token's scope says.
    NotAnAdministrator = "not_an_administrator", 403, "The caller may not administer";
    /// The caller's address is outside the allowed networks.
    AddressNotAllowed = "address_not_allowed", 403, "The address is not allowed";
    /// A peer that is no listed proxy sent a forwarding header.
    UntrustedProxy = "untrusted_proxy", 403, "The proxy is not trusted";
    /// Nothing is at this path, or the thing is gone.
    NotFound = "not_found", 404, "There is no such thing";
    /// Other methods work there.
    MethodNotAllowed = "method_not_allowed", 405, "The method is not allowed here";
    /// A thing of this name is there already.
    AlreadyExists = "already_exists", 409, "It exists already";
    /// It is in use, and would have to be forced.
    InUse = "in_use", 409, "It is in use";
    /// The server depends on it.
    Protected = "protected", 409, "The server depends on it";
    /// The last active administrator would be gone.
    LastAdministrator = "last_administrator", 409, "There has to be an active administrator";
    /// Nobody takes their own rights.
    OwnRights = "own_rights", 409, "Nobody can take their own rights";
    /// The state of the thing does not allow it.
    Conflict = "conflict", 409, "Its state does not allow it";
    /// It was changed since the version in `If-Match`.
    VersionMismatch = "version_mismatch", 412, "It was changed meanwhile";
    /// The body is too long.
    BodyTooLong = "body_too_long", 413, "The body is too long";
    /// The address is too long.
    AddressTooLong = "address_too_long", 414, "The address is too long";
    /// The body is no JSON by its content type.
    UnsupportedMediaType = "unsupported_media_type", 415, "The body has to be JSON";
    /// Members of the body are wrong: `errors` names each.
    InvalidBody = "invalid_body", 422, "The document is not right";
    /// The idempotency key was used for another request.
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The idempotency key belongs to another request";
    /// A fault of ours.
    ServerError = "server_error", 500, "The server failed";
    /// The database or something else is away; ask again.
    TemporarilyUnavailable = "temporarily_unavailable", 503, "The server cannot answer now";
    /// The admin API is switched off.
    AdminApiDisabled = "admin_api_disabled", 503, "The admin API is switched off";
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong about a document or a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldError {
    /// Where: a JSON Pointer into the body (RFC 6901), or the parameter's name.
    pub pointer: String,
    /// What is wrong, for people.
    pub detail: String,
}

/// A refusal or failure (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// What kind of problem, as a URN: `urn:authly:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the code means, in few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened here, for people.
    pub detail: String,
    /// Why, for programs.
    pub code: ProblemCode,
    /// The id under which the server's log has the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Everything that is wrong about the body or the query.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl Problem {
    /// A problem of this code; `detail` says what happened here.
    #[must_use]
    pub fn new(code: ProblemCode, detail: String) -> Self {
        Self {
            kind: format!("urn:authly:problem:{code}"),
            title: code.title().to_owned(),
            status: code.status(),
            detail,
            code,
            request_id: None,
            errors: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_problem_is_what_rfc_9457_says_with_a_code() {
        let problem = Problem {
            request_id: Some("0198".to_owned()),
            errors: vec![FieldError {
                pointer: "/redirect_uris/0".to_owned(),
                detail: "It has a fragment.".to_owned(),
            }],
            ..Problem::new(ProblemCode::InvalidBody, "One member is wrong.".to_owned())
        };
        let written = json!({
            "type": "urn:authly:problem:invalid_body",
            "title": "The document is not right",
            "status": 422,
            "detail": "One member is wrong.",
            "code": "invalid_body",
            "request_id": "0198",
            "errors": [{"pointer": "/redirect_uris/0", "detail": "It has a fragment."}],
        });
        assert_eq!(serde_json::to_value(&problem).unwrap(), written);
        assert_eq!(serde_json::from_value::<Problem>(written).unwrap(), problem);
    }

    #[test]
    fn every_code_reads_back_and_a_newer_one_does_not_break_a_client() {
        for code in ProblemCode::ALL {
            let json = json!(code.as_str());
            assert_eq!(serde_json::to_value(code).unwrap(), json);
            assert_eq!(serde_json::from_value::<ProblemCode>(json).unwrap(), *code);
        }
        let newer = serde_json::from_value::<ProblemCode>(json!("out_of_tea")).unwrap();
        assert_eq!(newer, ProblemCode::Unknown);
    }
}
