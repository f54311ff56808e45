//! `authly token …`. The value of a token comes from standard input or a file, never from the
//! command line, which others on the machine can see.

use std::path::{Path, PathBuf};

use authly_admin_client::admin::Id;
use authly_admin_client::admin::tokens::{
    ListQuery, PresentedToken, ShownTokens, Token, TokenKind, TokenStatus, TokenValue,
};
use authly_admin_client::id::{GrantId, TokenId};
use clap::{Args, Subcommand, ValueEnum};

use super::{grant, named};
use crate::args::{Destruction, Paging};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Row, Sheet};
use crate::prompt;

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// List tokens, the newest first.
    List(Listing),
    /// Show a token by its id or its value, and whether it counts.
    Show(Named),
    /// Revoke a token: an access token by itself, a refresh token with its grant.
    Revoke {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        destruction: Destruction,
    },
    /// Revoke every token of a user, a client or a grant.
    RevokeAll {
        #[command(flatten)]
        of: Owner,
        #[command(flatten)]
        destruction: Destruction,
    },
}

/// Which tokens are listed.
#[derive(Debug, Args)]
pub(crate) struct Listing {
    /// Only those that belong to this grant, by id.
    #[arg(long, value_name = "ID")]
    grant: Option<Id<GrantId>>,
    /// Only those that stand for this user: name, e-mail address or id.
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Only those that this client got: its `client_id` or id.
    #[arg(long, value_name = "CLIENT")]
    client: Option<String>,
    /// Only those of this kind.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Only those that still count.
    #[arg(long)]
    alive: bool,
    #[command(flatten)]
    paging: Paging,
}

/// A kind of token.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Kind {
    /// A signed JWT for resource servers.
    Access,
    /// An opaque text for the token endpoint.
    Refresh,
}

/// One token.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Named {
    /// Its id, which is the jti of an access token.
    #[arg(value_name = "ID")]
    token: Option<Id<TokenId>>,
    /// Read its value from standard input.
    #[arg(long)]
    stdin: bool,
    /// Read its value from this file.
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
}

/// Whose tokens.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Owner {
    /// Those of this user (name, e-mail address or id): all grants end.
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Those of this client (its `client_id` or id): all grants end, and what it got for itself.
    #[arg(long, value_name = "CLIENT")]
    client: Option<String>,
    /// Those of this grant, by id: the grant ends.
    #[arg(long, value_name = "ID")]
    grant: Option<Id<GrantId>>,
}

/// Does it.
pub(crate) async fn run(command: TokenCommand, caller: &Caller) -> Result<Exit, Failure> {
    match command {
        TokenCommand::List(listing) => list(&listing, caller).await,
        TokenCommand::Show(named) => {
            let token = match named.read()? {
                Name::Id(id) => caller.client.get_token(id).await?,
                Name::Value(body) => caller.client.look_up_token().body(&body).await?,
            };
            caller.output.sheet(&token)?;
            Ok(Exit::Ok)
        }
        TokenCommand::Revoke { named, destruction } => {
            let name = named.read()?;
            destruction.confirm(
                "Revoke this token? An access token is dead at once; a refresh token with its \
                 grant and every other token of that.",
            )?;
            let change = destruction.change;
            let token = match name {
                Name::Id(id) => change.apply(caller.client.revoke_token(id)).await?,
                Name::Value(body) => {
                    let call = caller.client.revoke_presented_token().body(&body);
                    change.apply(call).await?
                }
            };
            caller.output.sheet(&token)?;
            let what = format!("revoked the token {}", token.id);
            caller.output.done(change, &what);
            Ok(Exit::Ok)
        }
        TokenCommand::RevokeAll { of, destruction } => revoke_all(&of, destruction, caller).await,
    }
}

async fn list(listing: &Listing, caller: &Caller) -> Result<Exit, Failure> {
    let (user, client) = (listing.user.as_deref(), listing.client.as_deref());
    let (user, client) = named::parties(user, client, caller).await?;
    let page = |cursor, size| {
        caller.client.list_tokens().query(&ListQuery {
            grant: listing.grant,
            user,
            client,
            kind: listing.kind.map(|kind| match kind {
                Kind::Access => TokenKind::Access,
                Kind::Refresh => TokenKind::Refresh,
            }),
            show: listing.alive.then_some(ShownTokens::Alive),
            limit: Some(u64::from(size)),
            cursor,
        })
    };
    let tokens: Vec<Token> = caller.gather(&listing.paging, page).await?;
    caller.output.list(&tokens)?;
    Ok(Exit::Ok)
}

async fn revoke_all(
    of: &Owner,
    destruction: Destruction,
    caller: &Caller,
) -> Result<Exit, Failure> {
    let change = destruction.change;
    let what = if let Some(grant) = of.grant {
        return grant::revoke(grant, destruction, caller).await;
    } else if let Some(named) = &of.user {
        let user = named::user_id(named, caller).await?;
        destruction.confirm(&format!(
            "Revoke every token of the user {named}? All grants that they gave end at once."
        ))?;
        let call = caller.client.revoke_grants_of_user(user.0);
        let revoked = change.apply(call).await?;
        format!("revoked {} grants with every token", revoked.grants)
    } else if let Some(named) = &of.client {
        let client = named::client_key(named, caller).await?;
        destruction.confirm(&format!(
            "Revoke every token of the client {named}? All grants that it got end at once, and \
             what it got for itself."
        ))?;
        let call = caller.client.revoke_tokens_of_client(client.0);
        let revoked = change.apply(call).await?;
        format!(
            "revoked {} grants with every token, and {} tokens of its own",
            revoked.grants, revoked.own_tokens
        )
    } else {
        return Err(Failure::usage("say whose tokens"));
    };
    caller.output.done(change, &what);
    Ok(Exit::Ok)
}

/// By what a token is named.
enum Name {
    Id(TokenId),
    Value(PresentedToken),
}

impl Named {
    fn read(&self) -> Result<Name, Failure> {
        if let Some(id) = self.token {
            return Ok(Name::Id(id.0));
        }
        let text = match &self.file {
            Some(path) => value_in(path)?,
            None => prompt::secret_from_stdin()?,
        };
        if text.is_empty() {
            return Err(Failure::usage("there is no token where it should be"));
        }
        let token = TokenValue::new(text);
        Ok(Name::Value(PresentedToken { token }))
    }
}

fn value_in(path: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let path = path.display();
        Failure::usage(format!("the token in {path} cannot be read: {error}"))
    })?;
    Ok(prompt::without_line_end(&text).to_owned())
}

impl Row for Token {
    const HEADINGS: &'static [&'static str] =
        &["id", "kind", "status", "client", "user", "scope", "expires"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::plain(self.id.to_string()),
            kind(self.kind),
            status(self.status),
            Cell::plain(&self.client.client_id),
            Cell::maybe(self.user.as_ref().map(|user| &user.username)),
            Cell::plain(&self.scope),
            Cell::plain(self.expires_at.to_string()),
        ]
    }
}

impl Sheet for Token {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        vec![
            ("id", Cell::plain(self.id.to_string())),
            ("kind", kind(self.kind)),
            ("status", status(self.status)),
            ("", Cell::plain(&self.explanation)),
            ("client", Cell::plain(&self.client.client_id)),
            (
                "user",
                Cell::maybe(self.user.as_ref().map(|user| &user.username)),
            ),
            ("grant", Cell::maybe(self.grant)),
            ("session", Cell::maybe(self.session)),
            ("scope", Cell::plain(&self.scope)),
            ("audience", Cell::all(&self.audience)),
            ("key", Cell::maybe(self.kid.as_ref())),
            ("issued", Cell::plain(self.issued_at.to_string())),
            ("expires", Cell::plain(self.expires_at.to_string())),
            ("spent", Cell::maybe(self.spent_at)),
            ("revoked", Cell::maybe(self.revoked_at)),
            ("reason", Cell::maybe(self.revoked_reason.as_ref())),
        ]
    }
}

fn kind(kind: TokenKind) -> Cell {
    Cell::plain(match kind {
        TokenKind::Access => "access",
        TokenKind::Refresh => "refresh",
    })
}

fn status(status: TokenStatus) -> Cell {
    match status {
        TokenStatus::Alive => Cell::good("alive"),
        TokenStatus::Expired => Cell::plain("expired"),
        TokenStatus::Spent => Cell::plain("spent"),
        TokenStatus::Revoked => Cell::plain("revoked"),
        TokenStatus::UserInactive => Cell::plain("user inactive"),
        TokenStatus::ClientInactive => Cell::plain("client inactive"),
        TokenStatus::GrantRevoked => Cell::plain("grant revoked"),
        TokenStatus::SessionEnded => Cell::plain("session ended"),
        TokenStatus::KeyRevoked => Cell::plain("key revoked"),
        _ => Cell::plain("unknown"),
    }
}
