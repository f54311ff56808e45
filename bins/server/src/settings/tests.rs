//! The layers together, as an operator meets them.

mod documents;
mod properties;
mod secrets;
mod statements;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use authly_domain::keys::SigningAlgorithm;
use authly_repositories::StatementMode;
use authly_services::policy::Policies;
use pretty_assertions::assert_eq;

use super::*;

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// The least that a server needs.
const NEEDED: [(&str, &str); 3] = [
    ("AUTHLY_ISSUER", "https://auth.example.com"),
    (
        "AUTHLY_DATABASE__URL",
        "postgres://authly:in-the-url@db.example.com/authly",
    ),
    ("AUTHLY_KEYS__MASTER_KEY", KEY),
];

/// A file that goes away with this value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, mode: u32, text: &str) -> Self {
        let name = format!("authly-settings-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn sources(file: Option<&Path>, environment: &[(&str, &str)]) -> Sources {
    let environment = environment.iter();
    Sources {
        file: file.map(Path::to_owned),
        environment: environment
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
        flags: Vec::new(),
        mode: Mode::Standard,
    }
}

fn embedded(environment: &[(&str, &str)]) -> Layers {
    let data_dir = PathBuf::from("data");
    Layers::gather(Sources {
        mode: Mode::Embedded { data_dir },
        ..sources(None, environment)
    })
}

/// What is needed, and more variables.
fn with(more: &[(&str, &str)]) -> Layers {
    Layers::gather(sources(None, &[&NEEDED, more].concat()))
}

#[tokio::test]
async fn the_defaults_are_those_of_the_services_that_others_embed() {
    let settings = Settings::read(&with(&[])).await.unwrap();
    let expected = Policies::new(settings.issuer.clone());
    let policies = crate::wiring::policies(&settings);
    assert_eq!(format!("{policies:#?}"), format!("{expected:#?}"));
}

async fn problems(layers: &Layers) -> Vec<String> {
    match Settings::read(layers).await {
        Ok(_) => Vec::new(),
        Err(SettingsError(problems)) => problems.iter().map(ToString::to_string).collect(),
    }
}

#[tokio::test]
async fn what_is_not_given_has_its_default() {
    let settings = Settings::read(&with(&[])).await.unwrap();
    assert_eq!(settings.issuer.as_str(), "https://auth.example.com");
    assert_eq!(settings.listen.address.to_string(), "127.0.0.1:8000");
    assert_eq!(settings.listen.max_body_bytes, 65_536);
    assert_eq!(settings.listen.trusted_proxies, []);
    assert_eq!(settings.listen.drain_time, Duration::from_secs(5));
    assert_eq!(settings.database.statements, StatementMode::Prepared);
    assert_eq!(settings.database.migration, Migration::OnStart);
    assert_eq!(settings.database.tls, Tls::Require);
    let tokens = settings.tokens;
    assert_eq!(tokens.access_token_lifetime, Duration::from_mins(15));
    assert_eq!(tokens.access_token_signing_alg, SigningAlgorithm::Es256);
    assert_eq!(tokens.code_lifetime, Duration::from_mins(1));
    let days = |days: u64| Duration::from_hours(24 * days);
    assert_eq!(tokens.refresh_token_idle_lifetime, days(30));
    assert_eq!(tokens.refresh_token_absolute_lifetime, days(90));
    assert_eq!(settings.sessions.absolute_lifetime, days(7));
    assert_eq!(settings.passwords.bcrypt_cost, 12);
    assert_eq!(settings.bootstrap.username.as_str(), "admin");
    assert!(settings.bootstrap.password_file.is_none());
    assert_eq!(settings.log.format, LogFormat::Text);
}

#[tokio::test]
async fn a_flag_replaces_a_variable_and_a_variable_replaces_the_file() {
    let file = Scratch::new(
        "layers",
        0o644,
        "[listen]\naddress = \"127.0.0.1:1\"\nworkers = 1\nmax_body_bytes = 9000\n",
    );
    let variables = [
        ("AUTHLY_LISTEN__ADDRESS", "127.0.0.1:2"),
        ("AUTHLY_LISTEN__WORKERS", "2"),
    ];
    let mut sources = sources(Some(&file.0), &[&NEEDED[..], &variables].concat());
    sources.flags.push(Flag {
        setting: &ADDRESS,
        name: "--bind",
        value: "127.0.0.1:3".to_owned(),
    });
    let layers = Layers::gather(sources);
    let listen = Settings::read(&layers).await.unwrap().listen;
    assert_eq!(listen.address.to_string(), "127.0.0.1:3");
    assert_eq!((listen.workers, listen.max_body_bytes), (2, 9000));

    let shown = show(&layers);
    for line in [
        "listen.address = \"127.0.0.1:3\"  # flag --bind".to_owned(),
        "listen.workers = 2  # variable AUTHLY_LISTEN__WORKERS".to_owned(),
        format!("listen.max_body_bytes = 9000  # file {}", file.path()),
        "listen.request_time_limit = \"30s\"  # default".to_owned(),
        "listen.trusted_proxies = []  # default".to_owned(),
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
}

fn missing(setting: &Setting) -> String {
    let (path, about, variable) = (setting.path, setting.about, setting.variable());
    format!("{path}: has to be given, in the settings file or as {variable}. {about}")
}

#[tokio::test]
async fn every_problem_is_reported_at_once_with_its_origin() {
    let file = Scratch::new(
        "problems",
        0o600,
        "isuer = \"https://auth.example.com\"\nsessions = 3\n[listen]\nworkers = \"four\"\n\
         trusted_proxies = [\"10.0.0.0/8\", \"10.0.0.0/33\"]\n[tokens]\ncode_lifetime = \"11m\"\n\
         access_token_signing_alg = \"HS256\"\n[sesions]\nidle_lifetime = 4\n",
    );
    let variables = [
        ("AUTHLY_LISTEN__ADRESS", "127.0.0.1:2"),
        ("AUTHLY_LISTEN__ADDRESS", "localhost"),
        ("AUTHLY_TOKENS__ID_TOKEN_LIFETIME", "soon"),
        ("AUTHLY_LOG__LEVEL", "loud"),
    ];
    let said = problems(&Layers::gather(sources(Some(&file.0), &variables))).await;
    let path = file.path();
    let span = "seconds such as 90, or a text such as \"90s\", \"15m\", \"12h\" or \"30d\"";
    let expected = [
        format!("isuer (file {path}): there is no such setting. Did you mean `issuer`?"),
        format!("sessions (file {path}): is a section: write `[sessions]` and its settings below"),
        format!("sesions (file {path}): there is no such setting. Did you mean `sessions`?"),
        "variable AUTHLY_LISTEN__ADRESS: there is no such setting. Did you mean \
         `AUTHLY_LISTEN__ADDRESS`?"
            .to_owned(),
        "listen.address (variable AUTHLY_LISTEN__ADDRESS): `localhost`: invalid socket address \
         syntax"
            .to_owned(),
        format!(
            "listen.workers (file {path}): expected a whole number from 1 to 256, found a text"
        ),
        format!(
            "listen.trusted_proxies (file {path}): `10.0.0.0/33`: the prefix length does not fit \
             the address"
        ),
        missing(&ISSUER),
        missing(&database::URL),
        missing(&keys::MASTER_KEY),
        format!(
            "tokens.access_token_signing_alg (file {path}): `HS256` is not one of `ES256`, \
             `RS256`, `PS256`, `EdDSA`"
        ),
        format!(
            "tokens.id_token_lifetime (variable AUTHLY_TOKENS__ID_TOKEN_LIFETIME): expected a \
             span of time from 10s to 1d: {span}"
        ),
        format!("tokens.code_lifetime (file {path}): 11m is not a span of time from 5s to 10m"),
        "log.level (variable AUTHLY_LOG__LEVEL): `loud`: `loud` is not a level: write error, \
         warn, info, debug, trace or off, and for a module authly_http=debug"
            .to_owned(),
    ];
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    assert_eq!(sorted(said), sorted(expected.to_vec()));
}

#[tokio::test]
async fn every_setting_is_read_and_refuses_nonsense() {
    for setting in declared() {
        let nonsense = match setting.kind {
            Kind::Text(_) | Kind::Choice(_) | Kind::Secret(_) => "",
            Kind::List(_) => "\"?",
            _ => "?",
        };
        let variable = setting.variable();
        let said = problems(&with(&[(&variable, nonsense)])).await;
        let begin = format!("{} (variable {variable}): ", setting.path);
        assert!(
            said.len() == 1 && said.iter().all(|line| line.starts_with(&begin)),
            "{begin}{said:?}"
        );
    }
}

#[tokio::test]
async fn settings_that_contradict_each_other_are_refused() {
    let said = problems(&with(&[
        ("AUTHLY_PASSWORDS__BCRYPT_COST", "9"),
        ("AUTHLY_SESSIONS__IDLE_LIFETIME", "8d"),
        ("AUTHLY_TOKENS__REFRESH_TOKEN_IDLE_LIFETIME", "91d"),
        ("AUTHLY_KEYS__ACTIVE_FOR", "24h"),
    ]))
    .await;
    let about = |line: &String| line.split(' ').next().unwrap_or_default().to_owned();
    assert_eq!(
        said.iter().map(about).collect::<Vec<_>>(),
        [
            "keys.announced_for",
            "tokens.refresh_token_idle_lifetime",
            "sessions.idle_lifetime",
            "passwords.bcrypt_cost",
        ]
    );
    let loopback = with(&[
        ("AUTHLY_ISSUER", "http://localhost:8000"),
        ("AUTHLY_PASSWORDS__BCRYPT_COST", "4"),
    ]);
    assert_eq!(problems(&loopback).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_database_on_the_same_machine_needs_no_tls() {
    for (url, tls) in [
        ("postgres://authly@localhost/authly", Tls::Disable),
        ("postgres://authly@127.0.0.1/authly", Tls::Disable),
        ("postgres://authly@%2Frun%2Fpostgresql/authly", Tls::Disable),
        ("postgres://authly@192.0.2.7/authly", Tls::Require),
    ] {
        let layers = with(&[("AUTHLY_DATABASE__URL", url)]);
        let settings = Settings::read(&layers).await.unwrap();
        assert_eq!(settings.database.tls, tls, "{url}");
    }
}

#[tokio::test]
async fn passwords_are_taken_at_the_command_line_of_a_loopback_issuer_unless_said_otherwise() {
    for (issuer, said, taken) in [
        ("https://auth.example.com", None, false),
        ("https://auth.example.com", Some("true"), true),
        ("http://localhost:8000", None, true),
        ("http://[::1]:8000", None, true),
        ("https://127.0.0.1", None, true),
        ("http://localhost:8000", Some("false"), false),
    ] {
        let said = said.map(|said| ("AUTHLY_ADMIN__PASSWORD_LOGIN", said));
        let mut variables = vec![("AUTHLY_ISSUER", issuer)];
        variables.extend(said);
        let settings = Settings::read(&with(&variables)).await.unwrap();
        assert_eq!(settings.admin.password_login, taken, "{issuer} {said:?}");
    }
}

#[tokio::test]
async fn embedded_mode_brings_along_what_has_to_be_given_otherwise() {
    let layers = embedded(&[("AUTHLY_LISTEN__ADDRESS", "127.0.0.1:9000")]);
    let settings = Settings::read(&layers).await.unwrap();
    assert_eq!(settings.issuer.as_str(), "http://localhost:9000");
    assert!(settings.database.address.is_none() && settings.keys.master_key.is_none());
    let password_file = settings.bootstrap.password_file.unwrap();
    assert_eq!(password_file, Path::new("data/admin-password"));
    assert!(show(&layers).contains("# database.url: the private PostgreSQL in the data directory"));
}

#[tokio::test]
async fn embedded_mode_refuses_another_database_and_an_issuer_without_a_port() {
    let said = problems(&embedded(&[
        ("AUTHLY_LISTEN__ADDRESS", "127.0.0.1:0"),
        ("AUTHLY_DATABASE__URL", "postgres://db.example.com/authly"),
    ]))
    .await;
    assert_eq!(
        said,
        [
            "issuer (default): has to be given where listen.address leaves the port open",
            "database.url (variable AUTHLY_DATABASE__URL): embedded mode has a database of its \
             own: leave this out, or start without --embedded",
        ]
    );
}

#[tokio::test]
async fn a_file_that_is_missing_or_no_toml_is_a_problem_that_shows_nothing_of_it() {
    let missing = Layers::gather(sources(Some(Path::new("no/such/file")), &NEEDED));
    let said = problems(&missing).await;
    assert_eq!(
        said,
        ["file no/such/file: cannot be read: No such file or directory (os error 2)"]
    );

    let broken = Scratch::new(
        "broken",
        0o600,
        "[database]\nurl = \"postgres://authly:s3cret@db/authly\" x\n",
    );
    let said = problems(&Layers::gather(sources(Some(&broken.0), &NEEDED))).await;
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("line 2, column"), "{said:?}");
    assert!(!said[0].contains("s3cret"), "{said:?}");
}

#[tokio::test]
async fn variables_that_are_no_settings_are_left_alone() {
    let layers = with(&[
        ("PATH", "/bin"),
        ("authly_issuer", "x"),
        ("AUTHLY_SERVER", "https://auth.example.com"),
        ("AUTHLY_PROFILE", "work"),
        ("AUTHLY_SERVICE_HOST", "10.0.0.1"),
        ("AUTHLY_SERVICE_PORT_HTTP", "80"),
        ("AUTHLY_PORT", "tcp://10.0.0.1:80"),
        ("AUTHLY_PORT_80_TCP_ADDR", "10.0.0.1"),
    ]);
    assert_eq!(problems(&layers).await, Vec::<String>::new());
}
