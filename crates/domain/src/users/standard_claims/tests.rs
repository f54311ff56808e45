use pretty_assertions::assert_eq;

use super::*;
use crate::clock::Timestamp;
use crate::users::{Profile, Subject};

fn scope(text: &str) -> Scope {
    text.parse().unwrap()
}

fn granted(requested: &[&str]) -> GrantedClaims {
    GrantedClaims {
        user: UserClaims {
            subject: Subject::new("0198f2c4".to_owned()),
            username: "alice".parse().unwrap(),
            email: Some("alice@example.com".parse().unwrap()),
            email_is_verified: true,
            profile: Profile {
                name: Some("Alice Adams".to_owned()),
                phone_number: Some("+49 30 1234567".to_owned()),
                phone_number_verified: Some(false),
                ..Profile::default()
            },
            updated_at: Timestamp::from_unix_seconds(1_800_000_000).unwrap(),
        },
        requested: requested.iter().map(|text| text.parse().unwrap()).collect(),
    }
}

/// The names of what stands at UserInfo.
fn names(requested: &[&str], opened: &str, allowed: &str) -> Vec<&'static str> {
    let given = granted(requested).given(ClaimPlace::UserInfo, &scope(opened), &scope(allowed));
    given.0.iter().map(|(claim, _)| claim.as_str()).collect()
}

const ALL: &str = "openid profile email phone address";

#[test]
fn a_scope_opens_its_claims_and_what_is_not_known_is_absent() {
    assert_eq!(names(&[], "openid", ALL), Vec::<&str>::new());
    assert_eq!(
        names(&[], "openid profile", ALL),
        ["name", "preferred_username", "updated_at"]
    );
    assert_eq!(names(&[], "email", ALL), ["email", "email_verified"]);
    assert_eq!(
        names(&[], "phone address", ALL),
        ["phone_number", "phone_number_verified"]
    );
}

#[test]
fn a_claim_that_is_asked_for_stands_where_it_was_asked_for() {
    let asked = ["userinfo name", "id_token email", "userinfo address"];
    assert_eq!(names(&asked, "openid", ALL), ["name"]);
    let in_id_token = granted(&asked).given(ClaimPlace::IdToken, &Scope::empty(), &scope(ALL));
    let email = ClaimValue::Text("alice@example.com".to_owned());
    assert_eq!(in_id_token.0, [(StandardClaim::Email, email)]);
}

#[test]
fn a_claim_that_is_to_have_a_value_is_given_if_it_has_it() {
    for (asked, is_given) in [
        (vec!["userinfo email alice@example.com"], true),
        (vec!["userinfo email bob@example.com"], false),
        (
            vec![
                "userinfo email bob@example.com",
                "userinfo email alice@example.com",
            ],
            true,
        ),
        (vec!["userinfo email_verified true"], true),
        (vec!["userinfo email_verified false"], false),
        (vec!["userinfo updated_at 1800000000"], true),
        (vec!["userinfo name Alice Adams"], true),
    ] {
        assert_eq!(
            names(&asked, "openid", ALL).len(),
            usize::from(is_given),
            "{asked:?}"
        );
    }
}

#[test]
fn what_the_client_may_no_longer_have_is_not_given() {
    let asked = ["userinfo name", "userinfo email"];
    assert_eq!(names(&asked, "openid", "openid email"), ["email"]);
}

#[test]
fn a_requested_claim_reads_back_from_its_column() {
    for text in [
        "userinfo name",
        "id_token locale de",
        "userinfo name  two spaces ",
        "userinfo address ",
    ] {
        assert_eq!(text.parse::<RequestedClaim>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "userinfo",
        "userinfo shoe_size",
        "token name",
        "userinfo  name",
    ] {
        assert_eq!(
            text.parse::<RequestedClaim>(),
            Err(UnknownValue),
            "{text:?}"
        );
    }
}

#[test]
fn every_claim_is_known_by_its_name() {
    for claim in StandardClaim::ALL {
        assert_eq!(claim.as_str().parse(), Ok(claim));
    }
}
