//! Reading columns: a value that we never write becomes `Corrupt`, with its place, and no panic.

use std::str::FromStr;
use std::time::Duration;

use authly_domain::clock::Timestamp;
use authly_domain::secret::SecretDigest;
use authly_domain::sessions::Authentication;
use time::OffsetDateTime;
use tokio_postgres::Row;
use tokio_postgres::types::FromSqlOwned;
use uuid::Uuid;

use crate::DbError;

/// A row, and the table that it speaks of.
pub(crate) struct Columns<'r> {
    row: &'r Row,
    table: &'static str,
}

impl<'r> Columns<'r> {
    pub(crate) const fn of(table: &'static str, row: &'r Row) -> Self {
        Self { row, table }
    }

    pub(crate) const fn corrupt(&self, column: &'static str) -> DbError {
        DbError::Corrupt {
            table: self.table,
            column,
        }
    }

    pub(crate) fn get<T: FromSqlOwned>(&self, column: &'static str) -> Result<T, DbError> {
        self.row
            .try_get(column)
            .map_err(|_source| self.corrupt(column))
    }

    pub(crate) fn uuid(&self, column: &'static str) -> Result<Uuid, DbError> {
        self.get(column)
    }

    pub(crate) fn time(&self, column: &'static str) -> Result<Timestamp, DbError> {
        self.get::<OffsetDateTime>(column)
            .map(Timestamp::from_date_time)
    }

    pub(crate) fn time_opt(&self, column: &'static str) -> Result<Option<Timestamp>, DbError> {
        Ok(self
            .get::<Option<OffsetDateTime>>(column)?
            .map(Timestamp::from_date_time))
    }

    /// A length of time, in a column of seconds.
    pub(crate) fn seconds_opt(&self, column: &'static str) -> Result<Option<Duration>, DbError> {
        let seconds: Option<i64> = self.get(column)?;
        seconds
            .map(|seconds| u64::try_from(seconds).map(Duration::from_secs))
            .transpose()
            .map_err(|_negative| self.corrupt(column))
    }

    pub(crate) fn digest(&self, column: &'static str) -> Result<SecretDigest, DbError> {
        let bytes: Vec<u8> = self.get(column)?;
        let bytes = bytes.try_into().map_err(|_bytes| self.corrupt(column))?;
        Ok(SecretDigest::from_bytes(bytes))
    }

    pub(crate) fn parse<T: FromStr>(&self, column: &'static str) -> Result<T, DbError> {
        let text: String = self.get(column)?;
        text.parse().map_err(|_source| self.corrupt(column))
    }

    pub(crate) fn parse_opt<T: FromStr>(&self, column: &'static str) -> Result<Option<T>, DbError> {
        let text: Option<String> = self.get(column)?;
        text.map(|text| text.parse().map_err(|_source| self.corrupt(column)))
            .transpose()
    }

    pub(crate) fn parse_all<T: FromStr>(&self, column: &'static str) -> Result<Vec<T>, DbError> {
        let texts: Vec<String> = self.get(column)?;
        texts
            .iter()
            .map(|text| text.parse().map_err(|_source| self.corrupt(column)))
            .collect()
    }

    /// `auth_time`, `acr` and `amr`.
    pub(crate) fn authentication(&self) -> Result<Authentication, DbError> {
        Ok(Authentication {
            auth_time: self.time("auth_time")?,
            acr: self.get("acr")?,
            amr: self.get("amr")?,
        })
    }
}
