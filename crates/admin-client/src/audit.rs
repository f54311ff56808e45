//! The audit trail.

use authly_protocol::admin::audit;
use authly_protocol::endpoint::NoPath;

use crate::{AdminClient, Call};

impl AdminClient {
    /// Lists events, the newest first. Which: [`audit::ListQuery`].
    pub fn list_audit(&self) -> Call<'_, audit::List> {
        self.call(&NoPath)
    }

    /// Reads sealed events in the order of the chain. After which place: [`audit::FollowQuery`].
    pub fn follow_audit(&self) -> Call<'_, audit::Follow> {
        self.call(&NoPath)
    }

    /// Holds a part of the trail against its chain. Which: [`audit::VerifyQuery`].
    pub fn verify_audit(&self) -> Call<'_, audit::Verify> {
        self.call(&NoPath)
    }
}
