//! Endpoints that no server has, for what calls do whatever they are for.

use authly_protocol::endpoint::{Access, Endpoint, Method, NoPath, Nothing, RequestHeader};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What [`Make`] answers.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Made {
    pub(crate) secret: String,
}

/// Makes something once.
pub(crate) struct Make;

impl Endpoint for Make {
    const NAME: &'static str = "samples.make";
    const ABOUT: &'static str = "Makes something.";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/admin/samples";
    const ACCESS: Access = Access::AnyToken;
    const HEADERS: &'static [RequestHeader] = &[RequestHeader::IdempotencyKey];
    const STATUS: u16 = 201;
    type Path = NoPath;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Made;
}

/// Removes something.
pub(crate) struct Remove;

impl Endpoint for Remove {
    const NAME: &'static str = "samples.remove";
    const ABOUT: &'static str = "Removes something.";
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/admin/samples";
    const ACCESS: Access = Access::AnyToken;
    const HEADERS: &'static [RequestHeader] = &[];
    const STATUS: u16 = 204;
    type Path = NoPath;
    type Query = Nothing;
    type Body = Nothing;
    type Answer = Nothing;
}
