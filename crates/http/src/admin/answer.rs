//! What an endpoint answers when all went well.

use std::marker::PhantomData;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use actix_web::{HttpRequest, HttpResponse, Responder};
use authly_protocol::endpoint::{Endpoint, Nothing};

use crate::respond::AdminProblem;

/// The answer of the endpoint `E`, which is of its type.
pub(crate) struct Answer<E: Endpoint> {
    document: Option<E::Answer>,
    version: Option<i64>,
    endpoint: PhantomData<E>,
}

impl<E: Endpoint> Answer<E> {
    /// The document that the endpoint promises.
    pub(crate) const fn of(document: E::Answer) -> Self {
        Self {
            document: Some(document),
            version: None,
            endpoint: PhantomData,
        }
    }

    /// Names the version that the document shows, for `If-Match` of a change that follows.
    pub(crate) const fn in_version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }
}

impl<E: Endpoint<Answer = Nothing>> Answer<E> {
    /// It is done, and there is nothing to say.
    pub(crate) const fn done() -> Self {
        Self {
            document: None,
            version: None,
            endpoint: PhantomData,
        }
    }
}

impl<E: Endpoint> Responder for Answer<E> {
    type Body = BoxBody;

    fn respond_to(self, _request: &HttpRequest) -> HttpResponse {
        let status = StatusCode::from_u16(E::STATUS).unwrap_or(StatusCode::OK);
        let mut response = HttpResponse::build(status);
        response.insert_header((CACHE_CONTROL, "no-store"));
        if let Some(version) = self.version {
            response.insert_header((ETAG, format!("\"{version}\"")));
        }
        match self.document {
            None => response.finish(),
            Some(document) => match serde_json::to_vec(&document) {
                Ok(json) => {
                    response.insert_header((CONTENT_TYPE, "application/json"));
                    response.body(json)
                }
                // A moment after the year 9999 has no text: that is no answer, and not an empty one.
                Err(error) => HttpResponse::from_error(AdminProblem::failed(error)),
            },
        }
    }
}
