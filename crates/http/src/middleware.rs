//! What surrounds every endpoint.

mod envelope;
mod log;
mod panics;
mod request_id;
mod security_headers;

pub(crate) use envelope::{Envelope, surround};
pub use panics::PanicCounter;
pub(crate) use request_id::RequestId;
pub(crate) use security_headers::{PAGE_POLICY, script_source};
