//! The public keys.

use std::time::Duration;

use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use authly_services::keys::KeyService;

use crate::respond::cacheable;

/// How long callers may keep the keys (decisions 9).
const MAX_AGE: Duration = Duration::from_mins(15);

/// `GET /.well-known/jwks.json` - [RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)
pub(crate) async fn document(request: HttpRequest, keys: web::Data<KeyService>) -> HttpResponse {
    let published = keys.published();
    let document = Bytes::copy_from_slice(&published.document);
    cacheable(&request, document, &published.etag, MAX_AGE)
}
