//! An answer as it came, read within limits, before anybody has understood it.

use authly_protocol::oauth::ErrorResponse;
use reqwest::Response;
use reqwest::header::{HeaderMap, HeaderName, LOCATION};
use serde::de::DeserializeOwned;

use crate::error::{ClientError, Misunderstanding, Refusal};
use crate::server_url::ServerUrl;

/// How much of an answer is read. A document of ours takes some kilobytes.
const SIZE_LIMIT: usize = 1024 * 1024;

/// The header in which the server names the request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) struct Answer {
    server: ServerUrl,
    status: u16,
    location: Option<String>,
    request_id: Option<String>,
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
        let read = serde_json::from_slice(&self.body);
        match (read, self.status) {
            (Ok(document), status) if statuses.contains(&status) => Ok(document),
            (_, 300..=399) => {
                let location = self.location.clone();
                Err(self.odd(Misunderstanding::Redirect { location }))
            }
            (_, 400..=599) => Err(self.refusal()),
            (read, status) => {
                let source = match read {
                    Ok(_) => "another status was expected".into(),
                    Err(error) => error.into(),
                };
                Err(self.odd(Misunderstanding::NotTheDocument { status, source }))
            }
        }
    }

    fn refusal(self) -> ClientError {
        let refusal = Refusal {
            status: self.status,
            error: serde_json::from_slice::<ErrorResponse>(&self.body).ok(),
            request_id: self.request_id,
        };
        ClientError::Refused {
            server: self.server,
            refusal,
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
