//! A database, and as many servers on it as a test wants.

use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use crate::application::{Application, Identity};
use crate::node::Node;
use crate::postgres::Postgres;

/// What is loaded at the first start.
const SEED: &str = r#"
[[scopes]]
name = "notes:read"
description = "Read your notes"
default = true

[[users]]
username = "alice"
email = "alice@example.com"
password = "correct horse battery staple"

[[users]]
username = "bob"
email = "bob@example.com"
password = "another horse battery staple"

[[clients]]
client_id = "web"
client_name = "The application"
client_type = "confidential"
client_secret = "only-for-tests-only-for-tests-0001"
redirect_uris = ["https://app.example.com/callback"]
grant_types = ["authorization_code", "refresh_token", "client_credentials"]
scope = "openid profile notes:read"
token_endpoint_auth_method = "client_secret_basic"
"#;

/// Lifetimes are long, so that nothing ends by itself while a test looks for what has ended. The
/// window in which a refresh token yields its successor again covers every outage of a test.
const SETTINGS: [(&str, &str); 9] = [
    // Nobody goes there: the nodes listen on ports of their own.
    ("ISSUER", "http://localhost:1"),
    ("LISTEN__ADDRESS", "127.0.0.1:0"),
    (
        "KEYS__MASTER_KEY",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ),
    ("BOOTSTRAP__PASSWORD", "the administrator of the tests"),
    ("PASSWORDS__BCRYPT_COST", "4"),
    ("TOKENS__CODE_LIFETIME", "10m"),
    ("TOKENS__ACCESS_TOKEN_LIFETIME", "12h"),
    ("TOKENS__REFRESH_ROTATION_WINDOW", "60s"),
    ("LOG__LEVEL", "warn"),
];

/// A database, and what the servers on it have in common.
pub(crate) struct Installation {
    pub(crate) postgres: Postgres,
    folder: TempDir,
    variables: Vec<(String, String)>,
    started: AtomicU32,
}

impl Installation {
    /// A database with nothing in it.
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// The same, whose servers have these settings too.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let folder = TempDir::with_prefix("authly-resilience-").unwrap();
        let postgres = Postgres::start(folder.path()).await;
        std::fs::write(folder.path().join("seed.toml"), SEED).unwrap();
        let address = postgres.address();
        let settings = [&SETTINGS[..], &[("DATABASE__URL", &address)], settings].concat();
        let variables = settings
            .into_iter()
            .map(|(name, value)| (format!("AUTHLY_{name}"), value.to_owned()));
        let variables = variables.collect();
        Self {
            postgres,
            folder,
            variables,
            started: AtomicU32::new(0),
        }
    }

    /// The same, whose servers find these variables in their environment, which are no settings.
    pub(crate) fn in_environment(mut self, variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().copied();
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.variables.extend(variables);
        self
    }

    /// Starts a server. Each brings the seed along, which changes nothing after the first time.
    pub(crate) async fn node(&self) -> Node {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let log = self.folder.path().join(format!("node-{number}.log"));
        let seed = self.folder.path().join("seed.toml");
        let seed = seed.to_str().expect("the folder's name is text");
        Node::start(&self.variables, &["--seed", seed], log).await
    }

    /// An application whose user has logged in at this server and agreed.
    pub(crate) async fn application(&self, node: &Node) -> Application {
        Application::of(node, &Identity::ALICE).await
    }
}
