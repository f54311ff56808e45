//! What a configuration would change. Nothing is guessed: each change is asked of the server as a dry
//! run, so that what it would refuse is known, all of it, before anything changes.

mod added;
mod clients;
mod prune;
mod scopes;
mod servers;
mod settings;

use std::collections::{BTreeMap, BTreeSet};

use authly_admin_client::ClientError;
use authly_admin_client::admin::clients::{ClientChange, EntitledScopes, GivenSecret, NewClient};
use authly_admin_client::admin::scopes::{NewScope, ScopeChange};
use authly_admin_client::admin::settings::SettingsChange;
use authly_admin_client::admin::{FieldError, Id};
use authly_admin_client::id::ClientKey;
use serde_json::{Map, Value};

pub(super) use self::servers::ServerAct;
use super::document::{Desired, wrong};
use super::entry::Place;
use super::show::{FieldChange, Thing, Verb};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::keycloak::Note;

/// What is done with managed things that the configuration does not name any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prune {
    /// They stay.
    Keep,
    /// They are removed.
    Remove,
}

/// What is done with things that are here already.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Present {
    /// They become as is said, and are marked as managed.
    Changed,
    /// They stay, which is noted; and so is what the server refuses.
    Kept,
}

/// What would change.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Each thing that changes, for people.
    pub(super) things: Vec<Thing>,
    /// How many named things are as they are to be.
    pub(super) unchanged: usize,
    /// What is to be done, in this order.
    pub(super) acts: Vec<Act>,
    /// What is not added, and why.
    notes: Vec<Note>,
}

impl Plan {
    /// What is not added, and why.
    pub(crate) fn take_notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// How many things change.
    pub(crate) const fn changes(&self) -> usize {
        self.things.len()
    }
}

/// Something to be done, to the version that the plan has seen.
#[derive(Debug)]
pub(super) enum Act {
    CreateScope {
        new: NewScope,
        active: Option<bool>,
    },
    ChangeScope {
        name: String,
        version: i64,
        change: Option<ScopeChange>,
        active: Option<bool>,
    },
    RemoveScope {
        name: String,
        version: i64,
    },
    Server(ServerAct),
    CreateClient {
        new: Box<NewClient>,
        rest: Rest,
    },
    ChangeClient {
        id: Id<ClientKey>,
        client_id: String,
        version: i64,
        change: Option<Box<ClientChange>>,
        rest: Rest,
    },
    RemoveClient {
        id: Id<ClientKey>,
        client_id: String,
        version: i64,
    },
    ChangeSettings {
        version: i64,
        change: SettingsChange,
    },
}

impl Act {
    /// When its turn is. A scope that changes moves the versions of the clients that may ask for it, so
    /// that these come first; a client needs the scopes and resource servers that are new, and one that is
    /// removed needs to be asked for by none.
    const fn turn(&self) -> u8 {
        match self {
            Self::CreateScope { .. } | Self::Server(ServerAct::Create { .. }) => 0,
            Self::CreateClient { .. } | Self::ChangeClient { .. } => 1,
            Self::ChangeSettings { .. } => 2,
            Self::RemoveClient { .. } => 3,
            Self::ChangeScope { .. } | Self::Server(ServerAct::Change { .. }) => 4,
            Self::RemoveScope { .. } | Self::Server(ServerAct::Remove { .. }) => 5,
        }
    }
}

/// What is done with a client beside its registration.
#[derive(Debug, Default)]
pub(super) struct Rest {
    pub(super) secret: Option<GivenSecret>,
    pub(super) entitle: Option<EntitledScopes>,
    pub(super) active: Option<bool>,
    pub(super) mark: Mark,
}

/// What becomes of a client's `managed_by` in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Mark {
    /// It is as the registration says.
    #[default]
    Stays,
    /// It told that the client was not finished, and goes.
    Ends,
}

/// Makes the plan.
pub(super) struct Planner<'c> {
    caller: &'c Caller,
    /// The name of the configuration.
    name: String,
    present: Present,
    plan: Plan,
    problems: Vec<String>,
    /// Scopes that are not there yet: a dry run would not know them.
    coming: BTreeSet<String>,
    /// Resource servers likewise.
    coming_servers: BTreeSet<String>,
    /// What the clients of the configuration may ask for in the end.
    asking: BTreeMap<String, String>,
    /// Which resource servers they name in the end.
    naming: BTreeMap<String, Vec<String>>,
}

/// Makes the plan of a configuration.
pub(crate) async fn make(
    desired: &Desired,
    prune: Prune,
    caller: &Caller,
) -> Result<Plan, Failure> {
    let mut planner = Planner::new(desired, Present::Changed, caller);
    planner.things(desired).await?;
    planner.settings(desired, prune).await?;
    if prune == Prune::Remove {
        planner.prune(desired).await?;
    }
    if planner.problems.is_empty() {
        planner.plan.acts.sort_by_key(Act::turn);
        Ok(planner.plan)
    } else {
        Err(wrong(&planner.problems, Exit::Refused))
    }
}

/// Makes the plan of what is added. What is here already stays, and what cannot be is noted.
pub(crate) async fn make_added(desired: &Desired, caller: &Caller) -> Result<Plan, Failure> {
    let mut planner = Planner::new(desired, Present::Kept, caller);
    planner.things(desired).await?;
    planner.plan.acts.sort_by_key(Act::turn);
    Ok(planner.plan)
}

impl<'c> Planner<'c> {
    fn new(desired: &Desired, present: Present, caller: &'c Caller) -> Self {
        Self {
            caller,
            name: desired.name.clone(),
            present,
            plan: Plan::default(),
            problems: Vec::new(),
            coming: BTreeSet::new(),
            coming_servers: BTreeSet::new(),
            asking: BTreeMap::new(),
            naming: BTreeMap::new(),
        }
    }
}

impl Planner<'_> {
    /// Plans what becomes of scopes, resource servers and clients.
    async fn things(&mut self, desired: &Desired) -> Result<(), Failure> {
        for scope in &desired.scopes {
            self.scope(scope).await?;
            self.settle(&format!("scope {}", scope.said.name));
        }
        for server in &desired.servers {
            self.server(server).await?;
            self.settle(&format!("resource server {}", server.said.resource));
        }
        for client in &desired.clients {
            self.client(client).await?;
            self.settle(&format!("client {}", client.said.own.client_id));
        }
        Ok(())
    }

    /// The mark of what is made.
    fn mark(&self) -> Option<&str> {
        (self.present == Present::Changed).then_some(self.name.as_str())
    }

    fn problem(&mut self, at: &Place, what: &str) {
        self.problems.push(at.problem(what));
    }

    fn unchanged(&mut self) {
        self.plan.unchanged += 1;
    }

    fn thing(&mut self, verb: Verb, kind: &'static str, name: &str, changes: Vec<FieldChange>) {
        self.plan.things.push(Thing {
            verb,
            kind,
            name: name.to_owned(),
            changes,
        });
    }

    /// What a dry run answers; `None` where the server would refuse, which is noted.
    fn tried<T>(
        &mut self,
        at: &Place,
        answer: Result<T, ClientError>,
    ) -> Result<Option<T>, Failure> {
        let error = match answer {
            Ok(answer) => return Ok(Some(answer)),
            Err(error) => error,
        };
        let problem = match &error {
            ClientError::Refused { refusal, .. } if matches!(refusal.status, 409 | 412 | 422) => {
                refusal.problem.as_ref()
            }
            _ => None,
        };
        let Some(problem) = problem else {
            return Err(error.into());
        };
        if problem.errors.is_empty() {
            self.problem(at, &problem.detail);
        }
        for FieldError { pointer, detail } in &problem.errors {
            let place = Place {
                file: at.file.clone(),
                path: format!("{}{}", at.path, way(pointer)),
            };
            self.problem(&place, detail);
        }
        Ok(None)
    }
}

/// A JSON Pointer as a way from the thing that it is about.
fn way(pointer: &str) -> String {
    let steps = pointer.split('/').skip(1).map(|step| {
        if !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("[{step}]")
        } else {
            format!(".{}", step.replace("~1", "/").replace("~0", "~"))
        }
    });
    steps.collect()
}

/// Whether everything that is said is so already, letter by letter.
fn is_so(present: &Map<String, Value>, said: &Map<String, Value>) -> bool {
    said.iter()
        .all(|(name, value)| present.get(name).unwrap_or(&Value::Null) == value)
}

/// What differs of what is said.
fn difference(
    present: &Map<String, Value>,
    next: &Map<String, Value>,
    said: &Map<String, Value>,
) -> Vec<FieldChange> {
    let value = |of: &Map<String, Value>, name: &String| of.get(name).cloned().unwrap_or_default();
    said.keys()
        .map(|name| FieldChange {
            field: name.clone(),
            old: value(present, name),
            new: value(next, name),
        })
        .filter(|change| change.old != change.new)
        .collect()
}

/// What is said of something new.
fn beginning(said: Map<String, Value>, without: &str) -> Vec<FieldChange> {
    said.into_iter()
        .filter(|(name, value)| name != without && !value.is_null())
        .map(|(field, new)| FieldChange {
            field,
            old: Value::Null,
            new,
        })
        .collect()
}

/// Whether something is enabled, where that differs.
fn activity(present: bool, said: Option<bool>) -> Option<bool> {
    said.filter(|said| *said != present)
}

/// The change of whether something is enabled.
fn activity_change(said: bool) -> FieldChange {
    FieldChange {
        field: "is_active".to_owned(),
        old: Value::Bool(!said),
        new: Value::Bool(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_the_way_within_a_file() {
        assert_eq!(way("/redirect_uris/0"), ".redirect_uris[0]");
        assert_eq!(way("/a~1b"), ".a/b");
        assert_eq!(way(""), "");
    }
}
