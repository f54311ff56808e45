//! The file of those whose software statements count.

use pretty_assertions::assert_eq;

use super::*;

const VARIABLE: &str = "AUTHLY_REGISTRATION__STATEMENT_ISSUERS_FILE";
const KEYS: &str = r#"{ "keys": [ { "kty": "OKP", "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" } ] }"#;

#[tokio::test]
async fn the_issuers_of_statements_are_read_with_their_keys() {
    let text = format!(r#"{{ "https://federation.example": {KEYS} }}"#);
    let file = Scratch::new("issuers", 0o644, &text);
    let settings = Settings::read(&with(&[(VARIABLE, file.path())])).await;
    let issuers = settings.unwrap().registration.statement_issuers;
    let keys = issuers.keys_of("https://federation.example").unwrap();
    assert_eq!(keys.keys().len(), 1);
    assert_eq!(issuers.keys_of("https://other.example"), None);
}

#[tokio::test]
async fn a_file_that_holds_no_key_sets_is_a_problem_that_says_which() {
    let private = KEYS.replace(r#""x""#, r#""d": "AA", "x""#);
    for (name, text, why) in [
        ("no-json", "keys", "it is no JSON object"),
        ("a-list", "[]", "it is no JSON object"),
        ("twice", r#"{"a": {}, "a": {}}"#, "it is no JSON object"),
        (
            "no-keys",
            r#"{"https://a.example": {}}"#,
            "the keys of https://a.example: ",
        ),
        (
            "private",
            &format!(r#"{{"a": {private}}}"#),
            "the keys of a: ",
        ),
    ] {
        let file = Scratch::new(name, 0o644, text);
        let said = problems(&with(&[(VARIABLE, file.path())])).await;
        let [said] = said.as_slice() else {
            panic!("{name}: {said:?}");
        };
        assert!(
            said.starts_with("registration.statement_issuers_file"),
            "{said}"
        );
        assert!(said.contains(why), "{said}");
        assert!(!said.contains("\"d\""), "{said}");
    }
    let said = problems(&with(&[(VARIABLE, "/nowhere/issuers.json")])).await;
    assert!(said[0].contains("/nowhere/issuers.json"), "{said:?}");
}
