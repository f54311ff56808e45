//! `[bootstrap]`: the first administrator.

use std::path::PathBuf;

use authly_domain::secret::Password;
use authly_domain::users::{Email, Username};

use super::layers::Mode;
use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};

const USERNAME: Setting = Setting {
    path: "bootstrap.username",
    kind: Kind::Text("a user name"),
    default: DefaultValue::Is("admin"),
    about: "The name of the first administrator, who is created when there is none.",
};
const EMAIL: Setting = Setting {
    path: "bootstrap.email",
    kind: Kind::Text("an e-mail address"),
    default: DefaultValue::Words("none"),
    about: "The first administrator's address.",
};
const PASSWORD: Setting = Setting {
    path: "bootstrap.password",
    kind: Kind::Secret("a password"),
    default: DefaultValue::Words("none: one is made and written to `bootstrap.password_file`"),
    about: "The first administrator's password. It counts when the account is created.",
};
const PASSWORD_FILE: Setting = Setting {
    path: "bootstrap.password_file",
    kind: Kind::Text("the path of a file that does not exist yet"),
    default: DefaultValue::Words(
        "`admin-password` in the data directory of embedded mode, else none",
    ),
    about: "The file that a generated password is written to, once and readable by its owner \
            alone. It has to be changed at the first login. Needed when there is no administrator \
            and no `bootstrap.password`.",
};

pub(super) const SETTINGS: &[Setting] = &[USERNAME, EMAIL, PASSWORD, PASSWORD_FILE];

/// Who the first administrator is.
#[derive(Debug)]
pub(crate) struct BootstrapSettings {
    pub(crate) username: Username,
    pub(crate) email: Option<Email>,
    pub(crate) password: Option<Password>,
    pub(crate) password_file: Option<PathBuf>,
}

impl BootstrapSettings {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let username = reader.parsed(&USERNAME);
        let email = reader.parsed(&EMAIL);
        let in_data_dir = match reader.mode() {
            Mode::Embedded { data_dir } => Some(data_dir.join("admin-password")),
            Mode::Standard => None,
        };
        let password_file = reader.path(&PASSWORD_FILE).or(in_data_dir);
        let password = reader.secret(&PASSWORD);
        let password = password.map(|text| Password::new(text.expose().to_owned()));
        if let Some(Err(error)) = password.as_ref().map(Password::check_form) {
            reader.refuse(&PASSWORD, error.to_string());
        }
        Some(Self {
            username: username?,
            email,
            password,
            password_file,
        })
    }
}
