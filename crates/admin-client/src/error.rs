//! How a call can fail.

use std::error::Error;

use crate::ServerUrl;
use crate::refusal::Refusal;
use crate::tokens::StoreError;

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
        refusal: Box<Refusal>,
    },
    /// There is no access token to call with, and no way to get one without a person.
    #[error("not logged in to {server}: {reason}")]
    NotLoggedIn {
        /// Who would have been asked.
        server: ServerUrl,
        /// Why there is none.
        reason: NotLoggedIn,
    },
    /// The credentials cannot be read, or not be kept.
    #[error("the stored credentials cannot be used")]
    Store(#[from] StoreError),
    /// The request has no form that can be sent.
    #[error("the request to {server} cannot be written")]
    Request {
        /// Who would have been asked.
        server: ServerUrl,
        /// What is wrong with it.
        #[source]
        source: Cause,
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

/// Why there is no access token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotLoggedIn {
    /// Nobody has logged in, or they have logged out.
    #[error("there are no credentials")]
    NoCredentials,
    /// The access token has ended, and nothing came with it to get another.
    #[error("the access token has ended")]
    Ended,
    /// The server takes the credentials no more: they were revoked, or are too old.
    #[error("the credentials are not accepted any more ({0})")]
    Refused(Box<Refusal>),
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
