//! An administrator at the admin API: what makes, takes and shows secrets, done rightly and wrongly.

use authly_testing::answer::{Answer, Tokens};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::people::code_of_user;
use super::{Client, PLANTED, World, registration};

/// The client of the command line, which has no secret.
const COMMAND_LINE: Client = Client {
    id: "authly-cli",
    secret: "",
};
/// Where its codes go. Nothing listens there.
const LOOPBACK: &str = "http://127.0.0.1:9/callback";
const SCOPE: &str = "openid offline_access admin:clients:read admin:clients:write admin:users:read \
                     admin:users:write admin:tokens:read admin:tokens:write admin:keys:write \
                     admin:system:read admin:system:write";
/// What the administrator has chosen.
pub(super) const CHOSEN: &str = "a new one, 'the' one & only";

/// An administrator with tokens.
pub(super) struct Administrator<'w> {
    world: &'w World<'w>,
    tokens: Tokens,
}

impl<'w> Administrator<'w> {
    /// Logs in as `authly login` does.
    pub(super) async fn log_in(world: &'w World<'w>, use_of: &str) -> Self {
        let more = [("redirect_uri", LOOPBACK), ("scope", SCOPE)];
        let who = ("admin", CHOSEN);
        let (code, verifier) = code_of_user(world, COMMAND_LINE, who, (use_of, &more)).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", COMMAND_LINE.id),
            ("redirect_uri", LOOPBACK),
            ("code", &code),
            ("code_verifier", &verifier),
        ];
        let path = "/api/v1/oauth/token";
        let request = world.http.post(world.server.url(path)).form(&form);
        let tokens = world.record.send(path, request).await.expect_tokens();
        Self { world, tokens }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let address = self.world.server.url(path);
        let request = self.world.http.request(method, address);
        request.bearer_auth(&self.tokens.access_token)
    }

    pub(super) async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.request(method, path).json(body);
        self.world.record.send(path, request).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    /// Posts with a key that is a secret, since it opens the answer that is kept.
    async fn post_keyed(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.world.record.secret("an idempotency key", key);
        let request = self.request(Method::POST, path).json(body);
        let request = request.header("idempotency-key", key);
        self.world.record.send(path, request).await
    }

    /// Asks for what holds secrets, each of them once more. Answers the statuses.
    pub(super) async fn make_things(&self) -> [u16; 3] {
        let password = self.password("a password that is not stored");
        let user = json!({ "username": "dora", "password": password });
        let client =
            json!({ "client_type": "confidential", "grant_types": ["client_credentials"] });
        let key = self.world.fresh("a key of what is not made");
        let settings = json!({ "values": { "tokens.code_lifetime": "50s" } });
        let user = self.post("/admin/users", &user).await;
        let client = self.post_keyed("/admin/clients", &key, &client).await;
        let settings = self.send(Method::PATCH, "/admin/settings", &settings).await;
        [user.status, client.status, settings.status]
    }

    /// A new password for this use, noted.
    fn password(&self, what: &str) -> String {
        let password = self.world.fresh(what);
        self.world.record.secret(what, &password);
        password
    }
}

/// Everything that administrators do with secrets.
pub(super) async fn administer(world: &World<'_>) {
    let admin = Administrator::log_in(world, "administration").await;
    clients(&admin).await;
    users(&admin).await;
    tokens(&admin).await;
    mistakes(&admin).await;
    registration::register(&admin, world).await;
    let settings = json!({ "values": { "tokens.code_lifetime": "45s" } });
    let changed = admin
        .send(Method::PATCH, "/admin/settings", &settings)
        .await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let rotated = admin.post("/admin/keys/rotate", &json!({})).await;
    assert_eq!(rotated.status, 200, "{}", rotated.body);
}

/// A client and its secrets: made, asked for again, replaced.
async fn clients(admin: &Administrator<'_>) {
    let key = admin.world.fresh("a key for a client");
    let client = json!({
        "client_type": "confidential",
        "client_name": PLANTED,
        "grant_types": ["client_credentials"],
    });
    let made = admin.post_keyed("/admin/clients", &key, &client).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let again = admin.post_keyed("/admin/clients", &key, &client).await;
    assert_eq!(made.body, again.body);
    let other = json!({ "client_type": "public" });
    let refused = admin.post_keyed("/admin/clients", &key, &other).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    let short = admin.post_keyed("/admin/clients", "too-short-a-key", &client);
    assert_eq!(short.await.status, 400);

    let id = text(&made, "/id");
    let path = format!("/admin/clients/{id}/secrets");
    let rotation = json!({ "old_secret_valid_for": 60 });
    let key = admin.world.fresh("a key for a secret");
    let rotated = admin.post_keyed(&path, &key, &rotation).await;
    assert_eq!(rotated.status, 201, "{}", rotated.body);
    // Two are valid: the third is refused.
    let refused = admin.post(&path, &rotation).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    let list = "/admin/clients?limit=1";
    let request = admin.request(Method::GET, list);
    let page = admin.world.record.send(list, request).await;
    let next = format!("{list}&cursor={}", text(&page, "/next_cursor"));
    for wrong in ["", "AAAA", "&sort=-created_at"] {
        let request = admin.request(Method::GET, &format!("{next}{wrong}"));
        let page = admin.world.record.send("a list of clients", request).await;
        assert_eq!(page.status, if wrong.is_empty() { 200 } else { 400 });
    }
}

/// A user and their passwords: given, made, and both.
async fn users(admin: &Administrator<'_>) {
    let name = admin.world.fresh("a name").to_lowercase();
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let password = admin.password("the password of a new user");
    let given = json!({ "username": name, "password": password, "nickname": PLANTED });
    let made = admin.post("/admin/users", &given).await;
    assert_eq!(made.status, 201, "{}", made.body);
    // The name is taken.
    assert_eq!(admin.post("/admin/users", &given).await.status, 409);
    let temporary = json!({ "username": format!("{name}y"), "temporary_password": true });
    let key = admin.world.fresh("a key for a user");
    let shown = admin.post_keyed("/admin/users", &key, &temporary).await;
    assert_eq!(shown.status, 201, "{}", shown.body);

    let id = text(&made, "/user/id");
    let path = format!("/admin/users/{id}/reset-password");
    let password = admin.password("another password of a user");
    let given = json!({ "password": password });
    let reset = admin.post(&path, &given).await;
    assert_eq!(reset.status, 200, "{}", reset.body);
    let made = admin
        .post(&path, &json!({ "temporary_password": true }))
        .await;
    assert_eq!(made.status, 200, "{}", made.body);
    let both = json!({ "password": password, "temporary_password": true });
    assert_eq!(admin.post(&path, &both).await.status, 422);
}

/// Tokens that are looked up by their value, and ended.
async fn tokens(admin: &Administrator<'_>) {
    let other = Administrator::log_in(admin.world, "tokens to be ended").await;
    let refresh = json!({ "token": other.tokens.refresh() });
    let path = "/admin/presented-tokens/look-up";
    let found = admin.post(path, &refresh).await;
    assert_eq!(found.status, 200, "{}", found.body);
    let path = "/admin/presented-tokens/revoke";
    let ended = admin.post(path, &refresh).await;
    assert_eq!(ended.status, 200, "{}", ended.body);
    // It has ended with its grant.
    assert_eq!(other.post(path, &refresh).await.status, 401);
    let stray = json!({ "token": admin.password("a token that there is not") });
    assert_eq!(admin.post(path, &stray).await.status, 404);
}

/// Secrets where they do not belong.
async fn mistakes(admin: &Administrator<'_>) {
    let secret = admin.password("a secret in the wrong place");
    for body in [
        json!({ "username": "carol", "pasword": secret }),
        json!({ "username": "carol", "password": [secret] }),
        json!({ "username": "carol", "password": secret.repeat(40) }),
        json!({ "username": secret.repeat(9), "password": secret }),
        json!({ "username": "carol", "password": secret, "temporary_password": secret }),
        json!(secret),
    ] {
        let refused = admin.post("/admin/users", &body).await;
        assert!([400, 422].contains(&refused.status), "{}", refused.body);
    }
    let request = admin.request(Method::POST, "/admin/users");
    let request = request.header("content-type", "application/json");
    let broken = request.body(format!("{{\"password\": \"{secret}\""));
    let refused = admin.world.record.send("/admin/users", broken).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    for path in [
        format!("/admin/users?password={secret}"),
        format!("/admin/users?limit={secret}"),
        format!("/admin/users?cursor={secret}"),
    ] {
        let request = admin.request(Method::GET, &path);
        let refused = admin.world.record.send("a list of users", request).await;
        assert_eq!(refused.status, 400, "{}", refused.body);
    }
    for header in ["if-match", "idempotency-key"] {
        let request = admin
            .request(Method::POST, "/admin/clients")
            .json(&json!({}));
        let request = request.header(header, &secret);
        admin.world.record.send("/admin/clients", request).await;
    }
}

fn text(answer: &Answer, pointer: &str) -> String {
    let document: Value = serde_json::from_str(&answer.body).expect("a document");
    let found = document.pointer(pointer).and_then(Value::as_str);
    found.expect(pointer).to_owned()
}
