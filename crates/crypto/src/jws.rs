//! Signed tokens in compact form ([RFC 7515 §7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)),
//! read strictly: one token has one spelling, and nothing in it chooses the key but its `kid`.

use std::error::Error;

use authly_domain::keys::{KeyId, SigningAlgorithm};
use serde_json::Value;

use crate::base64url;
use crate::strict_json::{self, StrictJsonError};

/// The longest token that is read, in bytes.
pub const MAX_TOKEN_BYTES: usize = 16 * 1_024;

/// What a token of ours is, as its header's `typ` says. It keeps one kind from passing for another
/// (RFC 8725 §3.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenType {
    /// An access token (RFC 9068 §2.1).
    AccessToken,
    /// A logout token (OpenID Connect Back-Channel Logout §2.4).
    LogoutToken,
    /// An ID token, or any other JWT without a type of its own (RFC 7519 §5.1).
    Jwt,
}

impl TokenType {
    const ALL: [Self; 3] = [Self::AccessToken, Self::LogoutToken, Self::Jwt];

    /// The `typ` on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "at+jwt",
            Self::LogoutToken => "logout+jwt",
            Self::Jwt => "JWT",
        }
    }
}

/// Why a token could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// No key signs with this algorithm at present.
    #[error("there is no active {0} key")]
    NoActiveKey(SigningAlgorithm),
    /// The claims cannot be written as JSON.
    #[error("the claims could not be written")]
    Claims(#[source] Box<dyn Error + Send + Sync>),
    /// The library could not sign.
    #[error("the signature could not be made")]
    Signature(#[source] Box<dyn Error + Send + Sync>),
}

/// Why a token is not one of ours. None of them quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// It is longer than [`MAX_TOKEN_BYTES`].
    #[error("the token is too long")]
    TooLong,
    /// It is not three parts with dots between them.
    #[error("the token does not have three parts")]
    NotCompact,
    /// A part is not base64url in its one valid form.
    #[error("a part of the token is not base64url")]
    Encoding,
    /// The header is not strict JSON.
    #[error("the header of the token is not acceptable JSON")]
    Header(#[from] StrictJsonError),
    /// The header is no object, or `alg`, `kid` or `typ` is not there as text.
    #[error("the header of the token lacks a member")]
    HeaderMember,
    /// The header names critical extensions (RFC 7515 §4.1.11); we know none.
    #[error("the token demands an extension that is not known")]
    Critical,
    /// There is no such key.
    #[error("the key of the token is not known")]
    UnknownKey,
    /// The key signs with another algorithm (RFC 8725 §3.1).
    #[error("the algorithm of the token is not its key's")]
    Algorithm,
    /// It is a token of another kind than wanted.
    #[error("the token is of another type")]
    Type,
    /// The signature is not the key's over this text.
    #[error("the signature of the token is not valid")]
    Signature,
}

/// A token whose signature is ours. Its times and audience are unchecked; that is the caller's part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedJwt {
    pub(crate) kid: KeyId,
    pub(crate) typ: TokenType,
    pub(crate) payload: Vec<u8>,
}

impl VerifiedJwt {
    /// The key that signed it.
    #[must_use]
    pub fn kid(&self) -> &KeyId {
        &self.kid
    }

    /// What it is.
    #[must_use]
    pub fn typ(&self) -> TokenType {
        self.typ
    }

    /// The claims as JSON bytes, as they were signed.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }
}

/// A signed token in its three parts, its signature not yet checked.
pub(crate) struct Compact<'t> {
    pub(crate) header: Value,
    /// Header and payload as they were signed (RFC 7515 §5.2 step 8).
    pub(crate) signing_input: &'t str,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl<'t> Compact<'t> {
    /// Takes a token apart. `jwk`, `jku`, `x5u` and `x5c` in the header mean nothing here: a key
    /// that a token brings along proves nothing (RFC 8725 §3.10).
    pub(crate) fn parse(token: &'t str) -> Result<Self, VerifyError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(VerifyError::TooLong);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(VerifyError::NotCompact)?;
        let (header, payload) = signing_input
            .split_once('.')
            .ok_or(VerifyError::NotCompact)?;
        if payload.contains('.') {
            return Err(VerifyError::NotCompact);
        }
        let decode = |part: &str| base64url::decode(part).ok_or(VerifyError::Encoding);
        let (header, payload, signature) = (decode(header)?, decode(payload)?, decode(signature)?);
        let header = strict_json::parse(&header, MAX_TOKEN_BYTES)?;
        if header.get("crit").is_some() {
            return Err(VerifyError::Critical);
        }
        Ok(Self {
            header,
            signing_input,
            payload,
            signature,
        })
    }

    /// A member of the header, which has to be there as text.
    pub(crate) fn member(&self, name: &str) -> Result<&str, VerifyError> {
        let text = self.header.get(name).and_then(Value::as_str);
        text.ok_or(VerifyError::HeaderMember)
    }
}

/// A token of ours taken apart, its signature not yet checked.
pub(crate) struct UnverifiedJws<'t> {
    pub(crate) alg: String,
    pub(crate) kid: String,
    pub(crate) typ: TokenType,
    pub(crate) signing_input: &'t str,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl<'t> UnverifiedJws<'t> {
    /// Takes a token apart.
    pub(crate) fn parse(token: &'t str) -> Result<Self, VerifyError> {
        let token = Compact::parse(token)?;
        let (alg, kid) = (token.member("alg")?, token.member("kid")?);
        let typ = token.member("typ")?;
        let known = TokenType::ALL
            .into_iter()
            .find(|known| known.as_str() == typ);
        Ok(Self {
            alg: alg.to_owned(),
            kid: kid.to_owned(),
            typ: known.ok_or(VerifyError::Type)?,
            signing_input: token.signing_input,
            payload: token.payload,
            signature: token.signature,
        })
    }
}
