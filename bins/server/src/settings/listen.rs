//! `[listen]`: the HTTP side.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::Duration;

use super::layers::Mode;
use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};
use authly_domain::network::Network;

/// The most workers that are started unasked.
const USUAL_WORKERS: usize = 8;

pub(crate) const ADDRESS: Setting = Setting {
    path: "listen.address",
    kind: Kind::Text("an address with a port, such as 127.0.0.1:8000 or [::]:8000"),
    default: DefaultValue::Is("127.0.0.1:8000"),
    about: "Where the server listens for HTTP. Also `--bind`.",
};
const WORKERS: Setting = Setting {
    path: "listen.workers",
    kind: Kind::Integer {
        least: 1,
        most: 256,
    },
    default: DefaultValue::Words("the number of processor cores, at most 8"),
    about: "How many threads answer requests.",
};
const TRUSTED_PROXIES: Setting = Setting {
    path: "listen.trusted_proxies",
    kind: Kind::List("an address or a network, such as \"192.0.2.1\" or \"192.0.2.0/24\""),
    default: DefaultValue::Is(""),
    about: "Proxies whose `X-Forwarded-For` and request id are believed. From anyone else they \
            are ignored.",
};
const REQUEST_TIME_LIMIT: Setting = Setting {
    path: "listen.request_time_limit",
    kind: Kind::Duration {
        least: 1,
        most: 600,
    },
    default: DefaultValue::Is("30s"),
    about: "How long a request may take in all before it is answered with an error.",
};
const MAX_BODY_BYTES: Setting = Setting {
    path: "listen.max_body_bytes",
    kind: Kind::Integer {
        least: 4_096,
        most: 16_777_216,
    },
    default: DefaultValue::Is("65536"),
    about: "The most bytes that the body of a request may have; more is answered with 413.",
};
const DRAIN_TIME: Setting = Setting {
    path: "listen.drain_time",
    kind: Kind::Duration {
        least: 0,
        most: 300,
    },
    default: DefaultValue::Words("`\"5s\"`; in embedded mode 0"),
    about: "How long the server still takes requests after SIGTERM, while `/health/ready` says 503: \
            the time in which a balancer notices. Ctrl-C, or a second signal, ends it.",
};

pub(crate) const MAX_CONNECTIONS: Setting = Setting {
    path: "listen.max_connections",
    kind: Kind::Integer {
        least: 64,
        most: 1_000_000,
    },
    default: DefaultValue::Words("what the limit of open files allows, at most 4096"),
    about: "The most connections to clients at once. Those beyond wait until one ends. Each takes \
            two open files, and up to 128 kB while the head of a request arrives.",
};

pub(super) const SETTINGS: &[Setting] = &[
    ADDRESS,
    WORKERS,
    MAX_CONNECTIONS,
    TRUSTED_PROXIES,
    REQUEST_TIME_LIMIT,
    MAX_BODY_BYTES,
    DRAIN_TIME,
];

/// How the server listens.
#[derive(Debug)]
pub(crate) struct ListenSettings {
    pub(crate) address: SocketAddr,
    pub(crate) workers: usize,
    /// `None`: what the limit of open files allows.
    pub(crate) max_connections: Option<usize>,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) request_time_limit: Duration,
    pub(crate) max_body_bytes: usize,
    pub(crate) drain_time: Duration,
}

impl ListenSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let usual_drain = match reader.mode() {
            Mode::Standard => Duration::from_secs(5),
            // Nobody balances between servers that have a database each.
            Mode::Embedded { .. } => Duration::ZERO,
        };
        let unspecified = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            address: reader.parsed(&ADDRESS).unwrap_or(unspecified),
            workers: reader
                .optional_integer(&WORKERS)
                .unwrap_or_else(usual_workers),
            max_connections: reader.optional_integer(&MAX_CONNECTIONS),
            trusted_proxies: reader.list(&TRUSTED_PROXIES),
            request_time_limit: reader.duration(&REQUEST_TIME_LIMIT),
            max_body_bytes: reader.integer(&MAX_BODY_BYTES),
            drain_time: reader.optional_duration(&DRAIN_TIME).unwrap_or(usual_drain),
        }
    }
}

fn usual_workers() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    cores.min(USUAL_WORKERS)
}
