//! Why requests were refused.

use authly_protocol::admin::refusals::{Explain, List, RequestPath};
use authly_protocol::endpoint::NoPath;

use crate::{AdminClient, Call};

impl AdminClient {
    /// A page of refused requests, the newest first.
    pub fn list_refusals(&self) -> Call<'_, List> {
        self.call(&NoPath)
    }

    /// Why the request with this id was refused.
    pub fn explain(&self, request_id: &str) -> Call<'_, Explain> {
        let request = request_id.to_owned();
        self.call(&RequestPath { request })
    }
}
