//! `[registration]`: clients that register themselves.

use std::path::Path;

use authly_crypto::{client_keys, strict_json};
use authly_domain::registration::{RegistrationMode, StatementIssuers};
use authly_domain::scopes::{Scope, ScopeToken};
use authly_domain::settings::live::{
    REGISTRATION_MODE as MODE, REGISTRATION_OPEN_CLIENTS as OPEN_CLIENTS,
    REGISTRATION_OPEN_PER_ADDRESS as OPEN_PER_ADDRESS, REGISTRATION_OPEN_SCOPE as OPEN_SCOPE,
    REGISTRATION_UNUSED_LIFETIME as UNUSED_LIFETIME,
};
use authly_services::policy::RegistrationRules;
use serde_json::Value;

use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};

const STATEMENT_ISSUERS_FILE: Setting = Setting {
    path: "registration.statement_issuers_file",
    kind: Kind::Text("the path of a file"),
    default: DefaultValue::Words("none: no software statement counts"),
    about: "Whose software statements count: a file in JSON, an object that has the key set \
            (`{\"keys\": [...]}`) of each issuer by its `iss`. It is read when the server starts.",
};

/// The longest such file, in bytes.
const MAX_ISSUERS_FILE: usize = 1_024 * 1_024;

pub(super) const SETTINGS: &[Setting] = &[
    MODE,
    OPEN_SCOPE,
    OPEN_PER_ADDRESS,
    OPEN_CLIENTS,
    UNUSED_LIFETIME,
    STATEMENT_ISSUERS_FILE,
];

/// Who may register clients.
pub(super) fn read(reader: &mut Reader) -> RegistrationRules {
    let mode = reader.choice(&MODE).and_then(|name| name.parse().ok());
    let open_scope: Scope = reader.list::<ScopeToken>(&OPEN_SCOPE).into_iter().collect();
    if open_scope.administers() {
        reader.refuse(&OPEN_SCOPE, "holds a scope of administration");
    }
    RegistrationRules {
        mode: mode.unwrap_or(RegistrationMode::Closed),
        open_scope,
        open_per_address: reader.integer(&OPEN_PER_ADDRESS),
        open_clients: reader.integer(&OPEN_CLIENTS),
        unused_lifetime: reader.duration(&UNUSED_LIFETIME),
        statement_issuers: statement_issuers(reader),
    }
}

/// Whose software statements count.
fn statement_issuers(reader: &mut Reader) -> StatementIssuers {
    let Some(path) = reader.path(&STATEMENT_ISSUERS_FILE) else {
        return StatementIssuers::default();
    };
    read_issuers(&path).unwrap_or_else(|why| {
        let message = format!("{}: {why}", path.display());
        reader.refuse(&STATEMENT_ISSUERS_FILE, message);
        StatementIssuers::default()
    })
}

fn read_issuers(path: &Path) -> Result<StatementIssuers, String> {
    let document = std::fs::read(path).map_err(|error| error.to_string())?;
    let Ok(Value::Object(issuers)) = strict_json::parse(&document, MAX_ISSUERS_FILE) else {
        return Err("it is no JSON object of key sets by their issuers".to_owned());
    };
    let read = |(issuer, keys): (String, Value)| {
        let keys = client_keys::read(keys.to_string().as_bytes());
        let keys = keys.map_err(|flaws| {
            let flaws: Vec<_> = flaws.iter().map(|flaw| flaw.why.to_string()).collect();
            format!("the keys of {issuer}: {}", flaws.join("; "))
        })?;
        Ok((issuer, keys))
    };
    let issuers = issuers.into_iter().map(read);
    Ok(StatementIssuers::new(
        issuers.collect::<Result<_, String>>()?,
    ))
}
