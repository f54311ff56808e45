//! Calls that tell clients of logouts and that nobody will make any more.

use authly_domain::clock::Timestamp;

use super::{CleanUp, Progress, progress};
use crate::DbError;

impl CleanUp<'_> {
    /// Removes the calls for sessions that ended by this moment, whatever became of them.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn logout_calls(&self, ended_by: Timestamp) -> Result<Progress, DbError> {
        const SQL: &str = concat!(
            "-- logout_calls.clean_up
            WITH chosen AS (
                SELECT id FROM logout_calls
                 WHERE created_at <= $1
                 ORDER BY created_at
                 LIMIT ",
            batch!(),
            "
                   FOR UPDATE SKIP LOCKED
            ), gone AS (
                DELETE FROM logout_calls l USING chosen c WHERE l.id = c.id
            )
            SELECT count(*) AS seen FROM chosen"
        );
        progress(self.conn, SQL, ended_by).await
    }
}
