//! Consents: what a user answered to a client, remembered across grants (decisions 3).

use crate::clients::{Client, ConsentPolicy, RedirectUri};
use crate::scopes::{Resource, Scope};

/// What a user once answered to a client.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consent {
    /// What they allowed.
    pub granted: Scope,
    /// What they declined.
    pub declined: Scope,
    /// The resource servers that they allowed it for.
    pub resources: Vec<Resource>,
}

impl Consent {
    /// This answer with a newer one: the newer one counts where both speak of a scope.
    #[must_use]
    pub fn updated_by(&self, newer: &Self) -> Self {
        let more = newer.resources.iter();
        let more = more.filter(|one| !self.resources.contains(one));
        Self {
            granted: self.granted.without(&newer.declined).union(&newer.granted),
            declined: self.declined.without(&newer.granted).union(&newer.declined),
            resources: self.resources.iter().chain(more).cloned().collect(),
        }
    }

    /// Whether it was given for all of these.
    fn is_for(&self, audience: &[Resource]) -> bool {
        audience.iter().all(|one| self.resources.contains(one))
    }
}

/// Whether the user has to be asked, and what they have granted if not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentNeed {
    /// They have to be asked.
    Ask,
    /// Not: this is granted.
    Granted(Scope),
}

/// Whether a request for `asked` that goes to `redirect_uri` needs the user's answer (decisions 19), if
/// its tokens are for `audience`: nobody has allowed what they were not shown (ADR 0023).
#[must_use]
pub fn consent_need(
    client: &Client,
    redirect_uri: &RedirectUri,
    asked: &Scope,
    audience: &[Resource],
    remembered: Option<&Consent>,
) -> ConsentNeed {
    // Whoever passes for this client must not profit from trust in it: this comes first. Rights to
    // administer are given by hand each time, so that whoever may change clients cannot get them by
    // a client that is trusted.
    if client.is_unproven_at(redirect_uri) || asked.administers() {
        return ConsentNeed::Ask;
    }
    if client.consent == ConsentPolicy::FirstParty {
        // OpenID Connect Core §11: offline access needs a consent that somebody gave.
        let granted = asked
            .iter()
            .filter(|name| name.as_str() != "offline_access");
        return ConsentNeed::Granted(granted.cloned().collect());
    }
    let Some(remembered) = remembered.filter(|one| one.is_for(audience)) else {
        return ConsentNeed::Ask;
    };
    let declined = remembered.declined.intersection(&client.optional_scope);
    let open = asked.without(&remembered.granted).without(&declined);
    if open.is_empty() {
        ConsentNeed::Granted(asked.without(&declined))
    } else {
        ConsentNeed::Ask
    }
}

/// What a consent page's answer grants for `audience`: all that is not optional, and what was ticked of
/// the rest. `openid` never is optional.
#[must_use]
pub fn answered(client: &Client, asked: &Scope, audience: &[Resource], ticked: &Scope) -> Consent {
    let optional = |name: &str| name != "openid" && client.optional_scope.contains(name);
    let (declined, granted): (Vec<_>, Vec<_>) = asked
        .iter()
        .cloned()
        .partition(|name| optional(name.as_str()) && !ticked.contains(name.as_str()));
    Consent {
        granted: granted.into_iter().collect(),
        declined: declined.into_iter().collect(),
        resources: audience.to_vec(),
    }
}

#[cfg(test)]
mod tests;
