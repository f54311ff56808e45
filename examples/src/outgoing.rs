//! Requests to the authorization server.

use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::redirect::Policy;

/// An HTTP client with time limits that follows no redirect: an authorization server does not
/// redirect its clients' programs, and whoever does may lead a secret astray.
#[derive(Debug, Clone)]
pub struct Outgoing(reqwest::Client);

impl Outgoing {
    /// Makes the client.
    ///
    /// # Errors
    /// This machine's trusted certificates cannot be read.
    pub fn new() -> Result<Self, reqwest::Error> {
        reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(15))
            .redirect(Policy::none())
            .build()
            .map(Self)
    }

    /// Begins `GET url`.
    pub(crate) fn get(&self, url: &str) -> reqwest::RequestBuilder {
        self.0.get(url)
    }

    /// Begins `DELETE url`.
    pub(crate) fn delete(&self, url: &str) -> reqwest::RequestBuilder {
        self.0.delete(url)
    }

    /// Begins `POST url`.
    pub(crate) fn post(&self, url: &str) -> reqwest::RequestBuilder {
        self.0.post(url)
    }
}

/// Lets the crate `openidconnect` send its requests by this client, so that it brings no other.
impl<'c> AsyncHttpClient<'c> for Outgoing {
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Self::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let response = self.0.execute(request.try_into()?).await?;
            let status = response.status();
            let headers = response.headers().clone();

            let mut answer = HttpResponse::new(response.bytes().await?.to_vec());
            *answer.status_mut() = status;
            *answer.headers_mut() = headers;
            Ok(answer)
        })
    }
}
