//! `/account`: what has access in a user's name, seen and ended by themselves.

use std::time::Duration;

use authly_testing::TestApp;
use authly_testing::browser::{Browser, Form, Page};
use authly_testing::fixtures::TestUser;
use pretty_assertions::assert_eq;

use crate::support::{expect_error_page, logged_in_as, session_cookie};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

/// A browser of this name in which the user has logged in.
async fn logged_in(app: &TestApp, user: &TestUser, user_agent: &str) -> Browser {
    // The newest comes first, which identifiers of one moment do not tell.
    app.advance(Duration::from_secs(1));
    let mut browser = app.browser();
    let name = ("user-agent".to_owned(), user_agent.to_owned());
    browser.headers.push(name);
    browser.log_in(user).await;
    browser
}

/// The form of a button, with the value of another.
fn pressing(form: Form, name: &str, value: &str) -> Form {
    form.fill(name, value)
}

/// Why each session of a user ended, the oldest first; empty for one that goes on.
async fn ends(app: &TestApp, username: &str) -> Vec<String> {
    let sessions = app.stored().sessions_of(username).await;
    let reasons = sessions.into_iter().map(|one| one.ended_reason);
    reasons.map(Option::unwrap_or_default).collect()
}

const LOGGED_OUT: &str = "logged_out";

/// Follows the redirect after a button, and holds that the page says this.
async fn says(browser: &mut Browser, page: &Page, text: &str) -> Page {
    assert_eq!(page.expect_location().path(), "/account");
    let page = browser.follow(page).await;
    assert_eq!(page.text_of("done").as_deref(), Some(text), "{page:?}");
    page
}

#[tokio::test]
async fn whoever_is_not_logged_in_logs_in_first() {
    let app = TestApp::start().await;
    let page = app.browser().get("/account").await;
    assert_eq!(page.expect_location().path(), "/login");
    let alice = app.user("alice").requires_password_change().create().await;
    let mut browser = app.logged_in(&alice).await;
    let page = browser.get("/account").await;
    assert_eq!(page.expect_location().path(), "/login/password");
}

#[tokio::test]
async fn the_page_lists_the_sessions_that_are_live_and_says_which_is_this_one() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let bob = app.user("bob").create().await;
    logged_in(&app, &bob, "curl/8.0").await;
    let mut gone = logged_in(&app, &alice, "Mozilla/5.0 (Windows NT 10.0) Chrome/1").await;
    let page = gone.get("/logout").await;
    gone.submit(&page.form("logout")).await;
    logged_in(&app, &alice, SAFARI).await;
    app.advance(Duration::from_hours(2));
    let mut browser = logged_in(&app, &alice, FIREFOX).await;

    let page = browser.get("/account").await;
    assert_eq!(page.status(), 200);
    let html = page.html();
    assert!(html.contains("Firefox on Linux"), "{html}");
    assert!(html.contains("Safari on iPhone"), "{html}");
    assert!(html.contains(">2 hours ago</time>"), "{html}");
    assert!(html.contains("127.0.0.1"), "{html}");
    assert!(!html.contains("curl") && !html.contains("Chrome"), "{html}");
    assert_eq!(html.matches("This browser").count(), 1);
    let this = html.find("This browser").unwrap();
    assert!(
        this < html.find("Safari on iPhone").unwrap(),
        "the newest comes first"
    );

    // One that was not used for too long is none.
    app.advance(Duration::from_hours(11));
    let html = browser.get("/account").await.html().to_owned();
    assert!(!html.contains("Safari on iPhone"), "{html}");
    assert_eq!(
        page.text_of("end_others").as_deref(),
        Some("Sign out everywhere else")
    );
}

#[tokio::test]
async fn a_session_that_is_ended_there_is_dead_with_what_hangs_on_it() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let client = app.client().create().await;
    let mut other = logged_in(&app, &alice, SAFARI).await;
    let tokens = app.tokens_in(&mut other, &client, &alice, "openid").await;
    let mut browser = logged_in(&app, &alice, FIREFOX).await;

    let page = browser.get("/account").await;
    let page = browser.submit(&page.form("end_session_2")).await;
    let page = says(&mut browser, &page, "That session has ended.").await;
    assert!(!page.html().contains("Safari"), "{page:?}");
    assert_eq!(ends(&app, "alice").await, [LOGGED_OUT, ""]);
    assert_eq!(logged_in_as(&mut other).await, None);
    assert!(!app.rp(&client).is_active(&tokens.access_token).await);
    let refresh = app.rp(&client).refresh(tokens.refresh()).await;
    refresh.expect_error(400, "invalid_grant");
    assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn the_button_of_this_browser_signs_out_here() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let mut browser = logged_in(&app, &alice, FIREFOX).await;
    let page = browser.get("/account").await;
    assert!(page.text_of("end_others").is_none(), "there are no others");
    let page = browser.submit(&page.form("end_this")).await;
    assert!(page.html().contains("You are signed out"), "{page:?}");
    assert_eq!(session_cookie(&browser), None);
    assert_eq!(ends(&app, "alice").await, [LOGGED_OUT]);
}

#[tokio::test]
async fn everywhere_else_is_everywhere_but_here() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let bob = app.user("bob").create().await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(logged_in(&app, &alice, SAFARI).await);
    }
    let mut bobs = logged_in(&app, &bob, SAFARI).await;
    // What has merely expired keeps refresh tokens alive: it ends as well.
    app.advance(Duration::from_hours(13));
    let mut browser = logged_in(&app, &alice, FIREFOX).await;
    others.push(logged_in(&app, &alice, SAFARI).await);
    let page = browser.get("/account").await;
    let page = browser.submit(&page.form("end_others")).await;
    says(&mut browser, &page, "You are signed out everywhere else.").await;
    let ended = [LOGGED_OUT, LOGGED_OUT, LOGGED_OUT, "", LOGGED_OUT];
    assert_eq!(ends(&app, "alice").await, ended);
    assert_eq!(ends(&app, "bob").await, [""]);
    for mut other in others {
        assert_eq!(logged_in_as(&mut other).await, None);
    }
    assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));
    assert_eq!(
        logged_in_as(&mut bobs).await,
        None,
        "thirteen hours have gone by"
    );
}

#[tokio::test]
async fn an_application_loses_its_access_at_once_and_has_to_ask_again() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let client = app.client().name("Notes").create().await;
    let other = app.client().id("other").name("Other").create().await;
    let mut browser = logged_in(&app, &alice, FIREFOX).await;
    let scope = [
        ("scope", "openid email offline_access"),
        ("prompt", "consent"),
    ];
    let asked = app.ask(&client, "openid", &scope);
    let page = app.walk(&mut browser, &asked, &alice).await;
    let code = page.answered("code").unwrap();
    let rp = app.rp(&client);
    let offline = rp.redeem(&code, &asked.verifier).await.expect_tokens();
    let bound = app.tokens_in(&mut browser, &client, &alice, "openid").await;
    let waiting = app.code_in(&mut browser, &client, &alice, "openid").await;
    let others = app.tokens_in(&mut browser, &other, &alice, "openid").await;

    let page = browser.get("/account").await;
    let html = page.html();
    assert!(html.contains("Works while you are away"), "{html}");
    assert!(html.contains("See your e-mail address"), "{html}");
    let (notes, others_at) = (html.find("Notes").unwrap(), html.find("Other").unwrap());
    assert!(notes < others_at, "they are listed by name");
    let page = browser.submit(&page.form("end_application_1")).await;
    let page = says(
        &mut browser,
        &page,
        "The application has no access any more.",
    )
    .await;
    assert!(!page.html().contains("Notes"), "{page:?}");

    for token in [&offline, &bound] {
        assert!(!rp.is_active(&token.access_token).await);
        let refresh = rp.refresh(token.refresh()).await;
        refresh.expect_error(400, "invalid_grant");
    }
    let redeemed = rp.redeem(&waiting.code, &waiting.verifier).await;
    redeemed.expect_error(400, "invalid_grant");
    let grants = app.stored().grants_of("web").await;
    for grant in &grants {
        assert_eq!(grant.revoked_reason.as_deref(), Some("by_user"));
    }
    let written = details_of_the_end(&app).await;
    assert_eq!(
        written,
        format!(r#"{{"consents":"1","grants":"{}"}}"#, grants.len())
    );
    assert!(app.rp(&other).is_active(&others.access_token).await);
    assert_eq!(logged_in_as(&mut browser).await.as_deref(), Some("alice"));
    let quiet = app.ask(&client, "openid", &[("prompt", "none")]);
    let page = browser.get(&quiet.target).await;
    assert_eq!(page.answered("error").as_deref(), Some("consent_required"));
}

/// What the audit trail says of the end of access.
async fn details_of_the_end(app: &TestApp) -> String {
    let events = app.stored().events().await;
    let details = events.into_iter().filter_map(|event| event.details);
    let ends: Vec<_> = details.filter(|text| text.contains("consents")).collect();
    let [end] = ends.as_slice() else {
        panic!("{ends:?}");
    };
    end.clone()
}

#[tokio::test]
async fn what_belongs_to_somebody_else_or_is_not_there_stays_as_it_is() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let bob = app.user("bob").create().await;
    let client = app.client().create().await;
    let mut bobs = app.browser();
    let tokens = app.tokens_in(&mut bobs, &client, &bob, "openid").await;
    let of_bob = app.stored().sessions_of("bob").await[0].id;
    let mut browser = logged_in(&app, &alice, FIREFOX).await;
    // A button of her own, to have the form.
    app.tokens_in(&mut browser, &client, &alice, "openid").await;
    let page = browser.get("/account").await;
    let sessions = page.form("end_this");
    let applications = page.form("end_application_1");
    let before = app.stored().protocol_state().await;
    let nothing = "00000000-0000-0000-0000-000000000000";
    for session in [of_bob.as_uuid().to_string(), nothing.to_owned()] {
        let form = pressing(sessions.clone(), "session", &session);
        let page = browser.submit(&form).await;
        says(&mut browser, &page, "That session has ended.").await;
    }
    let form = pressing(applications.clone(), "application", nothing);
    let page = browser.submit(&form).await;
    says(
        &mut browser,
        &page,
        "The application has no access any more.",
    )
    .await;
    assert_eq!(app.stored().protocol_state().await, before);
    assert!(app.rp(&client).is_active(&tokens.access_token).await);

    for value in ["", "others ", "x", "'; DROP TABLE sessions"] {
        for (form, name) in [(&sessions, "session"), (&applications, "application")] {
            let page = browser.submit(&pressing(form.clone(), name, value)).await;
            expect_error_page(&page, 400);
        }
    }
    assert_eq!(app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn a_forged_form_ends_nothing() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let client = app.client().create().await;
    logged_in(&app, &alice, SAFARI).await;
    let mut browser = logged_in(&app, &alice, FIREFOX).await;
    app.tokens_in(&mut browser, &client, &alice, "openid").await;
    let page = browser.get("/account").await;
    let foreign = app.browser().get("/logout").await.form("logout");
    let stolen = foreign.fields.iter().find(|(name, _)| name == "csrf");
    let stolen = stolen.unwrap().1.clone();
    let before = app.stored().protocol_state().await;
    for button in ["end_this", "end_others", "end_application_1"] {
        for token in ["", "x", &stolen] {
            let form = page.form(button).fill("csrf", token);
            let page = browser.submit(&form).await;
            expect_error_page(&page, 403);
        }
    }
    assert_eq!(app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn a_form_that_is_sent_after_signing_out_ends_nothing() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let client = app.client().create().await;
    let mut browser = logged_in(&app, &alice, FIREFOX).await;
    app.tokens_in(&mut browser, &client, &alice, "openid").await;
    logged_in(&app, &alice, SAFARI).await;
    let page = browser.get("/account").await;
    browser.submit(&page.form("end_this")).await;
    let before = app.stored().protocol_state().await;
    for button in ["end_session_1", "end_others", "end_application_1"] {
        let answer = browser.submit(&page.form(button)).await;
        assert_eq!(answer.expect_location().path(), "/login");
    }
    assert_eq!(app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn what_browsers_and_applications_call_themselves_is_shown_as_text() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let client = app.client().name("<b>Bold</b>").create().await;
    let mut browser = logged_in(&app, &alice, "<i>Firefox/1</i>").await;
    app.tokens_in(&mut browser, &client, &alice, "openid").await;
    let hostile = browser.get("/account?done=%3Cb%3E").await;
    let html = hostile.html();
    assert!(html.contains("&lt;b&gt;Bold"), "{html}");
    assert!(!html.contains("<b>Bold") && !html.contains("<i>"), "{html}");
    assert_eq!(hostile.text_of("done"), None);
}
