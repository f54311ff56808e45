//! Queries and bodies, read strictly: what is unknown, repeated or of another type is refused, and
//! everything that is wrong is named at once.

use actix_web::web::Query;
use authly_protocol::admin::{FieldError, ProblemCode};
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::fields::invalid_body;
use super::parameters::invalid_query;
use crate::extract::{Parameters, ParametersError};
use crate::respond::AdminProblem;

/// The longest query, in bytes.
const MAX_QUERY: usize = 8_192;
/// What serde says of a member that is not there, before its name in backticks.
const MISSING: &str = "missing field `";

/// Takes the parameters of a query apart.
pub(super) fn query_parameters(query: &str) -> Result<Parameters, AdminProblem> {
    if query.len() > MAX_QUERY {
        return Err(ParametersError::AddressTooLong.into());
    }
    let parameters = Parameters::parse(query.as_bytes())?;
    let repeated = parameters.repeated_at_all();
    if !repeated.is_empty() {
        let errors = repeated.into_iter().map(|name| FieldError {
            pointer: name,
            detail: "it stands more than once".to_owned(),
        });
        return Err(invalid_query(errors.collect()));
    }
    Ok(parameters)
}

/// Reads what is left of the query. An empty value is one, other than in OAuth.
pub(super) fn query<T: DeserializeOwned>(parameters: &Parameters) -> Result<T, AdminProblem> {
    if let Ok(Query(query)) = Query::from_query(&parameters.encode()) {
        return Ok(query);
    }
    let errors = parameters.pairs().filter_map(|(name, value)| {
        let alone = form_urlencoded::Serializer::new(String::new())
            .append_pair(name, value)
            .finish();
        let error = Query::<T>::from_query(&alone).err()?.to_string();
        let detail = error
            .rsplit_once("error: ")
            .map_or(error.as_str(), |(_, tail)| tail);
        Some(FieldError {
            pointer: name.to_owned(),
            detail: spoken(detail),
        })
    });
    Err(invalid_query(errors.collect()))
}

/// Reads a document. An absent one is an object without members.
pub(super) fn body<T: DeserializeOwned + JsonSchema>(bytes: &[u8]) -> Result<T, AdminProblem> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    let error = match serde_json::from_slice(bytes) {
        // A list would do where nothing has to be there: its entries would be the members in order.
        Ok(document) if bytes.trim_ascii_start().starts_with(b"{") => return Ok(document),
        Ok(_) => return Err(no_object()),
        Err(error) => error,
    };
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(members)) => Err(invalid_body(each_wrong::<T>(&members, &error))),
        Ok(_) => Err(no_object()),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            let detail = format!("The body is no JSON: at line {line}, column {column}.");
            Err(AdminProblem::new(ProblemCode::MalformedRequest, detail))
        }
    }
}

fn no_object() -> AdminProblem {
    let detail = "The body has to be a JSON object.";
    AdminProblem::new(ProblemCode::InvalidBody, detail)
}

/// What is wrong about each member, each looked at by itself; then those that are not there.
fn each_wrong<T: DeserializeOwned + JsonSchema>(
    members: &Map<String, Value>,
    first: &serde_json::Error,
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (name, value) in members {
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        if let Err(error) = T::deserialize(Value::Object(alone)) {
            let error = error.to_string();
            if !error.starts_with(MISSING) {
                errors.push(FieldError {
                    pointer: pointer_to(name),
                    detail: spoken(&error),
                });
            }
        }
    }
    errors.extend(each_missing::<T>(members));
    if errors.is_empty() {
        // A member that stands twice: the map has it once.
        errors.push(FieldError {
            pointer: String::new(),
            detail: spoken(&first.to_string()),
        });
    }
    errors
}

/// The members that have to be there and are not.
fn each_missing<T: JsonSchema>(members: &Map<String, Value>) -> Vec<FieldError> {
    let schema = SchemaGenerator::default().into_root_schema_for::<T>();
    let required = schema.get("required").and_then(Value::as_array);
    let names = required.into_iter().flatten().filter_map(Value::as_str);
    names
        .filter(|name| !members.contains_key(*name))
        .map(|name| FieldError {
            pointer: pointer_to(name),
            detail: "it is missing".to_owned(),
        })
        .collect()
}

/// A JSON Pointer to a member at the top (RFC 6901 §3).
pub(super) fn pointer_to(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// How serde begins where it quotes the value, which may be a secret.
const QUOTING: [&str; 3] = ["invalid type: ", "invalid value: ", "unknown variant "];

/// What serde says, without the value, and without the place in the text, which nobody sees.
fn spoken(error: &str) -> String {
    let end = error.rfind(" at line ").unwrap_or(error.len());
    let text = error.get(..end).unwrap_or(error);
    if !QUOTING.iter().any(|begin| text.starts_with(begin)) {
        return text.to_owned();
    }
    match text.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None => "it is of another kind than expected".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError as _;
    use pretty_assertions::assert_eq;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Eq, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        name: String,
        kind: String,
        #[serde(default)]
        count: Option<u8>,
    }

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        q: Option<String>,
        limit: Option<u64>,
    }

    /// The code and the places of what is wrong.
    fn refusal<T: std::fmt::Debug>(read: Result<T, AdminProblem>) -> (ProblemCode, Vec<String>) {
        let problem = read.unwrap_err();
        let document = serde_json::from_slice(&problem.document("id")).unwrap();
        let document: authly_protocol::admin::Problem = document;
        assert_eq!(document.status, problem.status_code().as_u16());
        let places = document.errors.into_iter().map(|error| error.pointer);
        (problem.code(), places.collect())
    }

    fn sample(text: &str) -> Result<Sample, AdminProblem> {
        body(text.as_bytes())
    }

    #[test]
    fn no_wrong_value_is_quoted() {
        for (value, detail) in [
            (r#""hunter-2""#, "expected u8"),
            (r#""hunter-2, expected a hunter""#, "expected u8"),
            ("[7, 8]", "expected u8"),
            ("7893", "expected u8"),
            (
                r#""hunter-2 at line 7 column 8""#,
                "it is of another kind than expected",
            ),
        ] {
            let text = format!(r#"{{"name": "a", "kind": "b", "count": {value}}}"#);
            let document = sample(&text).unwrap_err().document("id");
            let document: Value = serde_json::from_slice(&document).unwrap();
            assert_eq!(document["errors"][0]["detail"], detail, "{document}");
            assert!(!document.to_string().contains("hunter"), "{document}");
        }
    }

    #[test]
    fn every_wrong_member_is_named_at_once() {
        let wrong = sample(r#"{"name": 7, "count": 300, "a/b": 1}"#);
        let places = ["/name", "/count", "/a~1b", "/kind"];
        let places = places.map(str::to_owned).to_vec();
        assert_eq!(refusal(wrong), (ProblemCode::InvalidBody, places));
    }

    #[test]
    fn an_absent_body_lacks_what_has_to_be_there() {
        let places = vec!["/name".to_owned(), "/kind".to_owned()];
        assert_eq!(refusal(sample("")), (ProblemCode::InvalidBody, places));
    }

    #[test]
    fn a_member_that_stands_twice_is_refused() {
        let twice = sample(r#"{"name": "a", "name": "b", "kind": "c"}"#);
        let places = vec![String::new()];
        assert_eq!(refusal(twice), (ProblemCode::InvalidBody, places));
    }

    #[test]
    fn what_is_no_json_is_malformed_and_what_is_no_object_invalid() {
        let (malformed, invalid) = (ProblemCode::MalformedRequest, ProblemCode::InvalidBody);
        for (text, code) in [
            ("{", malformed),
            ("nonsense", malformed),
            ("{} {}", malformed),
            ("\u{feff}{}", malformed),
            (&"[".repeat(100_000), malformed),
            ("[]", invalid),
            ("null", invalid),
            ("7", invalid),
        ] {
            assert_eq!(refusal(sample(text)).0, code, "{text:.20}");
        }
    }

    fn filter(text: &str) -> Result<Filter, AdminProblem> {
        query(&query_parameters(text)?)
    }

    #[test]
    fn a_query_is_read_by_name() {
        let expected = Filter {
            q: Some("a b&".to_owned()),
            limit: Some(7),
        };
        assert_eq!(filter("limit=7&q=a+b%26").unwrap(), expected);
        assert_eq!(filter("").unwrap().limit, None);
    }

    #[test]
    fn what_is_wrong_about_a_query_is_named_at_once() {
        for (text, places) in [
            ("limit=many&colour=red&q=x", vec!["limit", "colour"]),
            ("q=a&limit=1&q=b", vec!["q"]),
            ("resource=a&resource=b", vec!["resource"]),
            ("limit=-1", vec!["limit"]),
            ("limit=", vec!["limit"]),
        ] {
            let places = places.into_iter().map(str::to_owned).collect();
            assert_eq!(
                refusal(filter(text)),
                (ProblemCode::InvalidQuery, places),
                "{text}"
            );
        }
        assert_eq!(refusal(filter("q=%")).0, ProblemCode::MalformedRequest);
        let long = format!("q={}", "x".repeat(MAX_QUERY));
        assert_eq!(refusal(filter(&long)).0, ProblemCode::AddressTooLong);
    }
}
