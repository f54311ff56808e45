//! The authorization request that waits for a page, as the page's address names it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use authly_domain::refusals::Reason;
use authly_domain::secret::RequestHandle;

use super::Parameters;
use crate::respond::{PageFailure, PageProblem};

/// The longest handle that is looked up.
const MAX_HANDLE: usize = 256;

/// The handle in `?request=…`, where an authorization waits for this page.
#[derive(Debug)]
pub(crate) struct Waiting(pub(crate) Option<RequestHandle>);

impl Waiting {
    /// The handle, for pages that are about nothing without one.
    pub(crate) fn required(self) -> Result<RequestHandle, PageFailure> {
        self.0
            .ok_or_else(|| PageFailure::new(PageProblem::RequestUnknown, Reason::RequestNotNamed))
    }
}

impl FromRequest for Waiting {
    type Error = PageFailure;
    type Future = Ready<Result<Self, PageFailure>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(read(request.query_string()))
    }
}

fn read(query: &str) -> Result<Waiting, PageFailure> {
    let mut parameters = Parameters::parse(query.as_bytes())?;
    let handle = parameters.take("request");
    if handle.as_ref().is_some_and(|text| text.len() > MAX_HANDLE) {
        let problem = PageProblem::RequestUnknown;
        return Err(PageFailure::new(problem, Reason::RequestNotNamed));
    }
    Ok(Waiting(handle.map(RequestHandle::new)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handle(query: &str) -> Option<String> {
        let waiting = read(query).unwrap();
        waiting.0.map(|handle| handle.expose().to_owned())
    }

    #[test]
    fn the_handle_is_read_from_the_address() {
        assert_eq!(handle("request=abc").as_deref(), Some("abc"));
        assert_eq!(handle("lang=en"), None);
        assert_eq!(handle("request="), None);
        assert_eq!(handle(""), None);
    }

    #[test]
    fn what_cannot_be_a_handle_is_refused() {
        assert!(read("request=%").is_err());
        assert!(read(&format!("request={}", "a".repeat(300))).is_err());
    }
}
