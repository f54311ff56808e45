//! A client for tests of rules: what most are, to be changed where a test wants it otherwise.

use super::{
    ApplicationType, AuthMethod, Client, ClientType, ConsentPolicy, GrantType, NonceRule,
    OpenIdMetadata, PkceRule, RefreshRotation,
};
use crate::id::ClientKey;
use crate::scopes::Scope;

/// A confidential client of the code flow that has registered no address yet.
pub(crate) fn client() -> Client {
    Client {
        key: ClientKey::from_uuid(uuid::Uuid::nil()),
        id: "app".parse().unwrap(),
        name: "App".to_owned(),
        client_type: ClientType::Confidential,
        application_type: ApplicationType::Web,
        auth_method: AuthMethod::ClientSecretBasic,
        secrets: Vec::new(),
        redirect_uris: Vec::new(),
        post_logout_redirect_uris: Vec::new(),
        grant_types: vec![GrantType::AuthorizationCode],
        scope: "openid profile email offline_access".parse().unwrap(),
        default_scope: Scope::empty(),
        optional_scope: "openid email".parse().unwrap(),
        resources: Vec::new(),
        default_audience: Vec::new(),
        pkce: PkceRule::Required,
        nonce: NonceRule::Required,
        consent: ConsentPolicy::Ask,
        refresh_rotation: RefreshRotation::Rotate,
        openid: OpenIdMetadata::default(),
        client_uri: None,
        policy_uri: None,
        tos_uri: None,
        is_active: true,
        version: 1,
    }
}
