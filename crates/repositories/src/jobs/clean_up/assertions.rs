//! Assertions of clients that are over.

use authly_domain::clock::Timestamp;

use super::{CleanUp, Progress, progress};
use crate::DbError;

impl CleanUp<'_> {
    /// Forgets assertions of clients that no node takes any more by this moment.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn assertions(&self, ended_by: Timestamp) -> Result<Progress, DbError> {
        const SQL: &str = concat!(
            "-- client_assertions.clean_up
            WITH chosen AS (
                SELECT client_id, jti_digest FROM client_assertions
                 WHERE expires_at <= $1
                 ORDER BY expires_at
                 LIMIT ",
            batch!(),
            "
                   FOR UPDATE SKIP LOCKED
            ), gone AS (
                DELETE FROM client_assertions a USING chosen c
                 WHERE a.client_id = c.client_id AND a.jti_digest = c.jti_digest
            )
            SELECT count(*) AS seen FROM chosen"
        );
        progress(self.conn, SQL, ended_by).await
    }
}
