//! The OpenAPI document as a page has it: what is shown is what the document says.

use serde_json::{Map, Value};

use crate::pages::{ApiDocsPage, ApiGroup, ApiMember, ApiOperation, ApiSchema};

/// Where documents are described.
const SCHEMAS: &str = "#/components/schemas/";

/// The page about a document.
pub(super) fn page(document: &Value, address: String, download: String) -> ApiDocsPage {
    let tags = at(document, "/tags").as_array().into_iter().flatten();
    let groups = tags
        .filter_map(|tag| at(tag, "/name").as_str())
        .map(|tag| ApiGroup {
            name: tag.to_owned(),
            operations: operations(document, tag),
        });
    let schemas = members_of(at(document, "/components/schemas"));
    let schemas = schemas.map(|(name, schema)| ApiSchema {
        name: name.clone(),
        about: text(at(schema, "/description")),
        values: values(schema),
        members: members(schema),
    });
    ApiDocsPage {
        address,
        download,
        version: text(at(document, "/info/version")),
        about: text(at(document, "/info/description")),
        groups: groups.collect(),
        schemas: schemas.collect(),
    }
}

fn operations(document: &Value, tag: &str) -> Vec<ApiOperation> {
    let mut found = Vec::new();
    for (path, methods) in members_of(at(document, "/paths")) {
        for (method, operation) in members_of(methods) {
            if at(operation, "/tags/0").as_str() == Some(tag) {
                found.push(self::operation(path, method, operation));
            }
        }
    }
    found
}

fn operation(path: &str, method: &str, operation: &Value) -> ApiOperation {
    let parameters = at(operation, "/parameters")
        .as_array()
        .into_iter()
        .flatten();
    let parameters = parameters.map(|parameter| ApiMember {
        name: text(at(parameter, "/name")),
        kind: format!(
            "{} ({})",
            kind(at(parameter, "/schema")).0,
            text(at(parameter, "/in"))
        ),
        schema: None,
        is_required: at(parameter, "/required").as_bool() == Some(true),
        about: text(at(parameter, "/description")),
    });
    let answers = members_of(at(operation, "/responses"));
    let (mut status, mut answer, mut refusals) = (String::new(), None, Vec::new());
    for (code, response) in answers {
        if code.starts_with('2') {
            status.clone_from(code);
            let schema = at(response, "/content/application~1json/schema");
            answer = referred(schema);
        } else {
            refusals.push(code.clone());
        }
    }
    let body = at(operation, "/requestBody/content/application~1json/schema");
    let scopes = at(operation, "/security/0/accessToken").as_array();
    ApiOperation {
        id: text(at(operation, "/operationId")),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(at(operation, "/summary")),
        about: text(at(operation, "/description")),
        scope: scopes.and_then(|scopes| scopes.first()).map(text),
        parameters: parameters.collect(),
        body: referred(body),
        status,
        answer,
        refusals: refusals.join(", "),
    }
}

/// The members of an object that a schema describes.
fn members(schema: &Value) -> Vec<ApiMember> {
    let required = at(schema, "/required").as_array();
    let is_required = |name: &str| {
        let mut names = required.into_iter().flatten();
        names.any(|one| one == name)
    };
    members_of(at(schema, "/properties"))
        .map(|(name, schema)| {
            let (kind, refers) = kind(schema);
            ApiMember {
                name: name.clone(),
                kind,
                schema: refers,
                is_required: is_required(name),
                about: text(at(schema, "/description")),
            }
        })
        .collect()
}

/// The texts that an enumeration knows.
fn values(schema: &Value) -> Vec<ApiMember> {
    let value = |name: &Value, about: &Value| ApiMember {
        name: text(name),
        kind: String::new(),
        schema: None,
        is_required: false,
        about: text(about),
    };
    let listed = at(schema, "/enum").as_array().into_iter().flatten();
    let described = at(schema, "/oneOf").as_array().into_iter().flatten();
    let described = described.filter(|one| one.get("const").is_some());
    listed
        .map(|name| value(name, &Value::Null))
        .chain(described.map(|one| value(at(one, "/const"), at(one, "/description"))))
        .collect()
}

/// What a value is, in words, and the schema that describes it further.
fn kind(schema: &Value) -> (String, Option<String>) {
    if let Some(name) = referred(schema) {
        return (name.clone(), Some(name));
    }
    let choices = ["anyOf", "oneOf", "allOf"];
    let choices = choices
        .iter()
        .find_map(|name| schema.get(*name)?.as_array());
    if let Some(choices) = choices {
        let kinds: Vec<_> = choices.iter().map(kind).collect();
        let words: Vec<_> = kinds.iter().map(|(words, _)| words.as_str()).collect();
        let refers = kinds.iter().find_map(|(_, refers)| refers.clone());
        return (words.join(" or "), refers);
    }
    let format = at(schema, "/format").as_str();
    let types = match at(schema, "/type") {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => vec!["any value"],
    };
    let mut refers = None;
    let words: Vec<_> = types
        .into_iter()
        .map(|one| match (one, format) {
            ("array", _) => {
                let (of, name) = kind(at(schema, "/items"));
                refers.clone_from(&name);
                format!("list of {of}")
            }
            ("object", _) if at(schema, "/additionalProperties").is_object() => {
                let (of, name) = kind(at(schema, "/additionalProperties"));
                refers.clone_from(&name);
                format!("object of {of}")
            }
            ("string", Some(format)) => format!("string, {format}"),
            (one, _) => one.to_owned(),
        })
        .collect();
    (words.join(" or "), refers)
}

/// The name of the schema that this one refers to.
fn referred(schema: &Value) -> Option<String> {
    let reference = at(schema, "/$ref").as_str()?;
    reference.strip_prefix(SCHEMAS).map(str::to_owned)
}

fn members_of(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flat_map(Map::iter)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What stands at a place (RFC 6901); null where nothing does.
fn at<'v>(value: &'v Value, pointer: &str) -> &'v Value {
    const NOTHING: &Value = &Value::Null;
    value.pointer(pointer).unwrap_or(NOTHING)
}
