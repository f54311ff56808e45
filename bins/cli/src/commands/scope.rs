//! `authly scope …`.

use authly_admin_client::admin::Patch;
use authly_admin_client::admin::scopes::{DeleteQuery, ListQuery, NewScope, Scope, ScopeChange};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::args::{Change, Destruction, Paging};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Row, Sheet};

/// What to do with scopes.
#[derive(Debug, Subcommand)]
pub(crate) enum ScopeCommand {
    /// List the scopes.
    List(Listing),
    /// Show a scope.
    Show {
        /// Its name.
        scope: String,
    },
    /// Add a scope.
    Create {
        /// Its name.
        scope: String,
        /// What the consent page says it allows.
        #[arg(long, value_name = "TEXT")]
        description: String,
        /// Ask for it where a request names no scope.
        #[arg(long)]
        default: bool,
        #[command(flatten)]
        change: Change,
    },
    /// Change a scope.
    Update {
        /// Its name.
        scope: String,
        /// What the consent page says it allows.
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// Whether a request that names no scope asks for it.
        #[arg(long, value_name = "true|false")]
        default: Option<bool>,
        #[command(flatten)]
        change: Change,
    },
    /// Let a disabled scope be asked for again.
    Enable {
        /// Its name.
        scope: String,
        #[command(flatten)]
        change: Change,
    },
    /// Disable a scope: no new token has it.
    Disable {
        /// Its name.
        scope: String,
        #[command(flatten)]
        destruction: Destruction,
    },
    /// Delete a scope.
    Delete {
        /// Its name.
        scope: String,
        /// Take it from the clients that may ask for it.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        destruction: Destruction,
    },
}

/// Which scopes are listed.
#[derive(Debug, Args)]
pub(crate) struct Listing {
    /// Only those whose name begins with this.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only those that are enabled, or only those that are not.
    #[arg(long, value_name = "true|false")]
    active: Option<bool>,
    #[command(flatten)]
    paging: Paging,
}

/// A scope as it is printed.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Shown(Scope);

impl Row for Shown {
    const HEADINGS: &'static [&'static str] =
        &["name", "description", "default", "active", "managed by"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::plain(&self.0.name),
            Cell::plain(&self.0.description),
            Cell::yes_or_no(self.0.is_default),
            self.active(),
            Cell::maybe(self.0.managed_by.as_ref()),
        ]
    }
}

impl Sheet for Shown {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        let scope = &self.0;
        vec![
            ("name", Cell::plain(&scope.name)),
            ("description", Cell::plain(&scope.description)),
            ("default", Cell::yes_or_no(scope.is_default)),
            ("active", self.active()),
            ("system", Cell::yes_or_no(scope.is_system)),
            ("managed by", Cell::maybe(scope.managed_by.as_ref())),
            ("in use", Cell::yes_or_no(scope.is_in_use)),
            ("created", Cell::plain(scope.created_at.to_string())),
            ("changed", Cell::plain(scope.updated_at.to_string())),
            ("version", Cell::plain(scope.version.to_string())),
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
pub(crate) async fn run(command: ScopeCommand, caller: &Caller) -> Result<Exit, Failure> {
    let client = &caller.client;
    let is_changed = !matches!(command, ScopeCommand::Show { .. });
    let scope = match command {
        ScopeCommand::List(listing) => return list(&listing, caller).await,
        ScopeCommand::Delete {
            scope,
            force,
            destruction,
        } => {
            return delete(
                &scope,
                DeleteQuery { force: Some(force) },
                destruction,
                caller,
            )
            .await;
        }
        ScopeCommand::Show { scope } => client.scope(&scope).await?,
        ScopeCommand::Create {
            scope,
            description,
            default,
            change,
        } => {
            let new = NewScope {
                name: scope,
                description,
                is_default: default,
                managed_by: None,
            };
            change.apply(client.create_scope(&new)).await?
        }
        ScopeCommand::Update {
            scope,
            description,
            default,
            change,
        } => {
            let said = said(description, default)?;
            change.apply(client.update_scope(&scope, &said)).await?
        }
        ScopeCommand::Enable { scope, change } => change.apply(client.enable_scope(&scope)).await?,
        ScopeCommand::Disable { scope, destruction } => {
            destruction.confirm(&format!("Disable the scope {scope}?"))?;
            let call = client.disable_scope(&scope);
            destruction.change.apply(call).await?
        }
    };
    if is_changed {
        let what = format!("the scope {}", scope.name);
        caller.warn_if_managed(&what, scope.managed_by.as_deref());
    }
    caller.output.sheet(&Shown(scope))?;
    Ok(Exit::Ok)
}

/// What a change says, which is something.
fn said(description: Option<String>, default: Option<bool>) -> Result<ScopeChange, Failure> {
    let said = ScopeChange {
        description: Patch::set_if(description),
        is_default: Patch::set_if(default),
        managed_by: Patch::Keep,
    };
    if said == ScopeChange::default() {
        return Err(Failure::usage(
            "say what to change: --description, --default, or both",
        ));
    }
    Ok(said)
}

async fn list(listing: &Listing, caller: &Caller) -> Result<Exit, Failure> {
    let page = |cursor, size: u32| {
        caller.client.scopes(&ListQuery {
            q: listing.search.clone(),
            is_active: listing.active,
            limit: Some(u64::from(size)),
            cursor,
        })
    };
    let scopes = caller.gather(&listing.paging, page).await?;
    let shown: Vec<Shown> = scopes.into_iter().map(Shown).collect();
    caller.output.list(&shown)?;
    Ok(Exit::Ok)
}

async fn delete(
    scope: &str,
    how: DeleteQuery,
    destruction: Destruction,
    caller: &Caller,
) -> Result<Exit, Failure> {
    // Who may write scopes may not be allowed to read them: then nobody is warned.
    if let Ok(present) = caller.client.scope(scope).await {
        let what = format!("the scope {scope}");
        caller.warn_if_managed(&what, present.managed_by.as_deref());
    }
    destruction.confirm(&format!("Delete the scope {scope}?"))?;
    let call = caller.client.delete_scope(scope, &how);
    destruction.change.apply(call).await?;
    let what = format!("deleted the scope {scope}");
    caller.output.done(destruction.change, &what);
    Ok(Exit::Ok)
}
