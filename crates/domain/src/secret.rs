//! Values that must not be seen: no `Debug` output, no comparison with `==`, no serialisation, no
//! copies, memory wiped when dropped. [`expose`](Password::expose) is the one way to the text.

use secrecy::{ExposeSecret, SecretString};

/// Declares a secret text.
macro_rules! secret_text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name(SecretString);

        impl $name {
            /// Takes the text as the secret.
            #[must_use]
            pub fn new(text: String) -> Self {
                Self(SecretString::from(text))
            }

            /// The text itself: for digests, comparison in constant time and the one answer that
            /// hands it out.
            #[must_use]
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    };
}

secret_text! {
    /// A password as a person typed it.
    Password
}
secret_text! {
    /// A client's secret as it was presented or handed out.
    ClientSecret
}
secret_text! {
    /// A client's assertion as it was presented: good once, and until it has been seen.
    PresentedAssertion
}
secret_text! {
    /// An authorization code (OAuth 2.1 §4.1.2).
    AuthorizationCode
}
secret_text! {
    /// A PKCE `code_verifier` (RFC 7636 §4.1), as presented.
    CodeVerifier
}
secret_text! {
    /// An access token: a signed JWT (RFC 9068).
    AccessToken
}
secret_text! {
    /// A refresh token: opaque.
    RefreshToken
}
secret_text! {
    /// A token of a kind not yet known, as presented to introspection or revocation.
    PresentedToken
}
secret_text! {
    /// The value of the session cookie.
    SessionToken
}
secret_text! {
    /// The value of the cookie that binds stored requests and forms to one browser.
    BrowserToken
}
secret_text! {
    /// The value of the cookie by which a browser is known again. It opens nothing.
    DeviceToken
}
secret_text! {
    /// The handle that names a stored authorization request in the address of a page.
    RequestHandle
}
secret_text! {
    /// A token that a form carries to prove that our page made it.
    CsrfToken
}
secret_text! {
    /// Any other secret text, such as a setting's.
    SecretText
}

/// The SHA-256 digest under which a secret with 256 random bits is stored and found.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    /// Wraps the 32 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, for columns and for comparison in constant time.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretDigest(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_in_debug_output() {
        let secret = Password::new("correct horse".to_owned());
        assert_eq!(format!("{secret:?}"), "Password([redacted])");
        assert_eq!(secret.expose(), "correct horse");
    }
}
