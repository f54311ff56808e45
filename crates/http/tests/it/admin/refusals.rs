//! Why a request was refused: said to administrators, and to nobody else.

mod authorize;
mod machines;
mod others;
mod pages;
mod passwords;
mod registration;
mod tokens;

use std::collections::BTreeSet;

use authly_domain::refusals::Reason;
use authly_domain::scopes::AdminScope;
use authly_testing::administrators::AdminCaller;
use authly_testing::answer::Answer;
use authly_testing::rp::send;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::machine_support::{TOKEN, basic, get, post};

/// Asks for a token, with this `Authorization` header.
pub(super) async fn ask(app: &TestApp, header: Option<&str>, form: &[(&str, &str)]) -> Answer {
    let mut request = post(app, TOKEN);
    if let Some(header) = header {
        request = request.header("Authorization", header);
    }
    send(request.form(form)).await
}

/// What is refused with, and whom an administrator asks about it.
pub(super) struct Desk {
    pub(super) app: TestApp,
    root: AdminCaller,
    seen: BTreeSet<Reason>,
}

impl Desk {
    async fn new() -> Self {
        Self::of(TestApp::start().await).await
    }

    async fn of(app: TestApp) -> Self {
        let root = app.administrator("root").await;
        Self {
            app,
            root,
            seen: BTreeSet::new(),
        }
    }

    /// The administrator logs in again, after a long time.
    async fn renew(&mut self) {
        self.root = self.app.administrator("later").await;
    }

    /// What is known of a refused request.
    async fn explanation(&mut self, answer: &Answer) -> Value {
        let id = answer.header("x-request-id");
        let path = format!("/admin/system/requests/{id}");
        let found = self.root.get(&path).await;
        assert_eq!(found.status, 200, "{answer:?}: {}", found.body);
        let refusal = found.json();
        assert_eq!(refusal["request_id"], id);
        assert_eq!(refusal["status"], answer.status);
        assert!(refusal["address"].is_string(), "{refusal}");
        let sentence = refusal["explanation"].as_str().unwrap();
        let reason: Reason = refusal["reason"].as_str().unwrap().parse().unwrap();
        let more = sentence.strip_prefix(reason.sentence()).unwrap().trim();
        // Administrators are told what is wrong at once; nobody else learns anything of the case.
        let is_administrators = answer.header("content-type") == "application/problem+json";
        assert!(
            is_administrators || more.is_empty() || !answer.body.contains(more),
            "{sentence}"
        );
        self.seen.insert(reason);
        refusal
    }

    /// Holds a request to have been refused for this reason.
    pub(super) async fn expect(&mut self, answer: &Answer, reason: Reason) -> Value {
        let refusal = self.explanation(answer).await;
        assert_eq!(refusal["reason"], reason.as_str(), "{answer:?}: {refusal}");
        refusal
    }
}

/// What no request leads to here: faults of the server, an outage that lets nothing be kept, races that
/// are tested where they are (the last administrator among them), what only a broken connection shows,
/// codes that always come with a reason of their own, and what the answer says itself.
const ELSEWHERE: &[Reason] = &[
    Reason::BodyUnreadable,
    Reason::UnreadableRequest,
    Reason::ClientChanging,
    Reason::RequestsFull,
    Reason::ServerError,
    Reason::TimedOut,
    Reason::InvalidToken,
    Reason::LastAdministrator,
    Reason::Unavailable,
    Reason::RefreshTokenRevoked,
    Reason::NotFound,
];

#[tokio::test]
async fn every_reason_that_a_request_can_lead_to_is_told() {
    let mut seen = BTreeSet::new();
    seen.extend(Box::pin(machines::reasons()).await);
    seen.extend(Box::pin(tokens::reasons()).await);
    seen.extend(Box::pin(authorize::reasons()).await);
    seen.extend(Box::pin(pages::reasons()).await);
    seen.extend(Box::pin(passwords::reasons()).await);
    seen.extend(Box::pin(registration::reasons()).await);
    seen.extend(Box::pin(others::reasons()).await);
    let elsewhere: BTreeSet<_> = ELSEWHERE.iter().copied().collect();
    let all: BTreeSet<_> = Reason::ALL.iter().copied().collect();
    let missing: Vec<_> = all.difference(&seen).collect();
    let missing: Vec<_> = missing
        .into_iter()
        .filter(|one| !elsewhere.contains(one))
        .collect();
    assert_eq!(missing, Vec::<&Reason>::new());
    let both: Vec<_> = seen.intersection(&elsewhere).collect();
    assert_eq!(both, Vec::<&Reason>::new());
}

#[tokio::test]
async fn a_list_shows_the_newest_first_page_by_page_and_of_one_client() {
    let mut desk = Desk::new().await;
    let mut ids = Vec::new();
    for client_id in ["first", "second", "first"] {
        let header = basic(format!("{client_id}:wrong"));
        let form = [("grant_type", "client_credentials")];
        let answer = ask(&desk.app, Some(&header), &form).await;
        desk.expect(&answer, Reason::UnknownClient).await;
        ids.push(answer.header("x-request-id").to_owned());
    }
    let listed = |answer: &Answer| -> Vec<String> {
        let items = answer.json()["items"].as_array().unwrap().clone();
        let id = |one: &Value| one["request_id"].as_str().unwrap().to_owned();
        items.iter().map(id).collect()
    };
    let of_one = desk.root.get("/admin/system/requests?client=first").await;
    assert_eq!(listed(&of_one), [ids[2].clone(), ids[0].clone()]);
    let page = desk.root.get("/admin/system/requests?limit=2").await;
    assert_eq!(listed(&page), [ids[2].clone(), ids[1].clone()]);
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    let path = format!("/admin/system/requests?limit=2&cursor={cursor}");
    let rest = desk.root.get(&path).await;
    assert_eq!(listed(&rest), [ids[0].clone()]);
    assert_eq!(rest.json().get("next_cursor"), None);
    let foreign = format!("/admin/system/requests?client=first&cursor={cursor}");
    let refused = desk.root.get(&foreign).await;
    refused.expect_problem(400, "invalid_cursor");
    desk.expect(&refused, Reason::InvalidCursor).await;
}

#[tokio::test]
async fn of_what_was_not_refused_nothing_is_known() {
    let desk = Desk::new().await;
    let answered = send(get(&desk.app, "/health/live")).await;
    for id in [answered.header("x-request-id"), "0123456789abcdef"] {
        let unknown = desk.root.get(&format!("/admin/system/requests/{id}")).await;
        unknown.expect_problem(404, "not_found");
        let detail = unknown.json()["detail"].as_str().unwrap().to_owned();
        assert!(
            detail.starts_with("Nothing is known of this request"),
            "{detail}"
        );
    }
}

#[tokio::test]
async fn another_node_explains_it_as_well() {
    let mut desk = Desk::new().await;
    let answer = ask(&desk.app, None, &[("grant_type", "x")]).await;
    desk.expect(&answer, Reason::ClientNotNamed).await;
    let other = desk.app.another_node().await;
    let there = other.admin_with(&desk.root.token);
    let id = answer.header("x-request-id");
    let found = there.get(&format!("/admin/system/requests/{id}")).await;
    assert_eq!(found.json()["reason"], "client_not_named");
}

#[tokio::test]
async fn only_who_may_read_the_system_is_told() {
    let mut desk = Desk::new().await;
    let user = desk.app.user("helpdesk").administrator().create().await;
    let scopes = [AdminScope::UsersRead, AdminScope::ClientsRead];
    let caller = desk.app.admin_caller(&user, &scopes).await;
    let refused = caller.get("/admin/system/requests").await;
    refused.expect_problem(403, "insufficient_scope");
    let refusal = desk.expect(&refused, Reason::InsufficientScope).await;
    assert_eq!(refusal["expected"], "admin:system:read");
}

#[tokio::test]
async fn what_a_page_or_a_redirect_refuses_carries_the_id_under_which_it_is_told() {
    let mut desk = Desk::of(Setup::default().app().await).await;
    let client = desk.app.client().id("web").create().await;
    let mut browser = desk.app.browser();
    let asked = desk.app.ask(&client, "openid", &[("prompt", "none")]);
    let page = browser.get(&asked.target).await;
    assert_eq!(page.status(), 303);
    let refusal = desk.expect(&page.answer, Reason::LoginRequired).await;
    assert_eq!(refusal["client_id"], "web");
    assert_eq!(refusal["error"], "login_required");
    let asked = desk.app.ask(&client, "openid", &[("client_id", "nobody")]);
    let page = browser.get(&asked.target).await;
    let refusal = desk.expect(&page.answer, Reason::UnknownClient).await;
    assert_eq!(refusal["client_id"], "nobody");
    let shown = page.text_of("request_id");
    assert_eq!(shown.as_deref(), refusal["request_id"].as_str());
}
