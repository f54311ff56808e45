//! The services on a database of their own, without HTTP.

mod resource_servers;

use std::sync::Arc;
use std::time::Duration;

use authly_crypto::entropy::OsEntropy;
use authly_crypto::opaque;
use authly_domain::clock::Clock;
use authly_domain::id::SessionId;
use authly_http::{Demo, Deps, FirstAdministrator, Theme};
use authly_repositories::Db;
use authly_services::audit::SealJob;
use authly_services::bootstrap::Bootstrap;
use authly_services::demo::DemoService;
use authly_services::jobs::JobRunner;
use authly_services::keys::KeyService;
use authly_services::seed::Seeder;
use authly_services::settings::{Origins, SettingsService};
use authly_services::{Context, Foundation, Services};

use tokio_postgres::types::ToSql;

use crate::TestDatabase;
use crate::clock::ManualClock;
use crate::database::{Relay, master_key};
use crate::fixtures::{ClientFixture, TestClient, TestUser, UserFixture};
use crate::policies::Policies;
use crate::runtime;
use crate::setup::{Demonstration, Parts, Setup};
use crate::stored::Stored;

/// One node: every service, on a database that belongs to the test.
pub struct TestServices {
    /// The time, which stands still until it is advanced.
    pub clock: ManualClock,
    /// The pool that the services use; its round trips are counted.
    pub db: Db,
    /// What each service works with.
    pub context: Context,
    /// The services, as the endpoints get them.
    pub deps: Deps,
    /// What is done beside requests, when the test says so.
    pub jobs: Arc<JobRunner>,
    parts: Parts,
}

impl TestServices {
    /// A node as the defaults have it.
    pub async fn start() -> Self {
        Setup::default().services().await
    }

    /// Another node on the same database, at the same time.
    pub async fn another_node(&self) -> Self {
        Self::build(self.parts.clone()).await
    }

    pub(crate) async fn build(parts: Parts) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(parts.clock.clone());
        let context = Context {
            db: parts.pool(),
            clock,
            entropy: Arc::new(OsEntropy),
            metrics: Arc::default(),
        };
        let schedule = parts.policies.of_services().key_schedule();
        // Boxed, since it is part of the future of every test.
        let opening = Box::pin(KeyService::open(context.clone(), master_key(), schedule));
        let keys = opening.await.expect("the signing keys open");
        let policies = parts.policies.of_services();
        let origins = Origins::default();
        let opening = Box::pin(SettingsService::open(context.clone(), policies, origins));
        let settings = opening.await.expect("the settings are read");
        let mut node = Self::assemble(parts, context, Arc::new(keys), Arc::new(settings));
        if node.parts.demonstration == Demonstration::Mounted {
            let demo = Box::pin(demo(&node.context, &node.parts, &node.deps)).await;
            node.deps.demo = Some(demo);
        }
        node
    }

    fn assemble(
        parts: Parts,
        context: Context,
        keys: Arc<KeyService>,
        settings: Arc<SettingsService>,
    ) -> Self {
        let Policies { http, pages, .. } = parts.policies.clone();
        let theme = Theme::load(&http.issuer, &pages).expect("the pages are in order");
        let kept_for = Duration::from_hours(730 * 24);
        let (policies, own_keys) = (settings.policies(), Arc::clone(&keys));
        let jobs = JobRunner::of_a_node(context.clone(), own_keys, policies, kept_for);
        let outgoing = parts.outgoing.fetcher(&parts.clock);
        let foundation = Foundation {
            context: context.clone(),
            master: master_key(),
            hasher: Arc::clone(&parts.hasher),
            keys,
            settings,
            fetcher: outgoing.clone(),
            poster: outgoing,
            runtime: runtime::lasting().clone(),
        };
        Self {
            clock: parts.clock.clone(),
            db: context.db.clone(),
            deps: Deps::new(Services::assemble(foundation), http, theme),
            jobs: Arc::new(jobs),
            context,
            parts,
        }
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &TestDatabase {
        &self.parts.database
    }

    /// What the node was told to do.
    #[must_use]
    pub const fn policies(&self) -> &Policies {
        &self.parts.policies
    }

    /// The way to the database, which can be cut where the [`Setup`] goes through a relay.
    #[must_use]
    pub fn relay(&self) -> &Relay {
        self.parts
            .relay
            .as_deref()
            .expect("the setup goes through a relay")
    }

    /// A client to be made.
    pub fn client(&self) -> ClientFixture<'_> {
        ClientFixture::new(&self.context)
    }

    /// A user to be made.
    pub fn user(&self, name: &str) -> UserFixture<'_> {
        UserFixture::new(&self.context, &self.parts.hasher, name)
    }

    /// What a first start does.
    #[must_use]
    pub fn bootstrap(&self) -> Bootstrap {
        Bootstrap::new(self.context.clone(), Arc::clone(&self.parts.hasher))
    }

    /// What `--seed` does.
    #[must_use]
    pub fn seeder(&self) -> Seeder {
        Seeder::new(self.context.clone(), Arc::clone(&self.parts.hasher))
    }

    /// Disables a user, as an administrator does.
    pub async fn disable_user(&self, user: &TestUser) {
        let sql = "UPDATE users SET is_active = false WHERE id = $1";
        let session = self.database().session().await;
        let done = session.execute(sql, &[user.id.as_uuid()]).await;
        assert_eq!(done.expect("the user can be disabled"), 1);
    }

    /// Disables a scope, as an administrator does.
    pub async fn disable_scope(&self, name: &str) {
        let sql = "UPDATE scopes SET is_active = false WHERE name = $1";
        let session = self.database().session().await;
        let done = session.execute(sql, &[&name]).await;
        assert_eq!(done.expect("the scope can be disabled"), 1);
    }

    /// Makes the server depend on a client, as it does on those that it makes itself.
    pub async fn make_system_client(&self, client: &TestClient) {
        let sql = "UPDATE clients SET is_system = true WHERE id = $1";
        let session = self.database().session().await;
        let done = session.execute(sql, &[client.record.key.as_uuid()]).await;
        assert_eq!(done.expect("the client can be changed"), 1);
    }

    /// Keeps a client from being removed, as something does that hangs on it and that nobody knows of.
    pub async fn hang_on(&self, client: &TestClient) {
        let session = self.database().session().await;
        let table = "CREATE TABLE unknown (client uuid REFERENCES clients)";
        let made = session.batch_execute(table).await;
        made.expect("a table can be made");
        let sql = "INSERT INTO unknown VALUES ($1)";
        let done = session.execute(sql, &[client.record.key.as_uuid()]).await;
        assert_eq!(done.expect("something can hang on it"), 1);
    }

    /// Takes away what clients encrypt to, as in an installation that is older than these keys.
    pub async fn remove_encryption_keys(&self) {
        let sql = "DELETE FROM encryption_keys";
        let done = self.database().session().await.batch_execute(sql).await;
        done.expect("keys can be removed");
    }

    /// Lets the client of [`Self::hang_on`] go.
    pub async fn let_go(&self) {
        let session = self.database().session().await;
        let done = session.batch_execute("DROP TABLE unknown").await;
        done.expect("it can be let go");
    }

    /// Lets a service client administer for itself.
    pub async fn entitle(&self, client: &TestClient, to: &[&str]) {
        let sql = "UPDATE clients SET entitled_admin_scopes = $2, version = version + 1
                    WHERE id = $1";
        let session = self.database().session().await;
        let params: [&(dyn ToSql + Sync); 2] = [client.record.key.as_uuid(), &to];
        let done = session.execute(sql, &params).await;
        assert_eq!(done.expect("the client can be entitled"), 1);
    }

    /// Takes a user's password away: nobody can log in to the account by one.
    pub async fn take_password(&self, user: &TestUser) {
        let sql = "UPDATE users SET password_hash = NULL, password_scheme = NULL WHERE id = $1";
        let session = self.database().session().await;
        let done = session.execute(sql, &[user.id.as_uuid()]).await;
        assert_eq!(done.expect("the password can be taken away"), 1);
    }

    /// Notes that every client has got an ID token in this session.
    pub async fn sign_in_at_every_client(&self, session: SessionId) {
        let sql = "INSERT INTO session_clients (session_id, client_id, signed_in_at)
                   SELECT $1, id, $2 FROM clients
                       ON CONFLICT DO NOTHING";
        let now = self.context.now().as_date_time();
        let database = self.database().session().await;
        let done = database.execute(sql, &[session.as_uuid(), &now]).await;
        assert!(done.expect("the clients can be noted") > 0);
    }

    /// Makes a change of password due at the user's next login, as an administrator does.
    pub async fn demand_password_change(&self, user: &TestUser) {
        let sql = "UPDATE users SET requires_password_change = true WHERE id = $1";
        let session = self.database().session().await;
        let done = session.execute(sql, &[user.id.as_uuid()]).await;
        assert_eq!(done.expect("the user can be changed"), 1);
    }

    /// Revokes every key that signs, as after a theft.
    pub async fn revoke_signing_keys(&self) {
        let sql = "UPDATE signing_keys SET state = 'revoked', revoked_at = $1
                    WHERE state = 'active'";
        let session = self.database().session().await;
        let now = self.context.now().as_date_time();
        let done = session.execute(sql, &[&now]).await;
        assert!(done.expect("the keys can be revoked") > 0);
    }

    /// Gives a client a second secret; the one before is good for `grace` more. Answers the new one.
    pub async fn replace_secret(&self, client: &TestClient, grace: Duration) -> String {
        let expire = "UPDATE client_secrets SET expires_at = $2 WHERE client_id = $1";
        let insert = "INSERT INTO client_secrets (client_id, digest, created_at)
                      VALUES ($1, $2, $3)";
        let secret = opaque::generate("secret_", &*self.context.entropy);
        let (key, now) = (client.record.key, self.context.now());
        let digest = opaque::digest(&secret);
        let digest = digest.as_bytes().as_slice();
        let session = self.database().session().await;
        let end = now.plus(grace).as_date_time();
        let done = session.execute(expire, &[key.as_uuid(), &end]).await;
        done.expect("the secret can be given an end");
        let now = now.as_date_time();
        let done = session
            .execute(insert, &[key.as_uuid(), &digest, &now])
            .await;
        done.expect("the secret can be stored");
        // Every change of a client moves its version.
        client.change(&self.context, |_record| {}).await;
        secret
    }

    /// What is in the database.
    #[must_use]
    pub fn stored(&self) -> Stored<'_> {
        self.parts.database.stored()
    }

    /// Seals the events of the audit trail that wait for it, as the job of a node does, a second later.
    ///
    /// # Panics
    /// When that fails.
    pub async fn seal_audit(&self) {
        self.advance(Duration::from_secs(1));
        let job = Arc::new(SealJob::new(self.context.clone()));
        let runner = JobRunner::new(self.context.clone(), vec![job]);
        let reports = runner.run_due().await.expect("the job can be claimed");
        for report in reports {
            report.result.expect("the events are sealed");
        }
    }

    /// Lets time pass.
    pub fn advance(&self, span: Duration) {
        self.clock.advance(span);
    }

    /// How many round trips `work` makes.
    pub fn round_trips_of<'s, T>(
        &'s self,
        work: impl Future<Output = T> + 's,
    ) -> impl Future<Output = (T, u64)> + 's {
        // On the heap, since whole flows are counted.
        let work = Box::pin(work);
        async {
            let before = self.db.round_trips();
            let answer = work.await;
            (answer, self.db.round_trips() - before)
        }
    }
}

/// The demonstration, as embedded mode opens it.
async fn demo(context: &Context, parts: &Parts, deps: &Deps) -> Demo {
    let seeder = Seeder::new(context.clone(), Arc::clone(&parts.hasher));
    let service = DemoService::open(
        context.clone(),
        Arc::clone(&deps.keys),
        Arc::clone(&deps.clients),
        Arc::clone(&deps.tokens),
        &seeder,
        parts.policies.tokens.issuer.clone(),
    );
    Demo {
        service: Arc::new(
            service
                .await
                .expect("the demonstration's client is registered"),
        ),
        administrator: Arc::new(FirstAdministrator {
            username: "admin".to_owned(),
            password_file: None,
        }),
    }
}
