//! `authly system …`.

use authly_admin_client::admin::system::{
    Count, JobStatus, MigrationStatus, SchemaStatus, SystemStatistics, SystemStatus,
};
use clap::Subcommand;
use serde::Serialize;

use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Sheet};

/// What to ask about the server.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum SystemCommand {
    /// Show how the server that answers is: version, database, schema, keys, jobs.
    Status,
    /// Count users, clients, sessions, grants and tokens.
    ///
    /// Of large tables the numbers are estimates of the database; they are shown with "about".
    Statistics,
}

/// The status as it is printed.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct ShownStatus(SystemStatus);

impl Sheet for ShownStatus {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        let status = &self.0;
        let (database, passwords) = (&status.database, &status.passwords);
        let connections = format!(
            "{} idle, {} busy, {} at most, {} waited for",
            database.idle_connections,
            database.busy_connections,
            database.most_connections,
            database.waiting
        );
        let signing = status.keys.signing.iter().map(|key| &*key.algorithm);
        let stored = format!(
            "{} stored, version {}",
            status.settings.stored, status.settings.version
        );
        let mut lines = vec![
            ("version", Cell::plain(&status.version)),
            ("issuer", Cell::plain(&status.issuer)),
            ("process", Cell::plain(status.node.process.to_string())),
            ("started", Cell::plain(status.node.started_at.to_string())),
            (
                "up for",
                Cell::plain(format!("{} s", status.node.uptime_seconds)),
            ),
            (
                "database",
                Cell::plain(format!(
                    "PostgreSQL {}, answers in {} us",
                    database.server_version, database.latency_microseconds
                )),
            ),
            ("connections", Cell::plain(connections)),
            ("schema", schema(&status.migrations)),
            ("keys that sign", Cell::all(&signing.collect::<Vec<_>>())),
            (
                "keys revision",
                Cell::plain(status.keys.revision.to_string()),
            ),
            ("settings", Cell::plain(stored)),
            (
                "clients at hand",
                Cell::plain(status.caches.clients.to_string()),
            ),
            (
                "passwords",
                Cell::plain(format!(
                    "{} of {} threads busy, {} of {} waiting",
                    passwords.busy, passwords.threads, passwords.waiting, passwords.queue
                )),
            ),
        ];
        if !status.settings.ignored.is_empty() {
            lines.push((
                "settings passed over",
                Cell::bad(status.settings.ignored.join(", ")),
            ));
        }
        lines.extend(status.jobs.iter().map(|one| ("job", job(one))));
        lines
    }
}

fn schema(migrations: &MigrationStatus) -> Cell {
    let versions = format!(
        "migration {}, expected {}",
        migrations.applied, migrations.expected
    );
    match migrations.state {
        SchemaStatus::Current => Cell::good(format!("current: {versions}")),
        SchemaStatus::Ahead => Cell::good(format!("ahead: {versions}")),
        SchemaStatus::Behind => Cell::bad(format!("behind: {versions}")),
    }
}

fn job(job: &JobStatus) -> Cell {
    let outcome = job.last_outcome.as_deref().unwrap_or("not run yet");
    let text = format!("{}: {outcome}", job.name);
    if job.failures_in_a_row > 0 {
        Cell::bad(text)
    } else {
        Cell::plain(text)
    }
}

/// The statistics as they are printed.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct ShownStatistics(SystemStatistics);

impl Sheet for ShownStatistics {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        let counted = &self.0;
        vec![
            ("users", count(counted.users.all)),
            ("active users", count(counted.users.active)),
            ("administrators", count(counted.users.administrators)),
            ("clients", count(counted.clients.all)),
            ("active clients", count(counted.clients.active)),
            ("sessions", count(counted.sessions_alive)),
            ("grants", count(counted.grants_alive)),
            ("access tokens", count(counted.access_tokens_alive)),
            ("refresh tokens", count(counted.refresh_tokens_alive)),
        ]
    }
}

fn count(count: Count) -> Cell {
    let about = if count.exact { "" } else { "about " };
    Cell::plain(format!("{about}{}", count.count))
}

/// Does it.
pub(crate) async fn run(command: SystemCommand, caller: &Caller) -> Result<Exit, Failure> {
    match command {
        SystemCommand::Status => {
            let status = caller.client.system_status().await?;
            caller.output.sheet(&ShownStatus(status))?;
        }
        SystemCommand::Statistics => {
            let counted = caller.client.system_statistics().await?;
            caller.output.sheet(&ShownStatistics(counted))?;
        }
    }
    Ok(Exit::Ok)
}
