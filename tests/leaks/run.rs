//! The full run that all tests of this program look at: done once.

mod administration;
mod clients;
mod mistakes;
mod people;
mod registration;
mod trouble;

use authly_testing::browser::Browser;
use authly_testing::rp::http_client;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

use crate::programs::{Folder, Postgres, Server, command_line_of, seen_of};
use crate::record::{Record, Visitor};
use crate::search::{Kind, Place, Secrets};

/// No secret, and put where each kind of place has to show it: the search is of no use otherwise.
pub(crate) const PLANTED: &str = "planted-to-be-found";

/// What a run leaves behind.
pub(crate) struct Run {
    pub(crate) secrets: Secrets,
    pub(crate) refusals: Vec<Place>,
    /// What the servers said and logged.
    pub(crate) logs: Vec<Place>,
    /// What programs said that ended by themselves, mostly over a mistake.
    pub(crate) said: Vec<Place>,
    /// Command lines and environments.
    pub(crate) processes: Vec<Place>,
    pub(crate) dump: Place,
    pub(crate) postgres_log: Place,
}

/// A client of the seed.
#[derive(Clone, Copy)]
pub(crate) struct Client {
    id: &'static str,
    secret: &'static str,
}

const WEB: Client = Client {
    id: "web",
    secret: "the+web/client's secret, of 'odd' characters & %41",
};
const POSTER: Client = Client {
    id: "poster",
    secret: "poster-secret-0123456789-abcdefghijkl",
};
const ROBOT: Client = Client {
    id: "robot",
    secret: "robot-secret-9876543210-zyxwvutsrqpo",
};
const ALICE: &str = "alice's own \"pass & word\"";
const BOB: &str = "bob has another passphrase";
/// The redirect URI of every client. Nothing listens there.
const REDIRECT_URI: &str = "https://app.example.com/callback";

/// What each part of a run works with.
pub(crate) struct World<'r> {
    server: &'r Server,
    record: &'r Record,
    http: reqwest::Client,
}

impl<'r> World<'r> {
    fn new(server: &'r Server, record: &'r Record) -> Self {
        Self {
            server,
            record,
            http: http_client(),
        }
    }

    fn visitor(&self) -> Visitor<'r> {
        Visitor {
            browser: Browser::new(&self.server.issuer, ""),
            record: self.record,
        }
    }

    /// A new value for this use, other at each server.
    fn fresh(&self, what: &str) -> String {
        let digest = Sha256::digest(format!("{what} at {}", self.server.issuer));
        URL_SAFE_NO_PAD.encode(digest)
    }

    /// An authorization request with `more` parameters, which replace those of the same name, and
    /// its verifier.
    fn ask(&self, client: Client, use_of: &str, more: &[(&str, &str)]) -> (String, String) {
        let [verifier, state, nonce] =
            ["verifier", "state", "nonce"].map(|what| self.fresh(&format!("{what} for {use_of}")));
        self.record.secret("a PKCE verifier", &verifier);
        self.record.secret_as(Kind::Returned, "a state", &state);
        self.record.secret_as(Kind::Returned, "a nonce", &nonce);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let mut query = vec![
            ("response_type", "code"),
            ("client_id", client.id),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "openid offline_access"),
            ("prompt", "consent"),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        query.retain(|(name, _)| !more.iter().any(|(other, _)| name == other));
        query.extend(more);
        let target = self.server.url("/api/v1/oauth/authorize");
        let target = url::Url::parse_with_params(&target, query).expect("an address");
        (target.into(), verifier)
    }
}

/// The value of an `Authorization` header (OAuth 2.1 §2.4.1).
fn basic(id: &str, secret: &str) -> String {
    let encode =
        |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let pair = format!("{}:{}", encode(id), encode(secret));
    format!("Basic {}", STANDARD.encode(pair))
}

/// The run, made by whoever asks first.
pub(crate) async fn run() -> &'static Run {
    static RUN: OnceCell<Run> = OnceCell::const_new();
    RUN.get_or_init(whole_run).await
}

/// What the operator gave, and what the first start made.
struct Installation {
    folder: Folder,
    embedded: Server,
    postgres: Postgres,
    master_key: String,
    admin_password: String,
}

impl Installation {
    fn start(record: &Record) -> Self {
        let folder = Folder::new();
        // Given in the environment, so that it would be in that of every child that inherits it.
        let chosen = "bXkgb3duIG1hc3RlciBrZXksIDMyIGJ5dGVzIGxvbmc=";
        let data = folder.path("data");
        let data_dir = data.to_str().expect("a path of ours is text");
        let embedded = Server::start(
            &folder,
            "embedded.log",
            &["--embedded", "--data-dir", data_dir],
            &[("AUTHLY_KEYS__MASTER_KEY", chosen)],
        );
        let postgres = Postgres::of(&data);
        let admin_password = folder.read("data/admin-password").trim().to_owned();
        for (what, secret) in [
            ("the master key", chosen),
            ("the password of the database", &postgres.password),
            ("the administrator's first password", &admin_password),
        ] {
            record.secret(what, secret);
        }
        postgres.run(
            "ALTER DATABASE authly SET log_statement = 'all'; \
             ALTER DATABASE authly SET log_parameter_max_length_on_error = -1",
        );
        Self {
            master_key: chosen.to_owned(),
            folder,
            embedded,
            postgres,
            admin_password,
        }
    }

    /// A server beside the embedded one, with settings of its own.
    fn server(&self, name: &str, format: &str, arguments: &[&str]) -> Server {
        let url = self.postgres.url(&self.postgres.password);
        let url_file = self.folder.file("database-url", &url);
        let variables = [
            ("AUTHLY_DATABASE__URL__FILE", url_file.as_str()),
            ("AUTHLY_KEYS__MASTER_KEY__ENV", "KEY_OF_THE_OPERATOR"),
            ("KEY_OF_THE_OPERATOR", self.master_key.as_str()),
            ("AUTHLY_LOG__FORMAT", format),
            ("AUTHLY_DATABASE__POOL_SIZE", "4"),
        ];
        Server::start(&self.folder, name, arguments, &variables)
    }
}

async fn whole_run() -> Run {
    let record = Record::default();
    for (what, secret) in [
        ("the secret of web", WEB.secret),
        ("the secret of poster", POSTER.secret),
        ("the secret of robot", ROBOT.secret),
        ("alice's password", ALICE),
        ("bob's password", BOB),
    ] {
        record.secret(what, secret);
    }
    let installation = Installation::start(&record);
    let seed = installation.folder.file("seed.toml", &seed());
    let first = installation.server("text.log", "text", &["--seed", &seed]);
    let second = installation.server("json.log", "json", &[]);
    people::administrator(&World::new(&first, &record), &installation.admin_password).await;
    for server in [&first, &second] {
        let world = World::new(server, &record);
        people::come_and_go(&world).await;
        clients::use_and_abuse(&world).await;
        administration::administer(&world).await;
        trouble::without_the_database(&world, &installation.postgres).await;
        trouble::with_a_broken_database(&world, &installation.postgres).await;
    }
    let said = mistakes::make(&record, &installation);
    finish(record, installation, [first, second], said)
}

fn finish(record: Record, installation: Installation, used: [Server; 2], said: Vec<Place>) -> Run {
    let Installation {
        // Held until the servers have stopped.
        folder: _folder,
        embedded,
        postgres,
        ..
    } = installation;
    let mut processes = postgres.processes();
    let servers = [embedded.id(), used[0].id(), used[1].id()];
    processes.extend(servers.map(command_line_of));
    processes.push(planted_process());
    let (dump, postgres_log) = (postgres.dump(), postgres.log());
    let stopped = used.into_iter().chain([embedded]).flat_map(Server::stop);
    let logs = stopped.collect();
    let (secrets, refusals) = record.into_parts();
    Run {
        secrets,
        refusals,
        logs,
        said,
        processes,
        dump,
        postgres_log,
    }
}

/// A process with something in its environment, to show that the environment can be seen.
fn planted_process() -> Place {
    let mut process = std::process::Command::new("sleep")
        .arg("600")
        .env("WHAT", PLANTED)
        .spawn()
        .expect("sleep can be run");
    // Its environment shows only once the system has put the program in place.
    let mut seen = seen_of(process.id());
    while seen.iter().any(|place| place.text.is_empty()) {
        let ended = process.try_wait().expect("it is ours");
        assert!(ended.is_none(), "the process ended before it was seen");
        seen = seen_of(process.id());
    }
    process.kill().expect("it is ours");
    process.wait().expect("it is ours");
    let text = seen.iter().map(|place| place.text.as_str()).collect();
    Place {
        name: "a process of the test".to_owned(),
        text,
    }
}

/// Two people, an API and three clients.
fn seed() -> String {
    let client = |client: Client, method: &str, more: &str| {
        format!(
            "[[clients]]\nclient_id = \"{}\"\nclient_type = \"confidential\"\n\
             client_secret = {}\ntoken_endpoint_auth_method = \"{method}\"\n\
             resources = [\"https://api.example.com\"]\n{more}\n",
            client.id,
            toml::Value::from(client.secret),
        )
    };
    let user = |name: &str, password: &str| {
        format!(
            "[[users]]\nusername = \"{name}\"\nemail = \"{name}@example.com\"\n\
             password = {}\nnickname = \"{PLANTED}\"\n",
            toml::Value::from(password),
        )
    };
    let web = format!(
        "redirect_uris = [\"{REDIRECT_URI}\"]\nscope = \"openid profile offline_access\"\n\
         grant_types = [\"authorization_code\", \"refresh_token\"]"
    );
    let robot = "grant_types = [\"client_credentials\"]";
    let api = "[[resource_servers]]\nresource = \"https://api.example.com\"\nname = \"An API\"\n";
    [
        api.to_owned(),
        user("alice", ALICE),
        user("bob", BOB),
        client(WEB, "client_secret_basic", &web),
        client(POSTER, "client_secret_post", &web),
        client(ROBOT, "client_secret_post", robot),
    ]
    .concat()
}
