//! OpenID Connect: the provider's metadata, and answers about users and their logins.

mod discovery;
mod session;
mod userinfo;

pub use discovery::ProviderMetadata;
pub use session::SessionCheckResponse;
pub use userinfo::{AddressClaim, UserInfoResponse};
