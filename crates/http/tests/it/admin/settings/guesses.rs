//! The settings that slow guessing, each seen on two nodes.

use std::time::Duration;

use authly_testing::TestApp;
use authly_testing::browser::Browser;
use authly_testing::policies::Policies;
use serde_json::json;

use super::effects::World;

/// Tries to log in with a wrong password; answers the status.
async fn guess(browser: &mut Browser, name: &str) -> u16 {
    let page = browser.get("/login").await;
    browser.fill_in_login(&page, name, "wrong").await.status()
}

/// Guesses at these accounts, each from a new browser; answers the last status.
async fn guesses(node: &TestApp, names: &[&str]) -> u16 {
    let mut last = 0;
    for name in names {
        last = guess(&mut node.browser(), name).await;
    }
    last
}

/// Lets so much through that nothing slows but what the test is about.
fn patient(policies: &mut Policies) {
    let throttle = &mut policies.sessions.throttle;
    throttle.login_account_at_address.attempts = 1_000;
}

#[tokio::test]
async fn one_address_may_guess_as_often_as_the_setting_says() {
    let value = json!({"throttle.login_address": 1});
    let see = async |node: &TestApp, _world: &World| guesses(node, &["one", "two"]).await;
    World::new(patient)
        .await
        .holds((422, 429), value, see)
        .await;
}

#[tokio::test]
async fn one_address_may_guess_at_one_account_as_often_as_the_setting_says() {
    let value = json!({"throttle.login_account_at_address": 1});
    let see = async |node: &TestApp, _world: &World| {
        assert_eq!(guesses(node, &[&unique(node)]).await, 422);
        let name = unique(node);
        guesses(node, &[&name, &name]).await
    };
    World::new(patient)
        .await
        .holds((422, 429), value, see)
        .await;
}

#[tokio::test]
async fn one_account_may_be_guessed_at_as_often_as_the_setting_says() {
    let value = json!({"throttle.login_account": 1});
    let see = async |node: &TestApp, _world: &World| {
        let name = unique(node);
        guesses(node, &[&name, &name]).await
    };
    World::new(patient)
        .await
        .holds((422, 429), value, see)
        .await;
}

#[tokio::test]
async fn a_known_browser_may_guess_as_often_as_the_setting_says() {
    let strict = |policies: &mut Policies| {
        policies.sessions.throttle.login_account_at_address.attempts = 1;
    };
    let value = json!({"throttle.login_device": 1});
    let see = async |node: &TestApp, world: &World| {
        let mut browser = node.logged_in(&world.user).await;
        browser.cookies.retain(|name, _| name.contains("device"));
        // The second is counted as a stranger's, and so is the third, which is one too many.
        for _ in 0..2 {
            guess(&mut browser, "alice").await;
        }
        guess(&mut browser, "alice").await
    };
    World::new(strict).await.holds((422, 429), value, see).await;
}

#[tokio::test]
async fn a_browser_is_known_as_long_as_the_setting_says() {
    let value = json!({"throttle.device_lifetime": "1h"});
    let see = async |node: &TestApp, world: &World| {
        let page = node.browser().log_in(&world.user).await;
        let cookies = page.answer.headers.get_all("set-cookie").into_iter();
        let mut cookies = cookies.map(|cookie| cookie.to_str().unwrap().to_owned());
        let device = cookies.find(|cookie| cookie.contains("device")).unwrap();
        let mut parts = device.split("; ");
        parts
            .find(|part| part.starts_with("Max-Age"))
            .map(str::to_owned)
    };
    let ages = ["Max-Age=15552000", "Max-Age=3600"].map(|age| Some(age.to_owned()));
    World::new(patient)
        .await
        .holds(ages.into(), value, see)
        .await;
}

/// Presents a wrong secret for these clients; answers the last status.
async fn wrong_secrets(node: &TestApp, world: &World, ids: &[&str]) -> u16 {
    let mut last = 0;
    for id in ids {
        let mut client = world.client.clone();
        (*id).clone_into(&mut client.id);
        client.secret = Some("wrong".to_owned());
        last = node.rp(&client).client_credentials().await.status;
    }
    last
}

#[tokio::test]
async fn one_address_may_present_wrong_secrets_of_one_client_as_often_as_the_setting_says() {
    let value = json!({"throttle.client_secret": 1});
    let see = async |node: &TestApp, world: &World| {
        let name = unique(node);
        wrong_secrets(node, world, &[&name, &name]).await
    };
    World::new(patient)
        .await
        .holds((401, 429), value, see)
        .await;
}

#[tokio::test]
async fn one_address_may_present_wrong_secrets_as_often_as_the_setting_says() {
    let value = json!({"throttle.client_secret_address": 1});
    let see =
        async |node: &TestApp, world: &World| wrong_secrets(node, world, &["one", "two"]).await;
    World::new(patient)
        .await
        .holds((401, 429), value, see)
        .await;
}

#[tokio::test]
async fn a_limit_that_is_raised_lets_those_go_on_who_waited() {
    let strict = |policies: &mut Policies| {
        policies.sessions.throttle.clients.client.attempts = 1;
    };
    let value = json!({"throttle.client_secret": 100});
    let see =
        async |node: &TestApp, world: &World| wrong_secrets(node, world, &["one", "one"]).await;
    World::new(strict).await.holds((429, 401), value, see).await;
}

#[tokio::test]
async fn attempts_are_counted_as_long_as_the_setting_says() {
    let strict = |policies: &mut Policies| {
        policies.sessions.throttle.login_account_at_address.attempts = 1;
    };
    let value = json!({"throttle.window": "1m"});
    let see = async |node: &TestApp, _world: &World| {
        let name = unique(node);
        assert_eq!(guesses(node, &[&name, &name]).await, 429);
        node.advance(Duration::from_secs(61));
        guesses(node, &[&name]).await
    };
    World::new(strict).await.holds((429, 422), value, see).await;
}

/// A name that nobody has tried yet.
fn unique(node: &TestApp) -> String {
    let entropy = &*node.context.entropy;
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes);
    format!("n{}", u64::from_be_bytes(bytes))
}
