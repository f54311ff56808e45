//! The API as its callers see it.

use std::net::TcpListener;

use actix_web::rt;
use authly_examples::Outgoing;
use authly_examples::resource_server::introspection::Introspection;
use authly_examples::resource_server::keys::KeySet;
use authly_examples::resource_server::local::LocalCheck;
use authly_examples::resource_server::metadata::Metadata;
use authly_examples::resource_server::{Tokens, server};
use openidconnect::ClientSecret;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::authorization_server::AuthorizationServer;

/// The API, listening.
pub(crate) struct Api {
    notes: String,
    http: reqwest::Client,
}

/// What it answered: the status, the challenge and the document.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) challenge: String,
    pub(crate) document: Value,
}

impl Api {
    /// Verifies the server's tokens itself.
    pub(crate) async fn local(server: &AuthorizationServer) -> Self {
        let outgoing = Outgoing::new().unwrap();
        let metadata = Metadata::discover(&server.issuer, &outgoing).await.unwrap();
        let keys = KeySet::new(metadata.jwks_uri, outgoing);
        let check = LocalCheck::new(server.issuer.clone(), server.issuer.clone(), keys);
        Self::start(Tokens::Local(check))
    }

    /// Asks the server at `endpoint` about each token.
    pub(crate) fn introspecting(endpoint: String, audience: String) -> Self {
        Self::start(Tokens::Introspected(Introspection {
            endpoint,
            client_id: "notes-api".to_owned(),
            client_secret: ClientSecret::new("secret".to_owned()),
            audience,
            outgoing: Outgoing::new().unwrap(),
        }))
    }

    fn start(tokens: Tokens) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let notes = format!("http://{}/notes", listener.local_addr().unwrap());
        rt::spawn(server(listener, tokens).unwrap());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { notes, http }
    }

    pub(crate) async fn get(&self, token: &str) -> Answer {
        read(self.request(Method::GET, token).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, token: &str, note: &Value) -> Answer {
        let request = self.request(Method::POST, token).json(note);
        read(request.send().await.unwrap()).await
    }

    pub(crate) async fn delete(&self, token: &str) -> (u16, String) {
        let answer = self.request(Method::DELETE, token).send().await.unwrap();
        let challenge = answer.headers().get("www-authenticate");
        let challenge = challenge.map_or("", |value| value.to_str().unwrap());
        (answer.status().as_u16(), challenge.to_owned())
    }

    /// The address of the notes.
    pub(crate) fn notes(&self) -> &str {
        &self.notes
    }

    fn request(&self, method: Method, token: &str) -> RequestBuilder {
        self.http.request(method, &self.notes).bearer_auth(token)
    }
}

async fn read(response: Response) -> Answer {
    let challenge = response.headers().get("www-authenticate");
    Answer {
        status: response.status().as_u16(),
        challenge: challenge.map_or_else(String::new, |value| value.to_str().unwrap().to_owned()),
        document: response.json().await.unwrap(),
    }
}

#[actix_web::test]
async fn a_request_without_a_token_is_told_what_is_needed() {
    let api = Api::local(&AuthorizationServer::start()).await;

    let bare = read(api.http.get(&api.notes).send().await.unwrap()).await;
    let basic = api.http.get(&api.notes).basic_auth("alice", Some("secret"));
    let basic = read(basic.send().await.unwrap()).await;

    for answer in [bare, basic] {
        assert_eq!(
            (answer.status, answer.challenge.as_str()),
            (401, "Bearer realm=\"notes\"")
        );
    }
}

#[actix_web::test]
async fn what_cannot_be_a_token_is_a_bad_request() {
    let api = Api::local(&AuthorizationServer::start()).await;

    for token in ["", "two words", "quote\"", "a,b"] {
        let answer = api.get(token).await;
        assert_eq!(answer.status, 400, "{token}");
        assert_eq!(
            answer.challenge,
            "Bearer realm=\"notes\", error=\"invalid_request\""
        );
    }
}

#[actix_web::test]
async fn a_server_that_cannot_be_asked_is_not_the_callers_fault() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/", nobody.local_addr().unwrap());
    drop(nobody);
    let api = Api::introspecting(endpoint.clone(), endpoint);

    let answer = api.get("token").await;

    assert_eq!((answer.status, answer.challenge.as_str()), (503, ""));
    assert_eq!(answer.document, json!({"message": "try again later"}));
}

#[actix_web::test]
async fn metadata_of_another_server_is_not_believed() {
    let server = AuthorizationServer::start();
    let alias = server.issuer.replace("127.0.0.1", "localhost");

    let refused = Metadata::discover(&alias, &Outgoing::new().unwrap()).await;

    assert!(refused.is_err());
}
