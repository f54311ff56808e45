//! The document says of every endpoint what its type says.

use pretty_assertions::assert_eq;

use super::*;

fn sample() -> Value {
    document(Server {
        issuer: "https://auth.example.com",
        version: "1.2.3",
        authorization_endpoint: "https://auth.example.com/authorize",
        token_endpoint: "https://auth.example.com/token",
    })
}

#[test]
fn every_endpoint_is_in_it_with_its_scope_and_status() {
    let document = sample();
    let mut operations = 0;
    for methods in document["paths"].as_object().unwrap().values() {
        operations += methods.as_object().unwrap().len();
    }
    assert_eq!(operations, ALL.len());
    for one in ALL {
        let method = one.method.as_str().to_lowercase();
        let operation = &document["paths"][one.path][&method];
        assert_eq!(operation["operationId"], one.name);
        let scopes = match one.access {
            Access::AnyToken => json!([]),
            Access::Scope(scope) => json!([scope.as_str()]),
        };
        assert_eq!(operation["security"], json!([{"accessToken": scopes}]));
        let responses = operation["responses"].as_object().unwrap();
        let done = responses.keys().filter(|status| status.starts_with('2'));
        assert_eq!(
            done.collect::<Vec<_>>(),
            [&one.status.to_string()],
            "{}",
            one.name
        );
        let parameters = operation["parameters"].as_array().unwrap();
        let in_path = parameters.iter().filter(|one| one["in"] == "path");
        let in_path: Vec<_> = in_path.map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(in_path, one.path_names, "{}", one.name);
    }
}

#[test]
fn what_a_path_or_a_body_names_may_not_be_there() {
    let document = sample();
    for (path, expected) in [
        ("/admin/presented-tokens/look-up", true),
        ("/admin/presented-tokens/revoke", true),
        ("/admin/clients/{client}/disable", true),
        ("/admin/clients", false),
    ] {
        let responses = &document["paths"][path]["post"]["responses"];
        assert_eq!(responses.get("404").is_some(), expected, "{path}");
    }
}

#[test]
fn every_reference_leads_somewhere_within_the_document() {
    let document = sample();
    let text = document.to_string();
    let mut found = 0;
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
        found += 1;
    }
    assert!(found > 100, "{found}");
}

#[test]
fn schemas_that_nothing_leads_to_are_left_out() {
    let document = sample();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let text = document.to_string();
    for name in schemas.keys() {
        assert!(text.contains(&format!("{REFERENCE}{name}\"")), "{name}");
    }
    assert!(!schemas.contains_key("Nothing"));
    assert!(schemas.contains_key("PageOfClient"));
}

#[test]
fn everything_that_travels_says_what_it_is() {
    let document = sample();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let about = schema["description"].as_str().unwrap_or_default();
        assert!(about.ends_with('.'), "{name} does not say what it is");
        for (member, schema) in schema["properties"].as_object().into_iter().flatten() {
            let about = schema["description"].as_str().unwrap_or_default();
            assert!(about.len() > 3, "{name}.{member} does not say what it is");
        }
    }
}
