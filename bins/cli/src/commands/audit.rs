//! `authly audit …`.

mod shown;
mod verify;

use std::time::Duration;

use authly_admin_client::admin::audit::{Event, FollowQuery, Followed, ListQuery, Outcome};
use authly_admin_client::admin::{Id, Moment};
use authly_admin_client::id::{ClientKey, UserId};
use clap::{Args, Subcommand, ValueEnum};

use self::verify::Noted;
use super::named;
use crate::args::Paging;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// How long is waited before the server is asked again what has happened.
const PAUSE: Duration = Duration::from_secs(1);
/// How many events one answer holds.
const PART: u64 = 200;

/// What to do with the audit trail.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// List events, the newest first.
    List {
        #[command(flatten)]
        filter: Filter,
        #[command(flatten)]
        paging: Paging,
    },
    /// Print events as they are sealed, until you end it.
    ///
    /// With --output json each event is one line. Nothing is missed and nothing comes twice: an event
    /// has its place in the chain from when it is sealed, which is within a second.
    Follow {
        /// Begin after this place in the chain, instead of now.
        #[arg(long, value_name = "POSITION")]
        after: Option<i64>,
        #[command(flatten)]
        filter: Filter,
    },
    /// Print all sealed events as JSON Lines, the oldest first.
    Export {
        /// Begin after this place in the chain, such as where the last export ended.
        #[arg(long, value_name = "POSITION", default_value_t = 0)]
        after: i64,
        #[command(flatten)]
        filter: Filter,
    },
    /// Hold the trail against its chain, and name what does not fit.
    ///
    /// Ends with status 1 when something was altered, removed, inserted or put in another order.
    Verify {
        /// A place and its hash that you have noted elsewhere, such as a head from the log or the end of
        /// an export: the chain has to go through it.
        #[arg(long, value_name = "POSITION:HASH")]
        noted: Option<Noted>,
    },
}

/// Which events are wanted.
#[derive(Debug, Clone, Args)]
pub(crate) struct Filter {
    /// Only what is called so, such as users.disable or login.failed.
    #[arg(long, value_name = "NAME")]
    action: Option<String>,
    /// Only what was done by this user (name, address or id) or, if there is none, by this client (name
    /// or id).
    #[arg(long, value_name = "WHO")]
    actor: Option<String>,
    /// Only what concerns this user, by id, name or address.
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Only what concerns this client, by id or name.
    #[arg(long, value_name = "CLIENT")]
    client: Option<String>,
    /// Only what ended so.
    #[arg(long, value_name = "HOW")]
    outcome: Option<Ending>,
    /// Only what the request of this number did.
    #[arg(long, value_name = "NUMBER")]
    request_id: Option<String>,
    /// Only what happened then or later, such as 2026-11-25T18:00:00Z.
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Only what happened before.
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
}

impl Filter {
    /// The same, with the ids of those who are named.
    async fn found(self, caller: &Caller) -> Result<Found, Failure> {
        let (user, client) = (self.user.as_deref(), self.client.as_deref());
        let (user, client) = named::parties(user, client, caller).await?;
        let actor = match &self.actor {
            Some(named) => Some(named::actor_id(named, caller).await?),
            None => None,
        };
        Ok(Found {
            filter: self,
            actor,
            user,
            client,
        })
    }
}

/// Which events are wanted, with the ids of those who are named.
struct Found {
    filter: Filter,
    actor: Option<Id<UserId>>,
    user: Option<Id<UserId>>,
    client: Option<Id<ClientKey>>,
}

/// How something ended.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Ending {
    /// It was done.
    Succeeded,
    /// It was refused.
    Refused,
}

impl Ending {
    const fn outcome(self) -> Outcome {
        match self {
            Self::Succeeded => Outcome::Succeeded,
            Self::Refused => Outcome::Refused,
        }
    }
}

/// Does it.
pub(crate) async fn run(command: AuditCommand, caller: &Caller) -> Result<Exit, Failure> {
    match command {
        AuditCommand::List { filter, paging } => {
            list(&filter.found(caller).await?, &paging, caller).await
        }
        AuditCommand::Follow { after, filter } => {
            follow(after, &filter.found(caller).await?, caller).await
        }
        AuditCommand::Export { after, filter } => {
            export(after, &filter.found(caller).await?, caller).await
        }
        AuditCommand::Verify { noted } => verify::verify(noted, caller).await,
    }
}

async fn list(wanted: &Found, paging: &Paging, caller: &Caller) -> Result<Exit, Failure> {
    let filter = &wanted.filter;
    let page = |cursor, size| {
        caller.client.list_audit().query(&ListQuery {
            action: filter.action.clone(),
            actor: wanted.actor,
            user: wanted.user,
            client: wanted.client,
            outcome: filter.outcome.map(Ending::outcome),
            request_id: filter.request_id.clone(),
            since: filter.since,
            until: filter.until,
            limit: Some(u64::from(size)),
            cursor,
        })
    };
    let events: Vec<Event> = caller.gather(paging, page).await?;
    caller.output.list(&events)?;
    Ok(Exit::Ok)
}

/// What was sealed after a place.
async fn sealed_after(
    after: Option<i64>,
    wanted: &Found,
    caller: &Caller,
) -> Result<Followed, Failure> {
    let filter = &wanted.filter;
    let call = caller.client.follow_audit().query(&FollowQuery {
        after,
        action: filter.action.clone(),
        actor: wanted.actor,
        user: wanted.user,
        client: wanted.client,
        outcome: filter.outcome.map(Ending::outcome),
        request_id: filter.request_id.clone(),
        since: filter.since,
        until: filter.until,
        limit: Some(PART),
    });
    Ok(call.await?)
}

async fn follow(after: Option<i64>, wanted: &Found, caller: &Caller) -> Result<Exit, Failure> {
    let mut at = match after {
        Some(after) => after,
        None => sealed_after(None, wanted, caller).await?.head.position,
    };
    loop {
        let found = sealed_after(Some(at), wanted, caller).await?;
        for event in &found.items {
            if !caller.output.line(event)? {
                return Ok(Exit::Ok);
            }
        }
        at = found.position;
        if found.is_all {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn export(after: i64, wanted: &Found, caller: &Caller) -> Result<Exit, Failure> {
    let (mut at, mut exported) = (after, 0_u64);
    // The first call leaves an event of its own, which is not sealed yet: the end is where the trail
    // ended then, or it would be followed for ever.
    let end = sealed_after(None, wanted, caller).await?.head;
    while at < end.position {
        let found = sealed_after(Some(at), wanted, caller).await?;
        let place = |event: &Event| event.seal.as_ref().map_or(0, |seal| seal.position);
        let wanted = found.items.iter();
        for event in wanted.filter(|event| place(event) <= end.position) {
            if !Output::json_line(event)? {
                return Ok(Exit::Ok);
            }
            exported += 1;
        }
        at = found.position;
        if found.is_all {
            break;
        }
    }
    caller.output.note(&format!(
        "exported {exported} events; the trail ends at {}:{}",
        end.position, end.hash
    ));
    Ok(Exit::Ok)
}
