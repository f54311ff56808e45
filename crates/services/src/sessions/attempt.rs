//! Attempts to log in, counted before they are tried (requirements §9): the guesser is slowed before
//! the account, and a browser that is known for the account before neither.

use std::net::IpAddr;

use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::secret::{DeviceToken, SecretDigest};
use authly_domain::sessions::KnownAccount;
use authly_domain::throttle::{self as rules, Spent, ThrottleKind};
use authly_domain::users::{LoginName, UserCredentials};
use authly_repositories::DbError;
use authly_repositories::throttle::Counter;

use super::device::{counted_name, name_digest};
use super::turns::Turn;
use super::{LoginError, SessionService};
use crate::throttle;

/// An attempt that was counted and may be tried.
pub(super) struct Attempt {
    /// The digest of the name that was typed.
    pub(super) name: SecretDigest,
    /// Whose name it is.
    pub(super) user: Option<UserCredentials>,
    /// What it was counted on.
    pub(super) counters: Vec<Counter>,
    /// Lets the next attempt go when this one is done.
    _turn: Turn,
}

impl SessionService {
    /// Counts an attempt, and finds whom it is for.
    pub(super) async fn admit(
        &self,
        name: &LoginName,
        (from, origin): (IpAddr, &Origin),
        device: Option<&DeviceToken>,
    ) -> Result<Attempt, LoginError> {
        let digest = name_digest(name);
        if let Some(known) = self.known_account(&digest, device)
            && let Some(attempt) = self.admit_known(name, known, from).await?
        {
            return Ok(attempt);
        }
        self.admit_stranger(name, digest, (from, origin)).await
    }

    /// Uncounts an attempt that was not tried: a rush of logins is no guessing.
    pub(super) async fn take_back(&self, attempt: &Attempt) -> Result<(), DbError> {
        let conn = self.context.db.connect().await?;
        conn.reads().throttles().take_back(&attempt.counters).await
    }

    /// Counts the attempt of a browser that is known for the account: on a counter that nobody else
    /// can fill, and at its address, which does not make it wait. `None` where it is an attempt like
    /// any other: because the account is another's by now, or its password another one, or because
    /// too many attempts have come from this device.
    async fn admit_known(
        &self,
        name: &LoginName,
        known: KnownAccount,
        from: IpAddr,
    ) -> Result<Option<Attempt>, LoginError> {
        let policy = self.policy().throttle;
        let key = format!("{} {}", known.device, counted_name(name));
        let device = throttle::on(ThrottleKind::LoginDevice, policy.login_device, &key);
        let device = throttle::of_account(device, known.name);
        let everybody_here = throttle::from(
            ThrottleKind::LoginAddress,
            policy.login_address.without_limit(),
            from,
        );
        let turn = self.turns.take(&device).await;

        let now = self.context.now();
        let conn = self.context.db.connect().await?;
        let found = conn.reads().users().find_credentials(name).await?;
        let same =
            found.filter(|user| user.id == known.user && user.password_version == known.password);
        let Some(user) = same else {
            return Ok(None);
        };
        let counters = [device, everybody_here];
        let spent = conn.reads().throttles().count(&counters, now).await?;
        throttle::note(&spent, &self.context.metrics);
        Ok(spent.is_empty().then(|| Attempt {
            name: known.name,
            user: Some(user),
            counters: counters.to_vec(),
            _turn: turn,
        }))
    }

    /// Writes down that somebody has to wait: once for each window on each node, since the refusals that
    /// follow say nothing new and may be many.
    async fn note_throttled(
        &self,
        name: &LoginName,
        spent: &[Spent],
        counters: &[Counter],
        origin: &Origin,
    ) -> Result<(), DbError> {
        let key_of = |one: &Spent| {
            let mut counters = counters.iter();
            let counter = counters.find(|counter| counter.kind == one.kind)?;
            Some((one.kind, *counter.key.as_bytes(), one.until))
        };
        let mut windows = spent.iter().filter_map(key_of);
        let Some(window) = windows.find(|window| !self.noted.contains_key(window)) else {
            return Ok(());
        };
        let account = if window.0 == ThrottleKind::LoginAddress {
            None
        } else {
            let conn = self.context.db.connect().await?;
            conn.reads().users().find_credentials(name).await?
        };
        let mut event = self
            .context
            .event(
                AuditAction::LoginThrottled,
                Actor::Anonymous,
                origin.clone(),
            )
            .of_user(account.as_ref().map(|user| user.id))
            .with("counter", window.0.as_str())
            .refused();
        event.username = account.map(|user| user.username);
        self.context.note_alone(&event).await?;
        self.noted.insert(window, ()).await;
        Ok(())
    }

    /// Counts any other attempt. Whether the account exists is not looked up before.
    async fn admit_stranger(
        &self,
        name: &LoginName,
        digest: SecretDigest,
        (from, origin): (IpAddr, &Origin),
    ) -> Result<Attempt, LoginError> {
        let policy = self.policy().throttle;
        let account = counted_name(name);
        let here = throttle::from_and_on(
            ThrottleKind::LoginAccountAtAddress,
            policy.login_account_at_address,
            from,
            &account,
        );
        let here = throttle::of_account(here, digest);
        let anywhere = throttle::on(ThrottleKind::LoginAccount, policy.login_account, &account);
        let counters = vec![
            here,
            throttle::from(ThrottleKind::LoginAddress, policy.login_address, from),
            throttle::of_account(anywhere, digest),
        ];
        let turn = self.turns.take(&here).await;

        let now = self.context.now();
        let conn = self.context.db.connect().await?;
        let spent = conn.reads().throttles().count(&counters, now).await?;
        throttle::note(&spent, &self.context.metrics);
        if let Some((retry_after, by)) = rules::wait(&spent, now) {
            drop(conn);
            self.note_throttled(name, &spent, &counters, origin).await?;
            return Err(LoginError::Throttled { by, retry_after });
        }
        Ok(Attempt {
            name: digest,
            user: conn.reads().users().find_credentials(name).await?,
            counters,
            _turn: turn,
        })
    }
}
