//! What can be wrong about a JWT of a client's, whatever it says: for the log alone.

/// What is wrong about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientJwtFlaw {
    /// It is no JWT that is read.
    #[error("it is no well-formed JWT")]
    Malformed,
    /// It says in its header that it is something else.
    #[error("it is a token of another type")]
    Type,
    /// The client may not sign with that, or nobody may.
    #[error("the client does not sign with this algorithm")]
    Algorithm,
    /// The client has no such key for signing.
    #[error("the client has no key that could have signed it")]
    UnknownKey,
    /// No key of the client's has signed it.
    #[error("its signature is not the client's")]
    Signature,
    /// The client's keys could not be fetched.
    #[error("the client's keys could not be fetched")]
    NoKeys,
    /// It is encrypted, and not in a way that we open.
    #[error("it is encrypted in another way than this server opens")]
    EncryptedOtherwise,
    /// The key that its sender made for it alone lies on another curve, or is not written in full length.
    #[error("its epk is no key that was made as RFC 7518 says")]
    EphemeralKey,
    /// It is encrypted to no key of ours.
    #[error("it is encrypted to no key of this server")]
    EncryptedToOthers,
    /// It does not open with our key.
    #[error("it does not open")]
    DoesNotOpen,
}
