//! `authorization_requests` and `authorization_codes`.

mod codes;
mod requests;
