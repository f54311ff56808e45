//! The authorization endpoint's work: from the request in the browser to the code.

mod answer;
mod claims;
mod consent;
mod hints;
mod parameters;
mod respond;
mod service;
mod validate;
mod views;

pub(crate) use consent::destination;
pub use parameters::AuthorizationParameters;
pub use respond::{AuthorizationAnswer, AuthorizationErrorCode, AuthorizationResponse};
pub use service::{AuthorizationService, AuthorizeFailure, AuthorizeStep};
pub use views::{ConsentView, LoginView, ScopeLine, ScopeOption};
