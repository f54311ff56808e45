//! What is read off the parts of the server when somebody looks, instead of being kept twice.

use std::sync::Arc;

use authly_crypto::password::PasswordHasher;
use authly_domain::keys::SigningAlgorithm;

use super::labels::ConnectionState;
use super::{Exposition, process};
use crate::Context;
use crate::clients::ClientCache;
use crate::keys::KeyService;

/// The parts that are read; cheap to clone.
#[derive(Clone)]
pub struct Sources {
    /// The database, the time, and what services count.
    pub context: Context,
    /// The threads that hash passwords.
    pub hasher: Arc<PasswordHasher>,
    /// The signing keys.
    pub keys: Arc<KeyService>,
    /// The clients at hand.
    pub clients: ClientCache,
}

pub(super) fn register(sources: &Sources, shown: &mut Exposition) {
    database(sources, shown);
    passwords(&sources.hasher, shown);
    keys_and_clients(sources, shown);
    shown.info(
        "authly_build",
        "The version that runs; always 1",
        vec![("version", env!("CARGO_PKG_VERSION"))],
    );
    process(sources, shown);
}

fn database(sources: &Sources, shown: &mut Exposition) {
    let db = sources.context.db.clone();
    shown.gauge(
        "authly_database_connections",
        "Open connections to the database",
        move |state: ConnectionState| {
            let pool = db.pool_state();
            Some(match state {
                ConnectionState::Idle => pool.idle,
                ConnectionState::InUse => pool.in_use,
            })
        },
    );
    let db = sources.context.db.clone();
    shown.gauge(
        "authly_database_connections_max",
        "The most connections to the database that may be open (database.pool_size)",
        move |()| Some(db.pool_state().most),
    );
    let db = sources.context.db.clone();
    shown.gauge(
        "authly_database_connections_awaited",
        "Requests and jobs that wait for a connection to the database",
        move |()| Some(db.pool_state().awaited),
    );
    let db = sources.context.db.clone();
    shown.counter(
        "authly_database_connect_failures",
        "Connections to the database that were asked for and not to be had",
        move |()| Some(db.connect_failures()),
    );
    let db = sources.context.db.clone();
    shown.counter(
        "authly_database_round_trips",
        "Statements sent to the database, BEGIN and COMMIT included",
        move |()| Some(db.round_trips()),
    );
}

fn passwords(hasher: &Arc<PasswordHasher>, shown: &mut Exposition) {
    let source = Arc::clone(hasher);
    shown.gauge(
        "authly_password_queue_length",
        "Passwords that wait to be hashed or checked",
        move |()| Some(source.load().waiting),
    );
    let source = Arc::clone(hasher);
    shown.gauge(
        "authly_password_queue_capacity",
        "How many may wait (passwords.hash_queue)",
        move |()| Some(source.load().queue),
    );
    let source = Arc::clone(hasher);
    shown.gauge(
        "authly_password_threads_busy",
        "Threads that hash or check a password at this moment",
        move |()| Some(source.load().busy),
    );
    let source = Arc::clone(hasher);
    shown.gauge(
        "authly_password_threads",
        "Threads that hash and check passwords (passwords.hash_threads)",
        move |()| Some(source.load().threads),
    );
    let source = Arc::clone(hasher);
    shown.counter(
        "authly_password_queue_refusals",
        "Passwords that were turned away because the queue was full",
        move |()| Some(source.load().refused),
    );
}

fn keys_and_clients(sources: &Sources, shown: &mut Exposition) {
    let keys = Arc::clone(&sources.keys);
    shown.gauge(
        "authly_signing_keys_revision",
        "The revision of the signing keys that this node uses; the same on all nodes",
        move |()| u64::try_from(keys.revision()).ok(),
    );
    let ring = sources.keys.ring();
    shown.gauge(
        "authly_signing_key_activated_timestamp_seconds",
        "When the key that signs with this algorithm began to, in seconds since 1970",
        move |algorithm: SigningAlgorithm| {
            let since = ring.load().active_since(algorithm)?;
            u64::try_from(since.unix_seconds()).ok()
        },
    );
    let clients = sources.clients.clone();
    shown.gauge(
        "authly_cached_clients",
        "Clients that are kept at hand",
        move |()| Some(clients.len()),
    );
}

/// The names that every exporter of Prometheus uses for a process.
fn process(sources: &Sources, shown: &mut Exposition) {
    let started = u64::try_from(sources.context.now().unix_seconds()).ok();
    shown.gauge(
        "process_start_time_seconds",
        "When the server started, in seconds since 1970",
        move |()| started,
    );
    shown.counter(
        "process_cpu_seconds",
        "Processor time that the process has used",
        |()| process::cpu_seconds(),
    );
    shown.gauge(
        "process_resident_memory_bytes",
        "Memory of the process that is in RAM",
        |()| process::resident_memory(),
    );
    shown.gauge(
        "process_open_fds",
        "Files and connections that are open",
        |()| process::open_files(),
    );
    shown.gauge(
        "process_max_fds",
        "The most files and connections that may be open",
        |()| process::most_open_files(),
    );
}
