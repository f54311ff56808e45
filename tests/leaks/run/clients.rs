//! Clients at the token endpoint and its neighbours: rightly, wrongly, and out of their minds.

use authly_testing::answer::{Answer, Tokens};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};

use super::people::code;
use super::{Client, PLANTED, POSTER, ROBOT, WEB, World, basic};
use crate::search::Kind;

const TOKEN: &str = "/api/v1/oauth/token";
const INTROSPECT: &str = "/api/v1/oauth/introspect";
const REVOKE: &str = "/api/v1/oauth/revoke";
const USERINFO: &str = "/oidc/userinfo";
const FORM: &str = "application/x-www-form-urlencoded";

impl World<'_> {
    /// Posts a form as this client.
    pub(crate) async fn post_as(
        &self,
        client: Client,
        path: &str,
        form: &[(&str, &str)],
    ) -> Answer {
        let mut form = form.to_vec();
        let mut request = self.http.post(self.server.url(path));
        if client.id == WEB.id {
            request = request.header(AUTHORIZATION, basic(client.id, client.secret));
        } else {
            form.extend([("client_id", client.id), ("client_secret", client.secret)]);
        }
        self.record.send(path, request.form(&form)).await
    }

    async fn redeem(&self, client: Client, code: &str, verifier: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", verifier),
        ];
        self.post_as(client, TOKEN, &form).await
    }

    async fn refresh(&self, client: Client, token: &str) -> Answer {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.post_as(client, TOKEN, &form).await
    }

    async fn userinfo(&self, token: &str) -> Answer {
        let request = self.http.get(self.server.url(USERINFO));
        self.record.send(USERINFO, request.bearer_auth(token)).await
    }

    /// Tokens for a client, by a code of its own.
    pub(crate) async fn tokens(&self, client: Client, use_of: &str) -> Tokens {
        let (code, verifier) = code(self, client, use_of, &[]).await;
        self.redeem(client, &code, &verifier).await.expect_tokens()
    }
}

/// Everything that clients do.
pub(crate) async fn use_and_abuse(world: &World<'_>) {
    codes(world).await;
    refresh_tokens(world).await;
    let tokens = world.tokens(POSTER, "abuse").await;
    for kind in [&tokens.access_token, tokens.refresh()] {
        strays(world, kind).await;
    }
    strays(world, WEB.secret).await;
    let stray = world.fresh("something that is nothing");
    world.record.secret("something that is nothing", &stray);
    strays(world, &stray).await;
    wrong_secrets(world).await;
}

async fn codes(world: &World<'_>) {
    let (code, verifier) = code(world, WEB, "codes", &[]).await;
    let wrong = world.fresh("a wrong verifier");
    world.record.secret("a wrong verifier", &wrong);
    world
        .redeem(POSTER, &code, &verifier)
        .await
        .expect_error(400, "invalid_grant");
    world
        .redeem(WEB, &code, &wrong)
        .await
        .expect_error(400, "invalid_grant");
    world
        .redeem(ROBOT, &code, &verifier)
        .await
        .expect_error(400, "unauthorized_client");
    let tokens = world.redeem(WEB, &code, &verifier).await.expect_tokens();
    let good = world.userinfo(&tokens.access_token).await;
    assert!(good.status == 200, "{}", good.body);
    let id_token = tokens.id_token.as_deref().unwrap_or_default();
    for token in [&tokens.access_token, tokens.refresh(), id_token, &code] {
        world.post_as(WEB, INTROSPECT, &[("token", token)]).await;
        world.post_as(POSTER, INTROSPECT, &[("token", token)]).await;
        world.userinfo(token).await;
        world.userinfo(&format!("{token}x")).await;
        world.refresh(WEB, token).await;
    }
    let replay = world.redeem(WEB, &code, &verifier).await;
    replay.expect_error(400, "invalid_grant");
}

async fn refresh_tokens(world: &World<'_>) {
    let first = world.tokens(WEB, "refreshing").await;
    world
        .refresh(POSTER, first.refresh())
        .await
        .expect_error(400, "invalid_grant");
    let second = world.refresh(WEB, first.refresh()).await.expect_tokens();
    let again = world.refresh(WEB, first.refresh()).await.expect_tokens();
    assert_eq!(again.refresh_token, second.refresh_token);
    let third = world.refresh(WEB, second.refresh()).await.expect_tokens();
    let reused = world.refresh(WEB, first.refresh()).await;
    reused.expect_error(400, "invalid_grant");
    world
        .refresh(WEB, third.refresh())
        .await
        .expect_error(400, "invalid_grant");
    world
        .userinfo(&third.access_token)
        .await
        .expect_error(401, "invalid_token");

    let own = [("grant_type", "client_credentials")];
    let own = world.post_as(ROBOT, TOKEN, &own).await.expect_tokens();
    world.userinfo(&own.access_token).await;
    world
        .post_as(ROBOT, REVOKE, &[("token", &own.access_token)])
        .await;
    let kept = world.tokens(POSTER, "revoking").await;
    world
        .post_as(WEB, REVOKE, &[("token", kept.refresh())])
        .await;
    world
        .post_as(POSTER, REVOKE, &[("token", kept.refresh())])
        .await;
    world
        .refresh(POSTER, kept.refresh())
        .await
        .expect_error(400, "invalid_grant");
}

/// The same secret in every place where it does not belong.
async fn strays(world: &World<'_>, stray: &str) {
    let encoded: String = url::form_urlencoded::byte_serialize(stray.as_bytes()).collect();
    let paths = [
        TOKEN,
        INTROSPECT,
        REVOKE,
        USERINFO,
        "/api/v1/oauth/authorize",
        "/login",
    ];
    for path in paths {
        let url = world
            .server
            .url(&format!("{path}?token={encoded}&access_token={encoded}"));
        for request in [
            world.http.get(&url),
            world.http.put(&url).body(stray.to_owned()),
            world
                .http
                .post(&url)
                .header(CONTENT_TYPE, FORM)
                .body(encoded.clone()),
            world
                .http
                .post(&url)
                .bearer_auth(&encoded)
                .bearer_auth(&encoded),
            world
                .http
                .post(&url)
                .header(AUTHORIZATION, format!("Basic {encoded}")),
            world
                .http
                .get(&url)
                .header(AUTHORIZATION, format!("{encoded} {encoded}")),
            world.http.get(&url).header("x-request-id", &encoded),
            world.http.get(&url).header("x-forwarded-for", &encoded),
            world
                .http
                .get(&url)
                .header(COOKIE, format!("a={encoded}; {encoded}")),
            world
                .http
                .get(&url)
                .header("origin", format!("https://{encoded}")),
        ] {
            world.record.send(path, request).await;
        }
        let below = world.server.url(&format!("{path}/{encoded}"));
        world
            .record
            .send("a path below", world.http.get(below))
            .await;
    }
    bodies(world, stray, &encoded).await;
    misnamed(world, stray).await;
    let at_root = world.server.url(&format!("/{encoded}/{encoded}"));
    world.record.send("a path", world.http.get(at_root)).await;
}

/// The same secret in bodies that are refused.
async fn bodies(world: &World<'_>, stray: &str, encoded: &str) {
    // A name is what is looked up: PostgreSQL gets to see it.
    let named = world.fresh("a secret as a client_id");
    world
        .record
        .secret_as(Kind::TypedAsName, "a secret as a client_id", &named);
    let json = serde_json::json!({ "client_secret": stray, "token": stray }).to_string();
    for (kind, body) in [
        ("application/json", json.clone()),
        ("application/json", format!("{json}{json}")),
        ("text/plain", stray.to_owned()),
        (
            "multipart/form-data; boundary=x",
            format!("--x\r\n\r\n{stray}\r\n--x--"),
        ),
        (FORM, json),
        (FORM, format!("token={encoded}&token={encoded}")),
        (FORM, format!("token={encoded}%zz")),
        (FORM, format!("token={encoded}%00&client_id=web")),
        (FORM, format!("token={encoded}%ff&client_id=web")),
        (
            FORM,
            format!("grant_type={encoded}&client_id=web&client_secret={encoded}"),
        ),
        (FORM, format!("client_id={named}&client_secret={encoded}")),
        (
            FORM,
            format!("client_assertion={encoded}&client_assertion_type={encoded}"),
        ),
        (
            FORM,
            format!("token={encoded}&filler={}", "x".repeat(70_000)),
        ),
    ] {
        for path in [TOKEN, INTROSPECT, REVOKE, USERINFO, "/login", "/consent"] {
            let request = world.http.post(world.server.url(path));
            let request = request.header(CONTENT_TYPE, kind).body(body.clone());
            world.record.send(path, request).await;
        }
    }
}

/// The same secret as the value of something else, and a value that is none where a secret belongs.
async fn misnamed(world: &World<'_>, stray: &str) {
    for name in [
        "scope",
        "resource",
        "redirect_uri",
        "code",
        "refresh_token",
        "grant_type",
    ] {
        let mut form = vec![("grant_type", "authorization_code"), ("code", "none")];
        form.retain(|(key, _)| *key != name);
        form.push((name, stray));
        world.post_as(WEB, TOKEN, &form).await;
    }
    let planted = [("client_id", PLANTED), ("client_secret", PLANTED)];
    let request = world.http.post(world.server.url(TOKEN)).form(&planted);
    world.record.send("planted", request).await;
}

/// Guesses until the guesser has to wait.
async fn wrong_secrets(world: &World<'_>) {
    let guess = world.fresh("a guessed secret");
    world.record.secret("a guessed secret", &guess);
    let guesser = Client {
        id: ROBOT.id,
        ..ROBOT
    };
    for attempt in 0..22 {
        let guess = format!("{guess}{attempt}");
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", guesser.id),
            ("client_secret", &guess),
        ];
        let request = world.http.post(world.server.url(TOKEN)).form(&form);
        let answer = world.record.send(TOKEN, request).await;
        assert!([401, 429].contains(&answer.status), "{}", answer.body);
    }
}
