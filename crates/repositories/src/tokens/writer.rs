//! The coalescing writer: access tokens that stand alone are stored in batches.
//!
//! A durable single-row insert costs the database most of its work in the commit. Under load the
//! writer takes whatever waits into one statement; a lone caller waits for nobody, since there is no
//! timer: a batch is what came while the one before was being written.

use authly_domain::tokens::NewAccessToken;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::params::{byte_strings, numbers, texts, times, uuids};
use crate::row::Columns;
use crate::{Db, DbError, Reads};

/// The most tokens in one statement.
const BATCH: usize = 256;
/// The most tokens that wait.
const QUEUE: usize = 4_096;

/// What became of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It is stored.
    Stored,
    /// It is not: its client is no longer active in the version that the caller had.
    ClientChanged,
}

struct Order {
    token: NewAccessToken,
    client_version: i64,
    done: oneshot::Sender<Result<Written, DbError>>,
}

/// Stores access tokens that belong to no transaction. Cheap to clone; ends when all clones are
/// gone.
#[derive(Clone)]
pub struct AccessTokenWriter {
    orders: mpsc::Sender<Order>,
}

impl AccessTokenWriter {
    /// Starts the writer on `runtime`.
    #[must_use]
    pub fn start(db: Db, runtime: &Handle) -> Self {
        let (orders, queue) = mpsc::channel(QUEUE);
        runtime.spawn(write_batches(db, queue));
        Self { orders }
    }

    /// Stores a token of client credentials, if its client is still active in this version.
    ///
    /// # Errors
    /// When storage fails, or too many tokens wait ([`DbError::is_unavailable`]).
    pub async fn store(
        &self,
        token: NewAccessToken,
        client_version: i64,
    ) -> Result<Written, DbError> {
        let (done, answer) = oneshot::channel();
        let busy = || DbError::Unavailable {
            operation: "tokens.write_batch",
            source: "the writer's queue is full".into(),
        };
        self.orders
            .try_send(Order {
                token,
                client_version,
                done,
            })
            .map_err(|_refused| busy())?;
        answer.await.unwrap_or_else(|_gone| Err(busy()))
    }
}

async fn write_batches(db: Db, mut queue: mpsc::Receiver<Order>) {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        write(&db, std::mem::take(&mut batch)).await;
    }
}

/// Writes a batch; after an error each order by itself, so that one bad row fails alone.
async fn write(db: &Db, orders: Vec<Order>) {
    let conn = match db.connect().await {
        Ok(conn) => conn,
        Err(error) => return refuse(orders, &error),
    };
    match insert(conn.reads(), &orders).await {
        Ok(stored) => answer(orders, &stored),
        Err(error) if error.is_unavailable() || orders.len() == 1 => refuse_with(orders, error),
        Err(_one_of_them) => {
            for order in orders {
                let alone = std::slice::from_ref(&order);
                match insert(conn.reads(), alone).await {
                    Ok(stored) => answer(vec![order], &stored),
                    Err(error) => refuse_with(vec![order], error),
                }
            }
        }
    }
}

fn answer(orders: Vec<Order>, stored: &[uuid::Uuid]) {
    for order in orders {
        let written = if stored.contains(order.token.id.as_uuid()) {
            Written::Stored
        } else {
            Written::ClientChanged
        };
        // The caller may have gone: then nobody holds the token.
        let _ = order.done.send(Ok(written));
    }
}

fn refuse(orders: Vec<Order>, error: &DbError) {
    for order in orders {
        let _ = order.done.send(Err(DbError::Unavailable {
            operation: "tokens.write_batch",
            source: error.to_string().into(),
        }));
    }
}

fn refuse_with(mut orders: Vec<Order>, error: DbError) {
    let last = orders.pop();
    refuse(orders, &error);
    if let Some(order) = last {
        let _ = order.done.send(Err(error));
    }
}

/// Stores the tokens whose clients are as their callers knew them; answers which.
async fn insert(conn: Reads<'_>, orders: &[Order]) -> Result<Vec<uuid::Uuid>, DbError> {
    // Audience lists are of different lengths, which `unnest` of arrays of arrays cannot hold: they
    // travel joined by the space, which no audience contains.
    const SQL: &str = "-- tokens.write_batch
        INSERT INTO tokens (id, kind, digest, kid, client_id, scope, audience, issued_at,
            expires_at)
        SELECT n.id, 'access', n.digest, n.kid, c.id, n.scope, string_to_array(n.audience, ' '),
               n.issued_at, n.expires_at
          FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) AS n (id, digest, kid, client_id,
               client_version, scope, audience, issued_at, expires_at)
          JOIN clients c ON c.id = n.client_id AND c.is_active AND c.version = n.client_version
        RETURNING id";
    let tokens = || orders.iter().map(|order| &order.token);
    let ids: Vec<uuid::Uuid> = tokens().map(|token| *token.id.as_uuid()).collect();
    let digests: Vec<&[u8]> = tokens()
        .map(|token| token.digest.as_bytes().as_slice())
        .collect();
    let kids: Vec<&str> = tokens().map(|token| token.kid.as_str()).collect();
    let clients: Vec<uuid::Uuid> = tokens().map(|token| *token.client.as_uuid()).collect();
    let versions: Vec<i64> = orders.iter().map(|order| order.client_version).collect();
    let scopes: Vec<String> = tokens().map(|token| token.scope.to_string()).collect();
    let audiences: Vec<String> = tokens().map(|token| token.audience.join(" ")).collect();
    let issued: Vec<_> = tokens()
        .map(|token| token.issued_at.as_date_time())
        .collect();
    let ends: Vec<_> = tokens()
        .map(|token| token.expires_at.as_date_time())
        .collect();
    let params = [
        uuids(&ids),
        byte_strings(&digests),
        texts(&kids),
        uuids(&clients),
        numbers(&versions),
        texts(&scopes),
        texts(&audiences),
        times(&issued),
        times(&ends),
    ];
    let rows = conn.tokens().conn().query(SQL, &params).await?;
    rows.iter()
        .map(|row| Columns::of("tokens", row).uuid("id"))
        .collect()
}
