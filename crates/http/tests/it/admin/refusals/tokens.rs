//! Refusals of codes, refresh tokens and access tokens.

use std::collections::BTreeSet;
use std::time::Duration;

use authly_domain::refusals::Reason;
use authly_domain::scopes::Scope;
use authly_testing::answer::Answer;
use authly_testing::fixtures::{TestClient, TestUser};
use authly_testing::flows::Code;
use authly_testing::rp::send;
use pretty_assertions::assert_eq;
use serde_json::Value;

use super::Desk;
use crate::machine_support::{USERINFO, get, post};

const API: &str = "https://api.example";

/// A client and a user whose codes and tokens are refused.
struct Town {
    client: TestClient,
    user: TestUser,
}

impl Town {
    async fn of(desk: &Desk) -> Self {
        let client = desk.app.client().id("web").resources(&[API]);
        Self {
            client: client.create().await,
            user: desk.app.user("alice").create().await,
        }
    }

    async fn code(&self, desk: &Desk) -> Code {
        desk.app.code(&self.client, &self.user, "openid").await
    }

    async fn redeem(&self, desk: &Desk, form: &[(&str, &str)]) -> Answer {
        let form = [&[("grant_type", "authorization_code")][..], form].concat();
        desk.app.rp(&self.client).token(&form).await
    }
}

fn text<'r>(refusal: &'r Value, member: &str) -> &'r str {
    refusal[member].as_str().unwrap_or_default()
}

async fn of_codes(desk: &mut Desk, town: &Town) {
    let rp = desk.app.rp(&town.client);
    let answer = rp.redeem("nothing", "nothing").await;
    desk.expect(&answer, Reason::UnknownCode).await;

    let Code { code, verifier } = town.code(desk).await;
    let other = desk.app.client().id("other").create().await;
    let answer = desk.app.rp(&other).redeem(&code, &verifier).await;
    let refusal = desk.expect(&answer, Reason::CodeOfOtherClient).await;
    assert_eq!(refusal["client_id"], "other");

    let registered = town.client.redirect_uri().to_owned();
    let wrong = format!("{registered}/");
    let form = [
        ("code", &*code),
        ("code_verifier", &verifier),
        ("redirect_uri", &wrong),
    ];
    let answer = town.redeem(desk, &form).await;
    let refusal = desk.expect(&answer, Reason::CodeRedirectUri).await;
    assert!(text(&refusal, "explanation").ends_with("by a trailing slash."));
    assert_eq!(refusal["expected"], registered);
    assert_eq!(refusal["came"], wrong);

    for (shown, came) in [
        (None, "no code_verifier"),
        (Some("short"), "a malformed code_verifier"),
        (Some(&*"v".repeat(43)), "another code_verifier"),
    ] {
        let mut form = vec![("code", &*code)];
        form.extend(shown.map(|shown| ("code_verifier", shown)));
        let answer = town.redeem(desk, &form).await;
        let refusal = desk.expect(&answer, Reason::CodeVerifier).await;
        assert_eq!(refusal["came"], came);
    }

    let tokens = rp.redeem(&code, &verifier).await.expect_tokens();
    desk.app.advance(Duration::from_secs(4));
    let answer = rp.redeem(&code, &verifier).await;
    let refusal = desk.expect(&answer, Reason::CodeUsed).await;
    let told = "It was used 4 s earlier by the same client from 127.0.0.1.";
    assert!(text(&refusal, "explanation").ends_with(told), "{refusal}");
    assert!(refusal["user"].is_string(), "{refusal}");
    let answer = rp.refresh(tokens.refresh()).await;
    let refusal = desk.expect(&answer, Reason::GrantRevoked).await;
    let why = "because its code was used a second time.";
    assert!(text(&refusal, "explanation").ends_with(why), "{refusal}");

    let late = town.code(desk).await;
    desk.app.advance(Duration::from_secs(70));
    let answer = rp.redeem(&late.code, &late.verifier).await;
    let refusal = desk.expect(&answer, Reason::CodeExpired).await;
    assert!(text(&refusal, "explanation").ends_with(" 10 s earlier."));
}

async fn of_refresh_tokens(desk: &mut Desk, town: &Town) {
    let rp = desk.app.rp(&town.client);
    let answer = rp.refresh("nothing").await;
    desk.expect(&answer, Reason::UnknownRefreshToken).await;
    let tokens = desk.app.tokens(&town.client, &town.user, "openid").await;
    let other = desk.app.client().id("another").create().await;
    let answer = desk.app.rp(&other).refresh(tokens.refresh()).await;
    desk.expect(&answer, Reason::RefreshTokenOfOtherClient)
        .await;
    let wider = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh()),
        ("scope", "openid notes:write"),
    ];
    let answer = rp.token(&wider).await;
    let refusal = desk.expect(&answer, Reason::ScopeWider).await;
    assert!(text(&refusal, "explanation").ends_with("It was notes:write."));

    let _next = rp.refresh(tokens.refresh()).await.expect_tokens();
    desk.app.advance(Duration::from_mins(2));
    let answer = rp.refresh(tokens.refresh()).await;
    let refusal = desk.expect(&answer, Reason::RefreshTokenReused).await;
    assert!(text(&refusal, "explanation").ends_with("It was exchanged 120 s earlier."));

    let tokens = desk
        .app
        .tokens(&town.client, &town.user, "openid offline_access")
        .await;
    desk.app.advance(Duration::from_hours(31 * 24));
    let answer = rp.refresh(tokens.refresh()).await;
    desk.renew().await;
    desk.expect(&answer, Reason::RefreshTokenExpired).await;
}

async fn of_what_ended(desk: &mut Desk, town: &Town) {
    let rp = desk.app.rp(&town.client);
    let mut browser = desk.app.browser();
    let tokens = desk
        .app
        .tokens_in(&mut browser, &town.client, &town.user, "openid")
        .await;
    let page = browser.get("/logout").await;
    browser.submit(&page.form("logout")).await;
    let answer = rp.refresh(tokens.refresh()).await;
    desk.expect(&answer, Reason::SessionEnded).await;

    let eve = desk.app.user("eve").create().await;
    let tokens = desk.app.tokens(&town.client, &eve, "openid").await;
    desk.app.disable_user(&eve).await;
    let answer = rp.refresh(tokens.refresh()).await;
    desk.expect(&answer, Reason::UserDisabled).await;

    let asked = desk
        .app
        .ask(&town.client, "notes:read", &[("resource", API)]);
    let page = desk
        .app
        .walk(&mut desk.app.browser(), &asked, &town.user)
        .await;
    let code = page.answered("code").unwrap();
    let tokens = rp.redeem(&code, &asked.verifier).await.expect_tokens();
    town.client
        .change(&desk.app.context, |client| client.resources = Vec::new())
        .await;
    let answer = rp.refresh(tokens.refresh()).await;
    desk.expect(&answer, Reason::ResourceTakenAway).await;
}

async fn of_scopes_taken_away(desk: &mut Desk) {
    let shrinking = desk.app.client().id("shrinking").create().await;
    let user = desk.app.user("carol").create().await;
    let tokens = desk.app.tokens(&shrinking, &user, "notes:read").await;
    let conn = desk.app.db.connect().await.unwrap();
    let scope = "openid".parse().unwrap();
    let clients = conn.reads().clients();
    let key = shrinking.record.key;
    let none = Scope::empty();
    let left = clients.replace_scopes(key, &scope, &none).await;
    left.unwrap();
    drop(conn);
    shrinking.change(&desk.app.context, |_client| {}).await;
    let answer = desk.app.rp(&shrinking).refresh(tokens.refresh()).await;
    desk.expect(&answer, Reason::ScopeTakenAway).await;
}

async fn of_access_tokens(desk: &mut Desk, town: &Town) {
    let rp = desk.app.rp(&town.client);
    let answer = send(get(&desk.app, USERINFO)).await;
    desk.expect(&answer, Reason::TokenMissing).await;
    let request = get(&desk.app, USERINFO).header("Authorization", "Bearer a b");
    desk.expect(&send(request).await, Reason::TokenMalformed)
        .await;
    let request = post(&desk.app, USERINFO).bearer_auth("a");
    let request = request.form(&[("access_token", "a")]);
    desk.expect(&send(request).await, Reason::SeveralTokens)
        .await;
    let answer = rp.userinfo("nothing").await;
    desk.expect(&answer, Reason::UnknownToken).await;

    let tokens = desk.app.tokens(&town.client, &town.user, "openid").await;
    rp.revoke(&tokens.access_token).await;
    let answer = rp.userinfo(&tokens.access_token).await;
    desk.expect(&answer, Reason::TokenEnded).await;
    let tokens = desk
        .app
        .tokens(&town.client, &town.user, "notes:read")
        .await;
    let answer = rp.userinfo(&tokens.access_token).await;
    let refusal = desk.expect(&answer, Reason::TokenScope).await;
    assert_eq!(refusal["expected"], "openid");
    assert_eq!(refusal["came"], "notes:read");
    assert_eq!(refusal["client_id"], "web");

    let asked = desk.app.ask(&town.client, "openid", &[("resource", API)]);
    let mut browser = desk.app.browser();
    let page = desk.app.walk(&mut browser, &asked, &town.user).await;
    let code = page.answered("code").unwrap();
    let tokens = rp.redeem(&code, &asked.verifier).await.expect_tokens();
    let answer = rp.userinfo(&tokens.access_token).await;
    let refusal = desk.expect(&answer, Reason::TokenAudience).await;
    assert_eq!(refusal["came"], API);

    let tokens = desk.app.tokens(&town.client, &town.user, "openid").await;
    desk.app.advance(Duration::from_mins(16));
    let answer = rp.userinfo(&tokens.access_token).await;
    desk.renew().await;
    desk.expect(&answer, Reason::TokenExpired).await;
}

async fn of_changes(desk: &mut Desk) {
    let editor = desk.app.client().id("editor").scope("openid profile:write");
    let editor = editor.create().await;
    let user = desk.app.user("dave").create().await;
    let tokens = desk
        .app
        .tokens(&editor, &user, "openid profile:write")
        .await;
    for (body, reason) in [
        ("[]", Reason::DocumentMalformed),
        (r#"{"email":"a@b.example"}"#, Reason::ClaimNotChangeable),
        (r#"{"website":1}"#, Reason::ClaimValue),
    ] {
        let request = authly_testing::rp::http_client()
            .put(desk.app.url(USERINFO))
            .bearer_auth(&tokens.access_token)
            .header("Content-Type", "application/json");
        let answer = send(request.body(body)).await;
        desk.expect(&answer, reason).await;
    }
}

/// Every reason that was met, each of which was looked up.
pub(super) async fn reasons() -> BTreeSet<Reason> {
    let mut desk = Desk::new().await;
    let town = Town::of(&desk).await;
    Box::pin(of_codes(&mut desk, &town)).await;
    Box::pin(of_changes(&mut desk)).await;
    Box::pin(of_scopes_taken_away(&mut desk)).await;
    // The administrator's token lasts for as long as one of anybody.
    let mut seen = desk.seen;
    let mut desk = Desk::new().await;
    let town = Town::of(&desk).await;
    Box::pin(of_what_ended(&mut desk, &town)).await;
    seen.extend(desk.seen);
    let mut desk = Desk::new().await;
    let town = Town::of(&desk).await;
    Box::pin(of_access_tokens(&mut desk, &town)).await;
    seen.extend(desk.seen);
    let mut desk = Desk::new().await;
    let town = Town::of(&desk).await;
    Box::pin(of_refresh_tokens(&mut desk, &town)).await;
    seen.extend(desk.seen);
    seen
}
