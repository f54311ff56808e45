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
        let flaw =
            |what: &str| RegistrationError::Metadata(vec![Flaw::of("sector_identifier_uri", what)]);
        let url: FetchUrl = uri.parse().map_err(|_malformed| {
            flaw("sector_identifier_uri is no https address that can be fetched")
        })?;
        let fetched = self
            .fetcher
            .fetch(DocumentKind::Json, &url, Freshness::AsServed)
            .await;
        let fetched = fetched
            .map_err(|_logged| flaw("the document of sector_identifier_uri cannot be fetched"))?;
        let document = strict_json::parse(&fetched.body, MAX_SECTOR).ok();
        let listed = document.as_ref().and_then(Value::as_array);
        let listed = listed
            .ok_or_else(|| flaw("the document of sector_identifier_uri is no list of addresses"))?;
        let is_listed = |uri: &str| listed.iter().any(|one| one.as_str() == Some(uri));
        let mut uris = client.redirect_uris.iter();
        if uris.all(|uri| is_listed(uri.as_str())) {
            Ok(())
        } else {
            Err(flaw(
                "the document of sector_identifier_uri does not list every one of redirect_uris",
            ))
        }
    }
}
