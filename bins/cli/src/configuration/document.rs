//! A configuration out of its files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use authly_admin_client::WireSecret;
use authly_admin_client::secret::ClientSecret;
use serde_json::{Map, Value};

use super::entry::{ClientSaid, Place, ScopeSaid, ServerSaid};
use super::files::{self, Read};
use crate::exit::Exit;
use crate::failure::Failure;

/// The name of a configuration that gives itself none.
const DEFAULT_NAME: &str = "default";

/// Something that is said, with where.
#[derive(Debug)]
pub(super) struct Placed<T> {
    pub(super) at: Place,
    pub(super) said: T,
}

/// What is to be there.
#[derive(Debug)]
pub(crate) struct Desired {
    /// The name of the configuration, with which things are marked.
    pub(crate) name: String,
    pub(super) scopes: Vec<Placed<ScopeSaid>>,
    pub(super) servers: Vec<Placed<ServerSaid>>,
    pub(super) clients: Vec<Placed<ClientSaid>>,
    /// By their names; `null` gives one back to the server's own configuration.
    pub(super) settings: BTreeMap<String, Placed<Value>>,
}

/// Reads the files of a configuration.
pub(crate) fn desired(named: &[PathBuf]) -> Result<Desired, Failure> {
    let mut reader = Reader::default();
    for file in files::read(named)? {
        reader.file(&file);
    }
    reader.finish()
}

/// What another server had, as what is to be there.
pub(crate) fn added(
    scopes: &[Value],
    clients: &[(Value, Option<WireSecret>)],
) -> Result<Desired, Failure> {
    let mut reader = Reader::default();
    let at = |path: &str| Place {
        file: "export".to_owned(),
        path: path.to_owned(),
    };
    reader.scopes(scopes, &at("scopes"));
    for (at, (entry, secret)) in numbered(clients, &at("clients")) {
        if let Some(mut said) = ClientSaid::read(entry, &at, &mut reader.problems) {
            reader.once("client", &said.own.client_id, &at);
            let given = secret.as_ref().map(|secret| secret.expose().to_owned());
            said.given = given.map(ClientSecret::new);
            reader.clients.push(Placed { at, said });
        }
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    name: Option<(String, String)>,
    scopes: Vec<Placed<ScopeSaid>>,
    servers: Vec<Placed<ServerSaid>>,
    clients: Vec<Placed<ClientSaid>>,
    settings: BTreeMap<String, Placed<Value>>,
    seen: BTreeMap<String, Place>,
    problems: Vec<String>,
}

impl Reader {
    fn file(&mut self, file: &Read) {
        let name = file.path.display().to_string();
        for (member, value) in &file.members {
            let at = Place {
                file: name.clone(),
                path: member.clone(),
            };
            match (member.as_str(), value) {
                ("configuration", Value::String(text)) => self.named(text, &at),
                ("configuration", _) => self.problems.push(at.problem("it has to be a text")),
                ("scopes", Value::Array(entries)) => self.scopes(entries, &at),
                ("clients", Value::Array(entries)) => self.clients(entries, &at, &file.path),
                ("resource_servers", Value::Array(entries)) => self.servers(entries, &at),
                ("scopes" | "resource_servers" | "clients", _) => {
                    self.problems.push(at.problem("it has to be a list"));
                }
                ("settings", Value::Object(members)) => self.settings(members, "", &at),
                ("settings", _) => {
                    let what = "it has to consist of names with values";
                    self.problems.push(at.problem(what));
                }
                _ => {
                    let what = "there are configuration, scopes, resource_servers, clients and \
                                settings, and nothing else";
                    self.problems.push(at.problem(what));
                }
            }
        }
    }

    fn named(&mut self, text: &str, at: &Place) {
        match &self.name {
            Some((before, file)) if before != text => {
                let what = format!("{file} gives the configuration another name, {before}");
                self.problems.push(at.problem(&what));
            }
            Some(_) => {}
            None => self.name = Some((text.to_owned(), at.file.clone())),
        }
    }

    fn scopes(&mut self, entries: &[Value], at: &Place) {
        for (at, entry) in numbered(entries, at) {
            if let Some(said) = ScopeSaid::read(entry, &at, &mut self.problems) {
                self.once("scope", &said.name, &at);
                self.scopes.push(Placed { at, said });
            }
        }
    }

    fn servers(&mut self, entries: &[Value], at: &Place) {
        for (at, entry) in numbered(entries, at) {
            if let Some(said) = ServerSaid::read(entry, &at, &mut self.problems) {
                self.once("resource server", &said.resource, &at);
                self.servers.push(Placed { at, said });
            }
        }
    }

    fn clients(&mut self, entries: &[Value], at: &Place, file: &Path) {
        for (at, entry) in numbered(entries, at) {
            if let Some(mut said) = ClientSaid::read(entry, &at, &mut self.problems) {
                self.once("client", &said.own.client_id, &at);
                let source = said.own.client_secret.as_mut();
                if let Some(path) = source.and_then(|source| source.file.as_mut())
                    && let Some(folder) = file.parent()
                {
                    *path = folder.join(&*path);
                }
                self.clients.push(Placed { at, said });
            }
        }
    }

    /// Names may be divided by dots or stand within each other.
    fn settings(&mut self, members: &Map<String, Value>, before: &str, at: &Place) {
        for (name, value) in members {
            let full = format!("{before}{name}");
            let at = at.member(name);
            if let Value::Object(within) = value {
                self.settings(within, &format!("{full}."), &at);
                continue;
            }
            self.once("setting", &full, &at);
            let said = value.clone();
            self.settings.insert(full, Placed { at, said });
        }
    }

    /// Each stands once, or the last one would silently win.
    fn once(&mut self, kind: &str, name: &str, at: &Place) {
        let before = self.seen.insert(format!("{kind} {name}"), at.clone());
        if let Some(before) = before {
            let what = format!(
                "the {kind} {name} stands in {} too, at {}",
                before.file, before.path
            );
            self.problems.push(at.problem(&what));
        }
    }

    fn finish(self) -> Result<Desired, Failure> {
        if self.problems.is_empty() {
            return Ok(Desired {
                name: self
                    .name
                    .map_or_else(|| DEFAULT_NAME.to_owned(), |(name, _)| name),
                scopes: self.scopes,
                servers: self.servers,
                clients: self.clients,
                settings: self.settings,
            });
        }
        Err(wrong(&self.problems, Exit::Usage))
    }
}

/// Everything that is wrong, a line for each.
pub(super) fn wrong(problems: &[String], exit: Exit) -> Failure {
    let what = match problems.len() {
        1 => "the configuration is wrong in one place".to_owned(),
        many => format!("the configuration is wrong in {many} places"),
    };
    let lines = problems.iter().map(|problem| format!("\n  {problem}"));
    Failure::new(exit, what + &lines.collect::<String>())
}

fn numbered<'v, T>(entries: &'v [T], at: &Place) -> impl Iterator<Item = (Place, &'v T)> {
    entries.iter().enumerate().map(|(number, entry)| {
        let place = Place {
            file: at.file.clone(),
            path: format!("{}[{number}]", at.path),
        };
        (place, entry)
    })
}
