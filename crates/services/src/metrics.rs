//! What is counted, for those who run the server.
//!
//! Services count what they decide, in [`Metrics`] of the [`Context`](crate::Context); `http` counts
//! what it answers. Whatever a part knows anyway (the pool, the queue of passwords, the keys) is read
//! when somebody looks. [`Exposition`] shows all of it in the text format of Prometheus.
//!
//! A label is an enumeration ([`Label`]), so that a series can neither be misspelt nor made by what
//! somebody sends: no path, name, address or `client_id` is ever a label.
//!
//! To add one: a field of [`Metrics`] that is counted where the thing is decided and shown in
//! `register` (or a line in `sources`), a row in `docs/metrics.md`, and a line in the table of
//! `crates/http/tests/it/metrics`, which provokes it; tests hold the three against each other.

mod exposition;
mod labels;
mod process;
mod series;
mod sources;

use std::sync::Arc;

use authly_domain::clients::GrantType;
use authly_domain::jobs::{JobName, JobOutcome};
use authly_domain::throttle::ThrottleKind;

pub use exposition::{Exposition, Value};
pub use labels::{ClientRefusal, LoginOutcome};
pub use series::{Counters, Distribution, Durations, Label, LabelSet};
pub use sources::Sources;

/// What services count. One for each server.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Authorization codes that were handed out.
    pub codes_issued: Counters<()>,
    /// Answers with an access token.
    pub tokens_issued: Counters<GrantType>,
    /// Codes that were redeemed a second time.
    pub code_replays: Counters<()>,
    /// Refresh tokens that were used again after their window.
    pub refresh_token_reuses: Counters<()>,
    /// Clients that were not let in.
    pub client_authentication_failures: Counters<ClientRefusal>,
    /// Logins with a password.
    pub logins: Counters<LoginOutcome>,
    /// Attempts that had to wait.
    pub throttled: Counters<ThrottleKind>,
    /// Refusals that were not kept for administrators.
    pub refusals_dropped: Counters<()>,
    /// Runs of jobs on this node.
    pub job_runs: Counters<(JobName, JobOutcome)>,
    /// How long they took.
    pub job_durations: Durations<JobName>,
}

impl Metrics {
    /// Shows everything. What is told apart by few values is shown from the beginning, at zero.
    fn register(self: &Arc<Self>, shown: &mut Exposition) {
        let it = Arc::clone(self);
        shown.counter(
            "authly_authorization_codes_issued",
            "Authorization codes that were handed out",
            move |()| Some(it.codes_issued.get(())),
        );
        let it = Arc::clone(self);
        shown.counter(
            "authly_tokens_issued",
            "Answers of the token endpoint with an access token",
            move |grant| Some(it.tokens_issued.get(grant)),
        );
        let it = Arc::clone(self);
        shown.counter(
            "authly_authorization_code_replays",
            "Codes that were redeemed a second time, whose grant was revoked",
            move |()| Some(it.code_replays.get(())),
        );
        let it = Arc::clone(self);
        shown.counter(
            "authly_refresh_token_reuses",
            "Spent refresh tokens that came back, whose grant was revoked",
            move |()| Some(it.refresh_token_reuses.get(())),
        );
        let it = Arc::clone(self);
        shown.counter(
            "authly_client_authentication_failures",
            "Clients that were named or authenticated and not let in",
            move |reason| Some(it.client_authentication_failures.get(reason)),
        );
        let it = Arc::clone(self);
        shown.counter(
            "authly_logins",
            "Logins with a password, by how they ended",
            move |outcome| Some(it.logins.get(outcome)),
        );
        let it = Arc::clone(self);
        shown.counter(
            "authly_throttled_attempts",
            "Logins and client authentications that had to wait, by the rule that was hit",
            move |kind| Some(it.throttled.get(kind)),
        );
        let it = Arc::clone(self);
        shown.counter(
            "authly_refusals_dropped",
            "Refusals whose explanation was not kept, because too many came or the database was away",
            move |()| Some(it.refusals_dropped.get(())),
        );
        self.register_jobs(shown);
    }

    fn register_jobs(self: &Arc<Self>, shown: &mut Exposition) {
        let it = Arc::clone(self);
        shown.counter(
            "authly_job_runs",
            "Runs of jobs on this node, by how they ended",
            move |labels| Some(it.job_runs.get(labels)),
        );
        let it = Arc::clone(self);
        shown.durations(
            "authly_job_duration_seconds",
            "How long runs of jobs took on this node",
            move |job| it.job_durations.seen(job),
        );
    }
}
