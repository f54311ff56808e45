//! `authly resource-server …`.

use authly_admin_client::admin::resource_servers::{
    DeleteQuery, ListQuery, NewResourceServer, ResourceServer, ResourceServerChange,
};
use authly_admin_client::admin::{Id, Patch};
use authly_admin_client::id::ResourceServerId;
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::named;
use crate::args::{Change, Destruction, Paging};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Row, Sheet};

/// What to do with resource servers.
#[derive(Debug, Subcommand)]
pub(crate) enum ResourceServerCommand {
    /// List the resource servers.
    List(Listing),
    /// Show a resource server.
    Show {
        /// Its identifier or id.
        resource: String,
    },
    /// Register a resource server.
    Create(Creation),
    /// Change a resource server.
    Update {
        /// Its identifier or id.
        resource: String,
        /// What people know it as.
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
        /// Which clients may ask for tokens for it.
        #[arg(long, value_enum, value_name = "WHO")]
        open_to: Option<OpenTo>,
        #[command(flatten)]
        change: Change,
    },
    /// Let tokens be issued for a disabled resource server again.
    Enable {
        /// Its identifier or id.
        resource: String,
        #[command(flatten)]
        change: Change,
    },
    /// Disable a resource server: no token is issued for it any more.
    Disable {
        /// Its identifier or id.
        resource: String,
        #[command(flatten)]
        destruction: Destruction,
    },
    /// Delete a resource server.
    Delete {
        /// Its identifier or id.
        resource: String,
        /// Take it from the clients that name it.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        destruction: Destruction,
    },
}

/// Which clients may ask for tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OpenTo {
    /// Those that have it among their resources.
    ListedClients,
    /// Every client.
    EveryClient,
}

impl OpenTo {
    fn written(self) -> String {
        let word = match self {
            Self::ListedClients => "listed_clients",
            Self::EveryClient => "every_client",
        };
        word.to_owned()
    }
}

/// A resource server to be registered.
#[derive(Debug, Args)]
pub(crate) struct Creation {
    /// Its identifier, an absolute URI: what stands in the aud of its tokens.
    resource: String,
    /// What people know it as.
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// Which clients may ask for tokens for it; those that list it, unless it is said.
    #[arg(long, value_enum, value_name = "WHO")]
    open_to: Option<OpenTo>,
    /// Let no tokens be issued for it until it is enabled.
    #[arg(long)]
    disabled: bool,
    #[command(flatten)]
    change: Change,
}

/// Which resource servers are listed.
#[derive(Debug, Args)]
pub(crate) struct Listing {
    /// Only those whose identifier begins with this.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only those that are enabled, or only those that are not.
    #[arg(long, value_name = "true|false")]
    active: Option<bool>,
    #[command(flatten)]
    paging: Paging,
}

/// A resource server as it is printed.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Shown(ResourceServer);

impl Row for Shown {
    const HEADINGS: &'static [&'static str] =
        &["resource", "name", "open to", "active", "managed by"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::plain(&self.0.resource),
            Cell::plain(&self.0.name),
            Cell::plain(&self.0.open_to),
            self.active(),
            Cell::maybe(self.0.managed_by.as_ref()),
        ]
    }
}

impl Sheet for Shown {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        let server = &self.0;
        vec![
            ("resource", Cell::plain(&server.resource)),
            ("name", Cell::plain(&server.name)),
            ("open to", Cell::plain(&server.open_to)),
            ("active", self.active()),
            ("managed by", Cell::maybe(server.managed_by.as_ref())),
            ("id", Cell::plain(server.id.to_string())),
            ("created", Cell::plain(server.created_at.to_string())),
            ("changed", Cell::plain(server.updated_at.to_string())),
            ("version", Cell::plain(server.version.to_string())),
        ]
    }
}

impl Shown {
    fn active(&self) -> Cell {
        if self.0.is_active {
            Cell::good("yes")
        } else {
            Cell::bad("no")
        }
    }
}

/// Does it.
pub(crate) async fn run(command: ResourceServerCommand, caller: &Caller) -> Result<Exit, Failure> {
    use ResourceServerCommand as Command;
    let client = &caller.client;
    let is_changed = !matches!(command, Command::Show { .. });
    let server = match command {
        Command::List(listing) => return list(&listing, caller).await,
        Command::Delete {
            resource,
            force,
            destruction,
        } => {
            let how = DeleteQuery { force: Some(force) };
            return delete(&resource, how, destruction, caller).await;
        }
        Command::Show { resource } => named::resource_server(&resource, caller).await?,
        Command::Create(creation) => create(creation, caller).await?,
        Command::Update {
            resource,
            name,
            open_to,
            change,
        } => {
            let said = said(name, open_to)?;
            let id = id(&resource, caller).await?;
            change
                .apply(client.update_resource_server(id, &said))
                .await?
        }
        Command::Enable { resource, change } => {
            let id = id(&resource, caller).await?;
            change.apply(client.enable_resource_server(id)).await?
        }
        Command::Disable {
            resource,
            destruction,
        } => {
            let id = id(&resource, caller).await?;
            destruction.confirm(&format!("Disable the resource server {resource}?"))?;
            let change = destruction.change;
            change.apply(client.disable_resource_server(id)).await?
        }
    };
    if is_changed {
        let what = format!("the resource server {}", server.resource);
        caller.warn_if_managed(&what, server.managed_by.as_deref());
    }
    caller.output.sheet(&Shown(server))?;
    Ok(Exit::Ok)
}

async fn create(creation: Creation, caller: &Caller) -> Result<ResourceServer, Failure> {
    let new = NewResourceServer {
        resource: creation.resource,
        name: creation.name,
        open_to: creation.open_to.map(OpenTo::written),
        is_active: creation.disabled.then_some(false),
        managed_by: None,
    };
    let call = caller.client.create_resource_server(&new);
    Ok(creation.change.apply(call).await?)
}

/// The id of the resource server of this identifier or id; an id that stands there is not looked up.
async fn id(named: &str, caller: &Caller) -> Result<Id<ResourceServerId>, Failure> {
    match named.parse() {
        Ok(id) => Ok(id),
        Err(_identifier) => Ok(named::resource_server(named, caller).await?.id),
    }
}

/// What a change says, which is something.
fn said(name: Option<String>, open_to: Option<OpenTo>) -> Result<ResourceServerChange, Failure> {
    let said = ResourceServerChange {
        name: Patch::set_if(name),
        open_to: Patch::set_if(open_to.map(OpenTo::written)),
        managed_by: Patch::Keep,
    };
    if said == ResourceServerChange::default() {
        return Err(Failure::usage(
            "say what to change: --name, --open-to, or both",
        ));
    }
    Ok(said)
}

async fn list(listing: &Listing, caller: &Caller) -> Result<Exit, Failure> {
    let page = |cursor, size: u32| {
        caller.client.resource_servers(&ListQuery {
            q: listing.search.clone(),
            resource: None,
            is_active: listing.active,
            limit: Some(u64::from(size)),
            cursor,
        })
    };
    let servers = caller.gather(&listing.paging, page).await?;
    let shown: Vec<Shown> = servers.into_iter().map(Shown).collect();
    caller.output.list(&shown)?;
    Ok(Exit::Ok)
}

async fn delete(
    server: &str,
    how: DeleteQuery,
    destruction: Destruction,
    caller: &Caller,
) -> Result<Exit, Failure> {
    let present = named::resource_server(server, caller).await?;
    let what = format!("the resource server {}", present.resource);
    caller.warn_if_managed(&what, present.managed_by.as_deref());
    destruction.confirm(&format!("Delete {what}?"))?;
    let call = caller.client.delete_resource_server(present.id, &how);
    destruction.change.apply(call).await?;
    let what = format!("deleted {what}");
    caller.output.done(destruction.change, &what);
    Ok(Exit::Ok)
}
