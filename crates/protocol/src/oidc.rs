//! OpenID Connect: the provider's metadata and the answer of the UserInfo endpoint.

mod discovery;
mod userinfo;

pub use discovery::ProviderMetadata;
pub use userinfo::{AddressClaim, UserInfoResponse};
