//! What would change of clients.

use std::collections::BTreeSet;

use authly_admin_client::ClientError;
use authly_admin_client::WireSecret;
use authly_admin_client::admin::clients::{
    Client, ClientChange, CreatedClient, EntitledScopes, GivenSecret, ListQuery, NewClient,
};
use authly_admin_client::admin::{Patch, ProblemCode};
use authly_admin_client::secret::ClientSecret;
use serde_json::{Map, Value};

use super::super::document::Placed;
use super::super::entry::{ClientSaid, Place, SecretSource, written};
use super::super::show::{FieldChange, Verb};
use super::{Act, Mark, Planner, Rest, activity, activity_change, beginning, difference, is_so};
use crate::failure::Failure;
use crate::prompt;

impl Planner<'_> {
    /// Plans what becomes of a client.
    pub(super) async fn client(&mut self, placed: &Placed<ClientSaid>) -> Result<(), Failure> {
        match self.find_client(&placed.said.own.client_id).await? {
            Some(present) if self.is_unfinished(&present) => {
                self.finish_client(placed, &present);
                Ok(())
            }
            Some(present) if self.passes_over(format!("client {}", present.client_id)) => Ok(()),
            Some(present) if present.is_system => {
                self.problem(
                    &placed.at,
                    "the client is the server's own, and managed by nobody",
                );
                Ok(())
            }
            Some(present) => self.present_client(placed, &present).await,
            None => self.new_client(placed).await,
        }
    }

    async fn find_client(&self, client_id: &str) -> Result<Option<Client>, Failure> {
        let query = ListQuery {
            client_id: Some(client_id.to_owned()),
            ..ListQuery::default()
        };
        match self.caller.client.clients(&query).await {
            Ok(page) => Ok(page.items.into_iter().next()),
            // No client can be called that: what is wrong about the name is said when it is made.
            Err(ClientError::Refused { refusal, .. })
                if refusal.code() == Some(ProblemCode::InvalidQuery) =>
            {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn new_client(&mut self, placed: &Placed<ClientSaid>) -> Result<(), Failure> {
        let Placed { at, said } = placed;
        let new = said.as_new(self.mark())?;
        let Some((mut new, made)) = self.registered(at, new).await? else {
            return Ok(());
        };
        let client = made.client;
        // The one that the server makes for it was never anybody's, and ends at once.
        let secret = self.secret(at, said, &client).map(|given| GivenSecret {
            old_secret_valid_for: 0,
            ..given
        });
        let entitle = entitlement(said, &[]);
        if entitle.is_some() {
            let acts = client
                .grant_types
                .iter()
                .any(|one| one == "client_credentials");
            if !acts || client.client_type == "public" {
                let what = "only a confidential client with client_credentials can administer";
                self.problem(&at.member("entitled_admin_scopes"), what);
            }
            self.check_may_entitle(at).await?;
        }
        let active = said.own.is_active.filter(|is_active| !is_active);
        let mut changes = beginning(written(&new)?, "client_id");
        changes.extend(secret.is_some().then(|| secret_change(said)));
        changes.extend(entitle.as_ref().map(|to| entitlement_change(&[], to)));
        changes.extend(active.map(activity_change));
        let scope = new.scope.clone().unwrap_or_default();
        self.asking.insert(said.own.client_id.clone(), scope);
        let lists = [&new.resources, &new.default_audience];
        let named = lists.into_iter().flatten().flatten().cloned();
        let named = named.collect();
        self.naming.insert(said.own.client_id.clone(), named);
        self.thing(Verb::Create, "client", &said.own.client_id, changes);
        let mut rest = Rest {
            secret,
            entitle,
            active,
            mark: Mark::Stays,
        };
        self.mark_unfinished(&mut new, &mut rest);
        self.plan.acts.push(Act::CreateClient {
            new: Box::new(new),
            rest,
        });
        Ok(())
    }

    /// What the server would make of a new client; `None` where it would refuse.
    async fn registered(
        &mut self,
        at: &Place,
        mut new: NewClient,
    ) -> Result<Option<(NewClient, CreatedClient)>, Failure> {
        loop {
            let mut known = new.clone();
            known.scope = known.scope.map(|scope| self.without_coming(&scope));
            known.optional_scope = known
                .optional_scope
                .map(|scope| self.without_coming(&scope));
            let of = |named: Vec<String>| self.without_coming_servers(named);
            known.resources = known.resources.map(of);
            known.default_audience = known.default_audience.map(of);
            let answer = self.caller.client.create_client(&known).dry_run().await;
            match self.with_less(&new, &answer)? {
                Some(less) => new = less,
                None => return Ok(self.tried(at, answer)?.map(|made| (new, made))),
            }
        }
    }

    async fn present_client(
        &mut self,
        placed: &Placed<ClientSaid>,
        present: &Client,
    ) -> Result<(), Failure> {
        let Placed { at, said } = placed;
        if said
            .own
            .client_type
            .as_ref()
            .is_some_and(|kind| *kind != present.client_type)
        {
            let what = format!("the client is {}, and stays so", present.client_type);
            self.problem(&at.member("client_type"), &what);
        }
        let change = said.as_change(self.mark());
        let Some(mut changes) = self.registration(at, &change, present).await? else {
            return Ok(());
        };
        let registration = (!changes.is_empty()).then(|| Box::new(change.clone()));
        let secret = match self.secret(at, said, present) {
            Some(secret) if self.is_known(at, present, &secret).await? => None,
            secret => secret,
        };
        changes.extend(secret.is_some().then(|| secret_change(said)));
        let entitle = entitlement(said, &present.entitled_admin_scopes);
        if let Some(to) = &entitle {
            // Where its registration changes too, the rights may depend on that.
            if changes.is_empty() {
                let call = self.caller.client.entitle_client(present.id, to).dry_run();
                self.tried(&at.member("entitled_admin_scopes"), call.await)?;
            } else {
                self.check_may_entitle(at).await?;
            }
            changes.push(entitlement_change(&present.entitled_admin_scopes, to));
        }
        let active = activity(present.is_active, said.own.is_active);
        changes.extend(active.map(activity_change));
        let scope = match &change.scope {
            Patch::Set(scope) => scope.clone(),
            Patch::Keep | Patch::Clear => present.scope.clone(),
        };
        self.asking.insert(present.client_id.clone(), scope);
        self.note_named(present, &change);
        if changes.is_empty() {
            self.unchanged();
            return Ok(());
        }
        self.thing(Verb::Change, "client", &present.client_id, changes);
        self.plan.acts.push(Act::ChangeClient {
            id: present.id,
            client_id: present.client_id.clone(),
            version: present.version,
            change: registration,
            rest: Rest {
                secret,
                entitle,
                active,
                mark: Mark::Stays,
            },
        });
        Ok(())
    }

    /// What differs of the registration; `None` where the server would refuse.
    async fn registration(
        &mut self,
        at: &Place,
        change: &ClientChange,
        present: &Client,
    ) -> Result<Option<Vec<FieldChange>>, Failure> {
        let (before, said) = (written(present)?, written(change)?);
        if is_so(&before, &said) {
            return Ok(Some(Vec::new()));
        }
        let of = |named: Vec<String>| self.without_coming_servers(named);
        let known = ClientChange {
            resources: change.resources.clone().map(of),
            default_audience: change.default_audience.clone().map(of),
            scope: change
                .scope
                .clone()
                .map(|scope| self.without_coming(&scope)),
            optional_scope: change
                .optional_scope
                .clone()
                .map(|scope| self.without_coming(&scope)),
            ..change.clone()
        };
        let call = self.caller.client.update_client(present.id, &known);
        let call = call.if_match(present.version).dry_run();
        let Some(after) = self.tried(at, call.await)? else {
            return Ok(None);
        };
        let mut after = written(&after)?;
        for (name, text) in [
            ("scope", &change.scope),
            ("optional_scope", &change.optional_scope),
        ] {
            if let Patch::Set(text) = text {
                self.with_coming(&mut after, name, text);
            }
        }
        for (name, list) in [
            ("resources", &change.resources),
            ("default_audience", &change.default_audience),
        ] {
            if let Patch::Set(list) = list {
                self.with_coming_servers(&mut after, name, list);
            }
        }
        Ok(Some(difference(&before, &after, &said)))
    }

    /// The scope without what is not there yet.
    fn without_coming(&self, scope: &str) -> String {
        let names = scope.split_whitespace();
        let known: Vec<_> = names.filter(|name| !self.coming.contains(*name)).collect();
        known.join(" ")
    }

    /// Puts back what the server did not see.
    fn with_coming(&self, after: &mut Map<String, Value>, name: &str, said: &str) {
        let known = after.get(name).and_then(Value::as_str).unwrap_or_default();
        let mut all: BTreeSet<&str> = known.split_whitespace().collect();
        all.extend(
            said.split_whitespace()
                .filter(|name| self.coming.contains(*name)),
        );
        let all: Vec<_> = all.into_iter().collect();
        after.insert(name.to_owned(), all.join(" ").into());
    }

    /// The secret that the configuration names.
    pub(super) fn secret(
        &mut self,
        at: &Place,
        said: &ClientSaid,
        client: &Client,
    ) -> Option<GivenSecret> {
        if let Some(secret) = &said.given {
            return Some(GivenSecret {
                client_secret: WireSecret::new(secret.expose().to_owned()),
                old_secret_valid_for: 0,
            });
        }
        let source = said.own.client_secret.as_ref()?;
        let at = at.member("client_secret");
        if client.client_type == "public" {
            self.problem(&at, "a public client has no secret");
            return None;
        }
        let secret = match secret_at(source) {
            Ok(secret) => secret,
            Err(what) => {
                self.problem(&at, &what);
                return None;
            }
        };
        if let Err(why) = secret.check_form() {
            self.problem(&at, &why.to_string());
            return None;
        }
        Some(GivenSecret {
            client_secret: WireSecret::new(secret.expose().to_owned()),
            old_secret_valid_for: source.old_secret_valid_for,
        })
    }

    /// Whether the client has this secret already.
    async fn is_known(
        &mut self,
        at: &Place,
        present: &Client,
        secret: &GivenSecret,
    ) -> Result<bool, Failure> {
        let call = self.caller.client.set_client_secret(present.id, secret);
        let kept = self.tried(&at.member("client_secret"), call.dry_run().await)?;
        Ok(kept.is_none_or(|kept| kept.was_known))
    }

    /// Refuses what the server would refuse half way: only people entitle.
    async fn check_may_entitle(&mut self, at: &Place) -> Result<(), Failure> {
        if self.caller.client.whoami().await?.user.is_none() {
            let what = "only a person says what a service client may administer";
            self.problem(&at.member("entitled_admin_scopes"), what);
        }
        Ok(())
    }
}

/// What a client is to be entitled to, where that differs.
fn entitlement(said: &ClientSaid, present: &[String]) -> Option<EntitledScopes> {
    let to = said.own.entitled_admin_scopes.as_ref()?;
    let set = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
    (set(to) != set(present)).then(|| EntitledScopes {
        entitled_admin_scopes: to.clone(),
    })
}

/// Reads a secret from where it is.
fn secret_at(source: &SecretSource) -> Result<ClientSecret, String> {
    let text = match (&source.env, &source.file) {
        (Some(name), _) => std::env::var_os(name)
            .and_then(|value| value.into_string().ok())
            .ok_or_else(|| format!("the variable {name} of the environment is not set"))?,
        (None, Some(path)) => std::fs::read_to_string(path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?,
        (None, None) => return Err("name either env or file".to_owned()),
    };
    Ok(ClientSecret::new(
        prompt::without_line_end(&text).to_owned(),
    ))
}

pub(super) fn secret_change(said: &ClientSaid) -> FieldChange {
    let source = said.own.client_secret.as_ref();
    let place = match source.map(|source| (&source.env, &source.file)) {
        Some((Some(name), _)) => format!("the one in the variable {name}"),
        Some((None, Some(path))) => format!("the one in {}", path.display()),
        _ => "the one that it had".to_owned(),
    };
    FieldChange {
        field: "client_secret".to_owned(),
        old: Value::Null,
        new: place.into(),
    }
}

fn entitlement_change(present: &[String], to: &EntitledScopes) -> FieldChange {
    FieldChange {
        field: "entitled_admin_scopes".to_owned(),
        old: if present.is_empty() {
            Value::Null
        } else {
            present.to_vec().into()
        },
        new: to.entitled_admin_scopes.clone().into(),
    }
}
