//! Documents of sectors.

use authly_crypto::strict_json;
use authly_domain::clients::{Client, Flaw};
use authly_domain::network::FetchUrl;
use serde_json::Value;

use super::{RegistrationError, RegistrationService};
use crate::ports::{DocumentKind, Freshness};

/// The longest document of a sector, in bytes.
const MAX_SECTOR: usize = 64 * 1_024;

impl RegistrationService {
    /// Refuses a sector whose document does not name every address of the client (OpenID Connect Dynamic
    /// Client Registration §5).
    pub(super) async fn check_sector(&self, client: &Client) -> Result<(), RegistrationError> {
        let Some(uri) = &client.openid.sector_identifier_uri else {
            return Ok(());
        };
        let url: FetchUrl = uri.parse().map_err(|_malformed| {
            let what = "sector_identifier_uri is no https address that can be fetched";
            RegistrationError::Metadata(vec![Flaw::of("sector_identifier_uri", what)])
        })?;
        let fetched = self
            .fetcher
            .fetch(DocumentKind::Json, &url, Freshness::AsServed)
            .await;
        let fetched = fetched.map_err(|_logged| SectorFlaw::NotFetched)?;
        let document = strict_json::parse(&fetched.body, MAX_SECTOR).ok();
        let listed = document.as_ref().and_then(Value::as_array);
        let listed = listed.ok_or(SectorFlaw::NoList)?;
        let is_listed = |uri: &str| listed.iter().any(|one| one.as_str() == Some(uri));
        let mut uris = client.redirect_uris.iter();
        if uris.all(|uri| is_listed(uri.as_str())) {
            Ok(())
        } else {
            Err(SectorFlaw::NotListed.into())
        }
    }
}

/// What is wrong about the document of a sector. The client learns that something is, and not what: it
/// may be at an address that only this server sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SectorFlaw {
    /// It could not be fetched.
    #[error("the document of the sector cannot be fetched")]
    NotFetched,
    /// It is no array.
    #[error("the document of the sector is no array of JSON")]
    NoList,
    /// It lacks a redirect URI.
    #[error("the document of the sector does not list every one of redirect_uris")]
    NotListed,
}
