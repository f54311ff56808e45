//! The JSON Schema of a configuration, for editors, made from what reads one.

use authly_admin_client::admin::clients::ClientChange;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::entry::{ClientOwn, ScopeSaid, ServerSaid, sorted};

/// What `apply` says of a client by itself.
const MARK: &str = "managed_by";

/// The schema (JSON Schema 2020-12).
pub(crate) fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let scope = object::<ScopeSaid>(&mut generator);
    let server = object::<ServerSaid>(&mut generator);
    let mut client = object::<ClientOwn>(&mut generator);
    let mut change = object::<ClientChange>(&mut generator);
    let own = client.get_mut("properties").and_then(Value::as_object_mut);
    let said = change.get_mut("properties").and_then(Value::as_object_mut);
    if let (Some(own), Some(said)) = (own, said) {
        said.remove(MARK);
        own.append(said);
    }
    client.insert(
        "description".to_owned(),
        "A client as it is to be: what is absent stays, and `null` clears what may be empty."
            .into(),
    );
    let definitions = Value::Object(generator.take_definitions(true));
    sorted(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of an Authly server",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "configuration": {
                "description": "The name of the configuration, with which things are marked.",
                "type": "string",
                "pattern": "^[A-Za-z0-9._-]{1,64}$",
                "default": "default",
            },
            "scopes": {
                "description": "What may be asked for.",
                "type": "array",
                "items": scope,
            },
            "resource_servers": {
                "description": "The APIs that tokens are for.",
                "type": "array",
                "items": server,
            },
            "clients": {
                "description": "The applications that ask for tokens.",
                "type": "array",
                "items": client,
            },
            "settings": {
                "description": "Settings that can be changed while the server runs, by their names. \
                                `null` gives one back to the server's own configuration.",
                "type": "object",
            },
        },
        "$defs": definitions,
    }))
}

/// The members of a client that a configuration changes.
pub(super) fn changeable() -> Vec<String> {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let change = object::<ClientChange>(&mut generator);
    let members = change.get("properties").and_then(Value::as_object);
    let names = members.into_iter().flat_map(Map::keys);
    names.filter(|name| *name != MARK).cloned().collect()
}

fn object<T: JsonSchema>(generator: &mut SchemaGenerator) -> Map<String, Value> {
    match T::json_schema(generator).to_value() {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
