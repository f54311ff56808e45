//! A stand-in for the authorization server: metadata, keys, and one answer to introspection.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::web::{self, Data, Form, Json};
use actix_web::{App, HttpServer, rt};
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use serde_json::{Value, json};

/// The key that the server has published.
pub(crate) const PUBLISHED: [u8; 32] = [1; 32];

/// A key that it has not.
pub(crate) const FOREIGN: [u8; 32] = [2; 32];

pub(crate) struct AuthorizationServer {
    pub(crate) issuer: String,
    state: Data<State>,
}

/// What the stand-in says, and how often it was asked for its keys.
struct State {
    metadata: Value,
    introspection: Value,
    jwks_requests: AtomicUsize,
}

impl AuthorizationServer {
    pub(crate) fn start() -> Self {
        Self::answering(json!({"active": false}))
    }

    /// Says this about every token that it is asked about.
    pub(crate) fn answering(introspection: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let state = Data::new(State {
            metadata: json!({
                "issuer": issuer,
                "jwks_uri": format!("{issuer}/jwks"),
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "introspection_endpoint": format!("{issuer}/introspect"),
            }),
            introspection,
            jwks_requests: AtomicUsize::new(0),
        });
        let shared = state.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .route("/.well-known/openid-configuration", web::get().to(metadata))
                .route("/jwks", web::get().to(jwks))
                .route("/introspect", web::post().to(introspect))
        });
        rt::spawn(server.workers(1).listen(listener).unwrap().run());
        Self { issuer, state }
    }

    /// How often the keys were fetched.
    pub(crate) fn jwks_requests(&self) -> usize {
        self.state.jwks_requests.load(Ordering::SeqCst)
    }

    /// The claims of an access token that is good for this server.
    pub(crate) fn claims(&self) -> Value {
        json!({
            "iss": self.issuer,
            "sub": "alice",
            "aud": self.issuer,
            "client_id": "notes-web",
            "scope": "openid notes:read",
            "iat": get_current_timestamp(),
            "exp": get_current_timestamp() + 900,
        })
    }
}

async fn metadata(state: Data<State>) -> Json<Value> {
    Json(state.metadata.clone())
}

async fn jwks(state: Data<State>) -> Json<Value> {
    state.jwks_requests.fetch_add(1, Ordering::SeqCst);
    let mut jwk = Jwk::from_encoding_key(&key(PUBLISHED), Algorithm::EdDSA).unwrap();
    jwk.common.key_id = Some("published".to_owned());
    jwk.common.key_algorithm = Some(KeyAlgorithm::EdDSA);
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    let from_the_future = json!({"kty": "QK", "kid": "quantum", "alg": "QK1"});
    Json(json!({"keys": [from_the_future, jwk]}))
}

/// Answers if the question is asked as it should be.
async fn introspect(state: Data<State>, form: Form<Vec<(String, String)>>) -> Json<Value> {
    let has = |name: &str, value: &str| form.iter().any(|(n, v)| n == name && v == value);
    let is_proper = has("client_id", "notes-api")
        && has("client_secret", "secret")
        && has("token_type_hint", "access_token")
        && has("token", "token");
    Json(if is_proper {
        state.introspection.clone()
    } else {
        json!({"active": "not asked properly"})
    })
}

/// The header of an access token signed with the published key.
pub(crate) fn header() -> Header {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some("published".to_owned());
    header
}

pub(crate) fn signed(header: &Header, claims: &Value, seed: [u8; 32]) -> String {
    encode(header, claims, &key(seed)).unwrap()
}

/// The Ed25519 key of a seed, wrapped as RFC 8410 §7 says.
fn key(seed: [u8; 32]) -> EncodingKey {
    let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    der.extend(seed);
    EncodingKey::from_ed_der(&der)
}
