//! `authorization_requests` and `authorization_codes`: the way from the request to the code.

mod codes;
mod requests;

pub use codes::AuthorizationCodes;
pub use requests::{Admission, AuthorizationRequests, NewRequest, RequestCaps, RequestKey};
