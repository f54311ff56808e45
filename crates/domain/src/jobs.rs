//! Jobs: what is done beside requests from time to time, on one node at a time.

use std::str::FromStr;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::id::JobRunId;
use crate::keys::UnknownValue;

/// How long a run holds its job without a sign of life. A run that goes on longer renews it in time;
/// one whose node has died loses it, and another node begins again.
pub const LEASE: Duration = Duration::from_mins(1);
/// The same of the job that seals the audit trail: whoever dies must not keep it open for long, and two
/// who seal at once do no harm.
const SEALING_LEASE: Duration = Duration::from_secs(5);

/// The jobs there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobName {
    /// Removes what is over ([`crate::retention`]).
    CleanUp,
    /// Moves signing keys from phase to phase ([`crate::keys::KeySchedule`]).
    RotateKeys,
    /// Seals events of the audit trail ([`crate::audit`]).
    SealAudit,
}

impl JobName {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::CleanUp, Self::RotateKeys, Self::SealAudit];

    /// Its name in the column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CleanUp => "clean_up",
            Self::RotateKeys => "rotate_keys",
            Self::SealAudit => "seal_audit",
        }
    }

    /// How long after a run the next is due, also after one that failed.
    #[must_use]
    pub const fn interval(self) -> Duration {
        match self {
            Self::CleanUp | Self::RotateKeys => Duration::from_mins(1),
            Self::SealAudit => Duration::from_millis(500),
        }
    }

    /// How long a run holds it without a sign of life.
    #[must_use]
    pub const fn lease(self) -> Duration {
        match self {
            Self::CleanUp | Self::RotateKeys => LEASE,
            Self::SealAudit => SEALING_LEASE,
        }
    }

    /// How often a node looks whether it is due.
    #[must_use]
    pub const fn look_interval(self) -> Duration {
        match self {
            Self::CleanUp | Self::RotateKeys => Duration::from_secs(5),
            Self::SealAudit => Duration::from_millis(500),
        }
    }
}

impl FromStr for JobName {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        Self::ALL
            .into_iter()
            .find(|job| job.as_str() == text)
            .ok_or(UnknownValue)
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobOutcome {
    /// Everything was done.
    Succeeded,
    /// Something was not; the next run tries it again.
    Failed,
}

impl JobOutcome {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Succeeded, Self::Failed];

    /// Its name in the column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for JobOutcome {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
            .ok_or(UnknownValue)
    }
}

/// A try to run a job now: it succeeds if the job is due and nobody holds it.
///
/// A time that lies further ahead than anybody sets it was written by a node whose clock leads far,
/// and counts as past: it must not keep everybody else from the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobClaim {
    /// Which job.
    pub job: JobName,
    /// The run that would hold it.
    pub run: JobRunId,
    /// The present moment.
    pub now: Timestamp,
    /// Until when the run would hold it.
    pub lease_ends_at: Timestamp,
    /// The latest time at which a job can honestly be due.
    pub latest_due: Timestamp,
    /// The latest time at which a lease can honestly end.
    pub latest_lease_end: Timestamp,
}

impl JobClaim {
    /// A try at this moment.
    #[must_use]
    pub fn at(now: Timestamp, job: JobName, run: JobRunId) -> Self {
        Self {
            job,
            run,
            now,
            lease_ends_at: now.plus(job.lease()),
            latest_due: now.plus(job.interval() * 2),
            latest_lease_end: now.plus(job.lease() * 2),
        }
    }
}

/// Who runs a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobLease {
    /// The run.
    pub run: JobRunId,
    /// Until when it holds the job.
    pub ends_at: Timestamp,
}

/// A row of `jobs`: what an operator may ask about one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRecord {
    /// Which job.
    pub name: JobName,
    /// When it is due next.
    pub next_due_at: Timestamp,
    /// Who runs it; `None` where nobody does.
    pub lease: Option<JobLease>,
    /// When the last run began.
    pub last_started_at: Option<Timestamp>,
    /// When and how the last run ended that did.
    pub last_end: Option<(Timestamp, JobOutcome)>,
    /// How many runs have failed since one succeeded.
    pub failures_in_a_row: i64,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn names_read_back_from_their_columns() {
        for job in JobName::ALL {
            assert_eq!(job.as_str().parse(), Ok(job));
        }
        for outcome in JobOutcome::ALL {
            assert_eq!(outcome.as_str().parse(), Ok(outcome));
        }
        assert_eq!("sleep".parse::<JobName>(), Err(UnknownValue));
        assert_eq!("slept".parse::<JobOutcome>(), Err(UnknownValue));
    }

    #[test]
    fn what_a_node_with_an_honest_clock_writes_is_never_taken_for_a_leading_one() {
        let now = Timestamp::from_unix_seconds(1_000_000).unwrap();
        for job in JobName::ALL {
            let claim = JobClaim::at(now, job, JobRunId::from_uuid(Uuid::nil()));
            assert!(claim.lease_ends_at < claim.latest_lease_end);
            assert!(now.plus(job.interval()) < claim.latest_due);
        }
    }
}
