use std::time::Duration;

use pretty_assertions::assert_eq;

use super::*;
use crate::clients::{ClientId, ClientJwks, RefreshRotation};
use crate::id::ClientKey;
use crate::keys::{KeyManagement, SigningAlgorithm};
use crate::scopes::Scope;

fn client() -> Client {
    let id: ClientId = "app".parse().unwrap();
    let mut client = Client::new(ClientKey::from_uuid(uuid::Uuid::nil()), id);
    client.redirect_uris = vec!["https://app.example.com/callback".parse().unwrap()];
    client.scope = "openid email".parse().unwrap();
    client
}

/// The members about which something is wrong after a change.
fn flawed(change: impl FnOnce(&mut Client)) -> Vec<&'static str> {
    let mut client = client();
    change(&mut client);
    client.flaws().into_iter().map(|flaw| flaw.member).collect()
}

fn public(client: &mut Client) {
    client.client_type = ClientType::Public;
    client.auth_method = AuthMethod::None;
}

#[test]
fn what_most_clients_are_is_right() {
    assert_eq!(flawed(|_client| {}), [""; 0]);
    assert_eq!(flawed(public), [""; 0]);
    assert_eq!(
        flawed(|client| {
            client.grant_types = GrantType::ALL.to_vec();
            client.optional_scope = "email".parse().unwrap();
            client.pkce = PkceRule::Exempt;
            client.nonce = NonceRule::Exempt;
            client.consent = ConsentPolicy::FirstParty;
            client.refresh_rotation = RefreshRotation::Keep;
            client.client_uri = Some("https://app.example.com/".to_owned());
            client.lifetimes.access = Some(Duration::from_mins(1));
        }),
        [""; 0]
    );
}

#[test]
fn a_public_client_can_do_nothing_that_needs_a_secret() {
    assert_eq!(
        flawed(|client| client.auth_method = AuthMethod::None),
        ["token_endpoint_auth_method"]
    );
    assert_eq!(
        flawed(|client| client.client_type = ClientType::Public),
        ["token_endpoint_auth_method"]
    );
    for (member, change) in [
        (
            "grant_types",
            (|client| client.grant_types = vec![GrantType::ClientCredentials]) as fn(&mut Client),
        ),
        ("require_pkce", |client| client.pkce = PkceRule::Exempt),
        ("require_nonce", |client| client.nonce = NonceRule::Exempt),
    ] {
        let found = flawed(|client| {
            public(client);
            change(client);
        });
        assert_eq!(found, [member]);
    }
}

#[test]
fn each_rule_names_its_member() {
    let many = |count: usize| {
        let uri = |at| format!("https://app.example.com/{at}").parse().unwrap();
        (0..count).map(uri).collect::<Vec<_>>()
    };
    let resources = |count: usize| {
        let uri = |at| format!("https://api.example.com/{at}").parse().unwrap();
        (0..count).map(uri).collect::<Vec<_>>()
    };
    assert_eq!(flawed(|client| client.name.clear()), ["client_name"]);
    for name in ["a\0", "a\nb", "\u{1b}[31m", &"ä".repeat(201)] {
        assert_eq!(
            flawed(|client| client.name = name.to_owned()),
            ["client_name"]
        );
    }
    assert_eq!(flawed(|client| client.name = "ä".repeat(200)), [""; 0]);
    assert_eq!(
        flawed(|client| client.redirect_uris.clear()),
        ["redirect_uris"]
    );
    assert_eq!(flawed(|client| client.redirect_uris = many(100)), [""; 0]);
    assert_eq!(
        flawed(|client| client.redirect_uris = many(101)),
        ["redirect_uris"]
    );
    assert_eq!(
        flawed(|client| client.post_logout_redirect_uris = many(101)),
        ["post_logout_redirect_uris"]
    );
    assert_eq!(
        flawed(|client| client.resources = resources(51)),
        ["resources"]
    );
    assert_eq!(
        flawed(|client| client.default_audience = resources(51)),
        ["default_audience"]
    );
    assert_eq!(
        flawed(|client| client.grant_types = vec![GrantType::RefreshToken]),
        ["grant_types"]
    );
    assert_eq!(
        flawed(|client| client.optional_scope = "profile".parse().unwrap()),
        ["optional_scope"]
    );
    let no_openid = |client: &mut Client| {
        client.scope = Scope::empty();
        client.pkce = PkceRule::Exempt;
    };
    assert_eq!(flawed(no_openid), ["require_pkce"]);
}

#[test]
fn each_rule_on_addresses_sectors_and_lifetimes_names_its_member() {
    let text = |text: &str| Some(text.to_owned());
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    for uri in [
        "javascript:alert(1)",
        "app",
        "https://a/\0",
        "https://a b/",
        "",
    ] {
        assert_eq!(
            flawed(|client| client.client_uri = text(uri)),
            ["client_uri"]
        );
    }
    let long = format!("https://a/{}", "x".repeat(2_048));
    assert_eq!(
        flawed(|client| client.policy_uri = text(&long)),
        ["policy_uri"]
    );
    assert_eq!(
        flawed(|client| client.tos_uri = text("data:,x")),
        ["tos_uri"]
    );
    for uri in ["http://sector.example/", "https://sector.example/\0", "x"] {
        let found = flawed(|client| client.openid.sector_identifier_uri = text(uri));
        assert_eq!(found, ["sector_identifier_uri"]);
    }
    let two_hosts = |client: &mut Client| {
        let other = "https://other.example.com/".parse().unwrap();
        client.redirect_uris.push(other);
    };
    assert_eq!(flawed(two_hosts), [""; 0]);
    assert_eq!(
        flawed(|client| {
            two_hosts(client);
            client.openid.subject_type = SubjectType::Pairwise;
        }),
        ["subject_type"]
    );
    assert_eq!(
        flawed(|client| client.lifetimes.access = seconds(86_401)),
        ["access_token_lifetime"]
    );
    assert_eq!(
        flawed(|client| client.lifetimes.refresh_idle = seconds(0)),
        ["refresh_token_idle_lifetime"]
    );
    assert_eq!(
        flawed(|client| client.lifetimes.refresh_absolute = seconds(u64::MAX)),
        ["refresh_token_absolute_lifetime"]
    );
    assert_eq!(
        flawed(|client| client.openid.default_max_age = seconds(3_650 * 86_400 + 1)),
        ["default_max_age"]
    );
    assert_eq!(
        flawed(|client| client.openid.default_max_age = seconds(0)),
        [""; 0]
    );
}

#[test]
fn everything_that_is_wrong_is_found_at_once() {
    let found = flawed(|client| {
        client.name.clear();
        client.redirect_uris.clear();
        client.tos_uri = Some("x".to_owned());
        client.lifetimes.access = Some(Duration::ZERO);
    });
    let expected = [
        "client_name",
        "redirect_uris",
        "tos_uri",
        "access_token_lifetime",
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_weakens_a_client_is_said() {
    let mut client = client();
    assert_eq!(client.warnings(), [""; 0]);
    client.pkce = PkceRule::Exempt;
    client.nonce = NonceRule::Exempt;
    client.consent = ConsentPolicy::FirstParty;
    assert_eq!(client.warnings().len(), 3);
}

#[test]
fn what_is_opened_in_a_frame_is_of_the_client_itself() {
    let opened = |uri: &str| {
        let uri = uri.parse().unwrap();
        flawed(|client| client.logout.frontchannel_uri = Some(uri))
    };
    assert_eq!(opened("https://app.example.com/out?from=us"), [""; 0]);
    for uri in [
        "https://app.example.com:8443/out",
        "https://example.com/out",
        "https://app.example.com.evil.example/out",
    ] {
        assert_eq!(opened(uri), ["frontchannel_logout_uri"], "{uri}");
    }
}

fn by_key(client: &mut Client) {
    client.auth_method = AuthMethod::PrivateKeyJwt;
    client.jwks_uri = Some("https://app.example/jwks".parse().unwrap());
}

#[test]
fn a_client_that_signs_assertions_has_keys_in_one_place() {
    assert_eq!(flawed(by_key), [""; 0]);
    let without = flawed(|client| client.auth_method = AuthMethod::PrivateKeyJwt);
    assert_eq!(without, ["token_endpoint_auth_method"]);
    let both = flawed(|client| {
        by_key(client);
        client.jwks = Some(ClientJwks::of_read(Vec::new()));
    });
    assert_eq!(both, ["jwks_uri"]);
}

#[test]
fn what_is_encrypted_needs_a_key_in_the_registration_itself() {
    let elsewhere = flawed(|client| {
        by_key(client);
        client.openid.id_token_encryption.alg = Some(KeyManagement::RsaOaep256);
    });
    assert_eq!(elsewhere, ["id_token_encrypted_response_alg"]);
}

#[test]
fn an_algorithm_of_assertions_is_for_those_who_sign_them_and_one_of_the_profiles() {
    let flawed_with = |profile, alg| {
        flawed(|client| {
            by_key(client);
            client.profile = profile;
            client.assertion_alg = Some(alg);
        })
    };
    let member = "token_endpoint_auth_signing_alg";
    for profile in ClientProfile::ALL {
        assert_eq!(flawed_with(profile, SigningAlgorithm::Es256), [""; 0]);
    }
    assert_eq!(
        flawed_with(ClientProfile::Oidc, SigningAlgorithm::Rs256),
        [""; 0]
    );
    assert_eq!(
        flawed_with(ClientProfile::Strict, SigningAlgorithm::Rs256),
        [member]
    );
    assert_eq!(
        flawed_with(ClientProfile::Fapi2, SigningAlgorithm::Rs256),
        [member]
    );
    let by_secret = flawed(|client| client.assertion_alg = Some(SigningAlgorithm::Es256));
    assert_eq!(by_secret, [member]);
}

#[test]
fn the_profile_fapi2_is_for_confidential_clients_and_keeps_their_refresh_tokens() {
    let of_public = flawed(|client| {
        public(client);
        client.profile = ClientProfile::Fapi2;
    });
    assert_eq!(of_public, ["profile"]);
    let mut client = client();
    for (profile, rotates) in [
        (ClientProfile::Strict, true),
        (ClientProfile::Oidc, true),
        (ClientProfile::Fapi2, false),
    ] {
        client.profile = profile;
        assert_eq!(client.rotates_refresh_tokens(), rotates, "{profile:?}");
    }
}
