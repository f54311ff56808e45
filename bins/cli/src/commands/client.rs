//! `authly client …`.

mod acts;
mod document;
mod shape;

use std::time::Duration;

use authly_admin_client::admin::clients::{
    AssignedScopes, Client, ClientChange, EntitledScopes, ListQuery,
};
use authly_admin_client::admin::grants::ShownGrants;
use clap::{Args, Subcommand};

use self::acts::{assign, create, entitle, grants, revoke, rotate, show};
use self::document::Shown;
use self::shape::{Changes, Shape};
use super::named;
use crate::args::{Change, Destruction, Paging};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;

/// What to do with clients.
#[derive(Debug, Subcommand)]
pub(crate) enum ClientCommand {
    /// List the registered clients.
    List(Listing),
    /// Show a client.
    Show {
        #[command(flatten)]
        which: Which,
    },
    /// Register a client. Its secret is shown this once.
    Create {
        /// Its name on the wire; one is made unless you choose it.
        client_id: Option<String>,
        /// A client that cannot keep a secret, as in a browser or on people's devices.
        #[arg(long)]
        public: bool,
        #[command(flatten)]
        shape: Shape,
        #[command(flatten)]
        change: Change,
    },
    /// Change what is named of a client, and keep the rest.
    Update {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        changes: Changes,
        #[command(flatten)]
        change: Change,
    },
    /// Let a disabled client work again. What it had before stays revoked.
    Enable {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        change: Change,
    },
    /// Disable a client: it gets no tokens, and those that it has count no more.
    Disable {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        destruction: Destruction,
    },
    /// Delete a client with everything of its.
    Delete {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        destruction: Destruction,
    },
    /// Give a client another secret, which is shown this once.
    RotateSecret {
        #[command(flatten)]
        which: Which,
        /// How long the old secret stays valid, such as 24h or 7d; 0 ends it at once.
        #[arg(long, value_name = "TIME", value_parser = time)]
        keep_old: Duration,
        #[command(flatten)]
        destruction: Destruction,
    },
    /// List what users have authorized a client to do, the newest first.
    Grants {
        #[command(flatten)]
        which: Which,
        /// Only the grants that still stand.
        #[arg(long)]
        alive: bool,
        #[command(flatten)]
        paging: Paging,
    },
    /// Revoke every grant and token of a client.
    Revoke {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        destruction: Destruction,
    },
    /// Replace what a client may ask for.
    Scopes {
        #[command(flatten)]
        which: Which,
        /// All of it: names divided by spaces.
        scope: String,
        /// What of it the user may decline.
        #[arg(long, value_name = "SCOPES", default_value = "")]
        optional: String,
        #[command(flatten)]
        change: Change,
    },
    /// Replace what a service client may administer for itself.
    Entitle {
        #[command(flatten)]
        which: Which,
        /// A scope of administration, such as admin:users:read. Without any it loses all.
        #[arg(value_name = "SCOPE")]
        scopes: Vec<String>,
        #[command(flatten)]
        change: Change,
    },
}

/// Which client.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The client, by its `client_id` or its id.
    #[arg(value_name = "CLIENT")]
    client: String,
}

/// Which clients are listed.
#[derive(Debug, Args)]
pub(crate) struct Listing {
    /// Only those whose `client_id` or name begins with this.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only those of this type: confidential or public.
    #[arg(long = "type", value_name = "TYPE")]
    client_type: Option<String>,
    /// Only those that are enabled, or only those that are not.
    #[arg(long, value_name = "true|false")]
    active: Option<bool>,
    /// Only those that may use this grant.
    #[arg(long, value_name = "GRANT")]
    grant_type: Option<String>,
    /// The order: `client_id`, `client_name` or `created_at`, with a - in front from the end.
    #[arg(long, value_name = "ORDER", allow_hyphen_values = true)]
    sort: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// Does it.
pub(crate) async fn run(command: ClientCommand, caller: &Caller) -> Result<Exit, Failure> {
    match command {
        ClientCommand::List(listing) => list(&listing, caller).await,
        ClientCommand::Show { which } => {
            let client = which.find(caller).await?;
            show(client, caller)
        }
        ClientCommand::Create {
            client_id,
            public,
            shape,
            change,
        } => {
            let client_type = public.then(|| "public".to_owned());
            let new = shape.of_new(client_id, client_type);
            create(&new, change, caller).await
        }
        ClientCommand::Update {
            which,
            changes,
            change,
        } => {
            let said = changes.said();
            if said == ClientChange::default() {
                return Err(Failure::usage(
                    "say what to change, as in --name or --clear",
                ));
            }
            let client = which.find_to_change(caller).await?;
            let call = caller.client.update_client(client.id, &said);
            let call = change.apply(call.if_match(client.version));
            show(call.await?, caller)
        }
        ClientCommand::Enable { which, change } => {
            let client = which.find_to_change(caller).await?;
            let call = caller.client.enable_client(client.id);
            show(change.apply(call).await?, caller)
        }
        ClientCommand::Disable { which, destruction } => {
            let client = which.find_to_change(caller).await?;
            destruction.confirm(&format!(
                "Disable the client {}, and end every token of its?",
                client.client_id
            ))?;
            let call = caller.client.disable_client(client.id);
            show(destruction.change.apply(call).await?, caller)
        }
        rest => secure(rest, caller).await,
    }
}

/// What touches secrets and rights, and the end of a client.
async fn secure(command: ClientCommand, caller: &Caller) -> Result<Exit, Failure> {
    match command {
        ClientCommand::Delete { which, destruction } => {
            let client = which.find_to_change(caller).await?;
            let question = format!(
                "Delete the client {} with everything of its?",
                client.client_id
            );
            destruction.confirm(&question)?;
            let call = caller.client.delete_client(client.id);
            destruction.change.apply(call).await?;
            let what = format!("deleted the client {}", client.client_id);
            caller.output.done(destruction.change, &what);
            Ok(Exit::Ok)
        }
        ClientCommand::RotateSecret {
            which,
            keep_old,
            destruction,
        } => {
            let client = which.find_to_change(caller).await?;
            rotate(&client, keep_old, destruction, caller).await
        }
        ClientCommand::Scopes {
            which,
            scope,
            optional,
            change,
        } => {
            let scopes = AssignedScopes {
                scope,
                optional_scope: optional,
            };
            assign(
                &which.find_to_change(caller).await?,
                &scopes,
                change,
                caller,
            )
            .await
        }
        ClientCommand::Entitle {
            which,
            scopes,
            change,
        } => {
            let to = EntitledScopes {
                entitled_admin_scopes: scopes,
            };
            entitle(&which.find_to_change(caller).await?, &to, change, caller).await
        }
        rest => held(rest, caller).await,
    }
}

/// What a client holds.
async fn held(command: ClientCommand, caller: &Caller) -> Result<Exit, Failure> {
    match command {
        ClientCommand::Grants {
            which,
            alive,
            paging,
        } => {
            let client = which.find(caller).await?;
            grants(
                &client,
                alive.then_some(ShownGrants::Alive),
                &paging,
                caller,
            )
            .await
        }
        ClientCommand::Revoke { which, destruction } => {
            let client = which.find(caller).await?;
            revoke(&client, destruction, caller).await
        }
        // Done above. They are named so that a new command is not forgotten here.
        ClientCommand::List(_)
        | ClientCommand::Show { .. }
        | ClientCommand::Create { .. }
        | ClientCommand::Update { .. }
        | ClientCommand::Enable { .. }
        | ClientCommand::Disable { .. }
        | ClientCommand::Delete { .. }
        | ClientCommand::RotateSecret { .. }
        | ClientCommand::Scopes { .. }
        | ClientCommand::Entitle { .. } => Ok(Exit::Ok),
    }
}

async fn list(listing: &Listing, caller: &Caller) -> Result<Exit, Failure> {
    let page = |cursor, size: u32| {
        caller.client.clients(&ListQuery {
            q: listing.search.clone(),
            client_type: listing.client_type.clone(),
            is_active: listing.active,
            grant_type: listing.grant_type.clone(),
            sort: listing.sort.clone(),
            limit: Some(u64::from(size)),
            cursor,
            ..ListQuery::default()
        })
    };
    let clients = caller.gather(&listing.paging, page).await?;
    let shown: Vec<Shown> = clients.into_iter().map(Shown).collect();
    caller.output.list(&shown)?;
    Ok(Exit::Ok)
}

impl Which {
    /// The client that is to be changed by hand.
    async fn find_to_change(&self, caller: &Caller) -> Result<Client, Failure> {
        let client = self.find(caller).await?;
        let what = format!("the client {}", client.client_id);
        caller.warn_if_managed(&what, client.managed_by.as_deref());
        Ok(client)
    }

    /// The client that is meant.
    async fn find(&self, caller: &Caller) -> Result<Client, Failure> {
        named::client(&self.client, caller).await
    }
}

/// A length of time: a number with `s`, `m`, `h` or `d` behind it, or 0.
fn time(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let mistake = || "a time is a number with s, m, h or d behind it, such as 24h".to_owned();
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(mistake)?;
    let unit: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(mistake()),
    };
    let number: u64 = number.parse().map_err(|_no_number| mistake())?;
    number
        .checked_mul(unit)
        .map(Duration::from_secs)
        .ok_or_else(mistake)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_with_a_unit() {
        let seconds = |text| time(text).map(|time| time.as_secs());
        assert_eq!(seconds("0"), Ok(0));
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("24h"), Ok(86_400));
        assert_eq!(seconds("7d"), Ok(604_800));
        for text in [
            "",
            "h",
            "24",
            "24 h",
            "-1h",
            "1w",
            "99999999999999999999d",
            "1é",
        ] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
