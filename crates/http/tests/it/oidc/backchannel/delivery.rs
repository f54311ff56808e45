//! Calls that fail, hang, or are made by several nodes.

use std::sync::Arc;
use std::time::Duration;

use authly_domain::clients::Client;
use authly_testing::Setup;
use authly_testing::stranger::Answer;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{Conduct, World, taken};

/// The calls that an administrator sees.
async fn calls(world: &World, query: &str) -> Vec<Value> {
    let name = format!("root-{}", query.len());
    let root = world.app.administrator(&name).await;
    let answer = root.get(&format!("/admin/logout-calls{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_call_that_fails_is_made_again_and_each_time_with_a_token_of_its_own() {
    let mut world = World::start().await;
    world.log_out().await;
    for (status, pause) in [(503, 5), (400, 30), (302, 120), (404, 600)] {
        let answer = Answer::json("")
            .status(status)
            .header("Location", "/elsewhere");
        world.host.at("/told", answer.into());
        assert_eq!(world.call().await, 1);
        assert_eq!(world.left().await, 1);
        world.app.advance(Duration::from_secs(pause - 1));
        assert_eq!(world.call().await, 0, "it is not due yet");
        world.app.advance(Duration::from_secs(1));
    }
    world.host.at("/told", Answer::json("").status(204).into());
    assert_eq!(world.call().await, 1);
    assert_eq!(world.left().await, 0);
    let received = world.host.received();
    assert_eq!(received.len(), 5, "a redirect is not followed");
    let mut seen = std::collections::BTreeSet::new();
    for one in &received {
        assert_eq!(one.path, "/told");
        let claims = authly_testing::answer::claims(&super::logout_token(one));
        assert_eq!(claims["sid"], world.id_token()["sid"]);
        assert!(seen.insert(claims["jti"].as_str().unwrap().to_owned()));
    }
}

#[tokio::test]
async fn a_call_that_fails_too_often_is_given_up_and_an_administrator_has_it_made_again() {
    let mut world = World::start().await;
    world.host.at("/told", Answer::json("").status(500).into());
    world.log_out().await;
    let mut attempts = 0;
    while world.call().await == 1 {
        attempts += 1;
        world.app.advance(Duration::from_hours(6));
    }
    assert_eq!(attempts, 8);
    let dead = calls(&world, "?show=given_up").await;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0]["state"], "given_up");
    assert_eq!(dead[0]["attempts"], 8);
    assert_eq!(dead[0]["last_failure"], "status_500");
    assert_eq!(dead[0]["client"]["client_id"], "web");
    assert_eq!(dead[0]["session"], world.id_token()["sid"]);
    assert_eq!(dead[0].get("due_at"), None);

    world.host.at("/told", taken());
    let root = world.app.administrator("another").await;
    let id = dead[0]["id"].as_str().unwrap();
    let path = format!("/admin/logout-calls/{id}");
    let dry = root
        .post(&format!("{path}/retry?dry_run=true"), &json!({}))
        .await;
    assert_eq!(dry.json()["state"], "waiting");
    assert_eq!(world.call().await, 0);
    let retried = root.post(&format!("{path}/retry"), &json!({})).await;
    assert_eq!(retried.json()["state"], "waiting");
    assert_eq!(retried.json()["attempts"], 0);
    world.told().await;
    assert_eq!(root.get(&path).await.status, 404);
    let gone = root.post(&format!("{path}/retry"), &json!({})).await;
    assert_eq!(gone.status, 404);
}

#[tokio::test]
async fn a_call_that_is_due_within_seconds_stays_as_it_is_and_one_that_waits_longer_is_made_at_once()
 {
    let mut world = World::start().await;
    world.host.at("/told", Answer::json("").status(500).into());
    world.log_out().await;
    assert_eq!(world.call().await, 1);
    let root = world.app.administrator("another").await;
    let waiting = calls(&world, "").await;
    let path = format!("/admin/logout-calls/{}", waiting[0]["id"].as_str().unwrap());
    let retry = async || root.post(&format!("{path}/retry"), &json!({})).await.json();
    let left = retry().await;
    assert_eq!(left["is_retried"], false);
    assert_eq!(left["due_at"], waiting[0]["due_at"]);
    assert_eq!(left["attempts"], 1);

    world.app.advance(Duration::from_secs(5));
    assert_eq!(world.call().await, 1);
    let retried = retry().await;
    assert_eq!(
        (&retried["is_retried"], &retried["attempts"]),
        (&json!(true), &json!(0))
    );
    world.host.at("/told", taken());
    world.told().await;
    let said = world.app.stored().details_of("logout_calls.retry").await;
    let expected = [r#"{"is_retried":"false"}"#, r#"{"is_retried":"true"}"#];
    assert_eq!(said, expected);
}

#[tokio::test]
async fn a_call_for_a_client_that_is_not_told_any_more_is_not_said_to_be_made_again() {
    let no_address = |client: &mut Client| client.logout.backchannel_uri = None;
    for way in ["disabled", "no address"] {
        let mut world = World::start().await;
        world.host.at("/told", Answer::json("").status(500).into());
        world.log_out().await;
        assert_eq!(world.call().await, 1);
        match way {
            "disabled" => world.client.disable(&world.app.context).await,
            _ => world.client.change(&world.app.context, no_address).await,
        }
        world.app.advance(Duration::from_hours(1));
        assert_eq!(world.call().await, 0, "{way}");
        let root = world.app.administrator("another").await;
        let shown = async || root.get("/admin/logout-calls").await.json()["items"].clone();
        let before = shown().await;
        let path = format!(
            "/admin/logout-calls/{}/retry",
            before[0]["id"].as_str().unwrap()
        );
        for query in ["?dry_run=true", ""] {
            let refused = root.post(&format!("{path}{query}"), &json!({})).await;
            assert_eq!(refused.status, 409, "{way}: {}", refused.body);
            assert_eq!(refused.json()["code"], "conflict");
        }
        assert_eq!(shown().await, before, "{way}");
        let said = world.app.stored().details_of("logout_calls.retry").await;
        assert_eq!(said, [""; 0], "{way}");
    }
}

#[tokio::test]
async fn an_address_within_our_own_network_is_not_called() {
    let mut world = World::start().await;
    let inside = |client: &mut Client| {
        client.logout.backchannel_uri = Some("https://10.0.0.1/told".parse().unwrap());
    };
    world.client.change(&world.app.context, inside).await;
    world.log_out().await;
    assert_eq!(world.call().await, 1);
    let waiting = calls(&world, "").await;
    assert_eq!(waiting[0]["last_failure"], "forbidden_address");
    assert_eq!(waiting[0]["state"], "waiting");
    assert_eq!(world.host.received(), []);
}

#[tokio::test]
async fn a_client_that_never_answers_keeps_nobody_waiting() {
    let world = World::start().await;
    world.host.at("/dead", Conduct::Silent);
    let dead = world.app.client().id("dead");
    let dead = dead
        .told_of_logouts_at(&world.host.url_at("127.0.0.2", "/dead"))
        .create()
        .await;
    // Many sessions of the dead one end before the one session of the other.
    let mut browsers = Vec::new();
    for _ in 0..20 {
        let mut browser = world.app.browser();
        world
            .app
            .tokens_in(&mut browser, &dead, &world.alice, "openid")
            .await;
        browsers.push(browser);
    }
    for browser in &mut browsers {
        super::log_out(browser).await;
    }
    world.app.advance(Duration::from_secs(1));
    let mut last = world.browser.clone();
    super::log_out(&mut last).await;
    let caller = Arc::clone(&world.app.deps.exits.caller);
    let calling = tokio::spawn(async move { caller.call_due().await });
    // Four to the dead one at a time, and the other's.
    world.host.was_asked(5).await;
    let received = world.host.received();
    let told = received.iter().filter(|one| one.path == "/told");
    assert_eq!(told.count(), 1);
    assert_eq!(received.len(), 5);
    calling.abort();
}

#[tokio::test]
async fn a_client_that_never_answers_costs_no_other_on_its_host_an_attempt() {
    let setup = Setup::default().fetch_limits(|limits| {
        limits.at_once_to_a_host = 1;
        limits.wait = Duration::from_millis(50);
    });
    let mut world = World::on(setup, |client| client).await;
    let gate = Arc::new(Semaphore::new(0));
    let held = Conduct::Held(Arc::clone(&gate), Answer::json(""));
    world.host.at("/dead", held);
    let dead = world.app.client().id("dead");
    let dead = dead.told_of_logouts_at(&world.host.url("/dead"));
    let dead = dead.create().await;
    let mut browser = world.app.browser();
    let signing_in = world
        .app
        .tokens_in(&mut browser, &dead, &world.alice, "openid");
    signing_in.await;
    super::log_out(&mut browser).await;
    let caller = Arc::clone(&world.app.deps.exits.caller);
    let calling = tokio::spawn(async move { caller.call_due().await });
    world.host.was_asked_for("/dead", 1).await;

    world.log_out().await;
    assert_eq!(world.call().await, 1);
    assert_eq!(world.host.received().len(), 1);
    let waiting = calls(&world, "").await;
    let of_web = waiting
        .iter()
        .find(|call| call["client"]["client_id"] == "web");
    let of_web = of_web.unwrap();
    assert_eq!(of_web["state"], "waiting");
    assert_eq!(of_web["attempts"], 0);
    assert_eq!(of_web.get("last_failure"), None);

    gate.add_permits(1);
    assert_eq!(calling.await.unwrap().unwrap(), 1);
    world.app.advance(Duration::from_secs(1));
    world.told().await;
    assert_eq!(world.left().await, 0);
}

#[tokio::test]
async fn more_clients_that_have_failed_than_there_are_places_keep_nobody_waiting() {
    let mut world = World::start().await;
    world.host.at("/dead", Answer::json("").status(500).into());
    let url = world.host.url_at("127.0.0.2", "/dead");
    let mut browsers: Vec<_> = (0..4).map(|_| world.app.browser()).collect();
    for number in 0..20 {
        let dead = world.app.client().id(&format!("dead-{number}"));
        let dead = dead.told_of_logouts_at(&url).create().await;
        for browser in &mut browsers {
            let app = &world.app;
            app.tokens_in(browser, &dead, &world.alice, "openid").await;
        }
    }
    for browser in &mut browsers {
        super::log_out(browser).await;
    }
    assert_eq!(world.call().await, 80);
    // All are due again before the one of a client that answers; now they hang, more than there are
    // places for.
    world.app.advance(Duration::from_secs(5));
    world.host.at("/dead", Conduct::Silent);
    world.log_out().await;
    let caller = Arc::clone(&world.app.deps.exits.caller);
    let calling = tokio::spawn(async move { caller.call_due().await });
    world.host.was_asked_for("/told", 1).await;
    let received = world.host.received();
    let before = received.iter().skip(80);
    let before = before.take_while(|one| one.path == "/dead").count();
    assert!(before < 64, "{before} places were taken before");
    calling.abort();
}

#[tokio::test]
async fn of_several_nodes_one_makes_a_call() {
    let mut world = World::start().await;
    let gate = Arc::new(Semaphore::new(0));
    let held = Conduct::Held(Arc::clone(&gate), Answer::json(""));
    world.host.at("/told", held);
    let other = world.app.another_node().await;
    world.log_out().await;
    let here = Arc::clone(&world.app.deps.exits.caller);
    let calling = tokio::spawn(async move { here.call_due().await });
    world.host.was_asked(1).await;
    // The call goes on, and the other node finds nothing to do.
    assert_eq!(other.deps.exits.caller.call_due().await.unwrap(), 0);
    gate.add_permits(1);
    assert_eq!(calling.await.unwrap().unwrap(), 1);
    assert_eq!(other.deps.exits.caller.call_due().await.unwrap(), 0);
    assert_eq!(world.host.received().len(), 1);
    assert_eq!(world.left().await, 0);

    // Both at once, many times over.
    world.host.at("/told", taken());
    for _ in 0..10 {
        let mut browser = world.app.browser();
        world
            .app
            .tokens_in(&mut browser, &world.client, &world.alice, "openid")
            .await;
        super::log_out(&mut browser).await;
    }
    let (here, there) = (&world.app.deps.exits.caller, &other.deps.exits.caller);
    let (made, made_there) = tokio::join!(here.call_due(), there.call_due());
    assert_eq!(made.unwrap() + made_there.unwrap(), 10);
    assert_eq!(world.host.received().len(), 11);
}

#[tokio::test]
async fn what_a_node_that_died_had_begun_another_makes() {
    let mut world = World::start().await;
    world.host.at("/told", Conduct::Silent);
    let other = world.app.another_node().await;
    world.log_out().await;
    let here = Arc::clone(&world.app.deps.exits.caller);
    let calling = tokio::spawn(async move { here.call_due().await });
    world.host.was_asked(1).await;
    calling.abort();
    world.host.at("/told", taken());
    assert_eq!(other.deps.exits.caller.call_due().await.unwrap(), 0);
    world.app.advance(Duration::from_secs(15));
    assert_eq!(other.deps.exits.caller.call_due().await.unwrap(), 1);
    assert_eq!(world.host.received().len(), 2);
    assert_eq!(world.left().await, 0);
}

#[tokio::test]
async fn what_nobody_has_taken_for_a_month_is_gone() {
    let mut world = World::start().await;
    world.host.at("/told", Answer::json("").status(500).into());
    world.log_out().await;
    assert_eq!(world.call().await, 1);
    world.app.advance(Duration::from_hours(29 * 24));
    world.app.jobs.run_due().await.unwrap();
    assert_eq!(world.left().await, 1);
    world.app.advance(Duration::from_hours(2 * 24));
    world.app.jobs.run_due().await.unwrap();
    assert_eq!(world.left().await, 0);
}
