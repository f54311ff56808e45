//! Requests that the client has signed: by value in `request`, by reference in `request_uri`
//! ([RFC 9101](https://www.rfc-editor.org/rfc/rfc9101),
//! [OpenID Connect Core §6](https://openid.net/specs/openid-connect-core-1_0.html#JWTRequests)).

use std::sync::Arc;

use authly_crypto::keyring::KeyRing;
use authly_crypto::request_object::RequestObject;
use authly_domain::clients::{
    Client, ClientJwtFlaw, OutsideParameters, RequestObjectFlaw, RequestObjectRule,
};
use authly_domain::issuer::Issuer;
use authly_domain::network::FetchUrl;
use authly_domain::refusals::{Facts, Reason};

use super::AuthorizationErrorCode as Code;
use super::AuthorizationParameters;
use super::respond::Refusal;
use super::validate::{check_repeated, invalid_request};
use crate::Context;
use crate::clients::{ClientSignatures, of_jwt};
use crate::keys::KeyService;
use crate::policy::LivePolicies;
use crate::ports::{DocumentFetcher, DocumentKind, FetchedDocument, Freshness};

/// Reads request objects.
pub struct RequestObjects {
    context: Context,
    issuer: Issuer,
    signatures: ClientSignatures,
    fetcher: Arc<dyn DocumentFetcher>,
    keys: Arc<KeyService>,
}

/// What came is not in order. The client learns no more than that.
fn not_in_order(why: RequestObjectFlaw) -> Refusal {
    let description = "the request object is not signed by the client, or not in order";
    let refusal = Refusal::new(
        Code::InvalidRequestObject,
        Reason::RequestObject,
        description,
    );
    refusal.with(of_flaw(why))
}

/// The address is not registered, or what is there cannot be had or is not in order: likewise, so that
/// nobody learns of the inside of our network.
fn not_there(why: Reason) -> Refusal {
    let description = "request_uri is not registered, or has no request object in order";
    Refusal::new(Code::InvalidRequestUri, why, description)
}

fn not_in_order_there(why: RequestObjectFlaw) -> Refusal {
    not_there(Reason::RequestObject).with(of_flaw(why))
}

/// What is wrong about a request object, in a sentence. What it says itself is never kept.
fn of_flaw(flaw: RequestObjectFlaw) -> Facts {
    let sentence = match flaw {
        RequestObjectFlaw::Jwt(flaw) => of_jwt(flaw),
        RequestObjectFlaw::Claim(name) => {
            let facts = Facts::default().expected(name);
            return facts.more(format!("Its {name} is missing or cannot be used."));
        }
        RequestObjectFlaw::Nested => "It holds or names another request object.",
        RequestObjectFlaw::Subject => "Its sub is the client, as in an assertion.",
        RequestObjectFlaw::Party => "Its iss or its client_id is not the client_id beside it.",
        RequestObjectFlaw::Audience => "Its aud is not this server.",
        RequestObjectFlaw::Expired => "It has expired, or was made too long ago.",
        RequestObjectFlaw::TooLong => "It ends more than an hour ahead.",
        RequestObjectFlaw::TooEarly => "It is from the future: its nbf or iat is still to come.",
    };
    Facts::default().more(sentence)
}

impl RequestObjects {
    /// Request objects for the issuer of these policies, which `fetcher` gets where clients keep them, and
    /// which `keys` open where they are encrypted.
    #[must_use]
    pub fn new(
        context: Context,
        policies: &LivePolicies,
        signatures: ClientSignatures,
        fetcher: Arc<dyn DocumentFetcher>,
        keys: Arc<KeyService>,
    ) -> Self {
        Self {
            context,
            issuer: policies.load().tokens.issuer.clone(),
            signatures,
            fetcher,
            keys,
        }
    }

    /// The request that the client has signed; `None` for a plain one.
    ///
    /// # Errors
    /// When what is signed cannot be taken, or the client signs all its requests and not this one.
    pub(super) async fn open(
        &self,
        outside: &AuthorizationParameters,
        client: &Client,
    ) -> Result<Option<AuthorizationParameters>, Refusal> {
        let signed = match (&outside.request, &outside.request_uri) {
            (None, None) => return check_plain(client).map(|()| None),
            (Some(_), Some(_)) => {
                let description = "request and request_uri stand both there";
                return Err(invalid_request(Reason::RequestTwice, description));
            }
            (Some(text), None) => {
                check_repeated(outside)?;
                self.read(text, client).await.map_err(not_in_order)?
            }
            (None, Some(uri)) => {
                check_repeated(outside)?;
                let mut registered = client.requests.uris.iter();
                let url = registered.find(|one| one.as_str() == uri);
                let url = url.ok_or_else(|| not_there(Reason::RequestUri))?;
                self.fetch(url.as_fetch_url(), client).await?
            }
        };
        Ok(Some(
            match client.request_object_profile().outside_parameters() {
                OutsideParameters::Ignored => signed,
                OutsideParameters::Complete => signed.completed_by(outside),
            },
        ))
    }

    /// What is at a registered address. A document that was kept may have been replaced by now, so that
    /// one that will not do is asked for again, as often as the fetcher lets us.
    async fn fetch(
        &self,
        url: &FetchUrl,
        client: &Client,
    ) -> Result<AuthorizationParameters, Refusal> {
        let document = self.document(url, Freshness::AsServed).await?;
        let why = match self.read_document(&document, client).await {
            Ok(signed) => return Ok(signed),
            Err(why) => why,
        };
        let wanted = Freshness::NewerThan(document.fetched_at);
        let newer = self.document(url, wanted).await?;
        if newer.fetched_at == document.fetched_at {
            return Err(not_in_order_there(why));
        }
        let read = self.read_document(&newer, client).await;
        read.map_err(not_in_order_there)
    }

    async fn document(
        &self,
        url: &FetchUrl,
        freshness: Freshness,
    ) -> Result<FetchedDocument, Refusal> {
        let fetched = self.fetcher.fetch(DocumentKind::Jwt, url, freshness).await;
        fetched.map_err(|_logged| not_there(Reason::RequestUriUnreachable))
    }

    async fn read_document(
        &self,
        document: &FetchedDocument,
        client: &Client,
    ) -> Result<AuthorizationParameters, RequestObjectFlaw> {
        let text = std::str::from_utf8(&document.body);
        let text = text.map_err(|_not_text| ClientJwtFlaw::Malformed)?;
        self.read(text.trim_ascii(), client).await
    }

    async fn read(
        &self,
        text: &str,
        client: &Client,
    ) -> Result<AuthorizationParameters, RequestObjectFlaw> {
        let opened;
        let text = if KeyRing::is_encrypted(text) {
            let ring = self.keys.ring().load();
            let mut found = ring.decrypt(text);
            if let Err(ClientJwtFlaw::EncryptedToOthers | ClientJwtFlaw::DoesNotOpen) = found
                && let Some(newer) = self.keys.newer_than(&ring).await
            {
                found = newer.decrypt(text);
            }
            opened = found?;
            opened.as_str()
        } else {
            text
        };
        let object = RequestObject::read(text)?;
        let algorithm = object.jwt().algorithm();
        let is_registered = client.requests.alg.is_none_or(|alg| alg == algorithm);
        if !is_registered || !client.profile.signing_algorithms().contains(&algorithm) {
            return Err(ClientJwtFlaw::Algorithm.into());
        }
        let claims = object.claims();
        claims.check(client, self.issuer.as_str(), self.context.now())?;
        self.signatures.check(object.jwt(), client).await?;
        AuthorizationParameters::signed(&object, client)
    }
}

/// RFC 9101 §10.5.
fn check_plain(client: &Client) -> Result<(), Refusal> {
    match client.requests.rule {
        RequestObjectRule::Optional => Ok(()),
        RequestObjectRule::Required => Err(invalid_request(
            Reason::RequestNotSigned,
            "the client signs its requests, and this one is not signed",
        )),
    }
}

impl AuthorizationParameters {
    /// What a client has signed.
    fn signed(object: &RequestObject, client: &Client) -> Result<Self, RequestObjectFlaw> {
        let one = |name| object.parameter(name);
        Ok(Self {
            repeated: Vec::new(),
            client_id: Some(client.id.as_str().to_owned()),
            redirect_uri: one("redirect_uri")?,
            response_type: one("response_type")?,
            response_mode: one("response_mode")?,
            scope: one("scope")?,
            state: one("state")?,
            nonce: one("nonce")?,
            code_challenge: one("code_challenge")?,
            code_challenge_method: one("code_challenge_method")?,
            prompt: one("prompt")?,
            max_age: one("max_age")?,
            login_hint: one("login_hint")?,
            claims: one("claims")?,
            acr_values: one("acr_values")?,
            id_token_hint: one("id_token_hint")?,
            resources: object.parameters("resource")?,
            request: None,
            request_uri: None,
        })
    }

    /// With what stands beside it where it says nothing itself (OpenID Connect Core §6.1).
    fn completed_by(self, outside: &Self) -> Self {
        let or =
            |inside: Option<String>, outside: &Option<String>| inside.or_else(|| outside.clone());
        Self {
            redirect_uri: or(self.redirect_uri, &outside.redirect_uri),
            response_type: or(self.response_type, &outside.response_type),
            response_mode: or(self.response_mode, &outside.response_mode),
            scope: or(self.scope, &outside.scope),
            state: or(self.state, &outside.state),
            nonce: or(self.nonce, &outside.nonce),
            code_challenge: or(self.code_challenge, &outside.code_challenge),
            code_challenge_method: or(self.code_challenge_method, &outside.code_challenge_method),
            prompt: or(self.prompt, &outside.prompt),
            max_age: or(self.max_age, &outside.max_age),
            login_hint: or(self.login_hint, &outside.login_hint),
            claims: or(self.claims, &outside.claims),
            acr_values: or(self.acr_values, &outside.acr_values),
            id_token_hint: or(self.id_token_hint, &outside.id_token_hint),
            resources: if self.resources.is_empty() {
                outside.resources.clone()
            } else {
                self.resources
            },
            ..self
        }
    }
}
