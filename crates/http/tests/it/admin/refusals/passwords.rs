//! Refusals of logins with a password at the command line.

use std::collections::BTreeSet;

use authly_domain::refusals::Reason;
use authly_testing::Setup;
use authly_testing::answer::Answer;
use authly_testing::fixtures::TestUser;
use authly_testing::policies::Policies;
use authly_testing::rp::send;
use futures_util::future::join_all;
use pretty_assertions::assert_eq;
use serde_json::json;

use super::Desk;
use crate::interaction::busy;
use crate::machine_support::post;

const TOKEN: &str = "/api/v1/auth/token";
const REFRESH: &str = "/api/v1/auth/refresh";
const LOGOUT: &str = "/api/v1/auth/logout";
const SCOPE: &str = "admin:users:read";

/// A login of the command line.
async fn log_in(desk: &Desk, user: &TestUser, password: &str, scope: &str) -> Answer {
    let form = [
        ("client_id", "authly-cli"),
        ("grant_type", "password"),
        ("username", &user.username),
        ("password", password),
        ("scope", scope),
    ];
    send(post(&desk.app, TOKEN).form(&form)).await
}

async fn of_who_asks(desk: &mut Desk, alice: &TestUser) {
    let request = post(&desk.app, TOKEN).header("Origin", "https://pages.example");
    let answer = send(request.form(&[("client_id", "authly-cli")])).await;
    let refusal = desk.expect(&answer, Reason::OriginNamed).await;
    assert_eq!(refusal["came"], "https://pages.example");

    let web = desk.app.client().id("web").create().await;
    let rp = desk.app.rp(&web);
    let form = [
        ("grant_type", "password"),
        ("username", &alice.username),
        ("password", &alice.password),
        ("scope", SCOPE),
    ];
    for (path, form) in [
        (TOKEN, form.as_slice()),
        (
            REFRESH,
            &[("grant_type", "refresh_token"), ("refresh_token", "x")],
        ),
        (LOGOUT, &[("refresh_token", "x")]),
    ] {
        let answer = rp.post(path, form).await;
        let refusal = desk.expect(&answer, Reason::NotTheCommandLine).await;
        assert_eq!(refusal["expected"], "authly-cli");
        assert_eq!(refusal["came"], "web");
        assert_eq!(refusal["client_id"], "web");
    }
}

async fn of_what_is_asked(desk: &mut Desk, alice: &TestUser) {
    let answer = log_in(desk, alice, "wrong", SCOPE).await;
    let refusal = desk.expect(&answer, Reason::LoginWrong).await;
    assert_eq!(refusal["client_id"], "authly-cli");
    let answer = log_in(desk, alice, &alice.password, "openid").await;
    let refusal = desk.expect(&answer, Reason::ScopeNotAllowed).await;
    assert_eq!(refusal["came"], "openid");

    let new = desk.app.user("new").administrator();
    let new = new.requires_password_change().create().await;
    let answer = log_in(desk, &new, &new.password, SCOPE).await;
    let refusal = desk.expect(&answer, Reason::LoginStepLeft).await;
    assert_eq!(refusal["came"], "change_password");

    let off = json!({"values": {"admin.password_login": false}});
    let switched = desk.root.patch("/admin/settings", &off).await;
    assert_eq!(switched.status, 200, "{}", switched.body);
    let answer = log_in(desk, alice, &alice.password, SCOPE).await;
    let refusal = desk.expect(&answer, Reason::PasswordLoginOff).await;
    assert_eq!(refusal["expected"], "admin.password_login = true");
}

/// One password is looked at and one may wait: of the others some come while they do.
async fn of_a_full_queue() -> BTreeSet<Reason> {
    let patient = |policies: &mut Policies| {
        policies.sessions.throttle.login_account_at_address.attempts = 100;
    };
    let setup = Setup::default().policies(patient).password_threads(1, 1);
    let mut desk = Desk::of(setup.app().await).await;
    let ensured = desk.app.bootstrap().ensure_command_line().await;
    ensured.unwrap();
    let alice = desk.app.user("alice").administrator().create().await;
    busy::make_slow(&desk.app, &alice).await;
    let attempts = (0..12).map(|_| log_in(&desk, &alice, "wrong", SCOPE));
    let answers = join_all(attempts).await;
    let busy: Vec<_> = answers.iter().filter(|one| one.status == 503).collect();
    assert_ne!(busy.len(), 0, "{answers:?}");
    for answer in busy {
        desk.expect(answer, Reason::Busy).await;
    }
    desk.seen
}

/// Every reason that was met, each of which was looked up.
pub(super) async fn reasons() -> BTreeSet<Reason> {
    let mut desk = Desk::new().await;
    let ensured = desk.app.bootstrap().ensure_command_line().await;
    ensured.unwrap();
    let alice = desk.app.user("alice").administrator().create().await;
    Box::pin(of_who_asks(&mut desk, &alice)).await;
    Box::pin(of_what_is_asked(&mut desk, &alice)).await;
    let mut seen = desk.seen;
    seen.extend(Box::pin(of_a_full_queue()).await);
    seen
}
