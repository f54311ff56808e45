use pretty_assertions::assert_eq;

use super::*;
use crate::clients::sample::client;

const ISSUER: &str = "https://auth.example";
const NOW: i64 = 1_780_000_000;

fn claims() -> RequestObjectClaims {
    RequestObjectClaims {
        iss: Some("app".to_owned()),
        sub: None,
        aud: Some(Audience::One(ISSUER.to_owned())),
        client_id: Some("app".to_owned()),
        exp: Some(NOW + 60),
        nbf: Some(NOW),
        iat: None,
    }
}

fn check(
    profile: ClientProfile,
    change: impl FnOnce(&mut RequestObjectClaims),
) -> Result<(), RequestObjectFlaw> {
    let mut claims = claims();
    change(&mut claims);
    let client = Client {
        profile,
        ..client()
    };
    claims.check(&client, ISSUER, Timestamp::from_unix_seconds(NOW).unwrap())
}

#[test]
fn each_profile_demands_its_own_claims() {
    use ClientProfile::{Fapi2, Oidc, Strict};
    type Change = fn(&mut RequestObjectClaims);
    let without: [(&str, Change, &[ClientProfile]); 5] = [
        ("iss", |claims| claims.iss = None, &[Strict, Fapi2]),
        ("aud", |claims| claims.aud = None, &[Strict, Fapi2]),
        ("exp", |claims| claims.exp = None, &[Strict, Fapi2]),
        (
            "client_id",
            |claims| claims.client_id = None,
            &[Strict, Fapi2],
        ),
        ("nbf", |claims| claims.nbf = None, &[Fapi2]),
    ];
    for profile in ClientProfile::ALL {
        assert_eq!(check(profile, |_claims| {}), Ok(()), "{profile:?}");
        for (name, change, demanded_by) in without {
            let expected = if demanded_by.contains(&profile) {
                Err(RequestObjectFlaw::Claim(name))
            } else {
                Ok(())
            };
            assert_eq!(check(profile, change), expected, "{profile:?} {name}");
        }
    }
    let nothing = check(Oidc, |claims| *claims = RequestObjectClaims::default());
    assert_eq!(nothing, Ok(()));
}

#[test]
fn a_client_that_signs_all_its_requests_goes_by_the_rules_of_rfc_9101() {
    use ClientProfile::{Fapi2, Oidc, Strict};
    for (profile, rules) in [(Strict, Strict), (Oidc, Strict), (Fapi2, Fapi2)] {
        let mut client = client();
        client.profile = profile;
        assert_eq!(client.request_object_profile(), profile);
        client.requests.rule = RequestObjectRule::Required;
        assert_eq!(client.request_object_profile(), rules);
        let nothing = RequestObjectClaims::default();
        let now = Timestamp::from_unix_seconds(NOW).unwrap();
        let checked = nothing.check(&client, ISSUER, now);
        assert_eq!(checked, Err(RequestObjectFlaw::Claim("iss")), "{profile:?}");
    }
}

#[test]
fn it_is_by_the_client_for_us_and_about_nobody() {
    let several =
        |texts: &[&str]| Audience::Several(texts.iter().map(|text| (*text).to_owned()).collect());
    for profile in ClientProfile::ALL {
        let other = || Some("other".to_owned());
        let by = check(profile, |claims| claims.iss = other());
        assert_eq!(by, Err(RequestObjectFlaw::Party));
        let of = check(profile, |claims| claims.client_id = other());
        assert_eq!(of, Err(RequestObjectFlaw::Party));
        let about = check(profile, |claims| claims.sub = Some("app".to_owned()));
        assert_eq!(about, Err(RequestObjectFlaw::Subject));
        assert_eq!(check(profile, |claims| claims.sub = other()), Ok(()));
        for (aud, expected) in [
            (several(&["https://other.example", ISSUER]), Ok(())),
            (several(&[]), Err(RequestObjectFlaw::Audience)),
            (
                Audience::One(format!("{ISSUER}/")),
                Err(RequestObjectFlaw::Audience),
            ),
            (
                Audience::One("app".to_owned()),
                Err(RequestObjectFlaw::Audience),
            ),
        ] {
            let checked = check(profile, |claims| claims.aud = Some(aud.clone()));
            assert_eq!(checked, expected, "{profile:?} {aud:?}");
        }
    }
}

#[test]
fn it_counts_for_an_hour_at_the_most_and_clocks_may_differ_by_half_a_minute() {
    use ClientProfile::{Fapi2, Strict};
    use RequestObjectFlaw::{Expired, TooEarly, TooLong};
    for (exp, expected) in [
        (-30, Err(Expired)),
        (-29, Ok(())),
        (3_630, Ok(())),
        (3_631, Err(TooLong)),
    ] {
        let checked = check(Strict, |claims| claims.exp = Some(NOW + exp));
        assert_eq!(checked, expected, "{exp}");
    }
    for (at, expected) in [(30, Ok(())), (31, Err(TooEarly))] {
        let checked = check(Strict, |claims| claims.nbf = Some(NOW + at));
        assert_eq!(checked, expected, "{at}");
        let checked = check(Strict, |claims| claims.iat = Some(NOW + at));
        assert_eq!(checked, expected, "{at}");
    }
    for (profile, expected) in [(Strict, Ok(())), (Fapi2, Err(Expired))] {
        let old = check(profile, |claims| claims.nbf = Some(NOW - 3_630));
        assert_eq!(old, expected);
    }
    let beyond = check(Strict, |claims| claims.exp = Some(i64::MAX));
    assert_eq!(beyond, Err(RequestObjectFlaw::Claim("exp")));
}

fn flawed(change: impl FnOnce(&mut Client)) -> Vec<&'static str> {
    let mut client = client();
    client.redirect_uris = vec!["https://app.example/callback".parse().unwrap()];
    change(&mut client);
    client.flaws().into_iter().map(|flaw| flaw.member).collect()
}

fn uri(number: usize) -> RequestUri {
    format!("https://app.example/{number}").parse().unwrap()
}

#[test]
fn what_a_client_signs_needs_keys_and_an_algorithm_of_its_profile() {
    let keyed = |client: &mut Client| client.jwks_uri = Some(uri(0).as_fetch_url().clone());
    let all = |client: &mut Client| {
        client.requests = RequestObjectMetadata {
            alg: Some(SigningAlgorithm::Es256),
            rule: RequestObjectRule::Required,
            uris: vec![uri(1)],
        };
    };
    let members = [
        "request_object_signing_alg",
        "require_signed_request_object",
        "request_uris",
    ];
    assert_eq!(flawed(all), members);
    let both = |client: &mut Client| {
        keyed(client);
        all(client);
    };
    assert_eq!(flawed(both), [""; 0]);
    let weak = flawed(|client| {
        both(client);
        client.requests.alg = Some(SigningAlgorithm::Rs256);
    });
    assert_eq!(weak, ["request_object_signing_alg"]);
    let by_reference = flawed(|client| {
        both(client);
        client.profile = ClientProfile::Fapi2;
    });
    assert_eq!(by_reference, ["request_uris"]);
    let many = flawed(|client| {
        both(client);
        client.requests.uris = (0..=MAX_REQUEST_URIS).map(uri).collect();
    });
    assert_eq!(many, ["request_uris"]);
}

#[test]
fn an_address_keeps_its_fragment_and_is_fetched_without_it() {
    let fragments = [
        "https://a.example/r",
        "https://a.example/r#a",
        "https://a.example/r#",
    ];
    let read: Vec<RequestUri> = fragments.map(|text| text.parse().unwrap()).into();
    for (uri, text) in read.iter().zip(fragments) {
        assert_eq!((uri.as_str(), &*uri.to_string()), (text, text));
        let fetched = uri.as_fetch_url();
        assert_eq!(fetched.as_url().as_str(), "https://a.example/r");
        let names_it = |other: &&RequestUri| other.as_fetch_url() == fetched;
        assert_eq!(read.iter().filter(names_it).count(), 1, "{text}");
    }
    for text in ["http://a.example/r#a", "https://a.example/r#a b", "#a"] {
        assert!(text.parse::<RequestUri>().is_err(), "{text}");
    }
}
