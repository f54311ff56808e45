//! What an operator decides: typed, from four layers, with every problem reported at once.
//!
//! Each setting is declared once, in the module of its section. To add one: a `Setting` there and
//! in its `SETTINGS`, a field that is read from it, a row in `docs/configuration.md`, a line in
//! `deploy/server.example.toml`; tests compare these. It must do something.

mod admin;
mod audit;
mod authorization;
mod bootstrap;
mod database;
mod keys;
mod layers;
mod listen;
mod log;
mod metrics;
mod outgoing;
mod pages;
mod passwords;
mod problem;
mod raw;
mod reader;
mod registration;
mod secrets;
mod sessions;
mod setting;
mod show;
mod suggestion;
#[cfg(test)]
mod tests;
mod throttle;
mod tokens;

use std::net::SocketAddr;

use authly_domain::issuer::Issuer;
use authly_http::PageSettings;
use authly_services::policy::{AdminPolicy, RegistrationRules};
use authly_services::settings::Origins;

use self::reader::Reader;
use self::setting::{DefaultValue, Kind, Setting};

pub(crate) use self::audit::AuditSettings;
pub(crate) use self::authorization::AuthorizationSettings;
pub(crate) use self::bootstrap::BootstrapSettings;
pub(crate) use self::database::{DatabaseSettings, Migration, Tls};
pub(crate) use self::keys::KeySettings;
pub(crate) use self::layers::{Flag, Layers, Mode, Sources};
pub(crate) use self::listen::{ADDRESS, ListenSettings};
pub(crate) use self::log::{LogFormat, LogSettings};
pub(crate) use self::metrics::MetricsSettings;
pub(crate) use self::outgoing::{CA_FILE, OutgoingSettings};
pub(crate) use self::passwords::PasswordSettings;
pub(crate) use self::problem::SettingsError;
pub(crate) use self::sessions::SessionSettings;
pub(crate) use self::show::show;
pub(crate) use self::throttle::ThrottleSettings;
pub(crate) use self::tokens::TokenSettings;

pub(crate) const ISSUER: Setting = Setting {
    path: "issuer",
    kind: Kind::Text("an https URL without a slash at its end, such as https://auth.example.com"),
    default: DefaultValue::Required("`http://localhost` with the port of `listen.address`"),
    about: "The address under which users and clients reach the server, which may have a path. \
            Every URL that the server gives out begins with it. http is for loopback hosts alone. \
            Also `--issuer`.",
};

/// All settings, section by section, in the order in which they are shown.
const SECTIONS: [&[Setting]; 18] = [
    &[ISSUER],
    listen::SETTINGS,
    admin::SETTINGS,
    audit::SETTINGS,
    database::SETTINGS,
    keys::SETTINGS,
    tokens::SETTINGS,
    authorization::SETTINGS,
    sessions::SETTINGS,
    registration::SETTINGS,
    passwords::SETTINGS,
    throttle::SETTINGS,
    outgoing::SETTINGS,
    pages::SETTINGS,
    pages::BRANDING,
    bootstrap::SETTINGS,
    log::SETTINGS,
    metrics::SETTINGS,
];

/// Every setting there is.
fn declared() -> impl Iterator<Item = &'static Setting> {
    SECTIONS.into_iter().flatten()
}

/// Everything that an operator decides, checked.
pub(crate) struct Settings {
    pub(crate) mode: Mode,
    pub(crate) issuer: Issuer,
    pub(crate) listen: ListenSettings,
    pub(crate) admin: AdminPolicy,
    pub(crate) audit: AuditSettings,
    pub(crate) database: DatabaseSettings,
    pub(crate) keys: KeySettings,
    pub(crate) tokens: TokenSettings,
    pub(crate) authorization: AuthorizationSettings,
    pub(crate) sessions: SessionSettings,
    pub(crate) registration: RegistrationRules,
    pub(crate) passwords: PasswordSettings,
    pub(crate) throttle: ThrottleSettings,
    pub(crate) outgoing: OutgoingSettings,
    pub(crate) pages: PageSettings,
    pub(crate) bootstrap: BootstrapSettings,
    pub(crate) log: LogSettings,
    pub(crate) metrics: MetricsSettings,
    /// Where those come from that are not the defaults.
    pub(crate) origins: Origins,
}

impl Settings {
    /// Reads the secrets and checks everything.
    ///
    /// # Errors
    /// All problems there are, each with the setting and where it was given.
    pub(crate) async fn read(layers: &Layers) -> Result<Self, SettingsError> {
        let (secrets, unread) = secrets::read(layers).await;
        let mut problems = layers.problems.clone();
        problems.extend(unread);
        let mut reader = Reader::new(layers, secrets, problems);

        let listen = ListenSettings::read(&mut reader);
        let audit = AuditSettings::read(&mut reader);
        let issuer = issuer(&mut reader, listen.address);
        let admin = admin::read(&mut reader, issuer.as_ref());
        let database = DatabaseSettings::read(&mut reader);
        let keys = KeySettings::read(&mut reader);
        let tokens = TokenSettings::read(&mut reader);
        let authorization = AuthorizationSettings::read(&mut reader);
        let sessions = SessionSettings::read(&mut reader);
        let registration = registration::read(&mut reader);
        let passwords = PasswordSettings::read(&mut reader);
        let throttle = ThrottleSettings::read(&mut reader);
        let outgoing = OutgoingSettings::read(&mut reader);
        let pages = pages::read(&mut reader);
        let bootstrap = BootstrapSettings::read(&mut reader);
        let log = LogSettings::read(&mut reader);
        let metrics = MetricsSettings::read(&mut reader);
        refuse_weak_hashes_in_public(&mut reader, issuer.as_ref(), &passwords);

        let problems = reader.into_problems();
        match (issuer, bootstrap, log) {
            (Some(issuer), Some(bootstrap), Some(log)) if problems.is_empty() => Ok(Self {
                mode: layers.mode.clone(),
                issuer,
                listen,
                admin,
                audit,
                database,
                keys,
                tokens,
                authorization,
                sessions,
                registration,
                passwords,
                throttle,
                outgoing,
                pages,
                bootstrap,
                log,
                metrics,
                origins: layers.origins(),
            }),
            _ => Err(SettingsError(problems)),
        }
    }
}

/// The issuer. Embedded mode has one for the machine itself.
fn issuer(reader: &mut Reader, address: SocketAddr) -> Option<Issuer> {
    let given = reader.parsed(&ISSUER);
    if reader.is_given(&ISSUER) || *reader.mode() == Mode::Standard {
        return given;
    }
    let local = match address.port() {
        0 => {
            reader.refuse(
                &ISSUER,
                "has to be given where listen.address leaves the port open",
            );
            return None;
        }
        // A URL does not name the port of its scheme.
        80 => "http://localhost".to_owned(),
        port => format!("http://localhost:{port}"),
    };
    local.parse().ok()
}

fn refuse_weak_hashes_in_public(
    reader: &mut Reader,
    issuer: Option<&Issuer>,
    passwords: &PasswordSettings,
) {
    let is_public = issuer.is_some_and(|issuer| !issuer.is_loopback());
    if is_public && passwords.bcrypt_cost < passwords::LEAST_PUBLIC_COST {
        let message = format!(
            "is below {}, which is for tests alone: with this issuer others can reach the server",
            passwords::LEAST_PUBLIC_COST
        );
        reader.refuse(&passwords::BCRYPT_COST, message);
    }
}
