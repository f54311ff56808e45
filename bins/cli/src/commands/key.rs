//! `authly key …`.

use authly_admin_client::admin::keys::{Key, KeyState, KeyUse, ListQuery, RevokedKey, SigningKey};
use clap::Subcommand;

use crate::args::{Destruction, Paging};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Row, Sheet};

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// List the keys, the newest first.
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Let other keys sign, and be encrypted to, now. What was signed before goes on counting.
    Rotate {
        #[command(flatten)]
        destruction: Destruction,
    },
    /// Withdraw a key in an emergency: everything that it signed is dead, and it opens nothing.
    Revoke {
        /// Its kid.
        kid: String,
        #[command(flatten)]
        destruction: Destruction,
    },
}

/// Does it.
pub(crate) async fn run(command: KeyCommand, caller: &Caller) -> Result<Exit, Failure> {
    match command {
        KeyCommand::List { paging } => {
            let page = |cursor, size| {
                caller.client.list_keys().query(&ListQuery {
                    limit: Some(u64::from(size)),
                    cursor,
                })
            };
            let keys: Vec<Key> = caller.gather(&paging, page).await?;
            caller.output.list(&keys)?;
        }
        KeyCommand::Rotate { destruction } => {
            destruction.confirm(
                "Let other signing keys sign from now on? The present ones stay published until \
                 the last token that they signed has expired.",
            )?;
            let change = destruction.change;
            let rotation = change.apply(caller.client.rotate_keys()).await?;
            caller.output.list(&rotation.active)?;
            let what = format!(
                "rotated the signing keys, {} retired",
                rotation.retired.len()
            );
            caller.output.done(change, &what);
        }
        KeyCommand::Revoke { kid, destruction } => revoke(&kid, destruction, caller).await?,
    }
    Ok(Exit::Ok)
}

async fn revoke(kid: &str, destruction: Destruction, caller: &Caller) -> Result<(), Failure> {
    destruction.confirm(&format!(
        "Withdraw the key {kid}? Every access token that it signed is dead at once, yours among them \
         if it signed that; its ID tokens verify no more, and clients that keep an old key set refuse \
         tokens until they fetch the new one. If clients encrypt to it, it opens nothing any more. It \
         cannot be undone."
    ))?;
    let change = destruction.change;
    let revoked = change.apply(caller.client.revoke_key(kid)).await?;
    caller.output.sheet(&revoked)?;
    let what = format!("withdrawn the key {kid}");
    caller.output.done(change, &what);
    Ok(())
}

impl Row for Key {
    const HEADINGS: &'static [&'static str] = &[
        "kid",
        "use",
        "algorithm",
        "state",
        "created",
        "published until",
    ];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::plain(&self.kid),
            Cell::plain(match self.key_use {
                KeyUse::Sig => "sig",
                KeyUse::Enc => "enc",
                _ => "unknown",
            }),
            Cell::maybe(self.algorithm.as_ref()),
            match self.state {
                KeyState::Announced => Cell::plain("announced"),
                KeyState::Active => Cell::good("active"),
                KeyState::Retiring => Cell::plain("retiring"),
                KeyState::Gone => Cell::plain("gone"),
                KeyState::Revoked => Cell::bad("revoked"),
                _ => Cell::plain("unknown"),
            },
            Cell::plain(self.created_at.to_string()),
            Cell::maybe(self.published_until),
        ]
    }
}

impl Row for SigningKey {
    const HEADINGS: &'static [&'static str] = &["kid", "algorithm"];

    fn cells(&self) -> Vec<Cell> {
        vec![Cell::plain(&self.kid), Cell::plain(&self.algorithm)]
    }
}

impl Sheet for RevokedKey {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        vec![
            ("kid", Cell::plain(&self.kid)),
            ("algorithm", Cell::maybe(self.algorithm.as_ref())),
            ("withdrawn now", Cell::yes_or_no(self.was_withdrawn_now)),
            ("successor", Cell::maybe(self.successor.as_ref())),
        ]
    }
}
