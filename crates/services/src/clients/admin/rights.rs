//! What service clients may administer for themselves, and who decides that.

use authly_domain::admin::Administrator;
use authly_domain::audit::AuditAction;
use authly_domain::clients::{Client, ClientType, Flaw, GrantType, RegisteredClient};
use authly_domain::scopes::{AdminScope, Scope};

use super::{Aim, ClientAdmin, ClientAdminError, refuse_flaws, unknown_scopes};

impl ClientAdmin {
    /// Makes this what a service client may administer for itself, and assigns it the scopes, so that it
    /// can ask for them. `rights` is what the caller's own token allows: nobody gives, or takes away,
    /// more than that.
    ///
    /// # Errors
    /// When the caller is no person, gives what the own token does not allow, the client cannot act for
    /// itself, it has another version, or storage fails. Nothing is stored then.
    pub async fn entitle(
        &self,
        aim: Aim<'_>,
        to: &[AdminScope],
        rights: &[AdminScope],
    ) -> Result<RegisteredClient, ClientAdminError> {
        if matches!(aim.by, Administrator::Client { .. }) {
            return Err(ClientAdminError::NotAPerson);
        }
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("clients.entitle").await?;
        let named: Scope = to
            .iter()
            .filter_map(|one| one.as_str().parse().ok())
            .collect();
        let known = work.scopes().hold(&named).await?;
        let found = self.aimed_at(&work, aim).await?;
        if found.is_system {
            return Err(ClientAdminError::Protected);
        }
        // What stays as it is needs no right; what is given or taken away does.
        let differs = |scope: &&AdminScope| found.entitled_to.contains(scope) != to.contains(scope);
        let mut concerned = AdminScope::ALL.iter().filter(differs);
        if let Some(beyond) = concerned.find(|scope| !rights.contains(scope)) {
            return Err(ClientAdminError::BeyondOwnRights(*beyond));
        }
        if !to.is_empty() && !acts_for_itself(&found.client) {
            return Err(ClientAdminError::NoServiceClient);
        }
        refuse_flaws(unknown_scopes(&named.without(&known)))?;
        let scope = found.client.scope.union(&named);
        let optional = &found.client.optional_scope;
        let clients = work.clients();
        clients.replace_scopes(aim.client, &scope, optional).await?;
        clients.entitle(aim.client, to).await?;
        let registrations = work.registrations();
        registrations.bound(aim.client, Some(&scope), None).await?;
        let changed = self.present(&work, aim.client).await?;
        self.finish(work, aim, AuditAction::ClientEntitled).await?;
        Ok(changed)
    }
}

/// Refuses whoever could get more than `rights` by holding this client's credentials.
pub(super) fn check_within(
    client: &RegisteredClient,
    rights: &[AdminScope],
) -> Result<(), ClientAdminError> {
    let beyond = client
        .entitled_to
        .iter()
        .find(|scope| !rights.contains(scope));
    match beyond {
        Some(beyond) => Err(ClientAdminError::BeyondOwnRights(*beyond)),
        None => Ok(()),
    }
}

/// A client that may administer for itself stays one that acts for itself.
pub(crate) fn check_entitled(present: &RegisteredClient, next: &Client, flaws: &mut Vec<Flaw>) {
    if !present.entitled_to.is_empty() && !acts_for_itself(next) {
        let what = "client_credentials stays while the client is entitled to administer";
        flaws.push(Flaw::of("grant_types", what));
    }
}

fn acts_for_itself(client: &Client) -> bool {
    client.client_type == ClientType::Confidential && client.may_use(GrantType::ClientCredentials)
}
