//! `[metrics]`: numbers for those who run the server.

use std::net::SocketAddr;

use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};

const ADDRESS: Setting = Setting {
    path: "metrics.address",
    kind: Kind::Text("an address with a port, such as 127.0.0.1:9464"),
    default: DefaultValue::Words("none: metrics are shown nowhere"),
    about: "Where `/metrics` is shown, in the text format of Prometheus. Everybody who reaches it \
            may read it: choose loopback or a private network. See [metrics.md](metrics.md).",
};

pub(super) const SETTINGS: &[Setting] = &[ADDRESS];

/// Whether and where metrics are shown.
#[derive(Debug)]
pub(crate) struct MetricsSettings {
    pub(crate) address: Option<SocketAddr>,
}

impl MetricsSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            address: reader.parsed(&ADDRESS),
        }
    }
}
