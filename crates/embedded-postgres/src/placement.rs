//! Where a cluster is, and why there.

use std::fmt;
use std::path::PathBuf;

/// Where a cluster is. Its `Display` is a sentence for the person who started it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Where the caller asked for it.
    AsAsked {
        /// The cluster's home.
        home: PathBuf,
    },
    /// Elsewhere, because PostgreSQL's account cannot reach the place asked for.
    Moved {
        /// The cluster's home.
        home: PathBuf,
        /// The folder that the account cannot reach.
        unreachable: PathBuf,
        /// The account that PostgreSQL runs as.
        account: String,
    },
}

impl fmt::Display for Placement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AsAsked { home } => {
                write!(formatter, "PostgreSQL's cluster is in {}.", home.display())
            }
            Self::Moved {
                home,
                unreachable,
                account,
            } => write!(
                formatter,
                "PostgreSQL's cluster is in {}, because the account `{account}`, which PostgreSQL \
                 runs as, cannot reach {}.",
                home.display(),
                unreachable.display(),
            ),
        }
    }
}
