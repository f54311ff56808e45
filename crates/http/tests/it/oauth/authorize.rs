//! `/api/v1/oauth/authorize`.

mod answers;
mod claims;
mod clients;
mod form_post;
mod hints;
mod hostile;
mod loopback;
mod max_age;
mod pkce;
mod prompt;
mod redirect_uris;
mod refusals;
mod request_objects;
mod requests;
mod texts;
