//! Names and addresses: of clients, users, issuers, servers and rows.

use authly_admin_client::ServerUrl;
use authly_domain::clients::ClientId;
use authly_domain::id::{GrantId, UserId};
use authly_domain::issuer::Issuer;
use authly_domain::secret::Password;
use authly_domain::users::{Email, LoginName, MAX_PASSWORD_BYTES, PasswordRules, Username};
use url::Url;

use crate::{Check, of_text};

pub(crate) fn start() -> Check {
    of_text(|text| {
        client_id(text);
        username(text);
        email(text);
        password(text);
        issuer(text);
        server(text);
        identifier(text);
    })
}

fn client_id(text: &str) {
    if let Ok(id) = text.parse::<ClientId>() {
        assert_eq!(id.as_str(), text);
        assert!((1..=2_048).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()));
        let _ = id.check_chosen();
    }
}

fn username(text: &str) {
    let Ok(name) = text.parse::<Username>() else {
        return;
    };
    let again: Username = name.as_str().parse().expect("a name reads back");
    assert_eq!(again, name);
    assert!(!name.as_str().contains(['@', '\0', ' ']));
    let found = LoginName::Username(name.normal_form().to_owned());
    for typed in [name.as_str(), text] {
        assert_eq!(LoginName::read(typed), found, "{typed:?}");
    }
    // A normal form may hold a mark that no name has, as that of `İ` does.
    let normal = name.normal_form().to_owned();
    for other in [text.to_uppercase(), text.to_lowercase(), normal] {
        if let Ok(other) = other.parse::<Username>() {
            assert_eq!(other.normal_form(), name.normal_form());
        }
    }
}

fn email(text: &str) {
    let Ok(email) = text.parse::<Email>() else {
        return;
    };
    assert_eq!(email.as_str(), text);
    let found = LoginName::Email(email.normal_form().to_owned());
    assert_eq!(LoginName::read(text), found);
    assert_eq!(LoginName::read(email.normal_form()), found);
}

fn password(text: &str) {
    let password = Password::new(text.to_owned());
    let fits = (1..=MAX_PASSWORD_BYTES).contains(&text.len()) && !text.contains('\0');
    assert_eq!(password.check_form().is_ok(), fits);
    let rules = PasswordRules { minimum_length: 12 };
    let accepted = rules.check(&password, &["alice"]).is_ok();
    assert!(!accepted || (fits && text.chars().count() >= 12));
}

fn issuer(text: &str) {
    let Ok(issuer) = text.parse::<Issuer>() else {
        return;
    };
    assert_eq!(issuer.as_str(), text);
    assert!(!text.ends_with('/') && !text.contains(['?', '#']));
    assert!(issuer.is_https() || issuer.is_loopback());
    let url = Url::parse(&issuer.url_of("/login")).expect("a place of ours is a URL");
    assert_eq!(url.path(), format!("{}/login", issuer.path()));
    assert_eq!(url.origin().ascii_serialization(), issuer.origin());
}

fn server(text: &str) {
    if let Ok(server) = text.parse::<ServerUrl>() {
        assert_eq!(server.to_string().parse(), Ok(server.clone()));
        assert_eq!(format!("{server}/").parse(), Ok(server));
    }
}

fn identifier(text: &str) {
    if let Ok(id) = text.parse::<GrantId>() {
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(text.parse::<UserId>().is_err());
    }
}
