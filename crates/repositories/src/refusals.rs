//! `refusals`: why requests were refused, for a few days.

use std::net::IpAddr;

use authly_domain::id::UserId;
use authly_domain::refusals::{KeptRefusal, RefusalRecord};

use crate::DbError;
use crate::params::{Param, number, numbers, text, texts, times, uuids};
use crate::row::Columns;

repository! {
    /// Refusals.
    Refusals
}

/// A statement that reads refusals, and what comes after `FROM refusals`.
macro_rules! select {
    ($name:literal, $rest:literal) => {
        concat!(
            "-- refusals.",
            $name,
            "
            SELECT number, request_id, at, method, endpoint, status, error, reason, sentence,
                   expected, came, client_id, user_id, address
              FROM refusals
             ",
            $rest
        )
    };
}

/// Which refusals a list holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusalsOf {
    /// All.
    All,
    /// Those about a client, as the requests named it.
    Client(String),
}

impl RefusalsOf {
    /// The statement that reads a page, for whoever asks the database how it does that. Its
    /// parameters: the number before which the page begins, how many rows, and the client if there is
    /// one.
    #[must_use]
    pub const fn statement(&self) -> &'static str {
        match self {
            Self::All => select!("list", "WHERE number < $1 ORDER BY number DESC LIMIT $2"),
            Self::Client(_) => select!(
                "list_of_client",
                "WHERE client_id = $3 AND number < $1 ORDER BY number DESC LIMIT $2"
            ),
        }
    }
}

impl Refusals<'_> {
    /// Keeps refusals, and lets the oldest go where there are more than `most`: twice as many as are
    /// added, at the most, so that a table that is too full shrinks.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn add(&self, refusals: &[RefusalRecord], most: i64) -> Result<(), DbError> {
        const SQL: &str = "-- refusals.add
            WITH excess AS (
                SELECT number FROM refusals
                 WHERE number <= (SELECT max(number) FROM refusals) - $14
                 ORDER BY number
                 LIMIT 2 * cardinality($1)
                   FOR UPDATE SKIP LOCKED
            ), gone AS (
                DELETE FROM refusals r USING excess e WHERE r.number = e.number
            )
            INSERT INTO refusals (request_id, at, method, endpoint, status, error, reason,
                sentence, expected, came, client_id, user_id, address)
            SELECT n.request_id, n.at, n.method, n.endpoint, n.status, n.error, n.reason,
                   n.sentence, n.expected, n.came, n.client_id, n.user_id, n.address::inet
              FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS n (request_id,
                   at, method, endpoint, status, error, reason, sentence, expected, came,
                   client_id, user_id, address)";
        let column =
            |of: fn(&RefusalRecord) -> &str| -> Vec<&str> { refusals.iter().map(of).collect() };
        let optional = |of: fn(&RefusalRecord) -> Option<&str>| -> Vec<Option<&str>> {
            refusals.iter().map(of).collect()
        };
        let moments: Vec<_> = refusals.iter().map(|one| one.at.as_date_time()).collect();
        let statuses: Vec<_> = refusals.iter().map(|one| i64::from(one.status)).collect();
        let users: Vec<_> = refusals
            .iter()
            .map(|one| one.user.map(|user| *user.as_uuid()))
            .collect();
        let addresses: Vec<_> = refusals
            .iter()
            .map(|one| one.address.map(|address| address.to_string()))
            .collect();
        let params: [Param<'_>; 14] = [
            texts(column(|one| &one.request_id)),
            times(moments),
            texts(column(|one| &one.method)),
            texts(column(|one| &one.endpoint)),
            numbers(statuses),
            texts(column(|one| &one.error)),
            texts(column(|one| &one.reason)),
            texts(column(|one| &one.sentence)),
            texts(optional(|one| one.expected.as_deref())),
            texts(optional(|one| one.came.as_deref())),
            texts(optional(|one| one.client_id.as_deref())),
            uuids(users),
            texts(addresses),
            number(most),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// The refusal of the request with this id; the latest where several have it.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find(&self, request_id: &str) -> Result<Option<KeptRefusal>, DbError> {
        const SQL: &str = select!("find", "WHERE request_id = $1 ORDER BY number DESC LIMIT 1");
        let row = self.conn.query_opt(SQL, &[text(request_id)]).await?;
        row.map(|row| kept(&Columns::of("refusals", &row)))
            .transpose()
    }

    /// A page of refusals, the newest first, from before this number on.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list(
        &self,
        of: &RefusalsOf,
        before: Option<i64>,
        rows: i64,
    ) -> Result<Vec<KeptRefusal>, DbError> {
        let mut params = vec![number(before.unwrap_or(i64::MAX)), number(rows)];
        if let RefusalsOf::Client(client_id) = of {
            params.push(text(client_id.as_str()));
        }
        let rows = self.conn.query_planned(of.statement(), &params).await?;
        rows.iter()
            .map(|row| kept(&Columns::of("refusals", row)))
            .collect()
    }
}

fn kept(row: &Columns<'_>) -> Result<KeptRefusal, DbError> {
    let status: i64 = row.get("status")?;
    let user: Option<uuid::Uuid> = row.get("user_id")?;
    let address: Option<IpAddr> = row.get("address")?;
    Ok(KeptRefusal {
        number: row.get("number")?,
        refusal: RefusalRecord {
            request_id: row.get("request_id")?,
            at: row.time("at")?,
            method: row.get("method")?,
            endpoint: row.get("endpoint")?,
            status: u16::try_from(status).map_err(|_odd| row.corrupt("status"))?,
            error: row.get("error")?,
            reason: row.get("reason")?,
            sentence: row.get("sentence")?,
            expected: row.get("expected")?,
            came: row.get("came")?,
            client_id: row.get("client_id")?,
            user: user.map(UserId::from_uuid),
            address,
        },
    })
}
