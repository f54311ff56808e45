//! Error codes with their status, and the JSON in which they travel.

use serde::{Deserialize, Serialize};

/// Declares the error codes with their wire name, their status and the text for developers.
macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $status:literal, $description:literal;)+) => {
        /// An error code of OAuth or OpenID Connect. Specifications add codes, so a `match` outside
        /// this crate needs an arm for those to come.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum ErrorCode { $($(#[$doc])* #[serde(rename = $name)] $variant,)+ }

        impl ErrorCode {
            /// Every code that is known.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code as on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The HTTP status that carries the code where an endpoint answers by itself, without a
            /// redirect. RFC 6749 §5.2 gives 400 to all but `invalid_client`, RFC 6750 §3.1 says
            /// what a protected resource answers.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            /// What `error_description` says where nothing more exact is known: a fixed text of the
            /// characters that OAuth 2.1 §3.2.4 allows.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description,)+ }
            }
        }
    };
}

error_codes! {
    /// A parameter is missing, malformed or repeated (OAuth 2.1 §3.2.4, §4.1.2.1, §5.3.2).
    InvalidRequest = "invalid_request", 400,
        "A parameter is missing, malformed or repeated.";
    /// Client authentication failed (OAuth 2.1 §3.2.4).
    InvalidClient = "invalid_client", 401,
        "Client authentication failed.";
    /// The code or refresh token is refused (OAuth 2.1 §3.2.4).
    InvalidGrant = "invalid_grant", 400,
        "The code or refresh token is wrong, expired, revoked, used before or issued to another client.";
    /// The client may not do this (OAuth 2.1 §3.2.4, §4.1.2.1).
    UnauthorizedClient = "unauthorized_client", 400,
        "The client may not use this grant type.";
    /// The grant type is not known here (OAuth 2.1 §3.2.4).
    UnsupportedGrantType = "unsupported_grant_type", 400,
        "The grant type is not supported.";
    /// The scope is malformed, unknown or beyond what is allowed (OAuth 2.1 §3.2.4, §4.1.2.1).
    InvalidScope = "invalid_scope", 400,
        "The scope is malformed, unknown or beyond what is allowed.";
    /// A resource is malformed, unknown or not granted (RFC 8707 §2).
    InvalidTarget = "invalid_target", 400,
        "A resource is malformed, unknown or was not granted.";
    /// The user, or the server on their behalf, said no (OAuth 2.1 §4.1.2.1).
    AccessDenied = "access_denied", 400,
        "The request was denied.";
    /// The response type is not known here (OAuth 2.1 §4.1.2.1).
    UnsupportedResponseType = "unsupported_response_type", 400,
        "The response type is not supported.";
    /// The server failed (OAuth 2.1 §4.1.2.1).
    ServerError = "server_error", 500,
        "The server failed. Ask again later.";
    /// The server cannot answer now: ask again later (OAuth 2.1 §4.1.2.1).
    TemporarilyUnavailable = "temporarily_unavailable", 503,
        "The server cannot answer now. Ask again later.";
    /// The access token is missing its point: unknown, expired, revoked, for others (OAuth 2.1
    /// §5.3.2).
    InvalidToken = "invalid_token", 401,
        "The access token is missing, wrong, expired or revoked.";
    /// The access token's scope does not open this (OAuth 2.1 §5.3.2).
    InsufficientScope = "insufficient_scope", 403,
        "The access token lacks a scope that is needed here.";
    /// `prompt=none`, and the user has to log in (OpenID Connect Core §3.1.2.6).
    LoginRequired = "login_required", 400,
        "The user has to log in.";
    /// `prompt=none`, and the user has to consent (OpenID Connect Core §3.1.2.6).
    ConsentRequired = "consent_required", 400,
        "The user has to consent.";
    /// An `acr` that the request insists on cannot be reached (OpenID Connect Core Error Code
    /// `unmet_authentication_requirements` 1.0 §3).
    UnmetAuthenticationRequirements = "unmet_authentication_requirements", 400,
        "The way of logging in that the request insists on is not to be had.";
    /// The request object is not in order (RFC 9101 §7, OpenID Connect Core §3.1.2.6).
    InvalidRequestObject = "invalid_request_object", 400,
        "The request object is not signed by the client, or not in order.";
    /// What `request_uri` names is not registered, or not in order (likewise).
    InvalidRequestUri = "invalid_request_uri", 400,
        "The parameter request_uri is not registered, or has no request object in order.";
    /// A redirect URI cannot be registered (RFC 7591 §3.2.2).
    InvalidRedirectUri = "invalid_redirect_uri", 400,
        "A redirect URI cannot be registered.";
    /// Something else that a client says of itself cannot be registered (likewise).
    InvalidClientMetadata = "invalid_client_metadata", 400,
        "A member of the registration has a value that it cannot have.";
    /// The statements of this issuer do not count here (likewise).
    UnapprovedSoftwareStatement = "unapproved_software_statement", 400,
        "The issuer of the software statement is not approved here.";
    /// A software statement is not its issuer's, or does not count now (likewise).
    InvalidSoftwareStatement = "invalid_software_statement", 400,
        "The software statement is not signed by its issuer, or not in order.";
}

/// The JSON of a refusal (OAuth 2.1 §3.2.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorResponse {
    /// What kind of refusal it is.
    pub error: ErrorCode,
    /// A text for developers: one of a fixed set, of the characters that §3.2.4 allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_code_has_its_own_name_in_the_characters_of_the_grammar() {
        for code in ErrorCode::ALL {
            let same = ErrorCode::ALL
                .iter()
                .filter(|other| other.as_str() == code.as_str());
            assert_eq!(same.count(), 1, "{code:?}");
            assert_eq!(serde_json::to_value(code).unwrap(), json!(code.as_str()));
        }
    }

    #[test]
    fn the_token_endpoint_answers_400_but_for_authentication_and_failures() {
        let other = |code: &&ErrorCode| code.status() != 400;
        let others: Vec<_> = ErrorCode::ALL.iter().filter(other).collect();
        assert_eq!(
            others,
            [
                &ErrorCode::InvalidClient,
                &ErrorCode::ServerError,
                &ErrorCode::TemporarilyUnavailable,
                &ErrorCode::InvalidToken,
                &ErrorCode::InsufficientScope,
            ]
        );
    }

    #[test]
    fn every_description_consists_of_the_characters_that_are_allowed() {
        let allowed = |byte: u8| matches!(byte, 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        for code in ErrorCode::ALL {
            assert!(code.description().bytes().all(allowed), "{code:?}");
        }
    }

    #[test]
    fn an_absent_description_is_absent() {
        let refusal = ErrorResponse {
            error: ErrorCode::InvalidGrant,
            error_description: None,
        };
        assert_eq!(
            serde_json::to_value(&refusal).unwrap(),
            json!({"error": "invalid_grant"})
        );
    }

    #[test]
    fn members_that_are_not_known_are_ignored() {
        let read: ErrorResponse = serde_json::from_value(json!({
            "error": "invalid_scope", "error_uri": "https://example.com/"
        }))
        .unwrap();
        assert_eq!(read.error, ErrorCode::InvalidScope);
    }
}
