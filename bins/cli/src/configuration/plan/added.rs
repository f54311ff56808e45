//! What is only added: what is here already stays, and what the server refuses is noted.

use std::collections::BTreeSet;

use authly_admin_client::ClientError;
use authly_admin_client::admin::clients::{Client, CreatedClient, NewClient};
use serde_json::Value;

use super::super::document::Placed;
use super::super::entry::{ClientSaid, written};
use super::super::show::{FieldChange, Verb};
use super::clients::secret_change;
use super::{Act, Mark, Planner, Present, Rest, activity, activity_change};
use crate::failure::Failure;
use crate::keycloak::Note;

/// What a client of another server works without: where the server refuses it, the client is added and
/// this is not. What encrypts is not among them.
const DISPENSABLE: [&str; 10] = [
    "access_token_lifetime",
    "backchannel_logout_uri",
    "client_uri",
    "frontchannel_logout_uri",
    "jwks",
    "jwks_uri",
    "policy_uri",
    "request_object_signing_alg",
    "request_uris",
    "tos_uri",
];

/// The mark of a client that was registered and has not got its secret yet, or is to be disabled still. Who
/// imports again after a break-off finds by it what is to be finished.
const UNFINISHED: &str = "unfinished-import";

impl Planner<'_> {
    /// Passes over what is here already, where that stays.
    pub(super) fn passes_over(&mut self, what: String) -> bool {
        let keeps = self.present == Present::Kept;
        if keeps {
            let why = "it is here already, and stays as it is".to_owned();
            self.plan.notes.push(Note { what, why });
        }
        keeps
    }

    /// Where things are only added, what is wrong about one of them is a note.
    pub(super) fn settle(&mut self, what: &str) {
        if self.present == Present::Kept && !self.problems.is_empty() {
            let problems = std::mem::take(&mut self.problems);
            let why = format!("it is refused: {}", problems.join("; "));
            let what = what.to_owned();
            self.plan.notes.push(Note { what, why });
        }
    }

    /// Where things are only added, the client without what the server refuses of it, which is noted, if
    /// it works without.
    pub(super) fn with_less(
        &mut self,
        new: &NewClient,
        answer: &Result<CreatedClient, ClientError>,
    ) -> Result<Option<NewClient>, Failure> {
        let problem = match answer {
            Err(ClientError::Refused { refusal, .. }) => refusal.problem.as_ref(),
            _ => None,
        };
        let errors = problem.map_or(&[][..], |problem| &problem.errors);
        if self.present == Present::Changed || errors.is_empty() {
            return Ok(None);
        }
        let mut said = written(new)?;
        let mut notes = Vec::new();
        let mut gone = BTreeSet::new();
        for error in errors {
            let member = error.pointer.split('/').nth(1).unwrap_or_default();
            let is_said = said.remove(member).is_some() || gone.contains(member);
            if !(is_said && DISPENSABLE.contains(&member)) {
                return Ok(None);
            }
            gone.insert(member);
            let what = format!("client {}", new.client_id.as_deref().unwrap_or_default());
            let why = format!("its {member} is not taken: {}", error.detail);
            notes.push(Note { what, why });
        }
        let less = serde_json::from_value(Value::Object(said))
            .map_err(|error| Failure::refused(error.to_string()))?;
        self.plan.notes.extend(notes);
        Ok(Some(less))
    }
    /// Marks what is registered in several steps until all of them are done.
    pub(super) fn mark_unfinished(&self, new: &mut NewClient, rest: &mut Rest) {
        let is_more = rest.secret.is_some() || rest.active.is_some();
        if self.present == Present::Kept && is_more {
            new.managed_by = Some(UNFINISHED.to_owned());
            rest.mark = Mark::Ends;
        }
    }

    /// Whether an import broke off in the midst of this client.
    pub(super) fn is_unfinished(&self, client: &Client) -> bool {
        self.present == Present::Kept && client.managed_by.as_deref() == Some(UNFINISHED)
    }

    /// Plans the steps that are left.
    pub(super) fn finish_client(&mut self, placed: &Placed<ClientSaid>, present: &Client) {
        let Placed { at, said } = placed;
        let secret = self.secret(at, said, present);
        let active = activity(present.is_active, said.own.is_active);
        let mut changes = Vec::new();
        changes.extend(secret.is_some().then(|| secret_change(said)));
        changes.extend(active.map(activity_change));
        changes.push(FieldChange {
            field: "managed_by".to_owned(),
            old: UNFINISHED.into(),
            new: Value::Null,
        });
        self.thing(Verb::Change, "client", &present.client_id, changes);
        self.plan.acts.push(Act::ChangeClient {
            id: present.id,
            client_id: present.client_id.clone(),
            version: present.version,
            change: None,
            rest: Rest {
                secret,
                entitle: None,
                active,
                mark: Mark::Ends,
            },
        });
    }
}
