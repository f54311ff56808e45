//! The template: made once on each server, whatever process comes first.

use std::sync::Arc;
use std::time::Duration;

use authly_crypto::entropy::OsEntropy;
use authly_crypto::master_key::MasterKey;
use authly_domain::secret::SecretText;
use authly_repositories::{StatementMode, migrate};
use authly_services::Context;
use authly_services::bootstrap::Bootstrap;
use authly_services::keys::KeyService;
use authly_services::policy::Policies;
use tokio::sync::OnceCell;

use super::server::Server;
use super::{pool_at, random_name};
use crate::clock::{ManualClock, beginning};
use crate::passwords;
use crate::runtime;

/// How long before each test the signing keys were made.
const AGE_OF_KEYS: Duration = Duration::from_hours(30 * 24);

/// The master key of all tests: a template on a given server is used by many processes.
pub(crate) fn master_key() -> Arc<MasterKey> {
    let text = SecretText::new("dGhlIG1hc3RlciBrZXkgb2YgYWxsIG9mIG91ciB0ZXM=".to_owned());
    Arc::new(MasterKey::parse(&text).expect("the master key of the tests is one"))
}

/// The name of the template on this server, which is made if there is none yet.
pub(super) async fn name(server: &Arc<Server>) -> &'static str {
    static NAME: OnceCell<String> = OnceCell::const_new();
    let make = || async { runtime::run(ensure(Arc::clone(server))).await };
    NAME.get_or_init(make).await
}

async fn ensure(server: Arc<Server>) -> String {
    let name = format!("authly_template_{}", migrate::fingerprint());
    if server.has_database(&name).await {
        return name;
    }
    // Under a name of its own until it is complete: a process may die half-way, or another one make
    // it at the same time.
    let draft = random_name("authly_draft");
    fill(&server, &draft).await;
    if !server.rename_database(&draft, &name).await {
        server.drop_database(&draft).await;
    }
    name
}

async fn fill(server: &Server, draft: &str) {
    let home = pool_at(
        server.address(&server.home_database()),
        1,
        StatementMode::Unnamed,
    );
    let made = migrate::ensure_database(&home, draft).await;
    made.expect("a database for the template can be made");

    let db = pool_at(server.address(draft), 1, StatementMode::Unnamed);
    migrate::migrate(&db).await.expect("the migrations run");
    let context = Context {
        db: db.clone(),
        clock: Arc::new(ManualClock::at(beginning().minus(AGE_OF_KEYS))),
        entropy: Arc::new(OsEntropy),
        metrics: Arc::default(),
    };
    let issuer = "https://auth.example.com".parse();
    let schedule = Policies::new(issuer.expect("the text is an issuer")).key_schedule();
    let keys = KeyService::open(context.clone(), master_key(), schedule).await;
    drop(keys.expect("signing keys can be made"));
    let bootstrap = Bootstrap::new(context, passwords::hasher());
    let scopes = bootstrap.ensure_scopes().await;
    scopes.expect("the built-in scopes can be stored");
    db.close();
}
