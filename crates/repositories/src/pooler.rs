//! Whether prepared statements last where the database is: behind some poolers they do not.

use tokio_postgres::{Client, Statement};

use crate::conn::StatementMode;
use crate::{Db, DbError};

const OPERATION: &str = "pooler.check";

/// Looks for a pooler that passes a connection on between transactions and keeps no prepared
/// statements, where statements are to be prepared. There a statement is missing sooner or later, or
/// is another one that somebody else has prepared under the same name: better not to start.
///
/// Finds the pooler where it hands out the connection again that it got back last, as all do by
/// default.
///
/// # Errors
/// [`DbError::StatementLost`] when there is such a pooler; others when the database does not answer.
pub async fn check(db: &Db) -> Result<(), DbError> {
    if db.statements() == StatementMode::Unnamed {
        return Ok(());
    }
    let (first, first_task) = db.connect_alone().await?;
    let (second, second_task) = db.connect_alone().await?;
    let looked = look(&first, &second).await;
    drop((first, second));
    let _ = (first_task.await, second_task.await);
    looked.map_err(|error| DbError::from_driver(OPERATION, error))
}

async fn look(first: &Client, second: &Client) -> Result<(), tokio_postgres::Error> {
    const SQL: &str = "-- pooler.look
        SELECT pg_backend_pid() AS process";
    let prepared = first.prepare(SQL).await?;
    let mine = process(first, &prepared).await?;
    // Whoever gets the same process has it while the transaction lasts.
    second.batch_execute("BEGIN").await?;
    let row = second.query_typed_one(SQL, &[]).await?;
    let theirs: i32 = row.try_get("process")?;
    let found = if mine == theirs {
        process(first, &prepared).await.map(drop)
    } else {
        Ok(())
    };
    second.batch_execute("ROLLBACK").await?;
    found
}

async fn process(client: &Client, statement: &Statement) -> Result<i32, tokio_postgres::Error> {
    client.query_one(statement, &[]).await?.try_get("process")
}
