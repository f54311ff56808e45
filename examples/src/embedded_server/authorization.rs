//! The authorization server's part: from a PostgreSQL to services that are ready to be mounted.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use authly_crypto::entropy::OsEntropy;
use authly_crypto::master_key::MasterKey;
use authly_crypto::password::{PasswordHasher, PasswordHasherError, PasswordHasherSettings};
use authly_domain::clock::SystemClock;
use authly_domain::issuer::Issuer;
use authly_embedded_postgres::{Access, Cluster};
use authly_http::{Deps, HttpSettings, PageSettings, Theme, ThemeError};
use authly_outbound::fetcher::{FetcherParts, GuardedFetcher, TrustError};
use authly_repositories::{Db, DbAddress, DbError, PoolSettings, StatementMode, TlsMode, migrate};
use authly_services::bootstrap::{Bootstrap, BootstrapError};
use authly_services::jobs::JobRunner;
use authly_services::keys::{KeyService, KeysError};
use authly_services::policy::Policies;
use authly_services::seed::{Seed, SeedError, Seeder};
use authly_services::settings::{Origins, SettingsService};
use authly_services::{Context, Foundation, Services};
use secrecy::ExposeSecret;
use tokio::runtime::Handle;

/// Why the authorization server cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database does not answer, or cannot be migrated.
    #[error("the database cannot be used")]
    Database(#[from] DbError),
    /// The threads that hash passwords do not start.
    #[error("passwords cannot be hashed")]
    Passwords(#[from] PasswordHasherError),
    /// The scopes that everything needs cannot be stored.
    #[error("the built-in scopes cannot be stored")]
    Scopes(#[from] BootstrapError),
    /// The signing keys cannot be made or opened.
    #[error("the signing keys cannot be opened")]
    Keys(#[from] KeysError),
    /// The authorities whose certificates are believed are not in order.
    #[error("documents of clients cannot be fetched")]
    Fetcher(#[from] TrustError),
    /// The seed is wrong.
    #[error("the seed cannot be applied")]
    Seed(#[from] SeedError),
    /// The pages are not in order.
    #[error("the pages cannot be shown")]
    Pages(#[from] ThemeError),
}

/// An authorization server that is ready to be mounted.
pub struct Authorization {
    /// What its endpoints work with.
    pub deps: Deps,
}

impl Authorization {
    /// Opens a throw-away server on this cluster: migrated, with new keys and this seed.
    ///
    /// An application that keeps its users has a PostgreSQL of its own (`DbAddress::parse`), and a
    /// master key that outlives the process (`MasterKey::parse` of what a file or a vault holds):
    /// without it the stored signing keys cannot be opened again.
    ///
    /// # Errors
    /// When something of it is not to be had.
    pub async fn open(cluster: &Cluster, issuer: Issuer, seed: &Seed) -> Result<Self, OpenError> {
        let context = Context {
            db: database(cluster.access()).await?,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            metrics: Arc::default(),
        };
        let master = Arc::new(MasterKey::generate(&OsEntropy));
        let hasher = Arc::new(PasswordHasher::start(PasswordHasherSettings {
            threads: NonZeroUsize::MIN,
            queue: NonZeroUsize::MIN.saturating_add(63),
            cost: 12,
        })?);
        let bootstrap = Bootstrap::new(context.clone(), Arc::clone(&hasher));
        bootstrap.ensure_scopes().await?;
        let seeder = Seeder::new(context.clone(), Arc::clone(&hasher));
        seeder.apply(seed).await?;

        // What an operator would decide: change what does not suit.
        let policies = Policies::new(issuer.clone());
        let schedule = policies.key_schedule();
        let keys = KeyService::open(context.clone(), Arc::clone(&master), schedule).await?;
        let keys = Arc::new(keys);
        // What administrators change while it runs.
        let settings = SettingsService::open(context.clone(), policies, Origins::new()).await?;
        let settings = Arc::new(settings);
        let watched = Arc::clone(&settings);
        Handle::current().spawn(async move { watched.watch().await });
        // Clean-up, keys on schedule, and the seals of the audit trail, which is kept for two years.
        let (live, two_years) = (settings.policies(), Duration::from_hours(2 * 365 * 24));
        let jobs = JobRunner::of_a_node(context.clone(), Arc::clone(&keys), live, two_years);
        Handle::current().spawn(async move { jobs.watch().await });
        // What fetches the keys of clients that keep them elsewhere.
        let clock = Arc::clone(&context.clock);
        let fetcher = Arc::new(GuardedFetcher::new(FetcherParts::of_system(clock))?);
        let foundation = Foundation {
            context,
            master,
            hasher,
            keys,
            settings,
            fetcher: fetcher.clone(),
            poster: fetcher,
            runtime: Handle::current(),
        };
        let services = Services::assemble(foundation);
        // Clients that want to be told of logouts.
        let calls = Arc::clone(&services.exits.caller);
        Handle::current().spawn(async move { calls.watch().await });
        let theme = Theme::load(&issuer, &PageSettings::default())?;
        Ok(Self {
            deps: Deps::new(services, HttpSettings::new(issuer), theme),
        })
    }
}

/// The cluster's own database, migrated.
async fn database(access: &Access) -> Result<Db, DbError> {
    let settings = PoolSettings {
        address: DbAddress::unix_socket(
            access.socket_dir(),
            access.port(),
            access.user(),
            access.password().expose_secret(),
            access.database(),
        ),
        size: 4,
        statements: StatementMode::Prepared,
        tls: TlsMode::Off,
    };
    let db = Db::new(settings, Handle::current())?;
    migrate::migrate(&db).await?;
    Ok(db)
}
