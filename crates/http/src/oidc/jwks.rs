//! The public keys.

use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use authly_domain::keys::KEY_SET_MAX_AGE;
use authly_services::keys::KeyService;

use crate::respond::cacheable;

/// `GET /.well-known/jwks.json` - [RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)
pub(crate) async fn document(request: HttpRequest, keys: web::Data<KeyService>) -> HttpResponse {
    let published = keys.published();
    let document = Bytes::copy_from_slice(&published.document);
    cacheable(&request, document, &published.etag, KEY_SET_MAX_AGE)
}
