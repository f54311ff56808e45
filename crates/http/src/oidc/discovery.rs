//! The metadata documents: one content under every address.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use authly_domain::authorizations::{Prompt, ResponseMode};
use authly_domain::clients::{AuthMethod, GrantType, SubjectType};
use authly_domain::issuer::Issuer;
use authly_domain::keys::{ContentEncryption, KeyManagement, SigningAlgorithm};
use authly_domain::sessions::ACR_VALUES;
use authly_domain::users::StandardClaim;
use authly_protocol::oauth::AuthorizationServerMetadata;
use authly_protocol::oidc::ProviderMetadata;
use authly_services::discovery::{DiscoveryFacts, DiscoveryService};
use authly_services::registration::RegistrationService;
use authly_services::tokens::TokenError;

use crate::pages::Theme;
use crate::places;
use crate::respond::{OAuthFailure, cacheable, etag};
use crate::settings::HttpSettings;

/// How long callers may keep the document.
const MAX_AGE: Duration = Duration::from_mins(5);

/// The claims of ID tokens beside those about the user.
const ID_TOKEN_CLAIMS: [&str; 11] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "sid",
    "at_hash",
];

/// `GET /.well-known/openid-configuration`, `GET /.well-known/oauth-authorization-server` -
/// [OpenID Connect Discovery §4](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig),
/// [RFC 8414 §3](https://www.rfc-editor.org/rfc/rfc8414#section-3)
pub(crate) async fn document(
    request: HttpRequest,
    discovery: web::Data<DiscoveryService>,
    registrations: web::Data<RegistrationService>,
    settings: web::Data<HttpSettings>,
    theme: web::Data<Theme>,
) -> Result<HttpResponse, OAuthFailure> {
    let facts = discovery.facts().await.map_err(TokenError::Storage)?;
    let issuer = &settings.issuer;
    let mut metadata = metadata(issuer, facts, theme.languages());
    metadata.oauth.registration_endpoint = registrations
        .is_possible()
        .then(|| issuer.url_of(places::REGISTER));
    let document = serde_json::to_vec(&metadata).map_err(OAuthFailure::failed)?;
    let etag = etag(&document);
    Ok(cacheable(&request, document.into(), &etag, MAX_AGE))
}

/// What works, and nothing else.
fn metadata(issuer: &Issuer, facts: DiscoveryFacts, ui_locales: Vec<String>) -> ProviderMetadata {
    let algorithms = texts(SigningAlgorithm::ALL.map(SigningAlgorithm::as_str));
    let alg = texts(KeyManagement::ALL.map(KeyManagement::as_str));
    let enc = texts(ContentEncryption::ALL.map(ContentEncryption::as_str));
    let about_users = StandardClaim::ALL.map(StandardClaim::as_str);
    ProviderMetadata {
        oauth: oauth_metadata(issuer, facts),
        userinfo_endpoint: issuer.url_of(places::USERINFO),
        frontchannel_logout_supported: true,
        frontchannel_logout_session_supported: true,
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
        end_session_endpoint: Some(issuer.url_of(places::END_SESSION)),
        check_session_iframe: issuer
            .is_https()
            .then(|| issuer.url_of(places::SESSION_IFRAME)),
        subject_types_supported: texts(SubjectType::ALL.map(SubjectType::as_str)),
        id_token_signing_alg_values_supported: algorithms.clone(),
        userinfo_signing_alg_values_supported: algorithms.clone(),
        id_token_encryption_alg_values_supported: alg.clone(),
        id_token_encryption_enc_values_supported: enc.clone(),
        userinfo_encryption_alg_values_supported: alg,
        userinfo_encryption_enc_values_supported: enc,
        acr_values_supported: texts(ACR_VALUES),
        // The pages fit all of these; `wap` is for telephones of another time.
        display_values_supported: texts(["page", "popup", "touch"]),
        prompt_values_supported: texts(Prompt::VALUES),
        ui_locales_supported: ui_locales,
        claim_types_supported: texts(["normal"]),
        claims_supported: texts(ID_TOKEN_CLAIMS.into_iter().chain(about_users)),
        claims_parameter_supported: true,
        request_parameter_supported: true,
        request_uri_parameter_supported: true,
        require_request_uri_registration: true,
        // Which of them a client may use is its profile's to say.
        request_object_signing_alg_values_supported: algorithms,
        request_object_encryption_alg_values_supported: texts(
            KeyManagement::OPENED.map(KeyManagement::as_str),
        ),
        request_object_encryption_enc_values_supported: texts(
            ContentEncryption::OPENED.map(ContentEncryption::as_str),
        ),
    }
}

fn oauth_metadata(issuer: &Issuer, facts: DiscoveryFacts) -> AuthorizationServerMetadata {
    let methods = texts(AuthMethod::ALL.map(AuthMethod::as_str));
    // Introspection is for clients that prove themselves (RFC 7662 §2.1).
    let proving = AuthMethod::ALL
        .into_iter()
        .filter(|method| *method != AuthMethod::None);
    // Which of them a client may use is its profile's to say.
    let algorithms = texts(SigningAlgorithm::ALL.map(SigningAlgorithm::as_str));
    AuthorizationServerMetadata {
        issuer: issuer.as_str().to_owned(),
        authorization_endpoint: issuer.url_of(places::AUTHORIZE),
        token_endpoint: issuer.url_of(places::TOKEN),
        jwks_uri: issuer.url_of(places::JWKS),
        scopes_supported: facts.scopes_supported,
        response_types_supported: texts(["code"]),
        response_modes_supported: texts(ResponseMode::ALL.map(ResponseMode::as_str)),
        grant_types_supported: texts(GrantType::ALL.map(GrantType::as_str)),
        token_endpoint_auth_methods_supported: methods.clone(),
        token_endpoint_auth_signing_alg_values_supported: algorithms.clone(),
        // Where there is one, whoever asks adds it.
        registration_endpoint: None,
        revocation_endpoint: Some(issuer.url_of(places::REVOKE)),
        revocation_endpoint_auth_methods_supported: methods,
        revocation_endpoint_auth_signing_alg_values_supported: algorithms.clone(),
        introspection_endpoint: Some(issuer.url_of(places::INTROSPECT)),
        introspection_endpoint_auth_methods_supported: texts(proving.map(AuthMethod::as_str)),
        introspection_endpoint_auth_signing_alg_values_supported: algorithms,
        code_challenge_methods_supported: texts(["S256"]),
        authorization_response_iss_parameter_supported: true,
    }
}

fn texts<'t>(values: impl IntoIterator<Item = &'t str>) -> Vec<String> {
    values.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::{Value, json};

    use super::*;

    fn written(issuer: &str) -> Value {
        let facts = DiscoveryFacts {
            scopes_supported: vec!["openid".to_owned()],
        };
        serde_json::to_value(metadata(&issuer.parse().unwrap(), facts, Vec::new())).unwrap()
    }

    #[test]
    fn every_address_lies_below_the_issuer() {
        let document = written("https://example.com/auth");
        assert_eq!(document["issuer"], "https://example.com/auth");
        for (name, value) in document.as_object().unwrap() {
            if name.ends_with("_endpoint") || name.ends_with("_uri") {
                let address = value.as_str().unwrap();
                assert!(address.starts_with("https://example.com/auth/"), "{name}");
            }
        }
    }

    #[test]
    fn only_what_works_is_named() {
        let document = written("https://auth.example.com");
        assert_eq!(document["response_types_supported"], json!(["code"]));
        assert_eq!(
            document["id_token_signing_alg_values_supported"],
            json!(["RS256", "PS256", "ES256", "EdDSA"])
        );
        assert_eq!(
            document["code_challenge_methods_supported"],
            json!(["S256"])
        );
        assert_eq!(
            document["introspection_endpoint_auth_methods_supported"],
            json!([
                "client_secret_basic",
                "client_secret_post",
                "private_key_jwt"
            ])
        );
        assert_eq!(document["require_request_uri_registration"], true);
        assert_eq!(
            document["authorization_response_iss_parameter_supported"],
            true
        );
    }
}
