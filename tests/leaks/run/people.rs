//! People in their browsers: right and wrong passwords, changes, consents and denials.

use authly_testing::browser::Page;

use super::administration::CHOSEN;
use super::{ALICE, BOB, Client, PLANTED, POSTER, WEB, World};
use crate::record::{Visitor, code_of};
use crate::search::Kind;

/// The first administrator comes with the password that was made, and has to choose another one.
pub(crate) async fn administrator(world: &World<'_>, made: &str) {
    let mut visitor = world.visitor();
    let page = visitor.get("/login").await;
    let page = visitor.log_in(&page, "admin", made).await;
    let mut page = visitor.follow(&page).await;
    for (new, repeated) in [
        ("wee-pass", "wee-pass"),
        ("admin-admin-admin", "admin-admin-admin"),
        ("typed this first, then", "something else then"),
        (made, made),
        (CHOSEN, CHOSEN),
    ] {
        world.record.secret("a new password", new);
        world.record.secret("a new password, again", repeated);
        let form = page.form("change_password");
        let form = form
            .fill("new_password", new)
            .fill("repeat_password", repeated);
        page = visitor.submit(&form).await;
    }
    assert_eq!(page.status(), 303, "{}", page.html());
    let page = visitor.get("/logout").await;
    visitor.submit(&page.form("logout")).await;
}

/// Logs in with what is wrong in every way first, and answers the consent page.
async fn log_in(world: &World<'_>, visitor: &mut Visitor<'_>, target: &str) -> Page {
    let page = visitor.get(target).await;
    let login = visitor.follow(&page).await;
    visitor
        .log_in(&login, "alice", "a wrong password for alice")
        .await;
    visitor
        .log_in(&login, "nobody", "nobody's secret password")
        .await;
    visitor
        .log_in(
            &login,
            "alice@example.com",
            &"an endless password ".repeat(60),
        )
        .await;
    let nul = login.form("login").fill("username", "alice");
    world
        .record
        .secret("a password with NUL", "nul-in-\0-password");
    visitor
        .submit(&nul.fill("password", "nul-in-\0-password"))
        .await;
    // In the wrong field.
    for typed in [
        "Typed-Into-The-Wrong-Field",
        "typed.too@wrong-field.example",
    ] {
        let kind = Kind::TypedAsName;
        world.record.secret_as(kind, "a password as a name", typed);
        world
            .record
            .secret_as(kind, "a password as a name", &typed.to_lowercase());
        let form = login.form("login").fill("username", typed);
        visitor
            .submit(&form.fill("password", "hunter-2-and-3"))
            .await;
    }
    world
        .record
        .secret("a password beside it", "hunter-2-and-3");
    let page = visitor.log_in(&login, "alice", ALICE).await;
    visitor.follow(&page).await
}

/// A new code for a client, with its verifier.
pub(crate) async fn code(
    world: &World<'_>,
    client: Client,
    use_of: &str,
    more: &[(&str, &str)],
) -> (String, String) {
    code_of_user(world, client, ("bob", BOB), (use_of, more)).await
}

/// The same of any user.
pub(crate) async fn code_of_user(
    world: &World<'_>,
    client: Client,
    (username, password): (&str, &str),
    (use_of, more): (&str, &[(&str, &str)]),
) -> (String, String) {
    let mut visitor = world.visitor();
    let (target, verifier) = world.ask(client, use_of, more);
    let page = visitor.get(&target).await;
    let login = visitor.follow(&page).await;
    let page = visitor.log_in(&login, username, password).await;
    let consent = visitor.follow(&page).await;
    let answer = visitor.submit(&consent.form("approve")).await;
    (code_of(&answer), verifier)
}

/// Somebody signs in, is asked several times, and leaves.
pub(crate) async fn come_and_go(world: &World<'_>) {
    let mut visitor = world.visitor();
    let (target, _) = world.ask(WEB, "coming", &[]);
    let consent = log_in(world, &mut visitor, &target).await;
    let denied = visitor.submit(&consent.form("deny")).await;
    assert_eq!(denied.answered("error").as_deref(), Some("access_denied"));
    // Too late, since it is answered.
    visitor.submit(&consent.form("approve")).await;
    for mode in ["fragment", "form_post"] {
        let (target, _) = world.ask(POSTER, mode, &[("response_mode", mode)]);
        let page = visitor.get(&target).await;
        let consent = visitor.follow(&page).await;
        visitor.submit(&consent.form("approve")).await;
    }
    for more in [
        &[("scope", "unknown"), ("state", PLANTED)][..],
        &[("prompt", "none")],
        &[("request", "eyJhbGciOiJub25lIn0.e30.")],
        &[("max_age", "soon"), ("response_mode", "fragment")],
    ] {
        let (target, _) = world.ask(WEB, "a mistake", more);
        visitor.get(&target).await;
    }
    strangers(world, &mut visitor).await;
    let page = visitor.get("/logout").await;
    visitor.submit(&page.form("logout")).await;
}

/// Forms and addresses that our pages never send.
async fn strangers(world: &World<'_>, visitor: &mut Visitor<'_>) {
    let password = world.fresh("password in an address");
    world.record.secret("a password in an address", &password);
    visitor
        .get(&format!("/login?username=alice&password={password}"))
        .await;
    visitor
        .get(&format!("/consent?request={password}&csrf={password}"))
        .await;
    visitor.get(&format!("/{PLANTED}")).await;
    let form = visitor.get("/logout").await.form("logout");
    for forged in [
        form.clone().fill("csrf", &password),
        form.clone().clear("csrf").fill(&password, &password),
    ] {
        visitor.submit(&forged).await;
    }
    let mut other = world.visitor();
    other.browser.cookies.clone_from(&visitor.browser.cookies);
    for value in other.browser.cookies.values_mut() {
        value.push_str(&password);
    }
    other.get("/login").await;
    other.submit(&form).await;
}
