//! Clients: the applications that ask for tokens.

mod assertion;
mod auth_method;
mod id;
mod jwks;
mod jwt;
mod lifetimes;
mod list;
mod logout;
mod metadata;
mod named;
mod openid;
mod profile;
mod redirect_uri;
mod registered;
mod request_object;
mod rules;
#[cfg(test)]
pub(crate) mod sample;

pub(crate) use named::named;

pub(crate) use assertion::SKEW;
pub use assertion::{AssertionClaims, AssertionFlaw};
pub use auth_method::{AuthMethod, ClientSecretDigest, ClientSecretError, MIN_SECRET_BYTES};
pub use id::{ClientId, ClientIdError};
pub use jwks::{ClientJwk, ClientJwks, KeyOperation, KeyUse, MAX_JWKS_BYTES, MAX_KEYS};
pub use jwt::ClientJwtFlaw;
pub use lifetimes::{LifetimeBounds, TokenLifetimes};
pub use list::{ClientFilter, ClientOrder, ClientSort};
pub use logout::LogoutMetadata;
pub use metadata::{
    ApplicationType, Client, ClientType, ConsentPolicy, GrantType, NonceRule, PkceRule,
    RefreshRotation,
};
pub use openid::{OpenIdMetadata, ResponseEncryption, SectorError, SubjectType};
pub use profile::{Audience, ClientProfile, OutsideParameters};
pub use redirect_uri::{MAX_REDIRECT_URI_LENGTH, RedirectUri, RedirectUriError};
pub use registered::{ClientChange, RegisteredClient, SecretRecord};
pub use request_object::{
    MAX_REQUEST_URIS, RequestObjectClaims, RequestObjectFlaw, RequestObjectMetadata,
    RequestObjectRule, RequestUri,
};
pub use rules::{Flaw, MAX_NAME, MAX_REDIRECT_URIS, MAX_RESOURCES};
