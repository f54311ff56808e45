//! `[database]`: PostgreSQL.

use authly_repositories::{DbAddress, StatementMode};

use super::layers::Mode;
use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};

pub(super) const URL: Setting = Setting {
    path: "database.url",
    kind: Kind::Secret("a URL such as postgres://authly:PASSWORD@db.example.com/authly"),
    default: DefaultValue::Required("the private PostgreSQL in the data directory"),
    about: "The database, as a URL that PostgreSQL's own tools understand. It holds a password, so \
            it is a secret. `--embedded` starts a private one instead, for first runs and tests.",
};
const POOL_SIZE: Setting = Setting {
    path: "database.pool_size",
    kind: Kind::Integer {
        least: 1,
        most: 512,
    },
    default: DefaultValue::Is("8"),
    about: "The most connections of this process to the database. Four to eight for two cores of \
            the database are a good beginning.",
};
const STATEMENTS: Setting = Setting {
    path: "database.statements",
    kind: Kind::Choice(&["prepared", "unnamed"]),
    default: DefaultValue::Is("prepared"),
    about: "`prepared` is fastest. Behind a pooler in transaction mode choose `unnamed`, unless the \
            pooler keeps prepared statements: see [below](#behind-a-pooler).",
};
const MIGRATE_ON_START: Setting = Setting {
    path: "database.migrate_on_start",
    kind: Kind::Switch,
    default: DefaultValue::Is("true"),
    about: "Whether the server brings the schema up to date when it starts. If not, run \
            `authly-server migrate` before a new version.",
};
const TLS: Setting = Setting {
    path: "database.tls",
    kind: Kind::Choice(&["require", "disable"]),
    default: DefaultValue::Words("`require`, unless the host is a Unix socket or loopback"),
    about: "`require` encrypts the connection and checks the certificate and the host's name \
            against the system's authorities; there is nothing between that and `disable`.",
};

const NOT_EMBEDDED: &str =
    "embedded mode has a database of its own: leave this out, or start without --embedded";

pub(super) const SETTINGS: &[Setting] = &[URL, POOL_SIZE, STATEMENTS, MIGRATE_ON_START, TLS];

/// Whether the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tls {
    /// Encrypted, certificate and host name checked.
    Require,
    /// In clear.
    Disable,
}

/// Who brings the schema up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Migration {
    /// The server when it starts.
    OnStart,
    /// The operator, by a command.
    ByCommand,
}

/// How the database is reached.
pub(crate) struct DatabaseSettings {
    /// `None` in embedded mode, which has one of its own.
    pub(crate) address: Option<DbAddress>,
    pub(crate) pool_size: usize,
    pub(crate) statements: StatementMode,
    pub(crate) migration: Migration,
    pub(crate) tls: Tls,
}

impl DatabaseSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        if matches!(reader.mode(), Mode::Embedded { .. }) {
            for setting in [URL, TLS] {
                if reader.is_given(&setting) {
                    reader.refuse(&setting, NOT_EMBEDDED);
                }
            }
        }
        let address = reader.secret(&URL).and_then(|url| {
            let address = DbAddress::parse(url.expose());
            if address.is_err() {
                // The driver's own words may hold a part of the URL.
                let expected = URL.kind.expected();
                reader.refuse(&URL, format!("cannot be read: expected {expected}"));
            }
            address.ok()
        });
        let is_local = address.as_ref().is_some_and(DbAddress::is_local);
        let usual_tls = if is_local { Tls::Disable } else { Tls::Require };
        Self {
            address,
            pool_size: reader.integer(&POOL_SIZE),
            statements: match reader.choice(&STATEMENTS) {
                Some("unnamed") => StatementMode::Unnamed,
                Some(_) | None => StatementMode::Prepared,
            },
            migration: if reader.switch(&MIGRATE_ON_START) {
                Migration::OnStart
            } else {
                Migration::ByCommand
            },
            tls: match reader.choice(&TLS) {
                Some("disable") => Tls::Disable,
                Some(_) => Tls::Require,
                None => usual_tls,
            },
        }
    }
}
