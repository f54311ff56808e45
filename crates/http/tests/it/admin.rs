//! The admin API: what every endpoint asks of its caller, and each endpoint by itself.

mod access;
mod api_docs;
mod audit;

mod clients;
mod documents;
mod grants;
mod keys;
mod lists;
mod refusals;
mod registration;
mod resource_servers;
mod scopes;
mod sessions;
mod settings;
mod system;
mod tokens;
mod users;
mod whoami;

use authly_protocol::admin::Description;
use authly_protocol::endpoint::Method;

/// The method as the HTTP client names it.
pub(crate) fn method(one: &Description) -> reqwest::Method {
    match one.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

/// The path, with a UUID that nothing has in each place that varies.
pub(crate) fn path(one: &Description) -> String {
    let parts = one.path.split('/').map(|part| {
        if part.starts_with('{') {
            "0198f2c4-7e1a-7c3b-9d2e-1f0a2b3c4d5e"
        } else {
            part
        }
    });
    parts.collect::<Vec<_>>().join("/")
}
