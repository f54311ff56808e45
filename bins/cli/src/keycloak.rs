//! The export of a Keycloak realm, as what Authly can take of it.

mod attributes;
mod clients;
mod export;
mod realm;
mod scopes;
mod users;

use std::fs;
use std::path::Path;

use authly_admin_client::WireSecret;
use authly_admin_client::admin::users::ImportedUser;
use serde::Serialize;
use serde_json::Value;

use self::export::Realm;
use crate::failure::Failure;

/// The longest file, in bytes.
const MAX_FILE: u64 = 512 << 20;

/// What is taken of an export.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// The name of the realm.
    pub(crate) realm: String,
    /// Scopes, as a configuration says them.
    pub(crate) scopes: Vec<Value>,
    /// Clients, as a configuration says them, with the secrets that the export has.
    pub(crate) clients: Vec<(Value, Option<WireSecret>)>,
    /// Users with the hashes of their passwords.
    pub(crate) users: Vec<ImportedUser>,
    /// What is not taken, and why.
    pub(crate) notes: Vec<Note>,
}

/// Something that is not taken, or not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Note {
    /// What, such as `client account`.
    pub(crate) what: String,
    /// Why.
    pub(crate) why: String,
}

impl Taken {
    fn note(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.notes.push(Note {
            what: what.into(),
            why: why.into(),
        });
    }
}

/// Reads an export, as `kc.sh export` writes it in one file.
pub(crate) fn read(path: &Path) -> Result<Taken, Failure> {
    let unreadable = |why: String| {
        let path = path.display();
        Failure::usage(format!("{path} cannot be read: {why}"))
    };
    let metadata = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if metadata.len() > MAX_FILE {
        return Err(unreadable("it has more than 512 MiB".to_owned()));
    }
    let text = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let realm: Realm = serde_json::from_slice(&text).map_err(|error| {
        unreadable(format!(
            "it is no export of one realm: line {}, column {}",
            error.line(),
            error.column()
        ))
    })?;
    let mut taken = Taken {
        realm: realm.realm.clone(),
        ..Taken::default()
    };
    realm::note(&realm, &mut taken);
    let known = scopes::take(&realm, &mut taken);
    clients::take(&realm, &known, &mut taken);
    users::take(&realm, &mut taken);
    Ok(taken)
}
