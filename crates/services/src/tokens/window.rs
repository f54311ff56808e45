//! The end of the window in which a spent refresh token yields its successor again (decisions 5).

use std::error::Error;
use std::time::Duration;

use authly_repositories::DbError;

use super::TokenService;

/// How much longer than the window a sealed successor stays. A request that began within the window
/// may have waited since for a database that was away: without the copy it would look like theft.
const UNDER_WAY: Duration = Duration::from_mins(1);

impl TokenService {
    /// Erases the sealed successors whose window is over, with all requests that may have begun in
    /// it; answers how many there were. Several nodes may do it at once: each takes what no other is
    /// at.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn erase_successors(&self) -> Result<u64, DbError> {
        let window = self.rotation_window();
        let spent_before = self.context.now().minus(window + UNDER_WAY);
        let conn = self.context.db.connect().await?;
        conn.reads()
            .refresh_tokens()
            .erase_successors(spent_before)
            .await
    }

    pub(super) fn rotation_window(&self) -> Duration {
        self.issuer.policies.load().tokens.refresh_rotation_window
    }

    /// Erases for ever, at once and then once in each window. What fails is done the next time.
    pub async fn watch(&self) {
        loop {
            if let Err(error) = self.erase_successors().await {
                let error: &dyn Error = &error;
                tracing::debug!(error, "sealed successors could not be erased");
            }
            tokio::time::sleep(self.rotation_window().max(Duration::from_secs(1))).await;
        }
    }
}
