//! What is said of a client on the command line.

use authly_admin_client::admin::Patch;
use authly_admin_client::admin::clients::{ClientChange, NewClient};
use clap::Args;
use serde_json::Value;

/// What a client is.
#[derive(Debug, Default, Args)]
pub(crate) struct Shape {
    /// What people know it as.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A program on the user's device: native; else web.
    #[arg(long = "application", value_name = "web|native")]
    application_type: Option<String>,
    /// The rules that it goes by: `strict`, `oidc` or `fapi2`.
    #[arg(long, value_name = "PROFILE")]
    client_profile: Option<String>,
    /// How it authenticates: `client_secret_basic`, `client_secret_post` or `private_key_jwt`.
    #[arg(long, value_name = "METHOD")]
    auth_method: Option<String>,
    /// What its assertions are signed with: `RS256`, `PS256`, `ES256` or `EdDSA`.
    #[arg(long, value_name = "ALG")]
    auth_signing_alg: Option<String>,
    /// Where answers may go; give it several times for several.
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// Where logout may lead; give it several times for several.
    #[arg(long = "logout-uri", value_name = "URI")]
    logout_uris: Vec<String>,
    /// A grant that it may use; give it several times for several.
    #[arg(long = "grant-type", value_name = "GRANT")]
    grant_types: Vec<String>,
    /// What it may ask for: names divided by spaces.
    #[arg(long, value_name = "SCOPES")]
    scope: Option<String>,
    /// What of that the user may decline.
    #[arg(long, value_name = "SCOPES")]
    optional_scope: Option<String>,
    /// A resource server that it may name; give it several times for several.
    #[arg(long = "resource", value_name = "URI")]
    resources: Vec<String>,
    /// The audience of its tokens where a request names none; give it several times for several.
    #[arg(long = "audience", value_name = "URI")]
    audiences: Vec<String>,
    /// Whether its requests have to carry a code challenge.
    #[arg(long, value_name = "true|false")]
    require_pkce: Option<bool>,
    /// Whether its OpenID requests have to carry a nonce where they carry no challenge.
    #[arg(long, value_name = "true|false")]
    require_nonce: Option<bool>,
    /// Whether its users are asked for their consent.
    #[arg(long, value_name = "true|false")]
    require_consent: Option<bool>,
    /// Whether its refresh tokens are replaced at each use.
    #[arg(long, value_name = "true|false")]
    refresh_rotation: Option<bool>,
    /// How many seconds its access tokens live.
    #[arg(long, value_name = "SECONDS")]
    access_token_lifetime: Option<u64>,
    /// How many seconds its refresh tokens live without being used.
    #[arg(long, value_name = "SECONDS")]
    refresh_token_idle_lifetime: Option<u64>,
    /// How many seconds after the login its tokens can be refreshed at all.
    #[arg(long, value_name = "SECONDS")]
    refresh_token_absolute_lifetime: Option<u64>,
    /// A file with its public keys: a JSON Web Key Set.
    #[arg(long, value_name = "FILE", value_parser = key_set)]
    jwks_file: Option<Value>,
    /// Where its public keys are, in the place of a file.
    #[arg(long, value_name = "URL")]
    jwks_uri: Option<String>,
    #[command(flatten)]
    requests: Requests,
    /// How its ID tokens are signed: `RS256`, `PS256`, `ES256` or `EdDSA`.
    #[arg(long, value_name = "ALG")]
    id_token_signed_response_alg: Option<String>,
    /// How what UserInfo answers is signed, by the same names; plain JSON unless said.
    #[arg(long, value_name = "ALG")]
    userinfo_signed_response_alg: Option<String>,
    #[command(flatten)]
    encryption: Encryption,
    /// How users are named to it: the same as to others, or by names of its own.
    #[arg(long, value_name = "public|pairwise")]
    subject_type: Option<String>,
    /// Whose host is the sector of its pairwise names.
    #[arg(long, value_name = "URI")]
    sector_identifier_uri: Option<String>,
    /// How many seconds ago its users may have logged in where a request does not say.
    #[arg(long, value_name = "SECONDS")]
    default_max_age: Option<u64>,
    /// Whether it relies on ID tokens to say when the user logged in, which they always do.
    #[arg(long, value_name = "true|false")]
    require_auth_time: Option<bool>,
    #[command(flatten)]
    logout: Logout,
    /// A page about it.
    #[arg(long, value_name = "URL")]
    client_uri: Option<String>,
    /// Its privacy policy.
    #[arg(long, value_name = "URL")]
    policy_uri: Option<String>,
    /// Its terms of service.
    #[arg(long, value_name = "URL")]
    tos_uri: Option<String>,
}

/// How it signs its requests.
#[derive(Debug, Default, Args)]
struct Requests {
    /// What its request objects are signed with, by the same names.
    #[arg(long, value_name = "ALG")]
    request_object_signing_alg: Option<String>,
    /// Whether all its requests are signed.
    #[arg(long, value_name = "true|false")]
    require_signed_request_object: Option<bool>,
    /// Where it keeps a request object; give it several times for several.
    #[arg(long = "request-uri", value_name = "URL")]
    request_uris: Vec<String>,
}

/// How what it gets is encrypted.
#[derive(Debug, Default, Args)]
struct Encryption {
    /// How the keys of its ID tokens reach it, if they are encrypted: `RSA-OAEP-256`, `ECDH-ES`,
    /// `ECDH-ES+A128KW` or `ECDH-ES+A256KW`.
    #[arg(long, value_name = "ALG")]
    id_token_encrypted_response_alg: Option<String>,
    /// What its ID tokens are encrypted with: `A128CBC-HS256` unless said, `A256CBC-HS512`,
    /// `A128GCM` or `A256GCM`.
    #[arg(long, value_name = "ENC")]
    id_token_encrypted_response_enc: Option<String>,
    /// How the keys of what UserInfo answers reach it, if that is encrypted.
    #[arg(long, value_name = "ALG")]
    userinfo_encrypted_response_alg: Option<String>,
    /// What UserInfo's answers are encrypted with.
    #[arg(long, value_name = "ENC")]
    userinfo_encrypted_response_enc: Option<String>,
}

/// How it hears of the end of sessions.
#[derive(Debug, Default, Args)]
struct Logout {
    /// Where it is told that a session has ended.
    #[arg(long, value_name = "URL")]
    backchannel_logout_uri: Option<String>,
    /// Whether it needs `sid` in what it is told, which always has it.
    #[arg(long, value_name = "true|false")]
    backchannel_logout_session_required: Option<bool>,
    /// What is opened in a frame so that it signs its user out in the browser.
    #[arg(long, value_name = "URL")]
    frontchannel_logout_uri: Option<String>,
    /// Whether it needs `iss` and `sid` there, which always stand there.
    #[arg(long, value_name = "true|false")]
    frontchannel_logout_session_required: Option<bool>,
}

/// What is to be otherwise about a client.
#[derive(Debug, Default, Args)]
pub(crate) struct Changes {
    #[command(flatten)]
    shape: Shape,
    /// What is to be empty, or left to the server's settings, from now on, such as
    /// `access_token_lifetime` or `client_uri`; give it several times for several.
    #[arg(long, value_name = "MEMBER", value_parser = CLEARABLE)]
    clear: Vec<String>,
}

/// The document in a file. What it says is the server's to judge.
fn key_set(file: &str) -> Result<Value, String> {
    let text = std::fs::read(file).map_err(|why| why.to_string())?;
    serde_json::from_slice(&text).map_err(|why| format!("the file is no JSON: {why}"))
}

/// What may be empty.
const CLEARABLE: [&str; 24] = [
    "frontchannel_logout_uri",
    "backchannel_logout_uri",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "token_endpoint_auth_signing_alg",
    "jwks",
    "jwks_uri",
    "request_object_signing_alg",
    "request_uris",
    "access_token_lifetime",
    "refresh_token_idle_lifetime",
    "refresh_token_absolute_lifetime",
    "userinfo_signed_response_alg",
    "sector_identifier_uri",
    "default_max_age",
    "client_uri",
    "policy_uri",
    "tos_uri",
    "post_logout_redirect_uris",
    "resources",
    "default_audience",
    "managed_by",
];

/// A list, if anything was said of it.
fn list(texts: Vec<String>) -> Option<Vec<String>> {
    (!texts.is_empty()).then_some(texts)
}

/// What is said of a member, or that it is to be empty.
fn or_clear<T>(said: Option<T>, member: &str, clear: &[String]) -> Patch<T> {
    match said {
        None if clear.iter().any(|one| one == member) => Patch::Clear,
        said => Patch::set_if(said),
    }
}

/// What a list is to hold, or that it is to be empty.
fn or_empty(texts: Vec<String>, member: &str, clear: &[String]) -> Patch<Vec<String>> {
    match or_clear(list(texts), member, clear) {
        Patch::Clear => Patch::Set(Vec::new()),
        said => said,
    }
}

impl Shape {
    /// A new client of this shape.
    pub(super) fn of_new(
        self,
        client_id: Option<String>,
        client_type: Option<String>,
    ) -> NewClient {
        NewClient {
            client_id,
            client_type,
            client_name: self.name,
            application_type: self.application_type,
            profile: self.client_profile,
            token_endpoint_auth_method: self.auth_method,
            token_endpoint_auth_signing_alg: self.auth_signing_alg,
            redirect_uris: list(self.redirect_uris),
            post_logout_redirect_uris: list(self.logout_uris),
            grant_types: list(self.grant_types),
            scope: self.scope,
            optional_scope: self.optional_scope,
            resources: list(self.resources),
            default_audience: list(self.audiences),
            require_pkce: self.require_pkce,
            require_nonce: self.require_nonce,
            require_consent: self.require_consent,
            refresh_rotation: self.refresh_rotation,
            access_token_lifetime: self.access_token_lifetime,
            refresh_token_idle_lifetime: self.refresh_token_idle_lifetime,
            refresh_token_absolute_lifetime: self.refresh_token_absolute_lifetime,
            jwks: self.jwks_file,
            jwks_uri: self.jwks_uri,
            request_object_signing_alg: self.requests.request_object_signing_alg,
            require_signed_request_object: self.requests.require_signed_request_object,
            request_uris: list(self.requests.request_uris),
            id_token_signed_response_alg: self.id_token_signed_response_alg,
            userinfo_signed_response_alg: self.userinfo_signed_response_alg,
            id_token_encrypted_response_alg: self.encryption.id_token_encrypted_response_alg,
            id_token_encrypted_response_enc: self.encryption.id_token_encrypted_response_enc,
            userinfo_encrypted_response_alg: self.encryption.userinfo_encrypted_response_alg,
            userinfo_encrypted_response_enc: self.encryption.userinfo_encrypted_response_enc,
            subject_type: self.subject_type,
            sector_identifier_uri: self.sector_identifier_uri,
            default_max_age: self.default_max_age,
            require_auth_time: self.require_auth_time,
            backchannel_logout_uri: self.logout.backchannel_logout_uri,
            backchannel_logout_session_required: self.logout.backchannel_logout_session_required,
            frontchannel_logout_uri: self.logout.frontchannel_logout_uri,
            frontchannel_logout_session_required: self.logout.frontchannel_logout_session_required,
            client_uri: self.client_uri,
            policy_uri: self.policy_uri,
            tos_uri: self.tos_uri,
            managed_by: None,
        }
    }
}

impl Requests {
    /// What is said of them, beside what else is said.
    fn said(self, clear: &[String], rest: ClientChange) -> ClientChange {
        let alg = self.request_object_signing_alg;
        ClientChange {
            request_object_signing_alg: or_clear(alg, "request_object_signing_alg", clear),
            require_signed_request_object: Patch::set_if(self.require_signed_request_object),
            request_uris: or_empty(self.request_uris, "request_uris", clear),
            ..rest
        }
    }
}

impl Encryption {
    /// What is said of it alone.
    fn said(self, clear: &[String]) -> ClientChange {
        let text = |said, member| or_clear::<String>(said, member, clear);
        ClientChange {
            id_token_encrypted_response_alg: text(
                self.id_token_encrypted_response_alg,
                "id_token_encrypted_response_alg",
            ),
            id_token_encrypted_response_enc: text(
                self.id_token_encrypted_response_enc,
                "id_token_encrypted_response_enc",
            ),
            userinfo_encrypted_response_alg: text(
                self.userinfo_encrypted_response_alg,
                "userinfo_encrypted_response_alg",
            ),
            userinfo_encrypted_response_enc: text(
                self.userinfo_encrypted_response_enc,
                "userinfo_encrypted_response_enc",
            ),
            ..ClientChange::default()
        }
    }
}

impl Logout {
    /// What is said of it, beside the rest.
    fn said(self, clear: &[String], rest: ClientChange) -> ClientChange {
        let text = |said, member| or_clear::<String>(said, member, clear);
        ClientChange {
            backchannel_logout_uri: text(self.backchannel_logout_uri, "backchannel_logout_uri"),
            backchannel_logout_session_required: Patch::set_if(
                self.backchannel_logout_session_required,
            ),
            frontchannel_logout_uri: text(self.frontchannel_logout_uri, "frontchannel_logout_uri"),
            frontchannel_logout_session_required: Patch::set_if(
                self.frontchannel_logout_session_required,
            ),
            ..rest
        }
    }
}

impl Changes {
    /// The change as it is sent.
    pub(super) fn said(self) -> ClientChange {
        let Self { shape, clear } = self;
        let number = |said, member| or_clear::<u64>(said, member, &clear);
        let text = |said, member| or_clear::<String>(said, member, &clear);
        let empty = |member: &str, texts| or_empty(texts, member, &clear);
        ClientChange {
            client_name: Patch::set_if(shape.name),
            application_type: Patch::set_if(shape.application_type),
            profile: Patch::set_if(shape.client_profile),
            token_endpoint_auth_method: Patch::set_if(shape.auth_method),
            token_endpoint_auth_signing_alg: text(
                shape.auth_signing_alg,
                "token_endpoint_auth_signing_alg",
            ),
            redirect_uris: Patch::set_if(list(shape.redirect_uris)),
            post_logout_redirect_uris: empty("post_logout_redirect_uris", shape.logout_uris),
            grant_types: Patch::set_if(list(shape.grant_types)),
            scope: Patch::set_if(shape.scope),
            optional_scope: Patch::set_if(shape.optional_scope),
            resources: empty("resources", shape.resources),
            default_audience: empty("default_audience", shape.audiences),
            require_pkce: Patch::set_if(shape.require_pkce),
            require_nonce: Patch::set_if(shape.require_nonce),
            require_consent: Patch::set_if(shape.require_consent),
            refresh_rotation: Patch::set_if(shape.refresh_rotation),
            access_token_lifetime: number(shape.access_token_lifetime, "access_token_lifetime"),
            refresh_token_idle_lifetime: number(
                shape.refresh_token_idle_lifetime,
                "refresh_token_idle_lifetime",
            ),
            refresh_token_absolute_lifetime: number(
                shape.refresh_token_absolute_lifetime,
                "refresh_token_absolute_lifetime",
            ),
            jwks: or_clear(shape.jwks_file, "jwks", &clear),
            jwks_uri: text(shape.jwks_uri, "jwks_uri"),
            id_token_signed_response_alg: Patch::set_if(shape.id_token_signed_response_alg),
            userinfo_signed_response_alg: text(
                shape.userinfo_signed_response_alg,
                "userinfo_signed_response_alg",
            ),
            subject_type: Patch::set_if(shape.subject_type),
            sector_identifier_uri: text(shape.sector_identifier_uri, "sector_identifier_uri"),
            default_max_age: number(shape.default_max_age, "default_max_age"),
            require_auth_time: Patch::set_if(shape.require_auth_time),
            client_uri: text(shape.client_uri, "client_uri"),
            policy_uri: text(shape.policy_uri, "policy_uri"),
            tos_uri: text(shape.tos_uri, "tos_uri"),
            managed_by: text(None, "managed_by"),
            ..shape.requests.said(
                &clear,
                shape.logout.said(&clear, shape.encryption.said(&clear)),
            )
        }
    }
}
