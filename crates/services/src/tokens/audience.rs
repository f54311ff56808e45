//! Which resource servers a token is for (RFC 8707 §2.2; decisions 10).

use authly_domain::clients::Client;
use authly_domain::resource_servers::{KnownServers, NotAdmitted};
use authly_domain::scopes::Resource;
use authly_repositories::UnitOfWork;

use super::{InvalidTarget, TokenError, TokenService, facts};

impl TokenService {
    /// The audience of a token of which this was granted, now that client and resource servers may have
    /// been changed. What was taken away is in no token any more, while the grant and the refresh token
    /// keep what they had.
    pub(super) async fn audience(
        &self,
        work: &UnitOfWork<'_>,
        client: &Client,
        granted: &[Resource],
    ) -> Result<Vec<Resource>, TokenError> {
        let rule = |servers: &KnownServers| servers.audience(client, granted);
        let decided = self.servers.decide_within(work, rule).await?;
        decided.map_err(|why| taken_away(client, granted, why))
    }

    /// The audience of a token that a client gets for itself: all that it asks for, or its default.
    pub(super) async fn own_audience(
        &self,
        client: &Client,
        asked: &[Resource],
    ) -> Result<Vec<Resource>, TokenError> {
        if asked.is_empty() {
            let rule = |servers: &KnownServers| servers.audience(client, &[]);
            let decided = self.servers.decide(rule).await?;
            return decided.map_err(|why| taken_away(client, &[], why));
        }
        let rule = |servers: &KnownServers| servers.admit_all(client, asked);
        let decided = self.servers.decide(rule).await?;
        decided.map_err(|(_, why)| {
            let why = match why {
                NotAdmitted::Unknown => InvalidTarget::Unknown,
                NotAdmitted::Disabled => InvalidTarget::Disabled,
                NotAdmitted::NotListed => InvalidTarget::NotAllowed,
            };
            facts::refused_target(why, &client.resources, asked)
        })
    }
}

/// Nothing is left of what was granted, or of the client's default audience.
fn taken_away(client: &Client, granted: &[Resource], why: NotAdmitted) -> TokenError {
    let why = match why {
        NotAdmitted::Disabled => InvalidTarget::Disabled,
        NotAdmitted::Unknown | NotAdmitted::NotListed => InvalidTarget::TakenAway,
    };
    let was = if granted.is_empty() {
        &client.default_audience
    } else {
        granted
    };
    facts::refused_target(why, &client.resources, was)
}
