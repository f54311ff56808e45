//! Which ends clients are told of, and which clients.

use std::time::Duration;

use authly_testing::rp::{http_client, send};
use pretty_assertions::assert_eq;
use serde_json::json;

use super::{World, log_out};

#[tokio::test]
async fn whatever_ends_a_session_tells_its_clients() {
    // By the user, at another browser.
    let world = World::start().await;
    // The newest comes first.
    world.app.advance(Duration::from_secs(1));
    let mut elsewhere = world.app.logged_in(&world.alice).await;
    let page = elsewhere.get("/account").await;
    elsewhere.submit(&page.form("end_session_2")).await;
    assert_eq!(world.told().await["sid"], world.id_token()["sid"]);

    // Everywhere else.
    let world = World::start().await;
    let mut elsewhere = world.app.logged_in(&world.alice).await;
    let page = elsewhere.get("/account").await;
    elsewhere.submit(&page.form("end_others")).await;
    assert_eq!(world.told().await["sid"], world.id_token()["sid"]);

    // By somebody else who logs in, in the same browser.
    let mut world = World::start().await;
    let bob = world.app.user("bob").create().await;
    let login = world
        .app
        .ask(&world.client, "openid", &[("prompt", "login")]);
    let page = world.browser.get(&login.target).await;
    let page = world.browser.follow(&page).await;
    world
        .browser
        .fill_in_login(&page, "bob", &bob.password)
        .await;
    assert_eq!(world.told().await["sid"], world.id_token()["sid"]);

    // By a new password.
    let mut world = World::start().await;
    world.app.demand_password_change(&world.alice).await;
    let mut elsewhere = world.app.logged_in(&world.alice).await;
    let page = elsewhere.get("/login/password").await;
    let new = "a quite different sentence";
    let form = page.form("change_password");
    let form = form.fill("new_password", new).fill("repeat_password", new);
    elsewhere.submit(&form).await;
    assert_eq!(world.told().await["sid"], world.id_token()["sid"]);
    log_out(&mut world.browser).await;
    assert_eq!(world.call().await, 0, "it has ended before");
}

#[tokio::test]
async fn what_administrators_end_tells_clients_and_a_dry_run_does_not() {
    for what in ["session", "sessions", "disable", "reset", "delete"] {
        let world = World::start().await;
        let root = world.app.administrator("root").await;
        let session = world.app.stored().sessions_of("alice").await[0].id;
        let session = session.as_uuid();
        let user = world.alice.id.as_uuid();
        let path = match what {
            "session" => format!("/admin/sessions/{session}/end"),
            "sessions" => format!("/admin/users/{user}/sessions/end"),
            "disable" => format!("/admin/users/{user}/disable"),
            "reset" => format!("/admin/users/{user}/reset-password"),
            _ => format!("/admin/users/{user}"),
        };
        let ask = async |query: &str| {
            let path = format!("{path}{query}");
            let answer = match what {
                "delete" => root.delete(&path).await,
                "reset" => root.post(&path, &json!({"temporary_password": true})).await,
                _ => root.post(&path, &json!({})).await,
            };
            assert!(answer.status < 300, "{what}: {}", answer.body);
        };
        ask("?dry_run=true").await;
        assert_eq!(world.left().await, 0, "{what}");
        ask("").await;
        assert_eq!(world.told().await["sid"], world.id_token()["sid"], "{what}");
    }
}

#[tokio::test]
async fn logging_out_at_the_command_line_tells_the_clients_of_its_session() {
    let world = World::start().await;
    let ensured = world.app.bootstrap().ensure_command_line().await;
    ensured.unwrap();
    let carol = world.app.user("carol").administrator().create().await;
    let post = async |path: &str, form: &[(&str, &str)]| {
        let form = [&[("client_id", "authly-cli")], form].concat();
        send(http_client().post(world.app.url(path)).form(&form)).await
    };
    let form = [
        ("grant_type", "password"),
        ("username", "carol"),
        ("password", &carol.password),
        ("scope", "admin:users:read"),
    ];
    let tokens = post("/api/v1/auth/token", &form).await.expect_tokens();
    let session = world.app.stored().sessions_of("carol").await[0].id;
    world.app.sign_in_at_every_client(session).await;
    let form = [("refresh_token", tokens.refresh())];
    let ended = post("/api/v1/auth/logout", &form).await;
    assert_eq!(ended.status, 200, "{}", ended.body);
    assert_eq!(world.told().await["sid"], session.as_uuid().to_string());
}

#[tokio::test]
async fn nobody_is_told_of_a_session_that_merely_expires() {
    let mut world = World::start().await;
    world.app.advance(Duration::from_hours(8 * 24));
    world.browser.get("/login").await;
    assert_eq!(world.left().await, 0);
    assert_eq!(world.call().await, 0);
}

#[tokio::test]
async fn those_are_told_who_have_got_an_id_token_in_the_session_whatever_became_of_their_grants() {
    let mut world = World::start().await;
    let told = world.host.url("/told");
    // Offline access hangs on no session.
    let offline = world.app.client().id("offline").told_of_logouts_at(&told);
    let offline = offline.create().await;
    let scope = [("scope", "openid offline_access"), ("prompt", "consent")];
    let asked = world.app.ask(&offline, "openid", &scope);
    let page = world
        .app
        .walk(&mut world.browser, &asked, &world.alice)
        .await;
    let code = page.answered("code").unwrap();
    let rp = world.app.rp(&offline);
    let _tokens = rp.redeem(&code, &asked.verifier).await.expect_tokens();
    // A grant that is revoked, and gone.
    let gone = world.app.client().id("gone").told_of_logouts_at(&told);
    let gone = gone.create().await;
    let tokens = world
        .app
        .tokens_in(&mut world.browser, &gone, &world.alice, "openid")
        .await;
    world.app.rp(&gone).revoke(tokens.refresh()).await;
    // These are not: no ID token, no address, another session, no sign-in at all.
    let no_id = world.app.client().id("no-id").told_of_logouts_at(&told);
    let no_id = no_id.create().await;
    world
        .app
        .tokens_in(&mut world.browser, &no_id, &world.alice, "notes:read")
        .await;
    let quiet = world.app.client().id("quiet").create().await;
    world
        .app
        .tokens_in(&mut world.browser, &quiet, &world.alice, "openid")
        .await;
    let elsewhere = world.app.client().id("elsewhere").told_of_logouts_at(&told);
    let elsewhere = elsewhere.create().await;
    world.app.tokens(&elsewhere, &world.alice, "openid").await;
    world
        .app
        .client()
        .id("stranger")
        .told_of_logouts_at(&told)
        .create()
        .await;

    world.log_out().await;
    assert_eq!(world.call().await, 3);
    let received = world.host.received();
    let tokens = received.iter().map(super::logout_token);
    let mut told: Vec<String> = tokens
        .map(|token| {
            authly_testing::answer::claims(&token)["aud"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    told.sort();
    assert_eq!(told, ["gone", "offline", "web"]);
}

#[tokio::test]
async fn a_client_is_told_once_of_each_session_however_often_its_user_signed_in() {
    let mut world = World::start().await;
    for _ in 0..3 {
        let (client, alice) = (world.client.clone(), world.alice.clone());
        world
            .app
            .tokens_in(&mut world.browser, &client, &alice, "openid")
            .await;
    }
    let mut elsewhere = world.app.browser();
    world
        .app
        .tokens_in(&mut elsewhere, &world.client, &world.alice, "openid")
        .await;
    world.log_out().await;
    assert_eq!(world.call().await, 1);
    log_out(&mut elsewhere).await;
    assert_eq!(world.call().await, 1);
    let received = world.host.received();
    let sids: Vec<_> = received
        .iter()
        .map(|one| authly_testing::answer::claims(&super::logout_token(one))["sid"].clone())
        .collect();
    assert_ne!(sids[0], sids[1]);
}

#[tokio::test]
async fn a_client_that_was_disabled_or_wants_it_no_more_is_not_told() {
    let mut world = World::start().await;
    world.client.disable(&world.app.context).await;
    world.log_out().await;
    assert_eq!(world.left().await, 0);

    let mut world = World::start().await;
    world.log_out().await;
    let no_more = |client: &mut authly_domain::clients::Client| {
        client.logout.backchannel_uri = None;
    };
    world.client.change(&world.app.context, no_more).await;
    assert_eq!(world.call().await, 0);
    assert_eq!(world.host.received(), []);
}

#[tokio::test]
async fn a_thousand_clients_take_a_logout_no_more_round_trips() {
    let mut world = World::start().await;
    let session = world.app.stored().sessions_of("alice").await[0].id;
    let told = world.host.url("/told");
    let mut template = world.client.record.clone();
    let conn = world.app.context.db.connect().await.unwrap();
    for number in 0..1_000 {
        template.key = authly_domain::id::ClientKey::generate(
            world.app.context.now(),
            &*world.app.context.entropy,
        );
        template.id = format!("client-{number}").parse().unwrap();
        template.logout.backchannel_uri = Some(told.clone());
        let clients = conn.reads().clients();
        clients
            .upsert(&template, world.app.context.now())
            .await
            .unwrap();
    }
    drop(conn);
    world.app.sign_in_at_every_client(session).await;

    let bob = world.app.user("bob").create().await;
    let mut alone = world.app.logged_in(&bob).await;
    let pages = [
        world.browser.get("/logout").await.form("logout"),
        alone.get("/logout").await.form("logout"),
    ];
    let before = world.app.db.round_trips();
    world.browser.submit(&pages[0]).await;
    let with_many = world.app.db.round_trips() - before;
    alone.submit(&pages[1]).await;
    let without = world.app.db.round_trips() - before - with_many;
    assert_eq!(with_many, without);
    assert_eq!(world.left().await, 1_001);
    assert_eq!(world.call().await, 1_001);
    assert_eq!(world.host.received().len(), 1_001);
    assert_eq!(world.left().await, 0);
}
