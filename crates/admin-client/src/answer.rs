//! An answer as it came, read within limits, before anybody has understood it.

use authly_protocol::admin::{Problem, ProblemCode};
use authly_protocol::oauth::{ErrorCode, ErrorResponse};
use reqwest::Response;
use reqwest::header::{ETAG, HeaderMap, HeaderName, LOCATION};
use serde::de::DeserializeOwned;

use crate::error::{ClientError, Misunderstanding};
use crate::refusal::Refusal;
use crate::server_url::ServerUrl;

/// How much of an answer is read. A document of ours takes some kilobytes, a page of a list some
/// hundreds of them.
const SIZE_LIMIT: usize = 1024 * 1024;

/// The header in which the server names the request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) struct Answer {
    server: ServerUrl,
    pub(crate) status: u16,
    location: Option<String>,
    request_id: Option<String>,
    etag: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) async fn read(
        server: &ServerUrl,
        mut response: Response,
    ) -> Result<Self, ClientError> {
        let mut answer = Self {
            server: server.clone(),
            status: response.status().as_u16(),
            location: text(response.headers(), &LOCATION),
            request_id: text(response.headers(), &REQUEST_ID),
            etag: text(response.headers(), &ETAG),
            body: Vec::new(),
        };
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| not_reached(server, error))?
        {
            if answer.body.len() + chunk.len() > SIZE_LIMIT {
                return Err(answer.odd(Misunderstanding::TooLong { limit: SIZE_LIMIT }));
            }
            answer.body.extend_from_slice(&chunk);
        }
        Ok(answer)
    }

    /// The document, where the status is one of those that carry it.
    pub(crate) fn document<T: DeserializeOwned>(self, statuses: &[u16]) -> Result<T, ClientError> {
        let body = match self.status {
            204 => b"{}",
            _ => self.body.as_slice(),
        };
        let read = serde_json::from_slice(body);
        match (read, self.status) {
            (Ok(document), status) if statuses.contains(&status) => Ok(document),
            (_, 300..=399) => {
                let location = self.location.clone();
                Err(self.odd(Misunderstanding::Redirect { location }))
            }
            (_, 400..=599) => Err(self.refused()),
            (read, status) => {
                let source = match read {
                    Ok(_) => "another status was expected".into(),
                    Err(error) => error.into(),
                };
                Err(self.odd(Misunderstanding::NotTheDocument { status, source }))
            }
        }
    }

    /// The version that `ETag` names (RFC 9110 §8.8.3).
    pub(crate) fn version(&self) -> Option<i64> {
        let tag = self.etag.as_deref()?;
        tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
    }

    /// Whether the server cannot answer now, and will soon.
    pub(crate) fn is_put_off(&self) -> bool {
        self.status == 503 && {
            let refusal = self.refusal();
            refusal.code() == Some(ProblemCode::TemporarilyUnavailable)
                || refusal.oauth_code() == Some(ErrorCode::TemporarilyUnavailable)
        }
    }

    /// What the server said when it refused.
    pub(crate) fn refusal(&self) -> Refusal {
        Refusal {
            status: self.status,
            problem: serde_json::from_slice::<Problem>(&self.body).ok(),
            error: serde_json::from_slice::<ErrorResponse>(&self.body).ok(),
            request_id: self.request_id.clone(),
        }
    }

    /// The refusal that this answer is.
    pub(crate) fn refused(self) -> ClientError {
        ClientError::Refused {
            refusal: Box::new(self.refusal()),
            server: self.server,
        }
    }

    fn odd(self, source: Misunderstanding) -> ClientError {
        ClientError::Unexpected {
            server: self.server,
            source,
        }
    }
}

/// What a failure on the way becomes.
pub(crate) fn not_reached(server: &ServerUrl, error: reqwest::Error) -> ClientError {
    ClientError::Transport {
        server: server.clone(),
        source: error.without_url().into(),
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.to_owned())
}
