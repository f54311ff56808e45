//! What can go wrong with storage. Texts of the database stay in the source chain, for the log, but
//! for those that quote what is stored.

use std::error::Error;

use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

type Source = Box<dyn Error + Send + Sync>;

/// Storage failed.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The database cannot be reached, is starting or stopping, or has no connection or no room to
    /// spare: ask again in a moment.
    #[error("the database is not available ({operation})")]
    Unavailable {
        /// What was being done.
        operation: &'static str,
        /// What the driver or the pool said.
        #[source]
        source: Source,
    },
    /// A named constraint refused a row.
    #[error("the constraint {constraint} refused a row ({operation})")]
    Constraint {
        /// What was being done.
        operation: &'static str,
        /// The constraint's name.
        constraint: String,
        /// What the driver said.
        #[source]
        source: Source,
    },
    /// A prepared statement was not on the connection that it was prepared on: a pooler has passed
    /// that on to somebody else.
    #[error(
        "a prepared statement was lost ({operation}): the database is reached through a pooler that \
         keeps none; set database.statements to \"unnamed\""
    )]
    StatementLost {
        /// What was being done.
        operation: &'static str,
        /// What the driver said.
        #[source]
        source: Source,
    },
    /// A statement failed for another reason: a fault of ours or of the schema.
    #[error("a statement failed ({operation})")]
    Statement {
        /// What was being done.
        operation: &'static str,
        /// What the driver said.
        #[source]
        source: Source,
    },
    /// A stored value is not one that we write.
    #[error("the column {column} of {table} holds what we never write")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// The migrations failed.
    #[error("the migrations failed")]
    Migration {
        /// What the runner said.
        #[source]
        source: Source,
    },
    /// The connection settings cannot be used.
    #[error("the database's address cannot be used")]
    Settings {
        /// Why.
        #[source]
        source: Source,
    },
}

impl DbError {
    /// Whether asking again in a moment can help: answer 503 and `Retry-After`.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// Whether this named constraint refused.
    #[must_use]
    pub fn violates(&self, name: &str) -> bool {
        matches!(self, Self::Constraint { constraint, .. } if constraint == name)
    }

    pub(crate) fn from_driver(operation: &'static str, error: tokio_postgres::Error) -> Self {
        if is_outage(&error) {
            return Self::Unavailable {
                operation,
                source: said(error),
            };
        }
        if error.code().is_some_and(names_a_lost_statement) {
            return Self::StatementLost {
                operation,
                source: said(error),
            };
        }
        let constraint = error
            .as_db_error()
            .and_then(|db| db.constraint())
            .map(str::to_owned);
        match constraint {
            Some(constraint) => Self::Constraint {
                operation,
                constraint,
                source: said(error),
            },
            None => Self::Statement {
                operation,
                source: said(error),
            },
        }
    }

    pub(crate) fn from_pool(operation: &'static str, error: PoolError) -> Self {
        // So says a database that an operator has closed, to whoever connects.
        let is_closed = |code| code == &SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE;
        match error {
            PoolError::Backend(error) if error.code().is_some_and(is_closed) => Self::Unavailable {
                operation,
                source: said(error),
            },
            PoolError::Backend(error) => Self::from_driver(operation, error),
            error => Self::Unavailable {
                operation,
                source: error.into(),
            },
        }
    }

    pub(crate) fn timed_out(operation: &'static str) -> Self {
        Self::Unavailable {
            operation,
            source: "the statement took too long".into(),
        }
    }
}

/// What the driver said, without what PostgreSQL adds as details: those hold the values of rows, and
/// are for its own log.
pub(crate) fn said(error: tokio_postgres::Error) -> Source {
    let Some(db) = error.as_db_error() else {
        return error.into();
    };
    let code = db.code().code();
    format!("{}: {} (SQLSTATE {code})", db.severity(), db.message()).into()
}

/// Whether a statement is not there that was prepared, or one is there that was not.
fn names_a_lost_statement(code: &SqlState) -> bool {
    [
        &SqlState::INVALID_SQL_STATEMENT_NAME,
        &SqlState::DUPLICATE_PSTATEMENT,
    ]
    .contains(&code)
}

/// Whether the database, rather than the statement, is at fault.
fn is_outage(error: &tokio_postgres::Error) -> bool {
    let Some(code) = error.code() else {
        // No answer at all: refused, closed, cut off, too slow. Anything else is a fault of ours,
        // such as a value of the wrong type.
        let is_cut_off = error
            .source()
            .is_some_and(<dyn Error>::is::<std::io::Error>);
        return error.is_closed() || is_cut_off || error.to_string().starts_with("timeout");
    };
    // By class: connection exceptions, what the database undoes by itself (a deadlock),
    // insufficient resources (a full disk), and an operator's doing; and of the invalid states that
    // of a standby, and of transactions that took too long for an operator.
    let classes = ["08", "40", "53", "57"];
    let states = ["25006", "25P03", "25P04"];
    classes.iter().any(|class| code.code().starts_with(class)) || states.contains(&code.code())
}
