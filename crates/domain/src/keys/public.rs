//! Public keys as they are written (RFC 7517).

use serde::{Deserialize, Serialize};

/// What makes a public key. There is no member for anything private, so that none can be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
pub enum PublicKey {
    /// RFC 7518 §6.3.1.
    #[serde(rename = "RSA")]
    Rsa {
        /// The modulus.
        n: String,
        /// The exponent.
        e: String,
    },
    /// RFC 7518 §6.2.1.
    #[serde(rename = "EC")]
    Ec {
        /// The curve.
        crv: String,
        /// Of the point on it.
        x: String,
        /// Of the point on it.
        y: String,
    },
    /// RFC 8037 §2.
    #[serde(rename = "OKP")]
    Okp {
        /// The curve, and what is done on it.
        crv: String,
        /// The point on it.
        x: String,
    },
}
