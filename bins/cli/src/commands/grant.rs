//! `authly grant …`.

use authly_admin_client::admin::Id;
use authly_admin_client::admin::grants::{
    Consents, Grant, GrantStatus, ListQuery, RevocationOfClient, RevocationOfUser, RevokedGrants,
    ShownGrants,
};
use authly_admin_client::id::GrantId;
use clap::{Args, Subcommand};

use super::named;
use crate::args::{Destruction, Paging};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Row, Sheet};

/// What to do with grants.
#[derive(Debug, Subcommand)]
pub(crate) enum GrantCommand {
    /// List grants, the newest first.
    List(Listing),
    /// Show a grant.
    Show {
        /// Its id.
        grant: Id<GrantId>,
    },
    /// Revoke a grant, with every token of it.
    Revoke {
        /// Its id.
        grant: Id<GrantId>,
        #[command(flatten)]
        destruction: Destruction,
    },
    /// Revoke all grants of a user, of a client, or of a user at a client.
    RevokeAll(Several),
}

/// Which grants are listed.
#[derive(Debug, Args)]
pub(crate) struct Listing {
    #[command(flatten)]
    parties: Parties,
    /// Only those that still stand.
    #[arg(long)]
    alive: bool,
    #[command(flatten)]
    paging: Paging,
}

/// Between whom.
#[derive(Debug, Args)]
pub(crate) struct Parties {
    /// Only those that this user gave: name, e-mail address or id.
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Only those that this client got: its `client_id` or id.
    #[arg(long, value_name = "CLIENT")]
    client: Option<String>,
}

/// Which grants are revoked together.
#[derive(Debug, Args)]
pub(crate) struct Several {
    #[command(flatten)]
    parties: Parties,
    /// Forget what users answered on the consent page, too: the client has to ask again.
    #[arg(long)]
    forget_consents: bool,
    #[command(flatten)]
    destruction: Destruction,
}

/// Does it.
pub(crate) async fn run(command: GrantCommand, caller: &Caller) -> Result<Exit, Failure> {
    match command {
        GrantCommand::List(listing) => list(&listing, caller).await,
        GrantCommand::Show { grant } => {
            let grant = caller.client.get_grant(grant.0).await?;
            caller.output.sheet(&grant)?;
            Ok(Exit::Ok)
        }
        GrantCommand::Revoke { grant, destruction } => revoke(grant, destruction, caller).await,
        GrantCommand::RevokeAll(several) => revoke_all(&several, caller).await,
    }
}

async fn list(listing: &Listing, caller: &Caller) -> Result<Exit, Failure> {
    let Parties { user, client } = &listing.parties;
    let (user, client) = named::parties(user.as_deref(), client.as_deref(), caller).await?;
    let page = |cursor, size| {
        caller.client.list_grants().query(&ListQuery {
            user,
            client,
            show: listing.alive.then_some(ShownGrants::Alive),
            limit: Some(u64::from(size)),
            cursor,
        })
    };
    let grants: Vec<Grant> = caller.gather(&listing.paging, page).await?;
    caller.output.list(&grants)?;
    Ok(Exit::Ok)
}

/// Revokes one grant.
pub(super) async fn revoke(
    grant: Id<GrantId>,
    destruction: Destruction,
    caller: &Caller,
) -> Result<Exit, Failure> {
    destruction.confirm(&format!(
        "Revoke the grant {grant}? Every token of it is dead at once."
    ))?;
    let call = caller.client.revoke_grant(grant.0);
    let revoked = destruction.change.apply(call).await?;
    caller.output.sheet(&revoked)?;
    let what = format!("revoked the grant {grant}");
    caller.output.done(destruction.change, &what);
    Ok(Exit::Ok)
}

async fn revoke_all(several: &Several, caller: &Caller) -> Result<Exit, Failure> {
    let (whose, destruction) = (&several.parties, several.destruction);
    let of = match (&whose.user, &whose.client) {
        (Some(user), Some(client)) => format!("of the user {user} at the client {client}"),
        (Some(user), None) => format!("of the user {user}"),
        (None, Some(client)) => format!("of the client {client}"),
        (None, None) => {
            return Err(Failure::usage(
                "say whose grants: --user, --client, or both",
            ));
        }
    };
    let (user, client) = (whose.user.as_deref(), whose.client.as_deref());
    let parties = named::parties(user, client, caller).await?;
    destruction.confirm(&format!(
        "Revoke all grants {of}? Every token of them is dead at once."
    ))?;
    let consents = several.forget_consents.then_some(Consents::Forget);
    let revoked: RevokedGrants = match parties {
        (Some(user), client) => {
            let body = RevocationOfUser { client, consents };
            let call = caller.client.revoke_grants_of_user(user.0).body(&body);
            destruction.change.apply(call).await?
        }
        (None, Some(client)) => {
            let body = RevocationOfClient { consents };
            let call = caller.client.revoke_grants_of_client(client.0).body(&body);
            destruction.change.apply(call).await?
        }
        (None, None) => return Ok(Exit::Ok),
    };
    caller.output.done(
        destruction.change,
        &format!(
            "revoked {} grants, and forgotten {} consents",
            revoked.grants, revoked.consents
        ),
    );
    Ok(Exit::Ok)
}

impl Row for Grant {
    const HEADINGS: &'static [&'static str] =
        &["id", "user", "client", "status", "scope", "created"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::plain(self.id.to_string()),
            Cell::plain(&self.user.username),
            Cell::plain(&self.client.client_id),
            status(self.status),
            Cell::plain(&self.scope),
            Cell::plain(self.created_at.to_string()),
        ]
    }
}

impl Sheet for Grant {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        vec![
            ("id", Cell::plain(self.id.to_string())),
            ("user", Cell::plain(&self.user.username)),
            ("user id", Cell::plain(self.user.id.to_string())),
            ("client", Cell::plain(&self.client.client_id)),
            ("client id", Cell::plain(self.client.id.to_string())),
            ("status", status(self.status)),
            ("session", Cell::maybe(self.session)),
            ("scope", Cell::plain(&self.scope)),
            ("resources", Cell::all(&self.resources)),
            ("logged in", Cell::plain(self.auth_time.to_string())),
            ("acr", Cell::plain(&self.acr)),
            ("amr", Cell::all(&self.amr)),
            ("created", Cell::plain(self.created_at.to_string())),
            ("revoked", Cell::maybe(self.revoked_at)),
            ("reason", Cell::maybe(self.revoked_reason.as_ref())),
        ]
    }
}

fn status(status: GrantStatus) -> Cell {
    match status {
        GrantStatus::Alive => Cell::good("alive"),
        GrantStatus::UserInactive => Cell::plain("user inactive"),
        GrantStatus::ClientInactive => Cell::plain("client inactive"),
        GrantStatus::Revoked => Cell::plain("revoked"),
        GrantStatus::SessionEnded => Cell::plain("session ended"),
        _ => Cell::plain("unknown"),
    }
}
