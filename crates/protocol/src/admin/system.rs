//! How the server is, and how much it holds.

use authly_domain::scopes::AdminScope;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Moment;
use crate::endpoint::{Access, endpoint};

endpoint! {
    /// Shows how the node that answers is: version, database, schema, keys, caches, jobs.
    pub Status = "system.status", Get "/admin/system/status",
        Access::Scope(AdminScope::SystemRead);
    answer: 200 SystemStatus;
}

endpoint! {
    /// Counts users, clients, sessions, grants and tokens. Of large tables the numbers are
    /// estimates of the database, and each number says whether it is one.
    pub Statistics = "system.statistics", Get "/admin/system/statistics",
        Access::Scope(AdminScope::SystemRead);
    answer: 200 SystemStatistics;
}

/// How the node that answers is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SystemStatus {
    /// The program's version.
    pub version: String,
    /// The issuer.
    pub issuer: String,
    /// The node itself.
    pub node: NodeStatus,
    /// Its connections to the database.
    pub database: DatabaseStatus,
    /// The database's schema.
    pub migrations: MigrationStatus,
    /// The signing keys.
    pub keys: KeyStatus,
    /// The settings that can be changed while the server runs.
    pub settings: SettingsStatus,
    /// What the node holds in memory.
    pub caches: CacheStatus,
    /// The threads that hash passwords.
    pub passwords: PasswordStatus,
    /// What is done beside requests, on whichever node.
    pub jobs: Vec<JobStatus>,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NodeStatus {
    /// The id of its process.
    pub process: u32,
    /// When it started.
    pub started_at: Moment,
    /// How long it has been running, in seconds.
    pub uptime_seconds: u64,
}

/// A node's connections to the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DatabaseStatus {
    /// The database's version, such as `17.6`.
    pub server_version: String,
    /// How long it took to answer just now, in microseconds.
    pub latency_microseconds: u64,
    /// Connections that wait for work.
    pub idle_connections: u64,
    /// Connections at work, the one of this request included.
    pub busy_connections: u64,
    /// The most there may be.
    pub most_connections: u64,
    /// Requests and jobs that wait for one.
    pub waiting: u64,
}

/// The database's schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MigrationStatus {
    /// Whether it is the one that this version expects.
    pub state: SchemaStatus,
    /// The latest migration that was applied.
    pub applied: i64,
    /// The latest that this version brings along.
    pub expected: i64,
}

/// How the schema stands to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SchemaStatus {
    /// It is the program's own.
    Current,
    /// Migrations are missing.
    Behind,
    /// A newer version has migrated it.
    Ahead,
}

/// The signing keys that a node uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyStatus {
    /// Goes up when keys change; the same on all nodes within two seconds.
    pub revision: i64,
    /// Those that sign.
    pub signing: Vec<SigningKeyStatus>,
}

/// A key that signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SigningKeyStatus {
    /// Its algorithm.
    pub algorithm: String,
    /// Its id.
    pub kid: String,
    /// Since when it signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Moment>,
}

/// The settings that a node goes by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SettingsStatus {
    /// Goes up when settings change; the same on all nodes within two seconds.
    pub version: i64,
    /// How many settings an administrator has stored.
    pub stored: u64,
    /// Names of stored settings that do not fit what else this node was told.
    pub ignored: Vec<String>,
}

/// What a node holds in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CacheStatus {
    /// Clients at hand.
    pub clients: u64,
}

/// A node's threads that hash passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PasswordStatus {
    /// How many threads there are.
    pub threads: u64,
    /// How many are at work.
    pub busy: u64,
    /// How many passwords wait.
    pub waiting: u64,
    /// How many may wait.
    pub queue: u64,
}

/// Something that is done from time to time, on one node at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JobStatus {
    /// Its name.
    pub name: String,
    /// Whether some node is at it.
    pub running: bool,
    /// When it is due next.
    pub next_due_at: Moment,
    /// When the last run began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_started_at: Option<Moment>,
    /// When the last run ended that did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_ended_at: Option<Moment>,
    /// How it ended: `succeeded` or `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_outcome: Option<String>,
    /// How many runs have failed since one succeeded.
    pub failures_in_a_row: i64,
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SystemStatistics {
    /// When it was counted.
    pub counted_at: Moment,
    /// Users.
    pub users: UserCounts,
    /// Clients.
    pub clients: ClientCounts,
    /// Browser sessions that have not ended.
    pub sessions_alive: Count,
    /// Grants that were not revoked.
    pub grants_alive: Count,
    /// Access tokens that have neither expired nor been revoked.
    pub access_tokens_alive: Count,
    /// Refresh tokens that have not expired, and were neither spent nor revoked.
    pub refresh_tokens_alive: Count,
}

/// How many users there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserCounts {
    /// All.
    pub all: Count,
    /// Those that may log in.
    pub active: Count,
    /// Active administrators; always exact.
    pub administrators: Count,
}

/// How many clients there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClientCounts {
    /// All.
    pub all: Count,
    /// Those that may ask for tokens.
    pub active: Count,
}

/// A number of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Count {
    /// How many.
    pub count: u64,
    /// Whether they were counted, rather than estimated by the database.
    pub exact: bool,
}
