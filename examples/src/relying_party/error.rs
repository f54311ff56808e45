//! How a login can fail.

use std::error::Error;

/// Why nobody has logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The server's description of itself could not be had.
    #[error("the authorization server cannot be reached, or describes itself wrongly")]
    Discovery(#[source] Cause),
    /// The answer belongs to no login of this browser.
    #[error("the answer does not belong to this login")]
    WrongState,
    /// The answer is from another server (RFC 9207 §2.4).
    #[error("the answer is from another authorization server")]
    WrongIssuer,
    /// The user or the server said no.
    #[error("the login was refused: {error} {description}")]
    Refused {
        /// The error code.
        error: String,
        /// What the server adds, which may be nothing.
        description: String,
    },
    /// The answer has neither a code nor an error.
    #[error("the answer has no code")]
    NoCode,
    /// The code was not exchanged for tokens.
    #[error("the code was not accepted")]
    Exchange(#[source] Cause),
    /// The ID token is missing or proves nothing.
    #[error("the ID token is not valid")]
    IdToken(#[source] Cause),
    /// The UserInfo endpoint did not answer as it should.
    #[error("the claims about the user could not be had")]
    UserInfo(#[source] Cause),
    /// The API did not do what it was asked.
    #[error("the notes could not be deleted")]
    Api(#[source] Cause),
}

/// An error of a library, without its type.
pub(super) type Cause = Box<dyn Error + Send + Sync>;
