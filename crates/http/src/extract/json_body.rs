//! Bodies of JSON, as bytes: what reads them strictly is below.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::web::BytesMut;
use actix_web::{FromRequest, HttpRequest};
use authly_protocol::oauth::ErrorCode;
use futures_util::future::LocalBoxFuture;

use super::ParametersError;
use super::form::read_json;
use crate::respond::OAuthFailure;

/// A body that is said to be JSON, up to the limit of the settings.
pub(crate) struct JsonBody(pub(crate) BytesMut);

impl FromRequest for JsonBody {
    type Error = OAuthFailure;
    type Future = LocalBoxFuture<'static, Result<Self, OAuthFailure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = read_json(request, payload, None);
        Box::pin(async move { body.await.map(Self).map_err(refusal) })
    }
}

fn refusal(error: ParametersError) -> OAuthFailure {
    match error {
        ParametersError::ContentType => OAuthFailure::of(ErrorCode::InvalidRequest)
            .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
            .describe("The content type has to be application/json.")
            .because(error),
        other => other.into(),
    }
}
