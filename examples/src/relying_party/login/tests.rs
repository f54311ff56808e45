use pretty_assertions::assert_eq;

use super::*;

const ISSUER: &str = "https://auth.example.com";

fn relying_party() -> RelyingParty {
    let redirect_uri = "https://notes.example.com/callback".to_owned();
    let registration = Registration {
        issuer: IssuerUrl::new(ISSUER.to_owned()).unwrap(),
        client_id: ClientId::new("notes".to_owned()),
        client_secret: ClientSecret::new("secret".to_owned()),
        redirect_uri: RedirectUrl::new(redirect_uri).unwrap(),
        api: None,
    };
    RelyingParty::new(registration, Outgoing::new().unwrap())
}

fn good() -> Callback {
    Callback {
        state: Some("our-state".to_owned()),
        iss: Some(ISSUER.to_owned()),
        code: Some("code".to_owned()),
        error: None,
        error_description: None,
    }
}

fn taken(callback: Callback) -> Result<AuthorizationCode, LoginError> {
    relying_party().code(&CsrfToken::new("our-state".to_owned()), callback)
}

#[test]
fn the_code_of_an_answer_to_this_login_is_taken() {
    assert_eq!(taken(good()).unwrap().secret(), "code");
}

#[test]
fn an_answer_to_another_login_is_refused() {
    for state in [None, Some(String::new()), Some("their-state".to_owned())] {
        let refused = taken(Callback { state, ..good() });
        assert!(
            matches!(refused, Err(LoginError::WrongState)),
            "{refused:?}"
        );
    }
}

#[test]
fn an_answer_from_another_server_is_refused() {
    for iss in [
        None,
        Some(format!("{ISSUER}/")),
        Some("https://evil.example".to_owned()),
    ] {
        let refused = taken(Callback { iss, ..good() });
        assert!(
            matches!(refused, Err(LoginError::WrongIssuer)),
            "{refused:?}"
        );
    }
}

#[test]
fn a_refusal_is_shown_only_if_it_is_to_this_login() {
    let denied = Callback {
        code: None,
        error: Some("access_denied".to_owned()),
        error_description: Some("The request was denied.".to_owned()),
        ..good()
    };
    assert_eq!(
        taken(denied).unwrap_err().to_string(),
        "the login was refused: access_denied The request was denied."
    );

    let foreign = Callback {
        state: None,
        error: Some("access_denied".to_owned()),
        ..good()
    };
    assert!(matches!(taken(foreign), Err(LoginError::WrongState)));
}

#[test]
fn an_answer_that_says_nothing_is_refused() {
    let empty = Callback {
        code: None,
        ..good()
    };
    assert!(matches!(taken(empty), Err(LoginError::NoCode)));
}
