//! What a host shows of itself.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

use super::Stranger;

/// A certificate with the authority behind it, or the lack of one.
pub struct Credential {
    authority: String,
    shown: Shown,
}

enum Shown {
    Certificate(Arc<ServerConfig>),
    /// The host speaks HTTP without TLS.
    Nothing,
}

impl Credential {
    /// For the host's name and the machine's own addresses, by an authority of its own.
    #[must_use]
    pub fn in_order() -> Self {
        let names = [
            Stranger::NAME,
            "other.example",
            "127.0.0.1",
            "127.0.0.2",
            "::1",
        ];
        Self::made(&names, |_params| {})
    }

    /// For another host.
    #[must_use]
    pub fn of_another_name() -> Self {
        Self::made(&["elsewhere.example"], |_params| {})
    }

    /// For the host, and over since 2001.
    #[must_use]
    pub fn expired() -> Self {
        Self::made(&[Stranger::NAME], |params| {
            params.not_before = date_time_ymd(2000, 1, 1);
            params.not_after = date_time_ymd(2001, 1, 1);
        })
    }

    /// None: the host speaks plain HTTP.
    #[must_use]
    pub fn none() -> Self {
        Self {
            shown: Shown::Nothing,
            ..Self::in_order()
        }
    }

    fn made(names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = || KeyPair::generate().expect("a key can be made");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, key());
        let authority = authority.expect("an authority can be made");

        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("the names are names");
        change(&mut params);
        let own = key();
        let certificate = params.signed_by(&own, &authority);
        let certificate = certificate.expect("the authority can sign").der().clone();
        let own = PrivateKeyDer::try_from(own.serialize_der()).expect("the key is one");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the versions are known")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], own)
            .expect("the key is the certificate's");
        Self {
            authority: pem(authority.der()),
            shown: Shown::Certificate(Arc::new(config)),
        }
    }

    /// The certificate of the authority, as PEM.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    /// How the host speaks TLS, if it does.
    pub(super) fn server_config(&self) -> Option<Arc<ServerConfig>> {
        match &self.shown {
            Shown::Certificate(config) => Some(Arc::clone(config)),
            Shown::Nothing => None,
        }
    }
}

fn pem(der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
}
