//! Whose certificates are believed.

use reqwest::Certificate;

use super::download::Chain;

/// Whose certificates are believed.
#[derive(Debug, Clone)]
pub enum Trust {
    /// Of the authorities that the system knows, and of those in this PEM text.
    SystemAnd(Option<Vec<u8>>),
    /// Of those in this PEM text, and of no others.
    Only(Vec<u8>),
}

/// Why there can be no fetcher.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The text is not PEM, or a certificate in it is none.
    #[error("the certificates of authorities cannot be used")]
    Unusable(#[source] reqwest::Error),
    /// There is none in the text.
    #[error("there is no certificate in it")]
    Missing,
}

/// The certificates of the authorities.
pub(super) fn roots(trust: &Trust) -> Result<Vec<Certificate>, TrustError> {
    let read = |pem: &[u8]| Certificate::from_pem_bundle(pem).map_err(TrustError::Unusable);
    match trust {
        Trust::Only(pem) => read(pem),
        Trust::SystemAnd(None) => Ok(system_roots()),
        Trust::SystemAnd(Some(pem)) => {
            let added = read(pem)?;
            if added.is_empty() {
                return Err(TrustError::Missing);
            }
            Ok([system_roots(), added].concat())
        }
    }
}

/// Those that the system knows. Without any, no host is believed, and the log says so.
fn system_roots() -> Vec<Certificate> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(error = %Chain(error), "certificates of the system could not be read");
    }
    let roots = found.certs.iter().map(|der| Certificate::from_der(der));
    roots.filter_map(Result::ok).collect()
}
