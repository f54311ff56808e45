//! Requests made from what our endpoints know, from anything, and from changes of both.

use authly_testing::TestApp;
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A request about to be written down. Words in braces stand for what is real.
#[derive(Debug, Clone)]
pub(super) struct Hostile {
    method: String,
    path: String,
    query: String,
    headers: Vec<String>,
    body: String,
    /// A byte of it that is replaced.
    change: Option<(Index, u8)>,
}

const PATHS: [&str; 17] = [
    "/",
    "/api/v1/oauth/authorize",
    "/api/v1/oauth/token",
    "/api/v1/oauth/token",
    "/api/v1/oauth/introspect",
    "/api/v1/oauth/revoke",
    "/oidc/userinfo",
    "/.well-known/openid-configuration",
    "/.well-known/jwks.json",
    "/health/ready",
    "/login",
    "/login/password",
    "/consent",
    "/logout",
    "/static/style.css",
    "/api/v1/nothing",
    "//login%2f..",
];

const NAMES: [&str; 28] = [
    "grant_type",
    "client_id",
    "client_secret",
    "code",
    "code_verifier",
    "redirect_uri",
    "refresh_token",
    "scope",
    "resource",
    "response_type",
    "response_mode",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "login_hint",
    "request",
    "request_uri",
    "token",
    "token_type_hint",
    "access_token",
    "csrf",
    "username",
    "password",
    "decision",
    "client_assertion",
];

const VALUES: [&str; 34] = [
    "",
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "web",
    "{secret}",
    "{code}",
    "{verifier}",
    "{refresh}",
    "{access}",
    "{id_token}",
    "{request}",
    "{csrf}",
    "{password}",
    "alice",
    "openid",
    "openid+offline_access",
    "code",
    "query",
    "form_post",
    "S256",
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "https%3A%2F%2Fapp.example.com%2Fcallback",
    "https%3A%2F%2Fapp.example.com%40evil.example",
    "none",
    "login+consent",
    "0",
    "99999999999999999999",
    "approve",
    "%00",
    "%FF",
    "%",
    "%0D%0ASet-Cookie%3A+a%3Db",
    "%22%3E%3Cfuzz%3E",
];

const HEADERS: [&str; 20] = [
    "Content-Type: application/x-www-form-urlencoded",
    "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
    "Content-Type: application/json",
    "Authorization: Basic {basic}",
    "Authorization: Basic d2ViOmE6Yg==",
    "Authorization: Basic %%%",
    "Authorization: Bearer {access}",
    "Authorization: Bearer {id_token}",
    "Authorization: Bearer a b",
    "Cookie: {cookies}",
    "Cookie: {cookies}; nameless; a=%FF",
    "Origin: null",
    "Origin: https://evil.example",
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Site: same-origin",
    "X-Forwarded-For: ::1, unknown",
    "X-Request-Id: <fuzz>",
    "If-None-Match: *",
    "User-Agent: <fuzz>",
    "Expect: 100-continue",
];

/// Parameters, mostly of ours.
fn parameters() -> impl Strategy<Value = String> {
    let value = prop_oneof![8 => select(&VALUES[..]).prop_map(str::to_owned), 1 => "[!-~]{0,20}"];
    let pairs = vec((select(&NAMES[..]), value), 0..9);
    pairs.prop_map(|pairs| {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    })
}

/// Parameters that are right but for a few.
fn nearly_right() -> impl Strategy<Value = String> {
    let right = select(vec![
        "response_type=code&client_id=web&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&\
         scope=openid&code_challenge_method=S256&\
         code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "grant_type=authorization_code&code={code}&code_verifier={verifier}",
        "grant_type=refresh_token&refresh_token={refresh}",
        "grant_type=client_credentials&scope=notes%3Aread",
        "csrf={csrf}&username=alice&password={password}",
        "csrf={csrf}&decision=approve",
        "token={access}",
    ]);
    (right, parameters()).prop_map(|(right, more)| format!("{right}&{more}"))
}

/// Any request.
pub(super) fn hostile() -> impl Strategy<Value = Hostile> {
    let method = prop_oneof![
        8 => select(vec!["GET", "POST", "POST"]).prop_map(str::to_owned),
        1 => select(vec!["HEAD", "OPTIONS", "PUT", "DELETE", "BREW"]).prop_map(str::to_owned),
    ];
    let path = prop_oneof![12 => select(&PATHS[..]).prop_map(str::to_owned), 1 => "/[!-~]{0,20}"];
    let query = prop_oneof![Just(String::new()), parameters(), nearly_right()];
    let headers = vec(select(&HEADERS[..]).prop_map(str::to_owned), 0..4);
    let body = prop_oneof![parameters(), nearly_right()];
    let form = weighted(
        0.7,
        Just("Content-Type: application/x-www-form-urlencoded".to_owned()),
    );
    let change = weighted(0.3, any::<(Index, u8)>());
    (method, path, query, headers, (body, form), change).prop_map(
        |(method, path, query, mut headers, (body, form), change)| {
            headers.extend(form);
            Hostile {
                method,
                path: path.replace(['?', '#'], ""),
                query,
                headers,
                body,
                change,
            }
        },
    )
}

impl Hostile {
    /// Whether it may be no HTTP at all.
    pub(super) fn is_mutated(&self) -> bool {
        let plain = self
            .path
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/._-%".contains(&byte));
        let query = self
            .query
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"&=%+._-{}".contains(&byte));
        self.change.is_some() || !plain || !query
    }

    /// As it goes over the wire.
    pub(super) fn bytes(&self, words: &Words) -> Vec<u8> {
        // A body that nobody reads is waited for when the connection ends, and that is not the point.
        let has_body = !["GET", "HEAD", "OPTIONS"].contains(&self.method.as_str());
        let body = if has_body {
            words.fill_in(&self.body)
        } else {
            String::new()
        };
        let lines: Vec<_> = self
            .headers
            .iter()
            .map(String::as_str)
            .chain([""])
            .collect();
        let head = lines.join("\r\n");
        let head = words.fill_in(&format!(
            "{} {}?{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}",
            self.method, self.path, self.query
        ));
        let length = body.len();
        let mut bytes = format!("{head}Content-Length: {length}\r\n\r\n{body}").into_bytes();
        if let Some((at, byte)) = &self.change {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        bytes
    }
}

/// What the words in braces stand for.
pub(super) struct Words(Vec<(&'static str, String)>);

impl Words {
    /// Real ones, as a client, a user and a browser hold them.
    pub(super) async fn of(app: &TestApp) -> Self {
        let client = app.client().create().await;
        let alice = app.user("alice").create().await;
        let secret = client.secret.clone().unwrap();
        let scope = "openid offline_access";
        let code = app.code(&client, &alice, scope).await;
        let tokens = app.tokens(&client, &alice, scope).await;
        let mut browser = app.logged_in(&alice).await;
        let asked = app.ask(&client, "openid", &[("prompt", "consent")]);
        let request = browser
            .get(&asked.target)
            .await
            .answered("request")
            .unwrap();
        let form = browser.get("/logout").await.form("logout");
        let csrf = form
            .fields
            .into_iter()
            .find(|(name, _)| name == "csrf")
            .unwrap();
        let cookies = browser.cookies.iter();
        let cookies: Vec<_> = cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let basic = base64(&format!("{}:{secret}", client.id));
        Self(vec![
            ("{basic}", basic),
            ("{secret}", secret),
            ("{code}", code.code),
            ("{verifier}", code.verifier),
            ("{access}", tokens.access_token.clone()),
            ("{refresh}", tokens.refresh().to_owned()),
            ("{id_token}", tokens.id_token.clone().unwrap()),
            ("{password}", alice.password.replace(' ', "+")),
            ("{cookies}", cookies.join("; ")),
            ("{request}", request),
            ("{csrf}", csrf.1),
        ])
    }

    fn fill_in(&self, text: &str) -> String {
        let words = self.0.iter();
        words.fold(text.to_owned(), |text, (word, value)| {
            text.replace(word, value)
        })
    }

    /// Whether a code or a refresh token is in it.
    pub(super) fn can_be_replayed_in(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        let words = self.0.iter();
        let mut spent = words.filter(|(word, _)| ["{code}", "{refresh}"].contains(word));
        spent.any(|(_, value)| text.contains(value))
    }
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
