//! What a client may say that nothing here depends on: it is looked at, as all metadata are, and not kept.

use authly_domain::keys::{ContentEncryption, KeyManagement};
use authly_protocol::oauth::{CHECKED_MEMBERS, TRANSLATED_MEMBERS};
use serde_json::{Map, Value};
use url::Url;

/// The longest name of a client, in characters.
const MAX_NAME: usize = 200;
/// The longest address, in bytes.
const MAX_ADDRESS: usize = 2_048;

/// The members of a document that are not in order, each with what is wrong about it. One in another language
/// is called as it is without: the rest of its name is the client's.
pub(super) fn flaws(document: &Map<String, Value>) -> Vec<(&'static str, &'static str)> {
    let said = |name: &str| document.get(name).filter(|value| !value.is_null());
    let plain = CHECKED_MEMBERS
        .into_iter()
        .filter_map(|name| Some((name, flaw(name, said(name)?)?)));
    let translated = document
        .iter()
        .filter(|(_name, value)| !value.is_null())
        .filter_map(|(name, value)| {
            let (name, language) = name.split_once('#')?;
            let name = TRANSLATED_MEMBERS.into_iter().find(|one| *one == name)?;
            let what = if is_language(language) {
                flaw(name, value)?
            } else {
                "what stands behind # is no language"
            };
            Some((name, what))
        });
    let mut flaws: Vec<_> = plain.chain(translated).collect();
    let (alg, enc) = (
        "request_object_encryption_alg",
        "request_object_encryption_enc",
    );
    if said(enc).is_some() && said(alg).is_none() {
        flaws.push((enc, "it needs request_object_encryption_alg"));
    }
    flaws
}

/// What is wrong about the value of a member.
fn flaw(name: &str, value: &Value) -> Option<&'static str> {
    let text = value.as_str();
    let (is_right, what) = match name {
        "client_name" => (
            text.is_some_and(is_name),
            "it has 1 to 200 characters, none of them a control character",
        ),
        "default_acr_values" => (is_list_of_texts(value), "it is no list of texts"),
        // As the metadata have them.
        "request_object_encryption_alg" => {
            let known = KeyManagement::OPENED.map(KeyManagement::as_str);
            let is_known = text.is_some_and(|text| known.contains(&text));
            (is_known, "it is not one of the known values")
        }
        "request_object_encryption_enc" => {
            let known = ContentEncryption::OPENED.map(ContentEncryption::as_str);
            let is_known = text.is_some_and(|text| known.contains(&text));
            (is_known, "it is not one of the known values")
        }
        _ => (text.is_some_and(is_https), "it is no https address"),
    };
    (!is_right).then_some(what)
}

fn is_name(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn is_list_of_texts(value: &Value) -> bool {
    let is_text = |one: &Value| one.as_str().is_some_and(|text| !text.is_empty());
    value
        .as_array()
        .is_some_and(|list| list.iter().all(is_text))
}

fn is_https(text: &str) -> bool {
    let is_plain = text.len() <= MAX_ADDRESS && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_plain && Url::parse(text).is_ok_and(|url| url.scheme() == "https")
}

/// Whether a text has the form of a language tag (RFC 5646 §2.1).
fn is_language(tag: &str) -> bool {
    tag.split('-').all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}
