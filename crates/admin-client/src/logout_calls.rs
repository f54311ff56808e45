//! Calls that tell clients of logouts.

use authly_domain::id;
use authly_protocol::admin::Id;
use authly_protocol::admin::logout_calls::{CallPath, Get, List, Retry};
use authly_protocol::endpoint::NoPath;

use crate::{AdminClient, Call};

impl AdminClient {
    /// A page of logout calls that did not reach their clients yet, the newest first.
    pub fn list_logout_calls(&self) -> Call<'_, List> {
        self.call(&NoPath)
    }

    /// One logout call.
    pub fn get_logout_call(&self, call: id::LogoutCallId) -> Call<'_, Get> {
        let call = Id(call);
        self.call(&CallPath { call })
    }

    /// Has a logout call made again at once.
    pub fn retry_logout_call(&self, call: id::LogoutCallId) -> Call<'_, Retry> {
        let call = Id(call);
        self.call(&CallPath { call })
    }
}
