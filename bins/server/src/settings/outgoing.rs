//! `[outgoing]`: documents that the server fetches because clients have registered where they are.

use std::path::PathBuf;

use authly_outbound::fetcher::Allowance;

use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};

pub(crate) const CA_FILE: Setting = Setting {
    path: "outgoing.ca_file",
    kind: Kind::Text("the path of a file with certificates in PEM"),
    default: DefaultValue::Words("none: the authorities that the system knows"),
    about: "Authorities whose certificates are believed beside those that the system knows, where the \
            server fetches documents of clients (`jwks_uri`, `request_uris`, `sector_identifier_uri`) or \
            tells them of logouts (`backchannel_logout_uri`).",
};
const ALLOW: Setting = Setting {
    path: "outgoing.allow",
    kind: Kind::List(
        "a host name, an address or a network, such as \"keys.internal\" or \"10.0.0.0/8\"",
    ),
    default: DefaultValue::Is(""),
    about: "Places that are not public and that the server may reach all the same: a host by its \
            name, whatever addresses it has, or the addresses of a network. Whoever may register a \
            client, or controls such a name, can have the server connect there. Else only public \
            addresses are reached.",
};

pub(super) const SETTINGS: &[Setting] = &[CA_FILE, ALLOW];

/// Where the server may fetch from, and whom it believes there.
#[derive(Debug)]
pub(crate) struct OutgoingSettings {
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) allow: Vec<Allowance>,
}

impl OutgoingSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            ca_file: reader.path(&CA_FILE),
            allow: reader.list(&ALLOW),
        }
    }
}
