//! A client for tests of rules: what most are, to be changed where a test wants it otherwise.

use super::Client;
use crate::id::ClientKey;

/// A confidential client of the code flow that has registered no address yet.
pub(crate) fn client() -> Client {
    let id = "app".parse().unwrap();
    Client {
        name: "App".to_owned(),
        scope: "openid profile email offline_access".parse().unwrap(),
        optional_scope: "openid email".parse().unwrap(),
        version: 1,
        ..Client::new(ClientKey::from_uuid(uuid::Uuid::nil()), id)
    }
}
