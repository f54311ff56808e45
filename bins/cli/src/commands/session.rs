//! `authly session …`.

use authly_admin_client::admin::Id;
use authly_admin_client::admin::sessions::{
    EndSessions, ListQuery, Session, SessionState, ShownSessions,
};
use authly_admin_client::id::SessionId;
use clap::{Args, Subcommand};

use super::named;
use crate::args::{Destruction, Paging};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Row, Sheet};

/// What to do with sessions.
#[derive(Debug, Subcommand)]
pub(crate) enum SessionCommand {
    /// List sessions, the newest first.
    List(Listing),
    /// Show a session.
    Show {
        /// Its id, which is the sid of ID tokens.
        session: Id<SessionId>,
    },
    /// End a session, as logout does.
    End {
        /// Its id.
        session: Id<SessionId>,
        #[command(flatten)]
        destruction: Destruction,
    },
    /// End all sessions of a user.
    EndAll {
        /// The user: name, e-mail address or id.
        #[arg(long, value_name = "USER")]
        user: String,
        /// A session of theirs that goes on.
        #[arg(long, value_name = "ID")]
        except: Option<Id<SessionId>>,
        #[command(flatten)]
        destruction: Destruction,
    },
}

/// Which sessions are listed.
#[derive(Debug, Args)]
pub(crate) struct Listing {
    /// Only those of this user: name, e-mail address or id.
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Only those that a browser can still use.
    #[arg(long)]
    live: bool,
    #[command(flatten)]
    paging: Paging,
}

/// Does it.
pub(crate) async fn run(command: SessionCommand, caller: &Caller) -> Result<Exit, Failure> {
    let client = &caller.client;
    match command {
        SessionCommand::List(listing) => list(&listing, caller).await,
        SessionCommand::Show { session } => {
            caller.output.sheet(&client.get_session(session.0).await?)?;
            Ok(Exit::Ok)
        }
        SessionCommand::End {
            session,
            destruction,
        } => {
            destruction.confirm(&format!(
                "End the session {session}? Its browser is logged out, and every grant that hangs \
                 on it is dead."
            ))?;
            let call = client.end_session(session.0);
            let ended = destruction.change.apply(call).await?;
            caller.output.sheet(&ended)?;
            let what = format!("ended the session {session}");
            caller.output.done(destruction.change, &what);
            Ok(Exit::Ok)
        }
        SessionCommand::EndAll {
            user,
            except,
            destruction,
        } => end_all(&user, except, destruction, caller).await,
    }
}

async fn end_all(
    named: &str,
    except: Option<Id<SessionId>>,
    destruction: Destruction,
    caller: &Caller,
) -> Result<Exit, Failure> {
    let user = named::user_id(named, caller).await?;
    destruction.confirm(&format!(
        "End the sessions of the user {named}? Their browsers are logged out, and every grant that \
         hangs on one is dead."
    ))?;
    let body = EndSessions { except };
    let call = caller.client.end_sessions_of_user(user.0).body(&body);
    let ended = destruction.change.apply(call).await?;
    let what = format!("ended {} sessions", ended.sessions);
    caller.output.done(destruction.change, &what);
    Ok(Exit::Ok)
}

async fn list(listing: &Listing, caller: &Caller) -> Result<Exit, Failure> {
    let (user, _any) = named::parties(listing.user.as_deref(), None, caller).await?;
    let page = |cursor, size| {
        caller.client.list_sessions().query(&ListQuery {
            user,
            show: listing.live.then_some(ShownSessions::Live),
            limit: Some(u64::from(size)),
            cursor,
        })
    };
    let sessions: Vec<Session> = caller.gather(&listing.paging, page).await?;
    caller.output.list(&sessions)?;
    Ok(Exit::Ok)
}

impl Row for Session {
    const HEADINGS: &'static [&'static str] = &["id", "user", "state", "address", "last seen"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::plain(self.id.to_string()),
            Cell::plain(&self.user.username),
            state(self.state),
            Cell::plain(&self.address),
            Cell::plain(self.last_seen_at.to_string()),
        ]
    }
}

impl Sheet for Session {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        vec![
            ("id", Cell::plain(self.id.to_string())),
            ("user", Cell::plain(&self.user.username)),
            ("user id", Cell::plain(self.user.id.to_string())),
            ("state", state(self.state)),
            ("address", Cell::plain(&self.address)),
            ("browser", Cell::plain(&self.user_agent)),
            ("logged in", Cell::plain(self.auth_time.to_string())),
            ("acr", Cell::plain(&self.acr)),
            ("amr", Cell::all(&self.amr)),
            ("began", Cell::plain(self.created_at.to_string())),
            ("last seen", Cell::plain(self.last_seen_at.to_string())),
            ("expires", Cell::plain(self.expires_at.to_string())),
            ("ended", Cell::maybe(self.ended_at)),
            ("reason", Cell::maybe(self.ended_reason.as_ref())),
        ]
    }
}

fn state(state: SessionState) -> Cell {
    match state {
        SessionState::Active => Cell::good("active"),
        SessionState::Pending => Cell::plain("pending"),
        SessionState::Ended => Cell::plain("ended"),
        SessionState::UserInactive => Cell::plain("user inactive"),
        SessionState::Expired => Cell::plain("expired"),
        SessionState::Idle => Cell::plain("idle"),
        _ => Cell::plain("unknown"),
    }
}
