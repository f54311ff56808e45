//! Removes what is over, a few rows at a time, so that storage stays as large as what is alive.

use std::time::Duration;

use authly_domain::clock::Timestamp;
use authly_domain::jobs::JobName;
use authly_domain::retention::Cutoffs;
use authly_repositories::DbError;
use authly_repositories::jobs::{CleanUp, PageOfSessions, Progress};

use super::{Job, JobError, JobFuture, Lease};
use crate::Context;
use crate::audit::trim;

/// What is removed, in the order in which one makes way for the next: tokens hold grants, grants and
/// requests hold sessions, tokens hold keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sweep {
    Throttles,
    Answers,
    Assertions,
    LogoutCalls,
    Requests,
    Codes,
    Tokens,
    RevokedGrants,
    GrantsOfEndedSessions,
    OldGrants,
    /// Goes through the sessions that were ended after this moment.
    EndedSessions(Timestamp),
    /// Goes through the sessions that expired after this moment.
    ExpiredSessions(Timestamp),
    Keys,
    Refusals,
}

/// Removes what is over.
pub struct CleanUpJob {
    context: Context,
    /// How long a grant gives tokens at the most.
    longest_grant: Duration,
    /// How long events of the audit trail are kept.
    audit_kept_for: Duration,
}

impl CleanUpJob {
    /// Cleans up where grants give tokens for at most `longest_grant`, and events of the audit trail are
    /// kept for `audit_kept_for`.
    #[must_use]
    pub const fn new(context: Context, longest_grant: Duration, audit_kept_for: Duration) -> Self {
        Self {
            context,
            longest_grant,
            audit_kept_for,
        }
    }

    /// Sweeps in turns, a batch of each kind, so that one with much to do keeps none waiting. What
    /// fails keeps none from its turn either; the first error is the answer.
    async fn sweep(&self, lease: &mut Lease) -> Result<(), JobError> {
        let cutoffs = Cutoffs::at(self.context.now(), self.longest_grant);
        let audit_cutoff = self.context.now().minus(self.audit_kept_for);
        let mut sweeps = Sweep::all();
        let mut result = Ok(());
        while !sweeps.is_empty() {
            let mut unfinished = Vec::with_capacity(sweeps.len());
            for sweep in sweeps {
                lease.keep().await?;
                match self.batch(sweep, &cutoffs).await {
                    Ok(Some(rest)) => unfinished.push(rest),
                    Ok(None) => {}
                    Err(error) if result.is_ok() => result = Err(error.into()),
                    Err(_another) => {}
                }
            }
            sweeps = unfinished;
        }
        loop {
            lease.keep().await?;
            match trim(&self.context, audit_cutoff).await {
                Ok(true) => {}
                Ok(false) => return result,
                Err(error) => return result.and(Err(error.into())),
            }
        }
    }

    /// One batch, on a connection that is given back after it. Answers what is left to do.
    async fn batch(&self, sweep: Sweep, over: &Cutoffs) -> Result<Option<Sweep>, DbError> {
        let conn = self.context.db.connect().await?;
        sweep.step(conn.reads().clean_up(), over).await
    }
}

impl Job for CleanUpJob {
    fn name(&self) -> JobName {
        JobName::CleanUp
    }

    fn run<'a>(&'a self, lease: &'a mut Lease) -> JobFuture<'a> {
        Box::pin(self.sweep(lease))
    }
}

impl Sweep {
    fn all() -> Vec<Self> {
        let beginning = Timestamp::from_unix_seconds(0);
        let mut all = vec![
            Self::Throttles,
            Self::Answers,
            Self::Assertions,
            Self::LogoutCalls,
            Self::Requests,
            Self::Codes,
            Self::Tokens,
            Self::RevokedGrants,
            Self::GrantsOfEndedSessions,
            Self::OldGrants,
        ];
        all.extend(beginning.map(Self::EndedSessions));
        all.extend(beginning.map(Self::ExpiredSessions));
        all.extend([Self::Keys, Self::Refusals]);
        all
    }

    async fn step(self, rows: CleanUp<'_>, over: &Cutoffs) -> Result<Option<Self>, DbError> {
        let progress = match self {
            Self::Throttles => rows.throttles(over.ended).await,
            Self::Answers => rows.answers(over.answers).await,
            Self::Assertions => rows.assertions(over.ended).await,
            Self::LogoutCalls => rows.logout_calls(over.logout_calls).await,
            Self::Requests => rows.requests(over.ended).await,
            Self::Codes => rows.codes(over.codes).await,
            Self::Tokens => rows.tokens(over.ended).await,
            Self::RevokedGrants => rows.revoked_grants(over.ended).await,
            Self::GrantsOfEndedSessions => rows.grants_of_ended_sessions(over.ended).await,
            Self::OldGrants => rows.old_grants(over.grants).await,
            Self::EndedSessions(after) => {
                let page = rows.ended_sessions(after, over.ended).await?;
                return Ok(next_page(page).map(Self::EndedSessions));
            }
            Self::ExpiredSessions(after) => {
                let page = rows.expired_sessions(after, over.ended).await?;
                return Ok(next_page(page).map(Self::ExpiredSessions));
            }
            Self::Keys => rows.keys(over.keys).await,
            Self::Refusals => rows.refusals(over.refusals).await,
        };
        Ok(match progress? {
            Progress::More => Some(self),
            Progress::Done => None,
        })
    }
}

fn next_page(page: PageOfSessions) -> Option<Timestamp> {
    match page.progress {
        Progress::More => Some(page.reached),
        Progress::Done => None,
    }
}
