//! The authorization endpoint's work: from the request in the browser to the code.

mod answer;
mod claims;
mod consent;
mod failure;
mod hints;
mod parameters;
mod request_objects;
mod respond;
mod servers;
mod service;
mod steps;
mod validate;
mod views;

pub(crate) use consent::destination;
pub(crate) use failure::active;
pub use failure::{AuthorizeFailure, RedirectUriRefusal, UnknownClient};
pub use parameters::AuthorizationParameters;
pub use request_objects::RequestObjects;
pub use respond::{AuthorizationAnswer, AuthorizationErrorCode, AuthorizationResponse, SeenLogin};
pub use service::AuthorizationService;
pub use steps::AuthorizeStep;
pub use views::{ConsentView, LoginView, ScopeLine, ScopeOption};
