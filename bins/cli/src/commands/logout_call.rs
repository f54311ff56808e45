//! `authly logout-call …`.

use authly_admin_client::admin::Id;
use authly_admin_client::admin::logout_calls::{
    CallState, ListQuery, LogoutCall, RetriedCall, ShownCalls,
};
use authly_admin_client::id::LogoutCallId;
use clap::{Args, Subcommand};

use super::named;
use crate::args::{Change, Paging};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Row, Sheet};

/// What to do with calls that tell clients of logouts.
#[derive(Debug, Subcommand)]
pub(crate) enum LogoutCallCommand {
    /// List calls that did not reach their clients yet, the newest first.
    List(Listing),
    /// Show a call.
    Show {
        /// Its id.
        call: Id<LogoutCallId>,
    },
    /// Have a call made again at once, also one that was given up.
    Retry {
        /// Its id.
        call: Id<LogoutCallId>,
        #[command(flatten)]
        change: Change,
    },
}

/// Which calls are listed.
#[derive(Debug, Args)]
pub(crate) struct Listing {
    /// Only those for this client: its name or id.
    #[arg(long, value_name = "CLIENT")]
    client: Option<String>,
    /// Only those that were given up.
    #[arg(long)]
    given_up: bool,
    #[command(flatten)]
    paging: Paging,
}

/// Does it.
pub(crate) async fn run(command: LogoutCallCommand, caller: &Caller) -> Result<Exit, Failure> {
    let client = &caller.client;
    match command {
        LogoutCallCommand::List(listing) => list(&listing, caller).await,
        LogoutCallCommand::Show { call } => {
            caller
                .output
                .sheet(&client.get_logout_call(call.0).await?)?;
            Ok(Exit::Ok)
        }
        LogoutCallCommand::Retry { call, change } => {
            let retried = change.apply(client.retry_logout_call(call.0)).await?;
            caller.output.sheet(&retried)?;
            if retried.is_retried {
                let what = format!("scheduled the logout call {call} to be made at once");
                caller.output.done(change, &what);
            } else {
                let due =
                    format!("the logout call {call} is due within seconds, and stays as it is");
                caller.output.note(&due);
            }
            Ok(Exit::Ok)
        }
    }
}

async fn list(listing: &Listing, caller: &Caller) -> Result<Exit, Failure> {
    let (_any, client) = named::parties(None, listing.client.as_deref(), caller).await?;
    let page = |cursor, size| {
        caller.client.list_logout_calls().query(&ListQuery {
            client,
            show: listing.given_up.then_some(ShownCalls::GivenUp),
            limit: Some(u64::from(size)),
            cursor,
        })
    };
    let calls: Vec<LogoutCall> = caller.gather(&listing.paging, page).await?;
    caller.output.list(&calls)?;
    Ok(Exit::Ok)
}

impl Row for LogoutCall {
    const HEADINGS: &'static [&'static str] =
        &["id", "client", "state", "attempts", "last failure"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::plain(self.id.to_string()),
            Cell::plain(&self.client.client_id),
            state(self.state),
            Cell::plain(self.attempts.to_string()),
            Cell::maybe(self.last_failure.as_ref()),
        ]
    }
}

impl Sheet for LogoutCall {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        vec![
            ("id", Cell::plain(self.id.to_string())),
            ("client", Cell::plain(&self.client.client_id)),
            ("client key", Cell::plain(self.client.id.to_string())),
            ("session", Cell::plain(self.session.to_string())),
            ("ended", Cell::plain(self.created_at.to_string())),
            ("state", state(self.state)),
            ("due", Cell::maybe(self.due_at)),
            ("attempts", Cell::plain(self.attempts.to_string())),
            ("last failed", Cell::maybe(self.last_failed_at)),
            ("last failure", Cell::maybe(self.last_failure.as_ref())),
        ]
    }
}

impl Sheet for RetriedCall {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        self.call.lines()
    }
}

fn state(state: CallState) -> Cell {
    match state {
        CallState::Waiting => Cell::plain("waiting"),
        CallState::GivenUp => Cell::bad("given up"),
        _ => Cell::plain("unknown"),
    }
}
