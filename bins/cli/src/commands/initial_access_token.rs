//! `authly initial-access-token …`.

use authly_admin_client::WireSecret;
use authly_admin_client::admin::registration::{
    InitialAccessToken, ListQuery, NewInitialAccessToken, TokenId,
};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::args::{Change, Destruction, Paging};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Row, Sheet};

/// What to do with tokens that let clients register themselves.
#[derive(Debug, Subcommand)]
pub(crate) enum InitialAccessTokenCommand {
    /// List the tokens, the newest first.
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Make a token. It is shown this once.
    Create(Creation),
    /// Delete a token: nobody registers by it any more. Clients that have stay.
    Delete {
        /// Its id.
        token: TokenId,
        #[command(flatten)]
        destruction: Destruction,
    },
}

/// What a token lets clients become.
#[derive(Debug, Args)]
pub(crate) struct Creation {
    /// What you know it as.
    name: String,
    /// The most that the clients may ask for: names divided by spaces.
    #[arg(long, value_name = "SCOPES")]
    scope: String,
    /// A grant that they may use; repeat it. `authorization_code` and `refresh_token` unless said.
    #[arg(long = "grant-type", value_name = "GRANT")]
    grant_types: Vec<String>,
    /// A host that their redirect URIs may have, those for after a logout too; repeat it. Any unless said.
    /// Their other addresses are not held to it.
    #[arg(long = "redirect-host", value_name = "HOST")]
    redirect_hosts: Vec<String>,
    /// The rules that they go by: `strict` unless said, `oidc` or `fapi2`.
    #[arg(long, value_name = "PROFILE")]
    client_profile: Option<String>,
    /// Whether requests of confidential OpenID clients have to carry a code challenge.
    #[arg(long, value_name = "true|false")]
    require_pkce: Option<bool>,
    /// Whether they have to carry a nonce where they carry no challenge.
    #[arg(long, value_name = "true|false")]
    require_nonce: Option<bool>,
    /// How many clients it lets register; 1 unless said.
    #[arg(long, value_name = "N")]
    max_clients: Option<u32>,
    /// How many seconds it lives; a day unless said.
    #[arg(long, value_name = "SECONDS")]
    expires_in: Option<u64>,
    #[command(flatten)]
    change: Change,
}

/// A token as it is listed.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Shown(InitialAccessToken);

/// A token that was made.
#[derive(Debug, Serialize)]
struct Made {
    #[serde(flatten)]
    record: Shown,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<WireSecret>,
}

impl Row for Shown {
    const HEADINGS: &'static [&'static str] =
        &["id", "name", "scope", "profile", "left", "made", "expires"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::plain(self.0.id.to_string()),
            Cell::plain(&self.0.name),
            Cell::plain(&self.0.scope),
            Cell::plain(&self.0.profile),
            Cell::plain(self.0.clients_left.to_string()),
            Cell::plain(self.0.clients_made.to_string()),
            Cell::plain(self.0.expires_at.to_string()),
        ]
    }
}

impl Sheet for Made {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        let record = &self.record.0;
        let token = self.token.as_ref().map(WireSecret::expose);
        vec![
            ("id", Cell::plain(record.id.to_string())),
            ("name", Cell::plain(&record.name)),
            ("scope", Cell::plain(&record.scope)),
            ("grants", Cell::plain(record.grant_types.join(" "))),
            ("hosts", Cell::plain(record.redirect_hosts.join(" "))),
            ("profile", Cell::plain(&record.profile)),
            ("PKCE required", Cell::yes_or_no(record.require_pkce)),
            ("nonce required", Cell::yes_or_no(record.require_nonce)),
            ("clients left", Cell::plain(record.clients_left.to_string())),
            ("expires", Cell::plain(record.expires_at.to_string())),
            ("token", Cell::maybe(token)),
        ]
    }
}

/// Does it.
pub(crate) async fn run(
    command: InitialAccessTokenCommand,
    caller: &Caller,
) -> Result<Exit, Failure> {
    match command {
        InitialAccessTokenCommand::List { paging } => {
            let page = |cursor, size| {
                let call = caller.client.initial_access_tokens();
                call.query(&ListQuery {
                    limit: Some(u64::from(size)),
                    cursor,
                })
            };
            let tokens = caller.gather(&paging, page).await?;
            let shown: Vec<Shown> = tokens.into_iter().map(Shown).collect();
            caller.output.list(&shown)?;
        }
        InitialAccessTokenCommand::Create(creation) => create(creation, caller).await?,
        InitialAccessTokenCommand::Delete { token, destruction } => {
            destruction.confirm(&format!("Delete the initial access token {token}?"))?;
            let call = caller.client.delete_initial_access_token(token.0);
            destruction.change.apply(call).await?;
            let what = format!("deleted the initial access token {token}");
            caller.output.done(destruction.change, &what);
        }
    }
    Ok(Exit::Ok)
}

async fn create(creation: Creation, caller: &Caller) -> Result<(), Failure> {
    let change = creation.change;
    let new = NewInitialAccessToken {
        name: creation.name,
        scope: creation.scope,
        grant_types: Some(creation.grant_types).filter(|said| !said.is_empty()),
        redirect_hosts: Some(creation.redirect_hosts).filter(|said| !said.is_empty()),
        profile: creation.client_profile,
        require_pkce: creation.require_pkce,
        require_nonce: creation.require_nonce,
        max_clients: creation.max_clients,
        expires_in: creation.expires_in,
    };
    let call = caller.client.create_initial_access_token(&new);
    let made = change.apply(call).await?;
    let is_meant = !change.dry_run;
    caller.output.sheet(&Made {
        record: Shown(made.record),
        token: is_meant.then_some(made.token),
    })
}
