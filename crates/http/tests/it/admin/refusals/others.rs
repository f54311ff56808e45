//! Refusals of the admin API, and what ends every token.

use std::collections::{BTreeMap, BTreeSet};

use authly_domain::refusals::Reason;
use authly_domain::scopes::AdminScope;
use authly_services::settings::SettingsChange;
use authly_testing::Setup;
use authly_testing::answer::jose_header;
use authly_testing::rp::send;
use pretty_assertions::assert_eq;
use reqwest::Method;
use serde_json::json;

use super::Desk;

const SCOPES: &str = "/admin/scopes";
const KEY: &str = "6f1c7a9e-5d0b-4f2e-8c3a-1b2d4e6f8a90";

async fn of_documents(desk: &mut Desk) {
    let root = desk.root.clone();
    let broken = root.request(Method::POST, SCOPES).body("{");
    let broken = broken.header("Content-Type", "application/json");
    desk.expect(&send(broken).await, Reason::MalformedRequest)
        .await;
    let answer = root.get("/admin/sessions?cursor=nonsense").await;
    desk.expect(&answer, Reason::InvalidCursor).await;
    let answer = root.get("/admin/scopes?limit=many").await;
    desk.expect(&answer, Reason::InvalidQuery).await;
    let odd = json!({"name": "a b", "description": "Odd"});
    let answer = root.post(SCOPES, &odd).await;
    let refusal = desk.expect(&answer, Reason::InvalidBody).await;
    let came = refusal["came"].as_str().unwrap();
    assert!(came.contains("/name"), "{refusal}");
    let new = json!({"name": "notes:new", "description": "New"});
    assert_eq!(root.post(SCOPES, &new).await.status, 201);
    let answer = root.post(SCOPES, &new).await;
    desk.expect(&answer, Reason::AlreadyExists).await;
    let shut = json!({"values": {"admin.allowed_networks": []}});
    let answer = root.patch("/admin/settings", &shut).await;
    desk.expect(&answer, Reason::Conflict).await;

    for (client_id, status) in [("one", 201), ("two", 422)] {
        let document = json!({"client_id": client_id, "grant_types": ["client_credentials"]});
        let request = root.request(Method::POST, "/admin/clients").json(&document);
        let answer = send(request.header("Idempotency-Key", KEY)).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        if status == 422 {
            desk.expect(&answer, Reason::IdempotencyKeyReused).await;
        }
    }
}

async fn of_things(desk: &mut Desk) {
    let root = desk.root.clone();
    let web = desk.app.client().id("web").create().await;
    let answer = root.delete("/admin/scopes/notes:read").await;
    desk.expect(&answer, Reason::InUse).await;
    let path = format!("/admin/clients/{}", web.record.key.as_uuid());
    let stale = root.request(Method::PATCH, &path);
    let stale = stale.json(&json!({"client_name": "New"}));
    let answer = send(stale.header("If-Match", "\"77\"")).await;
    desk.expect(&answer, Reason::VersionMismatch).await;
    desk.app.make_system_client(&web).await;
    let answer = root.delete(&path).await;
    desk.expect(&answer, Reason::Protected).await;
    let me = root.get("/admin/whoami").await.json();
    let id = me["user"]["id"].as_str().unwrap();
    let answer = root
        .post(&format!("/admin/users/{id}/disable"), &json!({}))
        .await;
    desk.expect(&answer, Reason::OwnRights).await;
}

async fn of_callers(desk: &mut Desk) {
    let nobody = authly_testing::rp::http_client();
    let answer = send(nobody.get(desk.app.url(SCOPES))).await;
    desk.expect(&answer, Reason::Unauthenticated).await;
    let alice = desk.app.user("alice").create().await;
    let caller = desk.app.admin_caller(&alice, AdminScope::ALL).await;
    let answer = caller.get(SCOPES).await;
    let refusal = desk.expect(&answer, Reason::NotAnAdministrator).await;
    assert_eq!(refusal["user"], json!(alice.id.as_uuid().to_string()));
    let scopes = [AdminScope::SystemRead];
    let root = desk.app.user("reader").administrator().create().await;
    let caller = desk.app.admin_caller(&root, &scopes).await;
    let answer = caller.get(SCOPES).await;
    desk.expect(&answer, Reason::InsufficientScope).await;
}

async fn of_places() -> BTreeSet<Reason> {
    let mut desk = Desk::new().await;
    let request = desk.root.request(Method::GET, SCOPES);
    let answer = send(request.header("x-forwarded-for", "192.0.2.7")).await;
    let refusal = desk.expect(&answer, Reason::UntrustedProxy).await;
    assert_eq!(refusal["came"], "127.0.0.1");
    let mut seen = desk.seen;
    let setup = Setup::default().trusted_proxies(&["127.0.0.1"]);
    let mut desk = Desk::of(setup.app().await).await;
    let request = desk.root.request(Method::GET, SCOPES);
    let answer = send(request.header("x-forwarded-for", "192.0.2.7")).await;
    let refusal = desk.expect(&answer, Reason::AddressNotAllowed).await;
    assert_eq!(refusal["came"], "192.0.2.7");
    assert_eq!(refusal["address"], "192.0.2.7");
    assert_eq!(refusal["expected"], "one of: 127.0.0.0/8 ::1/128");
    seen.extend(desk.seen);
    seen
}

/// The door is shut for whoever would ask, until it is opened again on the server's machine.
async fn of_a_shut_door(desk: &mut Desk) {
    let shut = json!({"values": {"admin.enabled": false}});
    let switched = desk.root.patch("/admin/settings?force=true", &shut).await;
    assert_eq!(switched.status, 200, "{}", switched.body);
    let answer = desk.root.get(SCOPES).await;
    answer.expect_problem(503, "admin_api_disabled");
    let open = SettingsChange {
        values: BTreeMap::from([("admin.enabled".to_owned(), Some(json!(true)))]),
        ..SettingsChange::default()
    };
    let live = &desk.app.deps.live_settings;
    live.change_from_own_machine(&open).await.unwrap();
    desk.expect(&answer, Reason::AdminApiDisabled).await;
}

/// An emergency: the key that signed a token is withdrawn.
async fn of_keys(desk: &mut Desk) {
    let client = desk.app.client().id("keys").create().await;
    let user = desk.app.user("bob").create().await;
    let tokens = desk.app.tokens(&client, &user, "openid").await;
    let kid = jose_header(&tokens.access_token)["kid"].clone();
    let path = format!("/admin/keys/{}/revoke", kid.as_str().unwrap());
    let revoked = desk.root.post(&path, &json!({})).await;
    assert_eq!(revoked.status, 200, "{}", revoked.body);
    let answer = desk.app.rp(&client).userinfo(&tokens.access_token).await;
    desk.renew().await;
    desk.expect(&answer, Reason::KeyRevoked).await;
}

/// Every reason that was met, each of which was looked up.
pub(super) async fn reasons() -> BTreeSet<Reason> {
    let mut seen = Box::pin(of_places()).await;
    let mut desk = Desk::new().await;
    Box::pin(of_documents(&mut desk)).await;
    Box::pin(of_things(&mut desk)).await;
    Box::pin(of_callers(&mut desk)).await;
    Box::pin(of_a_shut_door(&mut desk)).await;
    Box::pin(of_keys(&mut desk)).await;
    seen.extend(desk.seen);
    seen
}
