//! `clients`, `client_secrets`, `client_scopes`.

mod assertions;
mod plans;
mod registered;

use std::time::Duration;

use authly_domain::clients::{
    ApplicationType, AuthMethod, Client, ClientJwks, ClientProfile, ClientSecretDigest, ClientType,
    ConsentPolicy, GrantType, LogoutMetadata, NonceRule, OpenIdMetadata, PkceRule, RefreshRotation,
    RequestObjectMetadata, RequestObjectRule, ResponseEncryption, SubjectType, TokenLifetimes,
};
use authly_domain::keys::{ContentEncryption, KeyManagement, SigningAlgorithm};
use authly_domain::scopes::{Scope, ScopeRecord};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::spoil::corrupt_column;
use crate::world::{World, scope};

in_both_modes!(
    a_client_reads_back_as_it_was_stored,
    an_unlike_client_reads_back_too,
    storing_it_again_keeps_the_key_and_raises_the_version,
    a_name_that_nobody_has_finds_nothing,
    a_new_secret_takes_the_place_of_all_others,
    a_secret_that_is_being_replaced_has_an_end,
    scopes_are_replaced_as_a_whole,
    a_scope_that_does_not_exist_is_refused_by_name,
    scopes_that_are_not_active_are_left_out,
    what_we_never_write_is_corrupt,
);

async fn find(world: &World, client: &Client) -> Client {
    let conn = world.conn().await;
    conn.reads()
        .clients()
        .find(&client.id)
        .await
        .unwrap()
        .unwrap()
}

async fn a_client_reads_back_as_it_was_stored(world: World) {
    let expected = world.sample_client("web");
    assert_eq!(
        world.client("web").await,
        Client {
            key: find(&world, &expected).await.key,
            ..expected
        }
    );
}

/// Every field another than in the sample.
fn two_keys() -> ClientJwks {
    let keys = json!({ "keys": [
        { "kty": "RSA", "n": "AQ", "e": "Aw", "kid": "one", "use": "enc" },
        { "kty": "EC", "crv": "P-256", "x": "AQ", "y": "Ag", "key_ops": ["verify"] },
    ] });
    serde_json::from_value(keys).unwrap()
}

fn unlike_logout() -> LogoutMetadata {
    LogoutMetadata {
        backchannel_uri: Some("https://client.example/told".parse().unwrap()),
        backchannel_session_required: true,
        frontchannel_uri: Some("https://client.example/out".parse().unwrap()),
        frontchannel_session_required: true,
    }
}

fn unlike_openid() -> OpenIdMetadata {
    OpenIdMetadata {
        id_token_alg: SigningAlgorithm::EdDsa,
        userinfo_alg: Some(SigningAlgorithm::Ps256),
        id_token_encryption: ResponseEncryption {
            alg: Some(KeyManagement::RsaOaep256),
            enc: Some(ContentEncryption::A256CbcHs512),
        },
        userinfo_encryption: ResponseEncryption {
            alg: Some(KeyManagement::EcdhEs),
            enc: None,
        },
        subject_type: SubjectType::Pairwise,
        sector_identifier_uri: Some("https://client.example/uris.json".to_owned()),
        default_max_age: Some(Duration::from_hours(1)),
        require_auth_time: true,
    }
}

fn unlike_public(world: &World) -> Client {
    Client {
        client_type: ClientType::Public,
        profile: ClientProfile::Fapi2,
        auth_method: AuthMethod::None,
        jwks_uri: Some("https://app.example/jwks".parse().unwrap()),
        requests: RequestObjectMetadata {
            alg: Some(SigningAlgorithm::Ps256),
            rule: RequestObjectRule::Required,
            uris: vec!["https://app.example/request".parse().unwrap()],
        },
        pkce: PkceRule::Required,
        nonce: NonceRule::Required,
        scope: Scope::empty(),
        ..world.sample_client("native")
    }
}

async fn an_unlike_client_reads_back_too(world: World) {
    let unlike = Client {
        name: "Notes for the desktop".to_owned(),
        application_type: ApplicationType::Native,
        profile: ClientProfile::Oidc,
        auth_method: AuthMethod::PrivateKeyJwt,
        assertion_alg: Some(SigningAlgorithm::Rs256),
        redirect_uris: vec![
            "http://127.0.0.1/callback".parse().unwrap(),
            "com.example.notes:/callback".parse().unwrap(),
        ],
        post_logout_redirect_uris: vec!["https://client.example/bye".parse().unwrap()],
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        scope: Scope::empty(),
        resources: vec!["https://api.example/".parse().unwrap()],
        default_audience: vec!["https://other.example/".parse().unwrap()],
        pkce: PkceRule::Exempt,
        nonce: NonceRule::Exempt,
        consent: ConsentPolicy::FirstParty,
        refresh_rotation: RefreshRotation::Keep,
        openid: unlike_openid(),
        logout: unlike_logout(),
        jwks: Some(two_keys()),
        lifetimes: TokenLifetimes {
            access: Some(Duration::from_mins(1)),
            refresh_idle: Some(Duration::from_hours(1)),
            refresh_absolute: Some(Duration::from_hours(24)),
        },
        client_uri: Some("https://client.example/".to_owned()),
        policy_uri: Some("https://client.example/privacy".to_owned()),
        tos_uri: Some("https://client.example/terms".to_owned()),
        is_active: false,
        ..world.sample_client("notes")
    };
    let conn = world.conn().await;
    for client in [unlike, unlike_public(&world)] {
        let clients = conn.reads().clients();
        let key = clients.upsert(&client, world.now).await.unwrap();
        assert_eq!(key, client.key);
        assert_eq!(find(&world, &client).await, client);
    }
}

async fn storing_it_again_keeps_the_key_and_raises_the_version(world: World) {
    let first = world.client("web").await;
    let renamed = Client {
        name: "Another name".to_owned(),
        ..world.sample_client("web")
    };

    let conn = world.conn().await;
    let key = conn
        .reads()
        .clients()
        .upsert(&renamed, world.later(1))
        .await
        .unwrap();

    assert_eq!(key, first.key);
    let second = find(&world, &first).await;
    assert_eq!(
        second,
        Client {
            name: renamed.name,
            version: first.version + 1,
            ..first
        }
    );
}

async fn a_name_that_nobody_has_finds_nothing(world: World) {
    world.client("web").await;
    let conn = world.conn().await;
    let found = conn
        .reads()
        .clients()
        .find(&"WEB".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(found, None);
}

async fn a_new_secret_takes_the_place_of_all_others(world: World) {
    let client = world.client("web").await;
    let conn = world.conn().await;
    let digests = [world.digest(), world.digest()];
    for digest in [digests[0], digests[1], digests[1]] {
        let clients = conn.reads().clients();
        clients
            .replace_secrets(client.key, &digest, world.now)
            .await
            .unwrap();
        let expected = ClientSecretDigest {
            digest,
            expires_at: None,
        };
        assert_eq!(find(&world, &client).await.secrets, [expected]);
    }
}

async fn a_secret_that_is_being_replaced_has_an_end(world: World) {
    let client = world.client("web").await;
    let conn = world.conn().await;
    let digest = world.digest();
    conn.reads()
        .clients()
        .replace_secrets(client.key, &digest, world.now)
        .await
        .unwrap();
    let sql = "UPDATE client_secrets SET expires_at = $1";
    let end = world.later(3_600);
    world
        .database
        .session()
        .await
        .execute(sql, &[&end.as_date_time()])
        .await
        .unwrap();

    let expected = ClientSecretDigest {
        digest,
        expires_at: Some(end),
    };
    assert_eq!(find(&world, &client).await.secrets, [expected]);

    conn.reads()
        .clients()
        .replace_secrets(client.key, &digest, world.now)
        .await
        .unwrap();
    let expected = ClientSecretDigest {
        digest,
        expires_at: None,
    };
    assert_eq!(find(&world, &client).await.secrets, [expected]);
}

async fn scopes_are_replaced_as_a_whole(world: World) {
    let client = world.client("web").await;
    let conn = world.conn().await;
    for (all, optional) in [
        ("email openid", "email"),
        ("openid email", "openid"),
        ("openid profile", "profile"),
        ("profile", ""),
        ("", ""),
    ] {
        let (all, optional) = (scope(all), scope(optional));
        let clients = conn.reads().clients();
        let replaced = clients.replace_scopes(client.key, &all, &optional);
        replaced.await.unwrap();
        let stored = find(&world, &client).await;
        assert_eq!((stored.scope, stored.optional_scope), (all, optional));
    }
}

async fn a_scope_that_does_not_exist_is_refused_by_name(world: World) {
    let client = world.client("web").await;
    let conn = world.conn().await;
    let unknown = scope("openid no-such-scope");
    let clients = conn.reads().clients();
    let refused = clients
        .replace_scopes(client.key, &unknown, &Scope::empty())
        .await;
    assert!(refused.unwrap_err().violates("client_scopes_scope_fkey"));
}

async fn scopes_that_are_not_active_are_left_out(world: World) {
    let client = world.client("web").await;
    let profile = ScopeRecord {
        name: "profile".parse().unwrap(),
        description: "Your profile".to_owned(),
        is_default: true,
        is_active: true,
        is_system: false,
    };
    let conn = world.conn().await;
    conn.reads()
        .scopes()
        .upsert(&profile, world.now)
        .await
        .unwrap();
    let found = find(&world, &client).await;
    assert_eq!(
        (found.scope, found.default_scope),
        (scope("openid profile"), scope("profile"))
    );

    let inactive = ScopeRecord {
        is_active: false,
        ..profile
    };
    conn.reads()
        .scopes()
        .upsert(&inactive, world.now)
        .await
        .unwrap();
    let found = find(&world, &client).await;
    assert_eq!(
        (found.scope, found.default_scope),
        (scope("openid"), Scope::empty())
    );
}

async fn what_we_never_write_is_corrupt(world: World) {
    let client = world.client("web").await;
    let conn = world.conn().await;
    let digest = world.digest();
    conn.reads()
        .clients()
        .replace_secrets(client.key, &digest, world.now)
        .await
        .unwrap();
    for (column, value) in [
        ("client_type", "'secret'"),
        ("application_type", "'desktop'"),
        ("token_endpoint_auth_method", "'client_secret_jwt'"),
        ("grant_types", "'{password}'"),
        ("resources", "'{no-uri}'"),
        ("default_audience", "'{https://api.example/#part}'"),
    ] {
        let look = async || conn.reads().clients().find(&client.id).await;
        let seen = world.spoiled(("clients", column), value, look).await;
        assert_eq!(corrupt_column(seen), column);
    }
    let look = async || conn.reads().clients().find(&client.id).await;
    let seen = world
        .spoiled(("client_secrets", "digest"), r"'\x00'", look)
        .await;
    assert_eq!(corrupt_column(seen), "secret_digests");
}
