//! `GET /openapi.json` and `GET /api-docs`

use authly_protocol::admin::ALL;
use authly_testing::answer::Answer;
use authly_testing::rp::{http_client, send};
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use serde_json::{Map, Value};

async fn get(app: &TestApp, path: &str) -> Answer {
    send(http_client().get(app.url(path))).await
}

#[tokio::test]
async fn the_document_describes_this_server_and_may_be_kept() {
    let app = Setup::default().issuer_path("/auth").app().await;
    let answer = get(&app, "/openapi.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], app.issuer());
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let scheme = &document["components"]["securitySchemes"]["accessToken"]["flows"];
    let token_url = scheme["clientCredentials"]["tokenUrl"].as_str().unwrap();
    assert_eq!(token_url, format!("{}/api/v1/oauth/token", app.issuer()));
    let request = http_client().get(app.url("/openapi.json"));
    let again = send(request.header("if-none-match", answer.header("etag"))).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
}

#[tokio::test]
async fn every_path_and_method_of_the_document_is_there() {
    let app = TestApp::start().await;
    let document = get(&app, "/openapi.json").await.json();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let method = method.to_uppercase().parse().unwrap();
            let path = path.replace(['{', '}'], "");
            let refused = send(http_client().request(method, app.url(&path))).await;
            // Who calls is asked before anything else.
            refused.expect_problem(401, "unauthenticated");
        }
    }
}

#[tokio::test]
async fn the_page_shows_every_endpoint_and_document_without_scripts() {
    let app = TestApp::start().await;
    let document = get(&app, "/openapi.json").await.json();
    let page = get(&app, "/api-docs").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(!page.body.contains("<script") && !page.body.contains("style="));
    for one in ALL {
        assert!(
            page.body.contains(&format!("id=\"{}\"", one.name)),
            "{}",
            one.name
        );
        assert!(page.body.contains(one.path), "{}", one.path);
    }
    for name in document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        assert!(page.body.contains(&format!("<h3 id=\"{name}\">")), "{name}");
    }
    // What stands between backticks in the document is code on the page.
    assert!(page.body.contains("The <code>ETag</code> of the version"));
    assert!(!page.body.contains('`'));
    // Every link within the page leads somewhere.
    for link in page.body.split("href=\"#").skip(1) {
        let target = link.split('"').next().unwrap();
        assert!(page.body.contains(&format!("id=\"{target}\"")), "{target}");
    }
}

#[tokio::test]
async fn the_page_is_in_the_language_of_who_asks_however_often_it_was_sent() {
    let app = TestApp::start().await;
    let mut seen = Vec::new();
    for language in ["en", "de", "en", "de"] {
        let page = get(&app, &format!("/api-docs?ui_locales={language}")).await;
        assert_eq!(page.header("content-language"), language);
        assert_eq!(page.header("cache-control"), "no-store");
        let html = format!("<html lang=\"{language}\"");
        assert!(page.body.contains(&html), "{language}");
        seen.push(page.body);
    }
    assert_eq!((&seen[0], &seen[1]), (&seen[2], &seen[3]));
}

/// Holds that a value is what a schema says, as far as types, members and references go.
fn holds(value: &Value, schema: &Value, document: &Value) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let found = document.pointer(reference.trim_start_matches('#'));
        return holds(value, found.ok_or(reference)?, document);
    }
    for choices in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[choices].as_array() {
            let mut choices = choices.iter();
            let fits = choices.any(|one| holds(value, one, document).is_ok());
            return fits
                .then_some(())
                .ok_or(format!("{value} fits none of {schema}"));
        }
    }
    if let Some(constant) = schema.get("const")
        && constant != value
    {
        return Err(format!("{value} is not {constant}"));
    }
    if let Some(values) = schema["enum"].as_array()
        && !values.contains(value)
    {
        return Err(format!("{value} is none of {values:?}"));
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let types = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => vec![kind],
    };
    if !types.contains(&kind) {
        return Err(format!("{value} is no {types:?}"));
    }
    for entry in value.as_array().into_iter().flatten() {
        holds(entry, &schema["items"], document)?;
    }
    match value.as_object() {
        Some(members) => members_hold(members, schema, document),
        None => Ok(()),
    }
}

/// Holds that the members of an object are what its schema says.
fn members_hold(
    members: &Map<String, Value>,
    schema: &Value,
    document: &Value,
) -> Result<(), String> {
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        let there = members.contains_key(name);
        there.then_some(()).ok_or(format!("{name} is missing"))?;
    }
    let described = schema["properties"].as_object();
    for (name, value) in members {
        let known = described.and_then(|members| members.get(name));
        let open = schema.get("additionalProperties");
        let schema = known
            .or(open)
            .or(described.is_none().then_some(&Value::Null));
        let schema = schema.ok_or(format!("{name} is not described"))?;
        holds(value, schema, document)?;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_answered_is_what_the_document_says() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let document = get(&app, "/openapi.json").await.json();
    let mut seen = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        if path.contains('{') || methods.get("get").is_none() {
            continue;
        }
        let answer = root.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        let content = &methods["get"]["responses"]["200"]["content"];
        let schema = &content["application/json"]["schema"];
        let held = holds(&answer.json(), schema, &document);
        assert_eq!(held, Ok(()), "{path}: {}", answer.body);
        seen += 1;
        let refused = root.get(&format!("{path}?colour=red")).await;
        let problem = &document["components"]["schemas"]["Problem"];
        assert_eq!(holds(&refused.json(), problem, &document), Ok(()), "{path}");
    }
    assert!(seen >= 4, "{seen}");
}
