//! What a client says of itself that nothing here depends on.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::clients::Flaw;

/// The most addresses of people.
const MAX_CONTACTS: usize = 10;
/// The longest of these texts, in bytes.
const MAX_TEXT: usize = 500;
/// The longest address of a page, in bytes.
const MAX_ADDRESS: usize = 2_048;

/// Members that are kept for the client and given back to it (RFC 7591 §2, OpenID Connect Dynamic Client
/// Registration §2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Declaration {
    /// How the people who are responsible for it can be reached.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Where a third party may send users who are to log in at the client: https.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// Which software it is an instance of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// In which version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// What somebody who is trusted says of it (RFC 7591 §2.3): given back as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_statement: Option<String>,
}

impl Declaration {
    /// Everything that is wrong about it.
    #[must_use]
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        if self.contacts.len() > MAX_CONTACTS || !self.contacts.iter().all(|one| is_text(one)) {
            let what = "contacts are at most 10 texts of 1 to 500 characters";
            flaws.push(Flaw::of("contacts", what));
        }
        if self
            .initiate_login_uri
            .as_deref()
            .is_some_and(|uri| !is_https(uri))
        {
            let what = "initiate_login_uri is an https address";
            flaws.push(Flaw::of("initiate_login_uri", what));
        }
        for (member, value) in [
            ("software_id", &self.software_id),
            ("software_version", &self.software_version),
        ] {
            if value.as_deref().is_some_and(|text| !is_text(text)) {
                let what = format!("{member} has 1 to 500 characters");
                flaws.push(Flaw::of(member, what));
            }
        }
        flaws
    }
}

fn is_text(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_TEXT && !text.chars().any(char::is_control)
}

fn is_https(uri: &str) -> bool {
    let is_plain = uri.len() <= MAX_ADDRESS && uri.bytes().all(|byte| byte.is_ascii_graphic());
    is_plain && Url::parse(uri).is_ok_and(|url| url.scheme() == "https")
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn each_member_that_cannot_be_is_named() {
        let flawed = |change: &dyn Fn(&mut Declaration)| {
            let mut said = Declaration {
                contacts: vec!["me@app.example".to_owned()],
                initiate_login_uri: Some("https://app.example/login".to_owned()),
                software_id: Some("4NRB1-0XZABZI9E6-5SM3R".to_owned()),
                software_version: Some("2".to_owned()),
                software_statement: None,
            };
            change(&mut said);
            let flaws = said.flaws().into_iter();
            flaws.map(|flaw| flaw.member).collect::<Vec<_>>()
        };
        assert_eq!(flawed(&|_said| {}), [""; 0]);
        for uri in [
            "http://app.example/login",
            "javascript:alert(1)",
            "login",
            "https://a b/",
        ] {
            let wrong = flawed(&|said| said.initiate_login_uri = Some(uri.to_owned()));
            assert_eq!(wrong, ["initiate_login_uri"], "{uri}");
        }
        for text in ["", "a\u{0}b", &"a".repeat(501)] {
            let contact = flawed(&|said| said.contacts.push(text.to_owned()));
            assert_eq!(contact, ["contacts"]);
            let id = flawed(&|said| said.software_id = Some(text.to_owned()));
            assert_eq!(id, ["software_id"]);
            let version = flawed(&|said| said.software_version = Some(text.to_owned()));
            assert_eq!(version, ["software_version"]);
        }
        let many = flawed(&|said| said.contacts = vec!["me".to_owned(); 11]);
        assert_eq!(many, ["contacts"]);
    }
}
