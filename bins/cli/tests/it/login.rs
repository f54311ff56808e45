//! `authly login`, through a browser.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use pretty_assertions::assert_eq;
use serde_json::json;
use url::Url;

use crate::installation::{Installation, bring, sign_in};

#[tokio::test]
async fn an_administrator_logs_in_and_is_known_to_the_server() {
    let installation = Installation::start().await;
    let alice = installation.administrator().await;

    let ended = installation.log_in(&alice, &[]).await;

    let server = installation.app.issuer();
    assert_eq!(
        (
            ended.status,
            ended.results.as_str(),
            ended.messages.as_str()
        ),
        (
            0,
            "",
            format!("authly: logged in to {server} as alice\n").as_str()
        )
    );
    let who = installation.run(&["whoami", "--output", "json"]);
    assert_eq!((who.status, who.messages.as_str()), (0, ""));
    let who: serde_json::Value = serde_json::from_str(&who.results).unwrap();
    assert_eq!(who["profile"], "default");
    assert_eq!(who["issuer"], server);
    assert_eq!(who["user"]["username"], "alice");
    assert_eq!(who["client"]["client_id"], "authly-cli");
    assert_eq!(who["is_admin"], json!(true));
    let scope = who["scope"].as_str().unwrap();
    for name in ["openid", "admin:clients:write", "admin:audit:read"] {
        assert!(scope.split(' ').any(|one| one == name), "{scope}");
    }
}

#[tokio::test]
async fn whoami_shows_people_the_same() {
    let installation = Installation::with_administrator().await;

    let who = installation.run(&["whoami"]);

    for line in [
        "user           alice\n",
        "administrator  yes\n",
        "admin:keys:write\n",
    ] {
        assert!(who.results.contains(line), "{}", who.results);
    }
}

#[tokio::test]
async fn credentials_are_kept_where_nobody_else_reads_them() {
    let installation = Installation::with_administrator().await;

    let path = installation.profile_path("default");

    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
}

#[tokio::test]
async fn somebody_who_is_no_administrator_is_told_so_and_refused_later() {
    let installation = Installation::start().await;
    let bob = installation.app.user("bob").create().await;

    let ended = installation.log_in(&bob, &[]).await;

    assert_eq!(ended.status, 0);
    assert!(
        ended.messages.contains("bob is no administrator"),
        "{}",
        ended.messages
    );
    let who = installation.run(&["whoami"]);
    assert!(
        who.results.contains("administrator  no\n"),
        "{}",
        who.results
    );
}

#[tokio::test]
async fn a_login_can_allow_less() {
    let installation = Installation::start().await;
    let alice = installation.administrator().await;

    let scope = "openid offline_access admin:users:read";
    installation.log_in(&alice, &["--scope", scope]).await;

    assert_eq!(installation.profile("default")["scope"], scope);
}

#[tokio::test]
async fn a_password_that_has_to_be_changed_is_changed_on_the_way() {
    let installation = Installation::start().await;
    let app = &installation.app;
    let alice = app.user("alice").administrator().requires_password_change();
    let alice = alice.create().await;

    let waiting = installation.begin_login(&[]);
    let mut browser = app.browser();
    let page = sign_in(&mut browser, &waiting.address, &alice).await;
    let changed = page
        .form("change_password")
        .fill("new_password", "another horse battery staple")
        .fill("repeat_password", "another horse battery staple");
    let page = browser.submit(&changed).await;
    let page = browser.follow(&page).await;
    let page = browser.submit(&page.form("approve")).await;
    bring(page.expect_location().as_str()).await;

    let ended = waiting.end();
    assert_eq!(ended.status, 0, "{}", ended.messages);
    assert_eq!(installation.run(&["whoami"]).status, 0);
}

#[tokio::test]
async fn the_browser_shows_that_it_is_done_and_loads_nothing() {
    let installation = Installation::start().await;
    let alice = installation.app.user("alice").create().await;
    let waiting = installation.begin_login(&[]);
    let mut browser = installation.app.browser();
    let page = sign_in(&mut browser, &waiting.address, &alice).await;
    let page = browser.submit(&page.form("approve")).await;

    let answer = reqwest::get(page.expect_location()).await.unwrap();

    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert!(header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("referrer-policy"), "no-referrer");
    let page = answer.text().await.unwrap();
    assert!(page.contains("You are logged in"), "{page}");
    assert_eq!(waiting.end().status, 0);
}

#[tokio::test]
async fn saying_no_ends_the_login_with_the_reason() {
    let installation = Installation::start().await;
    let alice = installation.app.user("alice").create().await;
    let waiting = installation.begin_login(&[]);
    let mut browser = installation.app.browser();
    let page = sign_in(&mut browser, &waiting.address, &alice).await;
    let page = browser.submit(&page.form("deny")).await;

    let shown = bring(page.expect_location().as_str()).await;

    assert!(shown.contains("You are not logged in"), "{shown}");
    let ended = waiting.end();
    assert_eq!(ended.status, 1);
    assert!(
        ended.messages.contains("access_denied"),
        "{}",
        ended.messages
    );
    assert!(!installation.profile_path("default").exists());
}

/// The address that the answer to this login comes to.
fn callback(waiting: &str) -> (Url, String) {
    let asked = waiting.parse::<Url>().unwrap();
    let of = |name: &str| {
        let mut pairs = asked.query_pairs();
        pairs.find(|(key, _)| key == name).unwrap().1.into_owned()
    };
    (of("redirect_uri").parse().unwrap(), of("state"))
}

#[tokio::test]
async fn an_answer_with_another_state_is_not_used_and_the_wait_goes_on() {
    let installation = Installation::start().await;
    let alice = installation.administrator().await;
    let waiting = installation.begin_login(&[]);
    let (mut forged, _state) = callback(&waiting.address);
    forged
        .query_pairs_mut()
        .append_pair("code", "stolen")
        .append_pair("state", "guessed")
        .append_pair("iss", installation.app.issuer());

    let shown = bring(forged.as_str()).await;

    assert!(shown.contains("belongs to no login"), "{shown}");
    assert!(!installation.profile_path("default").exists());
    let mut browser = installation.app.browser();
    let page = sign_in(&mut browser, &waiting.address, &alice).await;
    let page = browser.submit(&page.form("approve")).await;
    bring(page.expect_location().as_str()).await;
    let ended = waiting.end();
    assert_eq!(ended.status, 0);
    assert!(
        ended.messages.contains("still waiting"),
        "{}",
        ended.messages
    );
}

#[tokio::test]
async fn an_answer_of_another_server_or_of_none_is_refused() {
    let installation = Installation::start().await;
    for iss in [Some("https://evil.example"), None] {
        let waiting = installation.begin_login(&[]);
        let (mut forged, state) = callback(&waiting.address);
        forged
            .query_pairs_mut()
            .append_pair("code", "c")
            .append_pair("state", &state);
        if let Some(iss) = iss {
            forged.query_pairs_mut().append_pair("iss", iss);
        }

        bring(forged.as_str()).await;

        let ended = waiting.end();
        assert_eq!((ended.status, ended.results.as_str()), (1, ""));
        assert!(
            ended.messages.contains("it is not used"),
            "{}",
            ended.messages
        );
        assert!(!installation.profile_path("default").exists());
    }
}

#[tokio::test]
async fn the_request_is_a_native_applications_with_pkce() {
    let installation = Installation::start().await;
    let waiting = installation.begin_login(&[]);

    let asked = waiting.address.parse::<Url>().unwrap();

    let pairs = asked.query_pairs().into_owned().collect::<Vec<_>>();
    let of = |name: &str| {
        let found = pairs.iter().find(|(key, _)| key == name);
        found.unwrap().1.as_str()
    };
    assert_eq!(of("client_id"), "authly-cli");
    assert_eq!(of("code_challenge_method"), "S256");
    assert_eq!(of("code_challenge").len(), 43);
    assert_eq!(of("state").len(), 43);
    assert!(of("redirect_uri").starts_with("http://127.0.0.1:"));
    waiting.stop();
}

#[tokio::test]
async fn without_a_server_there_is_no_login() {
    let installation = Installation::start().await;
    let alice = installation.app.user("alice").create().await;
    let waiting = installation.begin_login(&[]);
    let mut browser = installation.app.browser();
    let page = sign_in(&mut browser, &waiting.address, &alice).await;
    let page = browser.submit(&page.form("approve")).await;
    let answer = page.expect_location();
    let home = installation.stop();

    bring(answer.as_str()).await;

    assert_eq!(waiting.end().status, 4);
    assert!(!home.profile_path("default").exists());
}
