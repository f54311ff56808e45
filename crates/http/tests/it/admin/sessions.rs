//! `/admin/sessions`

use std::time::Duration;

use authly_testing::TestApp;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn sessions_are_listed_page_by_page_and_by_user() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let alice = app.user("alice").create().await;
    for _ in 0..3 {
        app.logged_in(&alice).await;
    }
    let of_alice = format!("/admin/sessions?user={}&limit=2", alice.id.as_uuid());
    let first = root.get(&of_alice).await;
    assert_eq!(first.status, 200, "{}", first.body);
    let first = first.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let last = root
        .get(&format!("{of_alice}&cursor={cursor}"))
        .await
        .json();
    let mut listed = ids(&first);
    listed.extend(ids(&last));
    let mut stored: Vec<_> = app.stored().sessions_of("alice").await;
    stored.sort_by_key(|one| std::cmp::Reverse(one.id));
    let stored: Vec<_> = stored
        .iter()
        .map(|one| one.id.as_uuid().to_string())
        .collect();
    assert_eq!(listed, stored);
    assert_eq!(last.get("next_cursor"), None);
    assert_eq!(ids(&root.get("/admin/sessions").await.json()).len(), 4);

    let one = root
        .get(&format!("/admin/sessions/{}", listed[0]))
        .await
        .json();
    assert_eq!(one, first["items"][0]);
    assert_eq!(one["user"]["username"], "alice");
    assert_eq!(
        (&one["state"], &one["acr"]),
        (&json!("active"), &json!("1"))
    );
    assert_eq!(
        (&one["amr"], &one["address"]),
        (&json!(["pwd"]), &json!("127.0.0.1"))
    );
    assert_eq!((one.get("ended_at"), one.get("digest")), (None, None));
}

#[tokio::test]
async fn a_session_that_is_ended_ends_everything_that_hangs_on_it_on_every_node() {
    let app = TestApp::start().await;
    let other = app.another_node().await;
    let root = app.administrator("root").await;
    let (client, alice) = (
        app.client().create().await,
        app.user("alice").create().await,
    );
    let mut browser = app.browser();
    let tokens = app.tokens_in(&mut browser, &client, &alice, "openid").await;
    let offline = "openid offline_access";
    let offline = app.tokens_in(&mut browser, &client, &alice, offline).await;
    let waiting = app.code_in(&mut browser, &client, &alice, "openid").await;
    let session = app.stored().sessions_of("alice").await[0]
        .id
        .as_uuid()
        .to_string();

    let dry = root
        .post(
            &format!("/admin/sessions/{session}/end?dry_run=true"),
            &json!({}),
        )
        .await;
    assert_eq!((dry.status, &dry.json()["state"]), (200, &json!("ended")));
    assert!(app.rp(&client).is_active(&tokens.access_token).await);

    let ended = root
        .post(&format!("/admin/sessions/{session}/end"), &json!({}))
        .await;
    assert_eq!(ended.status, 200, "{}", ended.body);
    assert_eq!(ended.json()["ended_reason"], "by_administrator");
    for node in [&app, &other] {
        let rp = node.rp(&client);
        assert!(!rp.is_active(&tokens.access_token).await);
        assert_eq!(rp.userinfo(&tokens.access_token).await.status, 401);
        let refresh = rp.refresh(tokens.refresh_token.as_deref().unwrap()).await;
        refresh.expect_error(400, "invalid_grant");
        let redeemed = rp.redeem(&waiting.code, &waiting.verifier).await;
        redeemed.expect_error(400, "invalid_grant");
        assert!(rp.is_active(&offline.access_token).await);
    }
    let page = browser.get(&app.ask(&client, "openid", &[]).target).await;
    assert!(page.expect_location().path().ends_with("/login"));
    let stored = app.stored().sessions_of("alice").await;
    assert_eq!(stored[0].ended_reason.as_deref(), Some("by_administrator"));

    // The first reason stays.
    let again = root
        .post(&format!("/admin/sessions/{session}/end"), &json!({}))
        .await;
    assert_eq!((again.status, again.json()), (200, ended.json()));
}

#[tokio::test]
async fn an_administrator_whose_session_is_ended_administers_no_more() {
    let app = TestApp::start().await;
    let (root, mallory) = (
        app.administrator("root").await,
        app.administrator("mallory").await,
    );
    assert_eq!(mallory.get("/admin/sessions").await.status, 200);
    let user = app.stored().sessions_of("mallory").await[0].id;
    let path = format!("/admin/sessions/{}/end", user.as_uuid());
    assert_eq!(root.post(&path, &json!({})).await.status, 200);
    let refused = mallory.get("/admin/sessions").await;
    refused.expect_problem(401, "invalid_token");
    let other = app.another_node().await;
    let refused = other
        .admin_with(&mallory.token)
        .get("/admin/sessions")
        .await;
    refused.expect_problem(401, "invalid_token");
}

#[tokio::test]
async fn all_sessions_of_a_user_end_but_one_and_no_one_elses() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let (alice, bob) = (
        app.user("alice").create().await,
        app.user("bob").create().await,
    );
    for user in [&alice, &alice, &alice, &bob] {
        app.logged_in(user).await;
    }
    let ids = app.stored().sessions_of("alice").await;
    let ids: Vec<_> = ids.iter().map(|one| one.id.as_uuid().to_string()).collect();
    let of_bob = app.stored().sessions_of("bob").await[0]
        .id
        .as_uuid()
        .to_string();
    let path = format!("/admin/users/{}/sessions/end", alice.id.as_uuid());

    let before = app.stored().protocol_state().await;
    for foreign in [of_bob.as_str(), "0198f2c4-7e1a-7c3b-9d2e-1f0a2b3c4d5e"] {
        let refused = root.post(&path, &json!({"except": foreign})).await;
        refused.expect_problem(422, "invalid_body");
        assert_eq!(refused.wrong_places(), ["/except"]);
    }
    let dry = root.post(&format!("{path}?dry_run=true"), &json!({})).await;
    assert_eq!(dry.json(), json!({"sessions": 3}));
    assert_eq!(app.stored().protocol_state().await, before);

    let ended = root.post(&path, &json!({"except": ids[1]})).await;
    assert_eq!(ended.json(), json!({"sessions": 2}));
    let live = root
        .get(&format!(
            "/admin/sessions?show=live&user={}",
            alice.id.as_uuid()
        ))
        .await;
    assert_eq!(self::ids(&live.json()), [ids[1].as_str()]);
    assert_eq!(
        root.post(&path, &json!({})).await.json(),
        json!({"sessions": 1})
    );
    assert_eq!(
        root.post(&path, &json!({})).await.json(),
        json!({"sessions": 0})
    );
    assert_eq!(app.stored().sessions_of("bob").await[0].ended_reason, None);
}

#[tokio::test]
async fn a_list_of_live_sessions_leaves_out_what_no_browser_can_use() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    app.logged_in(&alice).await;
    app.advance(Duration::from_hours(13));
    app.logged_in(&alice).await;
    let root = app.administrator("root").await;
    let user = alice.id.as_uuid();
    let live = root
        .get(&format!("/admin/sessions?show=live&user={user}"))
        .await;
    assert_eq!(ids(&live.json()).len(), 1);
    let all = root
        .get(&format!("/admin/sessions?show=all&user={user}"))
        .await
        .json();
    let states: Vec<_> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["state"])
        .collect();
    assert_eq!(states, ["active", "idle"]);
    app.disable_user(&alice).await;
    let live = root
        .get(&format!("/admin/sessions?show=live&user={user}"))
        .await;
    assert_eq!(ids(&live.json()), Vec::<String>::new());
}
