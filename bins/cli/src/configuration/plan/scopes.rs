//! What would change of scopes.

use authly_admin_client::ClientError;
use authly_admin_client::admin::ProblemCode;
use authly_admin_client::admin::scopes::Scope;

use super::super::document::Placed;
use super::super::entry::{ScopeSaid, written};
use super::super::show::Verb;
use super::{Act, Planner, activity, activity_change, beginning, difference, is_so};
use crate::failure::Failure;

impl Planner<'_> {
    /// Plans what becomes of a scope.
    pub(super) async fn scope(&mut self, placed: &Placed<ScopeSaid>) -> Result<(), Failure> {
        match self.caller.client.scope(&placed.said.name).await {
            Ok(present) if self.passes_over(format!("scope {}", present.name)) => Ok(()),
            Ok(present) if present.is_system => {
                self.problem(
                    &placed.at,
                    "the scope is the server's own, and managed by nobody",
                );
                Ok(())
            }
            Ok(present) => self.present_scope(placed, &present).await,
            Err(ClientError::Refused { refusal, .. })
                if refusal.code() == Some(ProblemCode::NotFound) =>
            {
                self.new_scope(placed).await
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn new_scope(&mut self, placed: &Placed<ScopeSaid>) -> Result<(), Failure> {
        let Placed { at, said } = placed;
        let Some(new) = said.as_new(self.mark()) else {
            let at = at.member("description");
            self.problem(&at, "it is missing, and the scope is not there yet");
            return Ok(());
        };
        let call = self.caller.client.create_scope(&new).dry_run();
        if self.tried(at, call.await)?.is_none() {
            return Ok(());
        }
        self.coming.insert(said.name.clone());
        let active = said.is_active.filter(|is_active| !is_active);
        let mut changes = beginning(written(&new)?, "name");
        changes.extend(active.map(activity_change));
        self.thing(Verb::Create, "scope", &said.name, changes);
        self.plan.acts.push(Act::CreateScope { new, active });
        Ok(())
    }

    async fn present_scope(
        &mut self,
        placed: &Placed<ScopeSaid>,
        present: &Scope,
    ) -> Result<(), Failure> {
        let Placed { at, said } = placed;
        let change = said.as_change(self.mark());
        let (before, members) = (written(present)?, written(&change)?);
        let mut changes = Vec::new();
        if !is_so(&before, &members) {
            let call = self.caller.client.update_scope(&said.name, &change);
            let call = call.if_match(present.version).dry_run();
            let Some(after) = self.tried(at, call.await)? else {
                return Ok(());
            };
            changes = difference(&before, &written(&after)?, &members);
        }
        let change = (!changes.is_empty()).then_some(change);
        let active = activity(present.is_active, said.is_active);
        changes.extend(active.map(activity_change));
        if changes.is_empty() {
            self.unchanged();
            return Ok(());
        }
        self.thing(Verb::Change, "scope", &said.name, changes);
        self.plan.acts.push(Act::ChangeScope {
            name: said.name.clone(),
            version: present.version,
            change,
            active,
        });
        Ok(())
    }
}
