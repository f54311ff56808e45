//! Tells clients of sessions that have ended (OpenID Connect Back-Channel Logout §2.5).
//!
//! What is to be told stands in the database, written by whatever ended the session. Every node makes
//! calls; each is begun by one node alone, which keeps the others from it while it goes on. A client that
//! does not answer costs its own calls time, and nobody else's: of each client a few are under way at
//! once, and while as many fail to come back, none of its are begun. One that finds no place at its host,
//! since calls to another client there are under way, is put back for a moment and has failed in nothing. Of all clients whose last call has
//! failed together, no more are under way than leave half of the places to others.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use authly_crypto::claims::{LogoutEvent, LogoutTokenClaims};
use authly_crypto::encryption::EncryptionError;
use authly_crypto::jws::{SigningError, TokenType};
use authly_domain::clients::Client;
use authly_domain::id::{ClientKey, LogoutCallId};
use authly_domain::issuer::Issuer;
use authly_domain::logout::{
    BUSY_PAUSE, BegunCall, CALL_LEASE, CallFailure, TOKEN_LIFETIME, next_attempt,
};
use authly_domain::network::FetchUrl;
use authly_domain::secret::SecretText;
use authly_repositories::DbError;
use authly_repositories::logout::CallClaim;
use moka::future::Cache;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::Context;
use crate::clients::{ClientCache, Content};
use crate::keys::KeyService;
use crate::ports::{FormPoster, NotPosted};

/// How often a node looks whether a call is due.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// The most calls under way at once on a node.
const AT_ONCE: usize = 64;
/// The most of them for clients whose last call has failed.
const AT_ONCE_FOR_FAILING: usize = AT_ONCE / 2;
/// How many failing clients are remembered, and how long: one that is forgotten takes places of others
/// once, until it has failed again.
const MOST_FAILING: u64 = 10_000;
const FAILING_FOR: Duration = Duration::from_hours(12);
/// The most of them for one client.
const AT_ONCE_FOR_A_CLIENT: usize = 4;

/// Makes calls.
pub struct LogoutCaller {
    context: Context,
    issuer: Issuer,
    clients: ClientCache,
    keys: Arc<KeyService>,
    poster: Arc<dyn FormPoster>,
    /// Clients whose last call from this node has failed.
    failing: Cache<ClientKey, ()>,
}

/// Why there is no logout token.
#[derive(Debug, thiserror::Error)]
enum TokenFailure {
    #[error("the token could not be signed")]
    Signing(#[from] SigningError),
    #[error("the token could not be encrypted")]
    Encryption(#[from] EncryptionError),
}

/// What became of a call.
enum Outcome {
    Told,
    Failed(CallFailure),
    /// There was no place for it: it was not made.
    NotMade,
}

/// The calls under way on this node, by their client.
#[derive(Default)]
struct UnderWay {
    calls: JoinSet<ClientKey>,
    by_client: HashMap<ClientKey, usize>,
}

impl UnderWay {
    /// How many more may be begun.
    fn room(&self) -> usize {
        AT_ONCE.saturating_sub(self.calls.len())
    }

    /// The clients of which no more may be begun.
    fn busy(&self) -> Vec<ClientKey> {
        // What is begun at once is counted together: while one is under way, none of a client's are added.
        self.by_client.keys().copied().collect()
    }

    /// How many more may be begun for clients whose last call has failed.
    fn room_for_failing(&self, failing: &Cache<ClientKey, ()>) -> usize {
        let of_failing = self.by_client.iter();
        let of_failing = of_failing.filter(|(client, _)| failing.contains_key(*client));
        let begun: usize = of_failing.map(|(_, count)| *count).sum();
        self.room().min(AT_ONCE_FOR_FAILING.saturating_sub(begun))
    }

    fn add(&mut self, client: ClientKey, call: impl Future<Output = ()> + Send + 'static) {
        *self.by_client.entry(client).or_default() += 1;
        self.calls.spawn(async move {
            call.await;
            client
        });
    }

    /// Waits for the next one to end; answers whether there was one.
    async fn next_end(&mut self) -> bool {
        let Some(ended) = self.calls.join_next().await else {
            return false;
        };
        match ended {
            Ok(client) => {
                let left = self.by_client.get_mut(&client);
                let left = left.map_or(0, |count| {
                    *count = count.saturating_sub(1);
                    *count
                });
                if left == 0 {
                    self.by_client.remove(&client);
                }
            }
            Err(panic) => {
                tracing::error!(error = %panic, "a logout call has panicked");
                // Whose it was is not known: everybody's count begins anew, within the room of all.
                self.by_client.clear();
            }
        }
        true
    }
}

impl LogoutCaller {
    /// Calls clients as `issuer`, by way of `poster`.
    #[must_use]
    pub fn new(
        context: Context,
        issuer: Issuer,
        clients: ClientCache,
        keys: Arc<KeyService>,
        poster: Arc<dyn FormPoster>,
    ) -> Self {
        Self {
            context,
            issuer,
            clients,
            keys,
            poster,
            failing: Cache::builder()
                .max_capacity(MOST_FAILING)
                .time_to_live(FAILING_FOR)
                .build(),
        }
    }

    /// Makes calls for ever. That the database cannot be asked is said once, until it can be again.
    pub async fn watch(self: Arc<Self>) {
        let mut under_way = UnderWay::default();
        let mut ticks = interval(LOOK_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut has_failed = false;
        loop {
            tokio::select! {
                _tick = ticks.tick() => {}
                true = under_way.next_end() => {
                    // Looked for anew when there is room for some, not for each that ends.
                    if under_way.room() < AT_ONCE / 2 {
                        continue;
                    }
                }
            }
            let begun = self.begin(&mut under_way).await;
            match &begun {
                Err(error) if !has_failed => {
                    tracing::warn!(%error, "logout calls could not be looked for");
                }
                Ok(_) if has_failed => tracing::info!("logout calls are looked for again"),
                _ => {}
            }
            has_failed = begun.is_err();
        }
    }

    /// Makes everything that is due now, and answers how many calls that were, whatever became of them.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn call_due(self: &Arc<Self>) -> Result<usize, DbError> {
        let mut under_way = UnderWay::default();
        let mut made = 0;
        loop {
            made += self.begin(&mut under_way).await?;
            if !under_way.next_end().await {
                return Ok(made);
            }
        }
    }

    /// Begins what is due and has room: first for clients that answer, then for those whose last call
    /// has failed. Answers how many calls that are.
    async fn begin(self: &Arc<Self>, under_way: &mut UnderWay) -> Result<usize, DbError> {
        let failing: Vec<_> = self.failing.iter().map(|(client, ())| *client).collect();
        let mut not_for = under_way.busy();
        not_for.extend(&failing);
        let room = under_way.room();
        let mut count = self.begin_but(&not_for, room, under_way).await?;
        if !failing.is_empty() {
            let room = under_way.room_for_failing(&self.failing);
            let not_for = under_way.busy();
            count += self.begin_but(&not_for, room, under_way).await?;
        }
        Ok(count)
    }

    /// Begins so many calls that are due, but for these clients.
    async fn begin_but(
        self: &Arc<Self>,
        not_for: &[ClientKey],
        most: usize,
        under_way: &mut UnderWay,
    ) -> Result<usize, DbError> {
        if most == 0 {
            return Ok(0);
        }
        let now = self.context.now();
        let claim = CallClaim {
            now,
            lease_ends_at: now.plus(CALL_LEASE),
            most: i64::try_from(most).unwrap_or(0),
            most_for_a_client: i64::try_from(AT_ONCE_FOR_A_CLIENT).unwrap_or(1),
            not_for,
        };
        let conn = self.context.db.connect().await?;
        let begun = conn.reads().logout_calls().begin(&claim).await?;
        drop(conn);
        let count = begun.len();
        for call in begun {
            let caller = Arc::clone(self);
            under_way.add(call.client, async move { caller.make(&call).await });
        }
        Ok(count)
    }

    /// Makes one call, and notes what became of it. Where that cannot be noted, the call is made again
    /// when its lease is over: clients are told once at least.
    async fn make(&self, call: &BegunCall) {
        let noted = match self.client_of(call).await {
            Ok(Some((client, url))) => {
                let outcome = self.tell(call, &client, &url).await;
                self.note(call, outcome).await
            }
            // It wants no calls any more; the row goes with others that are over.
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = noted {
            tracing::warn!(call.id = %call.id, %error, "a logout call could not be noted");
        }
    }

    /// The client as it was when the call was begun, with its address.
    async fn client_of(
        &self,
        call: &BegunCall,
    ) -> Result<Option<(Arc<Client>, FetchUrl)>, DbError> {
        let mut client = self.clients.get(&call.client_id).await?;
        let is_present = |client: &Arc<Client>| client.version == call.client_version;
        if !client.as_ref().is_some_and(is_present) {
            client = self.clients.read_anew(&call.client_id).await?;
        }
        Ok(client.and_then(|client| {
            let url = client.logout.backchannel_uri.clone()?;
            Some((client, url))
        }))
    }

    async fn tell(&self, call: &BegunCall, client: &Client, url: &FetchUrl) -> Outcome {
        let token = match self.token(call, client) {
            Ok(token) => token,
            Err(error) => {
                tracing::warn!(client.id = %call.client_id, %error, "there is no logout token");
                return Outcome::Failed(CallFailure::NoToken);
            }
        };
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("logout_token", token.expose())
            .finish();
        let status = self.poster.post(url, SecretText::new(body)).await;
        Outcome::Failed(match status {
            Ok(200..=299) => return Outcome::Told,
            Err(NotPosted::Busy) => return Outcome::NotMade,
            Ok(status) => CallFailure::Status(status),
            Err(NotPosted::ForbiddenAddress) => CallFailure::ForbiddenAddress,
            Err(NotPosted::NoAnswer) => CallFailure::NoAnswer,
            Err(NotPosted::TimedOut) => CallFailure::TimedOut,
        })
    }

    /// A logout token (§2.4), made for this attempt: signed and encrypted as the client's ID tokens are.
    fn token(&self, call: &BegunCall, client: &Client) -> Result<SecretText, TokenFailure> {
        let now = self.context.now();
        let sid = if call.is_pairwise {
            self.keys.pairwise().session(&call.subject, call.session)
        } else {
            call.session.as_uuid().to_string()
        };
        let jti = LogoutCallId::generate(now, &*self.context.entropy);
        let claims = LogoutTokenClaims {
            iss: self.issuer.as_str().to_owned(),
            sub: call.subject.as_str().to_owned(),
            aud: call.client_id.as_str().to_owned(),
            iat: now.unix_seconds(),
            exp: now.plus(TOKEN_LIFETIME).unix_seconds(),
            jti: jti.as_uuid().to_string(),
            sid,
            events: LogoutEvent,
        };
        let ring = self.keys.ring().load();
        let signed = ring.sign(client.openid.id_token_alg, TokenType::LogoutToken, &claims)?;
        let encrypter = self.clients.encrypters().of(client, Content::IdToken)?;
        let token = match encrypter {
            Some(encrypter) => encrypter.nested(&signed)?,
            None => signed,
        };
        Ok(SecretText::new(token))
    }

    async fn note(&self, call: &BegunCall, outcome: Outcome) -> Result<(), DbError> {
        let now = self.context.now();
        let attempt = (call.id, call.attempt);
        let conn = self.context.db.connect().await?;
        let calls = conn.reads().logout_calls();
        let why = match outcome {
            Outcome::Told => {
                self.failing.invalidate(&call.client).await;
                let _last = calls.succeed(call.id, call.attempt).await?;
                return Ok(());
            }
            Outcome::NotMade => {
                let _last = calls.put_back(attempt, now.plus(BUSY_PAUSE)).await?;
                return Ok(());
            }
            Outcome::Failed(why) => why,
        };
        self.failing.insert(call.client, ()).await;
        let next = next_attempt(call.attempt, now);
        if calls.fail(attempt, why, next, now).await? {
            let is_given_up = next.is_none();
            tracing::info!(
                call.id = %call.id,
                client.id = %call.client_id,
                attempt = call.attempt,
                reason = %why,
                is_given_up,
                "a logout call has failed"
            );
        }
        Ok(())
    }
}
