//! The call to the API.

use reqwest::StatusCode;
use serde::Deserialize;

use super::access_tokens::{AccessTokenError, AccessTokens};
use crate::Outgoing;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There is no token.
    #[error("there is no access token")]
    Token(#[from] AccessTokenError),
    /// The API did not answer.
    #[error("the API did not answer")]
    Unreachable(#[from] reqwest::Error),
    /// The API does not let this service in.
    #[error("the API answered {status}: {challenge}")]
    Refused {
        /// The status.
        status: StatusCode,
        /// What it says is missing (RFC 6750 §3).
        challenge: String,
    },
}

/// What the API of the example `resource_server` says.
#[derive(Debug, Deserialize)]
pub struct Notes {
    /// Who the API takes this service for.
    pub subject: String,
    /// What is noted.
    pub notes: Vec<String>,
}

/// Reads the notes at `api`.
///
/// # Errors
/// There is no token, or the API does not take it.
pub async fn read(
    api: &str,
    tokens: &AccessTokens,
    outgoing: &Outgoing,
) -> Result<Notes, ReportError> {
    let token = tokens.current().await?;
    let answer = outgoing.get(api).bearer_auth(token.secret()).send().await?;
    if answer.status() != StatusCode::UNAUTHORIZED {
        return notes(answer).await;
    }
    // It may have been revoked, or the API has learnt of new keys before we did: once more, with a
    // token of now.
    tokens.discard(&token).await;
    let token = tokens.current().await?;
    notes(outgoing.get(api).bearer_auth(token.secret()).send().await?).await
}

async fn notes(answer: reqwest::Response) -> Result<Notes, ReportError> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer.json().await?);
    }
    let challenge = answer.headers().get(reqwest::header::WWW_AUTHENTICATE);
    let challenge = challenge.and_then(|value| value.to_str().ok());
    Err(ReportError::Refused {
        status,
        challenge: challenge.unwrap_or("no reason is given").to_owned(),
    })
}
