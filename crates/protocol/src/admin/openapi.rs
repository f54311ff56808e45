//! The admin API as an OpenAPI 3.1 document, made from the types of its endpoints.

use std::collections::{BTreeMap, BTreeSet};

use authly_domain::scopes::AdminScope;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{ALL, Description, Problem, ProblemCode};
use crate::endpoint::{Access, RequestHeader};

/// Where documents are described.
const SCHEMAS: &str = "/components/schemas";
/// How a reference to one of them begins.
const REFERENCE: &str = "#/components/schemas/";
/// The security scheme of access tokens.
const TOKEN: &str = "accessToken";
/// Where bodies name the thing that paths name elsewhere.
const NAMED_BY_BODY: &str = "/admin/presented-tokens/";

/// Where things are that the document names.
#[derive(Debug, Clone, Copy)]
pub struct Server<'a> {
    /// The issuer, below which the endpoints are.
    pub issuer: &'a str,
    /// The server's version.
    pub version: &'a str,
    /// The authorization endpoint.
    pub authorization_endpoint: &'a str,
    /// The token endpoint.
    pub token_endpoint: &'a str,
}

/// The document.
#[must_use]
pub fn document(server: Server<'_>) -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = SCHEMAS.into())
        .into_generator();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for one in ALL {
        let operation = operation(one, &mut generator);
        let method = one.method.as_str().to_lowercase();
        paths.entry(one.path).or_default().insert(method, operation);
    }
    let problem = generator.subschema_for::<Problem>().to_value();
    let responses = problem_responses(&problem);
    let mut schemas = generator.take_definitions(true);
    keep_used(&mut schemas, &[&json!(paths), &json!(responses)]);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Authly admin API",
            "version": server.version,
            "description": "Administration of Authly. Every call needs an access token with the \
                scope of its endpoint, of an administrator or of a service client that an \
                administrator has entitled, and comes from an allowed network. Refusals are \
                problem documents (RFC 9457) with a stable `code`.",
            "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"},
        },
        "servers": [{"url": server.issuer}],
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": responses,
            "securitySchemes": {TOKEN: security_scheme(server)},
        },
    })
}

/// The features, in the order of their endpoints.
fn tags() -> Vec<Value> {
    let mut names: Vec<&str> = Vec::new();
    for one in ALL {
        if !names.contains(&tag(one)) {
            names.push(tag(one));
        }
    }
    names
        .into_iter()
        .map(|name| json!({"name": name}))
        .collect()
}

/// The feature of an endpoint: the first part of its name.
fn tag(one: &Description) -> &'static str {
    one.name.split_once('.').map_or(one.name, |(tag, _)| tag)
}

fn operation(one: &Description, generator: &mut SchemaGenerator) -> Value {
    let about = one.about.trim().replace("\n ", "\n");
    let summary = about.split_inclusive(". ").next().unwrap_or(&about).trim();
    let scopes: Vec<&str> = match one.access {
        Access::AnyToken => Vec::new(),
        Access::Scope(scope) => vec![scope.as_str()],
    };
    let mut operation = json!({
        "operationId": one.name,
        "tags": [tag(one)],
        "summary": summary.trim_end_matches('.'),
        "description": about,
        "security": [{TOKEN: scopes}],
        "parameters": parameters(one, generator),
        "responses": responses(one, generator),
    });
    let body = (one.body)(generator).to_value();
    if has_members(&body, generator)
        && let Some(operation) = operation.as_object_mut()
    {
        let content = json!({"application/json": {"schema": body}});
        operation.insert(
            "requestBody".to_owned(),
            json!({"required": true, "content": content}),
        );
    }
    operation
}

fn parameters(one: &Description, generator: &mut SchemaGenerator) -> Vec<Value> {
    let in_path = one.path_names.iter().map(
        |name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}),
    );
    let mut parameters: Vec<Value> = in_path.collect();
    let query = (one.query)(generator).to_value();
    let query = resolved(&query, generator);
    let required = query.get("required").and_then(Value::as_array).cloned();
    let required = required.unwrap_or_default();
    for (name, schema) in query
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let mut schema = schema.clone();
        let about = schema
            .as_object_mut()
            .and_then(|it| it.remove("description"));
        parameters.push(json!({
            "name": name,
            "in": "query",
            "required": required.iter().any(|one| one == name),
            "description": about.unwrap_or_default(),
            "schema": schema,
        }));
    }
    if one.method.changes() {
        parameters.push(json!({
            "name": "dry_run",
            "in": "query",
            "required": false,
            "description": "Whether the change is only tried: checked and answered like a real one, \
                and nothing is stored.",
            "schema": {"type": "boolean", "default": false},
        }));
    }
    parameters.extend(one.headers.iter().map(|header| request_header(*header)));
    parameters
}

fn request_header(header: RequestHeader) -> Value {
    let (name, about) = match header {
        RequestHeader::IfMatch => (
            "If-Match",
            "The `ETag` of the version that the caller has seen: the change happens to no other.",
        ),
        RequestHeader::IdempotencyKey => (
            "Idempotency-Key",
            "A random text of 22 characters or more: a repeated request with it gets the first \
             answer again, secrets included, for a minute.",
        ),
    };
    json!({
        "name": name,
        "in": "header",
        "required": false,
        "description": about,
        "schema": {"type": "string"},
    })
}

fn responses(one: &Description, generator: &mut SchemaGenerator) -> Value {
    let answer = (one.answer)(generator).to_value();
    let mut done = json!({"description": "It is done."});
    if let Some(done) = done.as_object_mut()
        && has_members(&answer, generator)
    {
        let is_versioned = resolved(&answer, generator).pointer("/properties/version/type")
            == Some(&json!("integer"));
        if is_versioned {
            let etag = json!({
                "description": "The version, in quotes, for `If-Match`.",
                "schema": {"type": "string"},
            });
            done.insert("headers".to_owned(), json!({"ETag": etag}));
        }
        let content = json!({"application/json": {"schema": answer}});
        done.insert("content".to_owned(), content);
    }
    let mut responses = Map::from_iter([(one.status.to_string(), done)]);
    for status in statuses(one) {
        let reference = format!("#/components/responses/Problem{status}");
        responses.insert(status.to_string(), json!({"$ref": reference}));
    }
    Value::Object(responses)
}

/// The statuses of refusals that an endpoint may answer with.
fn statuses(one: &Description) -> Vec<u16> {
    let mut statuses = vec![400, 401, 403, 414, 500, 503];
    if !one.path_names.is_empty() || one.path.starts_with(NAMED_BY_BODY) {
        statuses.push(404);
    }
    if one.method.changes() {
        statuses.extend([409, 413, 415, 422]);
    }
    if one.headers.contains(&RequestHeader::IfMatch) {
        statuses.push(412);
    }
    statuses.sort_unstable();
    statuses
}

/// A response for each status, which lists the codes that travel with it.
fn problem_responses(problem: &Value) -> Map<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<ProblemCode>> = BTreeMap::new();
    for code in ProblemCode::ALL {
        by_status.entry(code.status()).or_default().push(*code);
    }
    let responses = by_status.into_iter().map(|(status, codes)| {
        let listed = codes
            .iter()
            .map(|code| format!("`{code}`: {}.", code.title()));
        let examples = codes.iter().map(|code| {
            let example = Problem {
                request_id: Some("5f0c2e9b7a41d8e36c90b2f4a1d7e853".to_owned()),
                ..Problem::new(*code, format!("{}.", code.title()))
            };
            (code.to_string(), json!({"value": example}))
        });
        let response = json!({
            "description": listed.collect::<Vec<_>>().join(" "),
            "content": {"application/problem+json": {
                "schema": problem,
                "examples": examples.collect::<Map<_, _>>(),
            }},
        });
        (format!("Problem{status}"), response)
    });
    responses.collect()
}

fn security_scheme(server: Server<'_>) -> Value {
    let scopes = AdminScope::ALL.iter();
    let scopes: Map<_, _> = scopes
        .map(|scope| (scope.to_string(), json!(scope.about())))
        .collect();
    json!({
        "type": "oauth2",
        "description": "An access token of this server, as Bearer.",
        "flows": {
            "authorizationCode": {
                "authorizationUrl": server.authorization_endpoint,
                "tokenUrl": server.token_endpoint,
                "scopes": scopes,
            },
            "clientCredentials": {"tokenUrl": server.token_endpoint, "scopes": scopes},
        },
    })
}

/// Keeps the schemas that these parts of the document lead to. Parameters of queries stand with
/// their endpoints.
fn keep_used(schemas: &mut Map<String, Value>, parts: &[&Value]) {
    let mut used = BTreeSet::new();
    for part in parts {
        references(part, &mut used);
    }
    let mut seen = 0;
    while seen < used.len() {
        seen = used.len();
        for name in used.clone() {
            if let Some(schema) = schemas.get(&name) {
                references(schema, &mut used);
            }
        }
    }
    schemas.retain(|name, _| used.contains(name));
}

/// The names of the schemas that a part of the document refers to.
fn references(part: &Value, names: &mut BTreeSet<String>) {
    match part {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            let name = reference.and_then(|text| text.strip_prefix(REFERENCE));
            names.extend(name.map(str::to_owned));
            members.values().for_each(|one| references(one, names));
        }
        Value::Array(entries) => entries.iter().for_each(|one| references(one, names)),
        _ => {}
    }
}

/// A schema itself, where it is a reference to one.
fn resolved(schema: &Value, generator: &SchemaGenerator) -> Value {
    let reference = schema.get("$ref").and_then(Value::as_str);
    let name = reference.and_then(|text| text.strip_prefix(REFERENCE));
    let found = name.and_then(|name| generator.definitions().get(name));
    found.unwrap_or(schema).clone()
}

/// Whether a schema describes more than an object without members.
fn has_members(schema: &Value, generator: &SchemaGenerator) -> bool {
    let schema = resolved(schema, generator);
    let is_object = schema.get("type") == Some(&json!("object"));
    let has_some =
        ["properties", "additionalProperties"]
            .iter()
            .any(|part| match schema.get(*part) {
                Some(Value::Object(members)) => !members.is_empty(),
                Some(Value::Bool(any)) => *any,
                _ => false,
            });
    !is_object || has_some
}

#[cfg(test)]
mod tests;
