//! Checks access tokens by asking the authorization server (RFC 7662).

use openidconnect::ClientSecret;
use serde::Deserialize;

use super::metadata::unavailable;
use super::tokens::names;
use super::{Caller, TokenError};
use crate::Outgoing;

/// Asks about tokens as a confidential client that is registered with the method
/// `client_secret_post`. Authly tells it about its own tokens and about those whose audience is
/// among its registered `resources`; every other token looks inactive.
#[derive(Debug)]
pub struct Introspection {
    /// Where to ask.
    pub endpoint: String,
    /// Who asks.
    pub client_id: String,
    /// The proof of that.
    pub client_secret: ClientSecret,
    /// For whom tokens must be.
    pub audience: String,
    /// What asks.
    pub outgoing: Outgoing,
}

/// What the server says (RFC 7662 §2.2).
#[derive(Debug, Deserialize)]
struct Answer {
    active: bool,
    token_type: Option<String>,
    aud: Option<Audience>,
    sub: Option<String>,
    client_id: Option<String>,
    scope: Option<String>,
    auth_time: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Introspection {
    pub(super) async fn check(&self, token: &str) -> Result<Caller, TokenError> {
        let form = [
            ("token", token),
            ("token_type_hint", "access_token"),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.secret()),
        ];
        let answer: Answer = self
            .outgoing
            .post(&self.endpoint)
            .form(&form)
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(unavailable)?
            .json()
            .await
            .map_err(unavailable)?;
        self.caller(answer)
    }

    fn caller(&self, answer: Answer) -> Result<Caller, TokenError> {
        if !answer.active {
            return Err(TokenError::Invalid("it is not active"));
        }
        // A refresh token is active, too, and opens nothing.
        if !answer
            .token_type
            .is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"))
        {
            return Err(TokenError::Invalid("it is no access token"));
        }
        let is_ours = match &answer.aud {
            Some(Audience::One(only)) => *only == self.audience,
            Some(Audience::Several(all)) => all.contains(&self.audience),
            None => false,
        };
        if !is_ours {
            return Err(TokenError::Invalid("it is for another audience"));
        }
        match (answer.sub, answer.client_id) {
            (Some(subject), Some(client_id)) => Ok(Caller {
                subject,
                client_id,
                scope: names(answer.scope.as_deref()),
                auth_time: answer.auth_time,
            }),
            _ => Err(TokenError::Invalid("it is nobody's")),
        }
    }
}
