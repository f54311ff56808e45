//! How a call can fail.

use std::error::Error;
use std::fmt;

use authly_protocol::oauth::ErrorResponse;

use crate::ServerUrl;

/// An error of the HTTP library, kept for the log without its type.
pub(crate) type Cause = Box<dyn Error + Send + Sync>;

/// Why a client could not be made: the machine has no usable store of trusted certificates.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be set up")]
pub struct BuildError(#[source] pub(crate) Cause);

/// Why a call has no answer. The server is named in the message, the technical reason is the source.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No whole answer came: nobody listens there, the certificate is not trusted, the time was up.
    #[error("{server} cannot be reached")]
    Transport {
        /// Who was asked.
        server: ServerUrl,
        /// What happened on the way.
        #[source]
        source: Cause,
    },
    /// The server answered that it will not, or cannot now.
    #[error("{server} refused: {refusal}")]
    Refused {
        /// Who was asked.
        server: ServerUrl,
        /// What the server said.
        refusal: Refusal,
    },
    /// An answer came that is not in the form of this version of Authly, if of Authly at all.
    #[error("{server} gave an answer that no Authly server of this version gives")]
    Unexpected {
        /// Who was asked.
        server: ServerUrl,
        /// What is odd about the answer.
        #[source]
        source: Misunderstanding,
    },
}

/// What the server said when it refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status: 400 to 599.
    pub status: u16,
    /// The code and its description, where the answer has the form of OAuth 2.1 §3.2.4.
    pub error: Option<ErrorResponse>,
    /// The id under which the server's log has the request.
    pub request_id: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status)?;
        if let Some(error) = &self.error {
            let description = error.error_description.as_deref();
            let description = description.unwrap_or_else(|| error.error.description());
            write!(f, ", {}: {description}", error.error.as_str())?;
        }
        match &self.request_id {
            Some(id) => write!(f, " (request id {id})"),
            None => Ok(()),
        }
    }
}

/// What is odd about an answer.
#[derive(Debug, thiserror::Error)]
pub enum Misunderstanding {
    /// It sends the caller elsewhere, where no credential may follow.
    #[error("it redirects to {}", location.as_deref().unwrap_or("nowhere"))]
    Redirect {
        /// Where to, as the server wrote it.
        location: Option<String>,
    },
    /// It is not the JSON that was asked for.
    #[error("it is not the document that was asked for (status {status})")]
    NotTheDocument {
        /// The HTTP status.
        status: u16,
        /// Where the document is wrong.
        #[source]
        source: Cause,
    },
    /// It does not end where every document of ours has ended.
    #[error("it is longer than {limit} bytes")]
    TooLong {
        /// How many bytes are read.
        limit: usize,
    },
}
