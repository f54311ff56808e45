//! What a test wants to be otherwise.

use std::sync::Arc;
use std::time::Duration;

use authly_crypto::password::PasswordHasher;
use authly_domain::issuer::Issuer;
use authly_outbound::fetcher::{Allowance, FetchLimits, FetcherParts, GuardedFetcher, Trust};
use authly_repositories::{Db, DbAddress, StatementMode};

use crate::clock::ManualClock;
use crate::database::{POOL_SIZE, Relay, pool_at};
use crate::passwords;
use crate::policies::Policies;
use crate::services::TestServices;
use crate::stranger::{Stranger, TestNames};
use crate::{TestApp, TestDatabase};

/// Changes policies before anything is built with them.
type Change = Box<dyn FnOnce(&mut Policies)>;

/// How the services of a test are built: as the server's defaults have it, but for what is said here.
#[must_use]
pub struct Setup {
    changes: Vec<Change>,
    /// As the way to the database has it, unless the test asks for another.
    statements: Option<StatementMode>,
    pool_size: usize,
    hasher: Option<Arc<PasswordHasher>>,
    issuer: IssuerChoice,
    way: Way,
    demonstration: Demonstration,
    outgoing: Box<Outgoing>,
}

/// Where the node fetches documents, and whom it believes there: nobody, unless the test names a
/// [`Stranger`].
#[derive(Clone)]
pub(crate) struct Outgoing {
    names: TestNames,
    /// The authorities, as PEM.
    authorities: String,
    allowed: Vec<Allowance>,
    limits: FetchLimits,
}

impl Default for Outgoing {
    fn default() -> Self {
        Self {
            names: TestNames::default(),
            authorities: String::new(),
            allowed: Vec::new(),
            limits: FetchLimits {
                // A busy machine is no slow host, and no crowd.
                wait: Duration::from_mins(1),
                time: Duration::from_mins(1),
                ..FetchLimits::DEFAULT
            },
        }
    }
}

impl Outgoing {
    /// What a node fetches with.
    pub(crate) fn fetcher(&self, clock: &ManualClock) -> Arc<GuardedFetcher> {
        let fetcher = GuardedFetcher::new(FetcherParts {
            clock: Arc::new(clock.clone()),
            names: Arc::new(self.names.clone()),
            trust: Trust::Only(self.authorities.clone().into_bytes()),
            allowed: self.allowed.clone(),
            limits: self.limits,
        });
        Arc::new(fetcher.expect("the authorities are in order"))
    }
}

/// Who issues.
enum IssuerChoice {
    /// The server at its own address, with this path.
    Path(String),
    /// Somebody else, as behind a proxy.
    Named(Issuer),
}

/// Whether the demonstration of embedded mode is mounted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demonstration {
    Absent,
    Mounted,
}

/// How the pool reaches the database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Direct,
    ThroughRelay,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            changes: Vec::new(),
            statements: None,
            pool_size: POOL_SIZE,
            hasher: None,
            issuer: IssuerChoice::Path(String::new()),
            way: Way::Direct,
            demonstration: Demonstration::Absent,
            outgoing: Box::default(),
        }
    }
}

impl Setup {
    /// Believes this host, and may reach it.
    pub fn stranger(mut self, stranger: &Stranger) -> Self {
        self.outgoing.authorities.push_str(stranger.authority());
        let allowed = "127.0.0.0/8".parse().expect("a network");
        self.outgoing.allowed = vec![allowed];
        self
    }

    /// Changes what a fetch is held to.
    pub fn fetch_limits(mut self, change: impl FnOnce(&mut FetchLimits)) -> Self {
        change(&mut self.outgoing.limits);
        self
    }

    /// Changes the policies.
    pub fn policies(mut self, change: impl FnOnce(&mut Policies) + 'static) -> Self {
        self.changes.push(Box::new(change));
        self
    }

    /// How statements are sent.
    pub const fn statements(mut self, mode: StatementMode) -> Self {
        self.statements = Some(mode);
        self
    }

    /// How many connections the pool has.
    pub const fn pool_size(mut self, size: usize) -> Self {
        self.pool_size = size;
        self
    }

    /// How many passwords are hashed at once, and how many wait.
    pub fn password_threads(mut self, threads: usize, queue: usize) -> Self {
        self.hasher = Some(passwords::hasher_with(threads, queue));
        self
    }

    /// What hashes passwords.
    pub fn hasher(mut self, hasher: Arc<PasswordHasher>) -> Self {
        self.hasher = Some(hasher);
        self
    }

    /// The peers whose forwarding headers count.
    pub fn trusted_proxies(self, networks: &[&str]) -> Self {
        let networks = networks.iter().map(|text| text.parse().expect("a network"));
        let networks = networks.collect();
        self.policies(|policies| policies.http.trusted_proxies = networks)
    }

    /// Mounts the demonstration, as embedded mode does.
    pub const fn demo(mut self) -> Self {
        self.demonstration = Demonstration::Mounted;
        self
    }

    /// Reaches the database by a way that [`TestServices::relay`] can cut.
    pub const fn through_relay(mut self) -> Self {
        self.way = Way::ThroughRelay;
        self
    }

    /// The issuer is the server's own address and this path, which begins with a slash.
    pub fn issuer_path(mut self, path: &str) -> Self {
        self.issuer = IssuerChoice::Path(path.to_owned());
        self
    }

    /// The issuer is this one, wherever the server listens, as behind a proxy.
    pub fn issuer(mut self, issuer: &str) -> Self {
        let issuer = issuer.parse().expect("the text is an issuer");
        self.issuer = IssuerChoice::Named(issuer);
        self
    }

    /// Starts a server on it.
    pub async fn app(self) -> TestApp {
        TestApp::run(self).await
    }

    /// Builds the services, without a server in front of them.
    pub async fn services(self) -> TestServices {
        self.services_of("https://auth.example.com").await
    }

    /// Builds the services for a server that is reached at `origin`.
    pub(crate) async fn services_of(self, origin: &str) -> TestServices {
        let issuer = match self.issuer {
            IssuerChoice::Path(path) => [origin, &path].concat().parse(),
            IssuerChoice::Named(issuer) => Ok(issuer),
        };
        let database = Arc::new(TestDatabase::create().await);
        let relay = match self.way {
            Way::Direct => None,
            Way::ThroughRelay => Some(Arc::new(database.relay().await)),
        };
        let address = relay
            .as_deref()
            .map_or_else(|| database.address(), Relay::address);
        let mut policies = Policies::new(issuer.expect("the issuer is one"));
        for change in self.changes {
            change(&mut policies);
        }
        let parts = Parts {
            address,
            statements: self.statements.unwrap_or_else(|| database.statements()),
            pool_size: self.pool_size,
            hasher: self.hasher.unwrap_or_else(passwords::hasher),
            clock: ManualClock::new(),
            policies,
            database,
            relay,
            demonstration: self.demonstration,
            outgoing: self.outgoing,
        };
        TestServices::build(parts).await
    }
}

/// What a node is built from; another node of the same installation is built from the same.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) database: Arc<TestDatabase>,
    pub(crate) relay: Option<Arc<Relay>>,
    pub(crate) address: DbAddress,
    pub(crate) statements: StatementMode,
    pub(crate) pool_size: usize,
    pub(crate) hasher: Arc<PasswordHasher>,
    pub(crate) clock: ManualClock,
    pub(crate) policies: Policies,
    pub(crate) demonstration: Demonstration,
    pub(crate) outgoing: Box<Outgoing>,
}

impl Parts {
    pub(crate) fn pool(&self) -> Db {
        pool_at(self.address.clone(), self.pool_size, self.statements)
    }
}
