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
use crate::policy::LivePolicies;
use crate::registration::{forget_unused, note_used};

/// What is removed, in the order in which one makes way for the next: tokens hold grants, grants and
/// requests hold sessions, tokens hold keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sweep {
    Throttles,
    Answers,
    Assertions,
    LogoutCalls,
    InitialAccessTokens,
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
    policies: LivePolicies,
    /// How long a grant gives tokens at the most.
    longest_grant: Duration,
    /// How long events of the audit trail are kept.
    audit_kept_for: Duration,
}

impl CleanUpJob {
    /// Cleans up by these policies, and keeps events of the audit trail for `audit_kept_for`.
    #[must_use]
    pub fn new(context: Context, policies: LivePolicies, audit_kept_for: Duration) -> Self {
        let longest_grant = policies.load().tokens.refresh_token_absolute_lifetime;
        Self {
            context,
            policies,
            longest_grant,
            audit_kept_for,
        }
    }

    /// What fails keeps none from its turn; the first error is the answer.
    async fn clean_up(&self, lease: &mut Lease) -> Result<(), JobError> {
        // Before what shows it is over.
        let noted = self.note_used_clients(lease).await;
        let swept = self.sweep(lease).await;
        let trimmed = self.trim(lease).await;
        // What could not be noted as used would look as if nobody used it.
        let forgotten = match noted {
            Ok(()) => self.forget_unused_clients(lease).await,
            Err(error) => Err(error),
        };
        swept.and(trimmed).and(forgotten)
    }

    /// Sweeps in turns, a batch of each kind, so that one with much to do keeps none waiting.
    async fn sweep(&self, lease: &mut Lease) -> Result<(), JobError> {
        let cutoffs = Cutoffs::at(self.context.now(), self.longest_grant);
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
        result
    }

    async fn trim(&self, lease: &mut Lease) -> Result<(), JobError> {
        let cutoff = self.context.now().minus(self.audit_kept_for);
        lease.keep().await?;
        while trim(&self.context, cutoff).await? {
            lease.keep().await?;
        }
        Ok(())
    }

    async fn note_used_clients(&self, lease: &mut Lease) -> Result<(), JobError> {
        lease.keep().await?;
        while note_used(&self.context).await? == Progress::More {
            lease.keep().await?;
        }
        Ok(())
    }

    async fn forget_unused_clients(&self, lease: &mut Lease) -> Result<(), JobError> {
        let unused_for = self.policies.load().registration.unused_lifetime;
        let cutoff = self.context.now().minus(unused_for);
        lease.keep().await?;
        while forget_unused(&self.context, cutoff).await? {
            lease.keep().await?;
        }
        Ok(())
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
        Box::pin(self.clean_up(lease))
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
            Self::InitialAccessTokens,
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
            Self::InitialAccessTokens => rows.initial_access_tokens(over.ended).await,
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
