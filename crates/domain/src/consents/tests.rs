use pretty_assertions::assert_eq;

use super::*;
use crate::clients::{ClientType, sample};

fn scope(text: &str) -> Scope {
    text.parse().unwrap()
}

fn uri(text: &str) -> RedirectUri {
    text.parse().unwrap()
}

fn client(client_type: ClientType) -> Client {
    Client {
        client_type,
        ..sample::client()
    }
}

const CONFIDENTIAL: ClientType = ClientType::Confidential;

#[test]
fn without_a_remembered_answer_the_user_is_asked() {
    let need = consent_need(
        &client(CONFIDENTIAL),
        &uri("https://a/cb"),
        &scope("openid"),
        &[],
        None,
    );
    assert_eq!(need, ConsentNeed::Ask);
}

#[test]
fn a_remembered_answer_serves_until_more_is_asked() {
    let remembered = Consent {
        granted: scope("openid profile"),
        declined: Scope::empty(),
        resources: Vec::new(),
    };
    let need = |asked| {
        let (client, uri) = (client(CONFIDENTIAL), uri("https://a/cb"));
        consent_need(&client, &uri, &scope(asked), &[], Some(&remembered))
    };
    assert_eq!(need("openid"), ConsentNeed::Granted(scope("openid")));
    assert_eq!(need("openid email"), ConsentNeed::Ask);
}

#[test]
fn a_remembered_answer_serves_for_the_resource_servers_that_were_shown() {
    let resource = |text: &str| -> Resource { text.parse().unwrap() };
    let (api, other) = (resource("https://a.example"), resource("https://b.example"));
    let mut remembered = Consent {
        granted: scope("notes:read"),
        declined: Scope::empty(),
        resources: vec![api.clone()],
    };
    let (mut client, uri) = (client(CONFIDENTIAL), uri("https://a/cb"));
    let asked = scope("notes:read");
    let need = |client: &Client, remembered: &Consent, audience: &[Resource]| {
        consent_need(client, &uri, &asked, audience, Some(remembered))
    };
    let granted = ConsentNeed::Granted(asked.clone());
    let both = [api.clone(), other.clone()];
    // The server itself is whose page it was.
    assert_eq!(need(&client, &remembered, &[]), granted);
    let spelled = [resource("HTTPS://A.example/")];
    assert_eq!(need(&client, &remembered, &spelled), granted);
    assert_eq!(need(&client, &remembered, &both[1..]), ConsentNeed::Ask);
    assert_eq!(need(&client, &remembered, &both), ConsentNeed::Ask);

    let newer = answered(&client, &asked, &[other, api], &Scope::empty());
    remembered = remembered.updated_by(&newer);
    assert_eq!(remembered.resources, both);
    assert_eq!(need(&client, &remembered, &both), granted);

    client.consent = ConsentPolicy::FirstParty;
    assert_eq!(need(&client, &Consent::default(), &both), granted);
}

#[test]
fn rights_to_administer_are_asked_for_whatever_is_trusted_and_remembered() {
    let remembered = Consent {
        granted: scope("openid admin:users:read"),
        declined: Scope::empty(),
        resources: Vec::new(),
    };
    let mut client = client(CONFIDENTIAL);
    for consent in [ConsentPolicy::Ask, ConsentPolicy::FirstParty] {
        client.consent = consent;
        let need = |asked| {
            let (uri, asked) = (uri("https://a/cb"), scope(asked));
            consent_need(&client, &uri, &asked, &[], Some(&remembered))
        };
        assert_eq!(need("openid admin:users:read"), ConsentNeed::Ask);
        assert_eq!(need("openid"), ConsentNeed::Granted(scope("openid")));
    }
}

#[test]
fn a_declined_optional_scope_is_not_asked_for_again_and_not_granted() {
    let remembered = Consent {
        granted: scope("openid"),
        declined: scope("email"),
        resources: Vec::new(),
    };
    let (mut client, uri) = (client(CONFIDENTIAL), uri("https://a/cb"));
    let asked = scope("openid email");
    let need = consent_need(&client, &uri, &asked, &[], Some(&remembered));
    assert_eq!(need, ConsentNeed::Granted(scope("openid")));

    client.optional_scope = Scope::empty();
    assert_eq!(
        consent_need(&client, &uri, &asked, &[], Some(&remembered)),
        ConsentNeed::Ask
    );
}

#[test]
fn a_client_that_anyone_could_pass_for_asks_every_time() {
    let remembered = Consent {
        granted: scope("openid"),
        declined: Scope::empty(),
        resources: Vec::new(),
    };
    let public = client(ClientType::Public);
    for (address, need) in [
        ("http://127.0.0.1/cb", ConsentNeed::Ask),
        ("com.example.app:/cb", ConsentNeed::Ask),
        (
            "https://app.example/cb",
            ConsentNeed::Granted(scope("openid")),
        ),
    ] {
        let found = consent_need(
            &public,
            &uri(address),
            &scope("openid"),
            &[],
            Some(&remembered),
        );
        assert_eq!(found, need, "{address}");
    }
}

#[test]
fn even_a_first_party_client_asks_where_anyone_could_pass_for_it() {
    let mut public = client(ClientType::Public);
    public.consent = ConsentPolicy::FirstParty;
    let need = consent_need(
        &public,
        &uri("http://127.0.0.1/cb"),
        &scope("openid"),
        &[],
        None,
    );
    assert_eq!(need, ConsentNeed::Ask);
}

#[test]
fn a_first_party_client_is_not_asked_and_gets_no_offline_access_that_nobody_allowed() {
    let mut client = client(CONFIDENTIAL);
    client.consent = ConsentPolicy::FirstParty;
    let asked = scope("openid offline_access");
    let need = consent_need(&client, &uri("https://a/cb"), &asked, &[], None);
    assert_eq!(need, ConsentNeed::Granted(scope("openid")));
}

#[test]
fn openid_cannot_be_declined_and_an_unticked_optional_scope_is() {
    let asked = scope("openid profile email");
    let answer = answered(&client(CONFIDENTIAL), &asked, &[], &Scope::empty());
    assert_eq!(answer.granted, scope("openid profile"));
    assert_eq!(answer.declined, scope("email"));
    let answer = answered(&client(CONFIDENTIAL), &asked, &[], &scope("email admin"));
    assert_eq!(answer.granted, scope("openid profile email"));
}

#[test]
fn a_newer_answer_counts_where_both_speak_of_a_scope() {
    let old = Consent {
        granted: scope("a b"),
        declined: scope("c"),
        resources: Vec::new(),
    };
    let new = Consent {
        granted: scope("c"),
        declined: scope("b"),
        resources: Vec::new(),
    };
    let both = old.updated_by(&new);
    assert_eq!(
        both,
        Consent {
            granted: scope("a c"),
            declined: scope("b"),
            resources: Vec::new(),
        }
    );
}
