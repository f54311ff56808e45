//! The page that asks first, and where it leads.

use pretty_assertions::assert_eq;

use super::{WAY_BACK, World, goes_back};
use crate::support::{expect_error_page, logged_in_as};

/// A request without a hint, which names its client.
fn unhinted() -> Vec<(&'static str, String)> {
    vec![
        ("client_id", "web".to_owned()),
        ("post_logout_redirect_uri", WAY_BACK.to_owned()),
        ("state", "the state".to_owned()),
    ]
}

#[tokio::test]
async fn without_a_hint_the_page_says_who_asks_and_where_it_leads() {
    let mut world = World::start().await;
    let page = world.asked(&unhinted()).await;
    assert!(page.html().contains("<strong>alice</strong>"), "{page:?}");
    assert!(
        page.html().contains("<strong>The application</strong>"),
        "{page:?}"
    );
    assert!(
        page.html().contains("<strong>app.example.com</strong>"),
        "{page:?}"
    );
    goes_back(&world.browser.submit(&page.form("logout")).await);
    assert_eq!(world.ended("alice").await.as_deref(), Some("logged_out"));
    assert_eq!(logged_in_as(&mut world.browser).await, None);
    // A second press of the button, from another tab.
    goes_back(&world.browser.submit(&page.form("logout")).await);
}

#[tokio::test]
async fn nobody_who_is_not_signed_in_is_led_anywhere_without_a_word() {
    let mut world = World::start().await;
    world.browser = world.app.browser();
    let page = world.asked(&unhinted()).await;
    assert!(page.html().contains("You are not signed in"), "{page:?}");
    goes_back(&world.browser.submit(&page.form("logout")).await);
}

#[tokio::test]
async fn a_forged_form_ends_nothing_and_leads_nowhere() {
    let mut world = World::start().await;
    let page = world.asked(&unhinted()).await;
    let form = page.form("logout");
    for wrong in ["", "x"] {
        let before = world.app.stored().protocol_state().await;
        let page = world
            .browser
            .submit(&form.clone().fill("csrf", wrong))
            .await;
        expect_error_page(&page, 403);
        assert_eq!(world.app.stored().protocol_state().await, before);
    }
    // The token of another browser.
    let mut other = world.app.browser();
    let others = other.get("/logout").await.form("logout");
    let mut stolen = form.clone();
    stolen.fields = others.fields;
    let page = world.browser.submit(&stolen).await;
    expect_error_page(&page, 403);
    assert_eq!(
        logged_in_as(&mut world.browser).await.as_deref(),
        Some("alice")
    );
}

#[tokio::test]
async fn the_address_of_the_page_is_as_strict_as_the_endpoint() {
    let mut world = World::start().await;
    let form = world.asked(&unhinted()).await.form("logout");
    for query in [
        "client_id=web&post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F",
        "client_id=nobody&post_logout_redirect_uri=https%3A%2F%2Fapp.example.com%2Fbye%3Ffrom%3Dauthly",
        "client_id=web&client_id=web",
    ] {
        world.refused(&format!("/logout?{query}")).await;
        let mut moved = form.clone();
        moved.action.set_query(Some(query));
        let page = world.browser.submit(&moved).await;
        expect_error_page(&page, 400);
        assert_eq!(
            logged_in_as(&mut world.browser).await.as_deref(),
            Some("alice")
        );
    }
    // Nobody has registered this one.
    let mut moved = form.clone();
    moved.action.set_query(Some(
        "post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F",
    ));
    let page = world.browser.submit(&moved).await;
    assert_eq!(page.status(), 200);
    assert_eq!(world.ended("alice").await.as_deref(), Some("logged_out"));
}

#[tokio::test]
async fn the_pages_speak_the_language_that_the_client_asks_for() {
    let mut world = World::start().await;
    let mut german = unhinted();
    german.push(("ui_locales", "de".to_owned()));
    let page = world.asked(&german).await;
    assert!(page.html().contains("möchte Sie abmelden"), "{page:?}");
    assert!(page.html().contains("hreflang=\"en\""), "{page:?}");
    let fields: Vec<_> = german
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let page = world.browser.post("/oidc/logout", &fields).await;
    let page = world.browser.follow(&page).await;
    assert!(page.html().contains("möchte Sie abmelden"), "{page:?}");
    goes_back(&world.browser.submit(&page.form("logout")).await);
}

#[tokio::test]
async fn what_a_client_calls_itself_is_shown_as_text() {
    let mut world = World::with(|client| client.name("<b>Bold</b>")).await;
    let page = world.asked(&unhinted()).await;
    assert!(page.html().contains("&lt;b&gt;Bold"), "{page:?}");
    assert!(!page.html().contains("<b>Bold"), "{page:?}");
}
