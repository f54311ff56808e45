//! One call of an endpoint, from its type.

use std::marker::PhantomData;
use std::pin::Pin;

use authly_protocol::endpoint::{Endpoint, Method};
use reqwest::header::{ACCEPT, HeaderName, HeaderValue, IF_MATCH};
use reqwest::{Request, RequestBuilder};

use crate::answer::Answer;
use crate::client::AdminClient;
use crate::connection::Repetition;
use crate::error::ClientError;
use crate::idempotency::IdempotencyKey;

/// The header of [`IdempotencyKey`].
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A call of the endpoint `E` that has not been sent yet. Awaiting it sends it and yields the answer.
#[must_use = "a call is sent when it is awaited"]
pub struct Call<'c, E> {
    client: &'c AdminClient,
    request: RequestBuilder,
    repetition: Repetition,
    endpoint: PhantomData<fn() -> E>,
}

/// An answer with the version of the thing that it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The document.
    pub document: T,
    /// The version for [`Call::if_match`]; absent for what has none.
    pub version: Option<i64>,
}

impl<'c, E: Endpoint> Call<'c, E> {
    pub(crate) fn new(client: &'c AdminClient, path: &E::Path) -> Self {
        let method = match E::METHOD {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let request = client.connection.request(method, &E::path(path));
        Self {
            client,
            request: request.header(
                ACCEPT,
                HeaderValue::from_static("application/json, application/problem+json"),
            ),
            repetition: if E::METHOD.is_idempotent() {
                Repetition::Safe
            } else {
                Repetition::Unsafe
            },
            endpoint: PhantomData,
        }
    }

    /// What stands in the query.
    pub fn query(mut self, query: &E::Query) -> Self {
        self.request = self.request.query(query);
        self
    }

    /// The document that is sent.
    pub fn body(mut self, body: &E::Body) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// Only if the thing still has this version; else the server refuses with `version_mismatch`.
    pub fn if_match(mut self, version: i64) -> Self {
        self.request = self.request.header(IF_MATCH, format!("\"{version}\""));
        self
    }

    /// Does it once however often it is sent: a lost answer is asked for again, with what it held.
    pub fn idempotency_key(mut self, key: &IdempotencyKey) -> Self {
        self.request = self.request.header(IDEMPOTENCY_KEY, sensitive(key));
        self.repetition = Repetition::Safe;
        self
    }

    /// Goes through everything, and changes nothing: the answer is what it would have been.
    pub fn dry_run(mut self) -> Self {
        self.request = self.request.query(&[("dry_run", "true")]);
        self
    }

    /// Sends the call; the same as awaiting it.
    ///
    /// # Errors
    /// There is no access token, the server cannot be reached, refuses, or is none of ours.
    pub async fn send(self) -> Result<E::Answer, ClientError> {
        self.ask().await?.document(&[E::STATUS])
    }

    /// Sends the call, and keeps the version of the thing that the answer shows.
    ///
    /// # Errors
    /// As for [`Call::send`].
    pub async fn send_versioned(self) -> Result<Versioned<E::Answer>, ClientError> {
        let answer = self.ask().await?;
        let version = answer.version();
        let document = answer.document(&[E::STATUS])?;
        Ok(Versioned { document, version })
    }

    async fn ask(self) -> Result<Answer, ClientError> {
        let connection = &self.client.connection;
        let request = connection.build(self.request)?;
        self.client.send(request, self.repetition).await
    }
}

impl<'c, E: Endpoint> IntoFuture for Call<'c, E> {
    type Output = Result<E::Answer, ClientError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'c>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl AdminClient {
    /// Sends with an access token. One that the server takes no more is replaced once, which is safe
    /// for every request, since the refused one has done nothing.
    async fn send(&self, request: Request, repetition: Repetition) -> Result<Answer, ClientError> {
        let token = self.tokens.token().await?;
        let again = request.try_clone();
        let answer = self.authorized(request, &token, repetition).await?;
        let (401, Some(again)) = (answer.status, again) else {
            return Ok(answer);
        };
        match self.tokens.renew(&token).await? {
            Some(token) => self.authorized(again, &token, repetition).await,
            None => Ok(answer),
        }
    }

    async fn authorized(
        &self,
        mut request: Request,
        token: &authly_domain::secret::AccessToken,
        repetition: Repetition,
    ) -> Result<Answer, ClientError> {
        let bearer = HeaderValue::try_from(format!("Bearer {}", token.expose()));
        let mut bearer = bearer.map_err(|_unprintable| ClientError::Request {
            server: self.connection.server.clone(),
            source: "the access token has characters that no header carries".into(),
        })?;
        bearer.set_sensitive(true);
        request
            .headers_mut()
            .insert(reqwest::header::AUTHORIZATION, bearer);
        self.connection.send(request, repetition).await
    }
}

/// The key as a header that is not logged.
fn sensitive(key: &IdempotencyKey) -> HeaderValue {
    // A key consists of the characters of base64url, all of which a header can carry.
    let mut value = HeaderValue::from_str(key.expose())
        .unwrap_or_else(|_unprintable| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}
