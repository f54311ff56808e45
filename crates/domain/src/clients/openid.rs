//! How a client takes part in OpenID Connect (OpenID Connect Dynamic Client Registration §2).

use std::time::Duration;

use url::Url;

use super::Client;
use super::named::named;
use crate::keys::{ContentEncryption, KeyManagement, SigningAlgorithm};

named! {
    /// `subject_type`: how users are named to a client (OpenID Connect Core §8).
    SubjectType {
        /// By the same `sub` as to all others.
        Public = "public",
        /// By a `sub` that only the clients of its sector see.
        Pairwise = "pairwise",
    }
}

impl SubjectType {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Public, Self::Pairwise];
}

/// How answers of one kind are encrypted: their `…_encrypted_response_alg` and
/// `…_encrypted_response_enc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ResponseEncryption {
    /// How the key reaches the client; `None` for no encryption.
    pub alg: Option<KeyManagement>,
    /// How the content is encrypted; nothing without `alg`.
    pub enc: Option<ContentEncryption>,
}

impl ResponseEncryption {
    /// What is done: the default of `enc` is `A128CBC-HS256`.
    #[must_use]
    pub fn chosen(self) -> Option<(KeyManagement, ContentEncryption)> {
        let enc = self.enc.unwrap_or(ContentEncryption::A128CbcHs256);
        self.alg.map(|alg| (alg, enc))
    }
}

/// What is registered of a client for OpenID Connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIdMetadata {
    /// `id_token_signed_response_alg`.
    pub id_token_alg: SigningAlgorithm,
    /// `userinfo_signed_response_alg`; `None` for plain JSON.
    pub userinfo_alg: Option<SigningAlgorithm>,
    /// How its ID tokens are encrypted.
    pub id_token_encryption: ResponseEncryption,
    /// How what UserInfo answers is encrypted.
    pub userinfo_encryption: ResponseEncryption,
    /// `subject_type`.
    pub subject_type: SubjectType,
    /// `sector_identifier_uri`.
    pub sector_identifier_uri: Option<String>,
    /// `default_max_age`: how old a login may be where the request does not say.
    pub default_max_age: Option<Duration>,
    /// `require_auth_time`. Our ID tokens always say when the user logged in, so that this is kept
    /// for those who read the registration.
    pub require_auth_time: bool,
}

impl Default for OpenIdMetadata {
    /// What the specification says of a client that registers nothing.
    fn default() -> Self {
        Self {
            id_token_alg: SigningAlgorithm::Rs256,
            userinfo_alg: None,
            id_token_encryption: ResponseEncryption::default(),
            userinfo_encryption: ResponseEncryption::default(),
            subject_type: SubjectType::Public,
            sector_identifier_uri: None,
            default_max_age: None,
            require_auth_time: false,
        }
    }
}

/// Why a client cannot have pairwise subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SectorError {
    /// The `sector_identifier_uri` is no https URL.
    #[error("sector_identifier_uri is an https URL")]
    NotHttps,
    /// Its redirect URIs do not share one host (OpenID Connect Core §8.1).
    #[error("pairwise subjects need a sector_identifier_uri, or redirect_uris of one host")]
    SeveralHosts,
}

impl Client {
    /// The sector of its subjects, where they are pairwise. One that was taken its sector away after it
    /// was registered is a sector of its own: nobody learns the public subject by that.
    #[must_use]
    pub fn pairwise_sector(&self) -> Option<String> {
        match self.openid.subject_type {
            SubjectType::Public => None,
            SubjectType::Pairwise => {
                let sector = self.sector();
                Some(sector.unwrap_or_else(|_without| self.id.as_str().to_owned()))
            }
        }
    }

    /// The sector of its pairwise subjects: the host of `sector_identifier_uri`, or the one host of
    /// its redirect URIs (OpenID Connect Core §8.1).
    ///
    /// # Errors
    /// When there is no such host.
    pub fn sector(&self) -> Result<String, SectorError> {
        if let Some(uri) = &self.openid.sector_identifier_uri {
            let url = Url::parse(uri).ok().filter(|url| url.scheme() == "https");
            return url.as_ref().and_then(host).ok_or(SectorError::NotHttps);
        }
        let mut hosts = self
            .redirect_uris
            .iter()
            .map(|uri| Url::parse(uri.as_str()).ok().as_ref().and_then(host));
        let first = hosts.next().flatten().ok_or(SectorError::SeveralHosts)?;
        if hosts.all(|other| other.as_ref() == Some(&first)) {
            Ok(first)
        } else {
            Err(SectorError::SeveralHosts)
        }
    }
}

fn host(url: &Url) -> Option<String> {
    url.host_str()
        .filter(|host| !host.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::RedirectUri;
    use crate::clients::sample::client;

    fn sector(
        sector_identifier_uri: Option<&str>,
        redirects: &[&str],
    ) -> Result<String, SectorError> {
        let mut client = client();
        client.openid.sector_identifier_uri = sector_identifier_uri.map(str::to_owned);
        client.redirect_uris = redirects
            .iter()
            .map(|uri| RedirectUri::from_stored((*uri).to_owned()))
            .collect();
        client.sector()
    }

    #[test]
    fn the_sector_is_the_host_that_the_identifier_or_every_redirect_uri_has() {
        let one = Ok("app.example".to_owned());
        assert_eq!(sector(None, &["https://app.example/cb"]), one);
        let two = ["https://app.example/a", "https://app.example:8443/b"];
        assert_eq!(sector(None, &two), one);
        let document = Some("https://sector.example/uris.json");
        let elsewhere = ["https://a.example/", "com.example.app:/cb"];
        assert_eq!(
            sector(document, &elsewhere),
            Ok("sector.example".to_owned())
        );
    }

    #[test]
    fn only_a_pairwise_client_has_a_sector_and_always_has_one() {
        let mut client = client();
        assert_eq!(client.pairwise_sector(), None);
        client.openid.subject_type = SubjectType::Pairwise;
        assert_eq!(client.pairwise_sector().as_deref(), Some("app"));
        client.redirect_uris = vec!["https://app.example/cb".parse().unwrap()];
        assert_eq!(client.pairwise_sector().as_deref(), Some("app.example"));
    }

    #[test]
    fn without_one_host_there_is_no_sector() {
        for redirects in [
            vec![],
            vec!["com.example.app:/cb"],
            vec!["https://a.example/", "https://b.example/"],
            vec!["https://a.example/", "com.example.app:/cb"],
        ] {
            let refused = sector(None, &redirects);
            assert_eq!(refused, Err(SectorError::SeveralHosts), "{redirects:?}");
        }
        for uri in ["http://sector.example/", "sector.example", ""] {
            let refused = sector(Some(uri), &["https://a.example/"]);
            assert_eq!(refused, Err(SectorError::NotHttps), "{uri}");
        }
    }
}
