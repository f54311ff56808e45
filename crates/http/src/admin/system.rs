//! How the server is, and how much it holds.

use actix_web::web::Data;
use authly_domain::jobs::JobRecord;
use authly_protocol::admin::Moment;
use authly_protocol::admin::system::{
    CacheStatus, ClientCounts, Count, DatabaseStatus, JobStatus, KeyStatus, MigrationStatus,
    NodeStatus, PasswordStatus, SchemaStatus, SettingsStatus, SigningKeyStatus,
    Statistics as StatisticsEndpoint, Status, SystemStatistics, SystemStatus, UserCounts,
};
use authly_services::system::{RowCount, SchemaState, Statistics, SystemService, SystemState};

use super::{AdminCall, Answer};
use crate::respond::{AdminProblem, IsUnavailable};

/// `GET /admin/system/status`
pub(super) async fn status(
    _call: AdminCall<Status>,
    system: Data<SystemService>,
) -> Result<Answer<Status>, AdminProblem> {
    let state = system.state().await.map_err(|error| {
        let is_unavailable = IsUnavailable(error.is_unavailable());
        AdminProblem::storage(is_unavailable, error)
    })?;
    Ok(Answer::of(status_of(state)))
}

/// `GET /admin/system/statistics`
pub(super) async fn statistics(
    _call: AdminCall<StatisticsEndpoint>,
    system: Data<SystemService>,
) -> Result<Answer<StatisticsEndpoint>, AdminProblem> {
    let counted = system.statistics().await.map_err(|error| {
        let is_unavailable = IsUnavailable(error.is_unavailable());
        AdminProblem::storage(is_unavailable, error)
    })?;
    Ok(Answer::of(statistics_of(counted)))
}

fn status_of(state: SystemState) -> SystemStatus {
    let pool = state.database.pool;
    let passwords = state.passwords;
    SystemStatus {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        issuer: state.issuer.as_str().to_owned(),
        node: NodeStatus {
            process: std::process::id(),
            started_at: Moment(state.started_at),
            uptime_seconds: state.now.since(state.started_at).as_secs(),
        },
        database: DatabaseStatus {
            server_version: state.database.server_version,
            latency_microseconds: u64::try_from(state.database.latency.as_micros())
                .unwrap_or(u64::MAX),
            idle_connections: number(pool.idle),
            busy_connections: number(pool.in_use),
            most_connections: number(pool.most),
            waiting: number(pool.awaited),
        },
        migrations: MigrationStatus {
            state: match state.schema.state() {
                SchemaState::Current => SchemaStatus::Current,
                SchemaState::Behind => SchemaStatus::Behind,
                SchemaState::Ahead => SchemaStatus::Ahead,
            },
            applied: state.schema.applied,
            expected: state.schema.expected,
        },
        keys: KeyStatus {
            revision: state.keys_revision,
            signing: state
                .signing
                .into_iter()
                .map(|key| SigningKeyStatus {
                    algorithm: key.algorithm.as_str().to_owned(),
                    kid: key.kid.to_string(),
                    since: key.since.map(Moment),
                })
                .collect(),
        },
        settings: SettingsStatus {
            version: state.settings.version,
            stored: number(state.settings.stored),
            ignored: state.settings.ignored,
        },
        caches: CacheStatus {
            clients: state.cached_clients,
        },
        passwords: PasswordStatus {
            threads: number(passwords.threads),
            busy: number(passwords.busy),
            waiting: number(passwords.waiting),
            queue: number(passwords.queue),
        },
        jobs: state.jobs.iter().map(job).collect(),
    }
}

fn job(record: &JobRecord) -> JobStatus {
    let (ended_at, outcome) = record.last_end.unzip();
    JobStatus {
        name: record.name.as_str().to_owned(),
        running: record.lease.is_some(),
        next_due_at: Moment(record.next_due_at),
        last_started_at: record.last_started_at.map(Moment),
        last_ended_at: ended_at.map(Moment),
        last_outcome: outcome.map(|outcome| outcome.as_str().to_owned()),
        failures_in_a_row: record.failures_in_a_row,
    }
}

fn statistics_of(counted: Statistics) -> SystemStatistics {
    let ([users, active_users], [clients, active_clients]) = (counted.users, counted.clients);
    let ([sessions], [grants]) = (counted.sessions, counted.grants);
    let [access_tokens, refresh_tokens] = counted.tokens;
    SystemStatistics {
        counted_at: Moment(counted.counted_at),
        users: UserCounts {
            all: count(users),
            active: count(active_users),
            administrators: count(RowCount::Exact(counted.administrators)),
        },
        clients: ClientCounts {
            all: count(clients),
            active: count(active_clients),
        },
        sessions_alive: count(sessions),
        grants_alive: count(grants),
        access_tokens_alive: count(access_tokens),
        refresh_tokens_alive: count(refresh_tokens),
    }
}

const fn count(rows: RowCount) -> Count {
    match rows {
        RowCount::Exact(count) => Count { count, exact: true },
        RowCount::Estimated(count) => Count {
            count,
            exact: false,
        },
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
