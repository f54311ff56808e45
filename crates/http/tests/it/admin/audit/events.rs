//! No change and no look at people is without its event: every endpoint that there is.

use authly_domain::clients::GrantType;
use authly_domain::scopes::AdminScope;
use authly_protocol::admin::{ALL, Description};
use authly_protocol::endpoint::{Access, Method};
use authly_testing::TestApp;
use authly_testing::administrators::AdminCaller;
use authly_testing::answer::Answer;
use authly_testing::rp::send;
use authly_testing::stored::StoredEvent;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::admin::method;

/// Things that can be changed, made anew for each endpoint.
struct Things {
    user: String,
    client: String,
    scope: String,
    resource_server: String,
    session: String,
    grant: String,
    token: String,
    value: String,
    key: String,
    call: String,
    refused: String,
    initial_access_token: String,
}

impl Things {
    async fn new(app: &TestApp, root: &AdminCaller, number: usize) -> Self {
        let alice = app.user(&format!("alice-{number}")).create().await;
        let name = format!("web-{number}");
        let grants = [
            GrantType::AuthorizationCode,
            GrantType::RefreshToken,
            GrantType::ClientCredentials,
        ];
        let web = app.client().id(&name).grants(&grants).create().await;
        let tokens = app.tokens(&web, &alice, "openid").await;
        let looked = json!({"token": tokens.access_token});
        let token = root.post("/admin/presented-tokens/look-up", &looked).await;
        let scope = format!("scope:{number}");
        let document = json!({"name": scope, "description": "Something"});
        assert_eq!(root.post("/admin/scopes", &document).await.status, 201);
        let api = json!({"resource": format!("https://{number}.example.com"), "name": "An API"});
        let api = root.post("/admin/resource-servers", &api).await.json();
        let keys = root.get("/admin/keys").await.json();
        // Not the one that the caller's own token hangs on.
        let mut keys = keys["items"].as_array().unwrap().iter();
        let key = keys.find(|key| key["algorithm"] == "EdDSA").unwrap();
        let initial = json!({"name": "Suite", "scope": "openid"});
        let initial = root.post("/admin/initial-access-tokens", &initial).await;
        Self {
            initial_access_token: initial.json()["id"].as_str().unwrap().to_owned(),
            user: alice.id.as_uuid().to_string(),
            client: web.record.key.as_uuid().to_string(),
            scope,
            resource_server: api["id"].as_str().unwrap().to_owned(),
            session: app.stored().sessions_of(&alice.username).await[0]
                .id
                .as_uuid()
                .to_string(),
            grant: app.stored().grants_of(&name).await[0]
                .id
                .as_uuid()
                .to_string(),
            token: token.json()["id"].as_str().unwrap().to_owned(),
            value: tokens.access_token,
            key: key["kid"].as_str().unwrap().to_owned(),
            call: logout_call(app, root, number).await,
            refused: root
                .get("/admin/users?limit=0")
                .await
                .header("x-request-id")
                .to_owned(),
        }
    }

    fn path(&self, one: &Description) -> String {
        one.path
            .replace("{user}", &self.user)
            .replace("{client}", &self.client)
            .replace("{scope}", &self.scope)
            .replace("{resource_server}", &self.resource_server)
            .replace("{session}", &self.session)
            .replace("{grant}", &self.grant)
            .replace("{token}", &self.token)
            .replace("{key}", &self.key)
            .replace("{call}", &self.call)
            .replace("{request}", &self.refused)
            .replace("{initial_access_token}", &self.initial_access_token)
            .replace("{setting}", "tokens.code_lifetime")
    }

    /// A document that the endpoint takes. A new one that needs more than nothing gets its own here.
    fn body(&self, one: &Description, number: usize) -> Value {
        match one.name {
            "clients.create" => json!({"client_id": format!("new-{number}"),
                "client_type": "public", "redirect_uris": ["https://app.example.com/cb"]}),
            "clients.update" => json!({"client_name": "Another"}),
            "clients.rotate_secret" => json!({"old_secret_valid_for": 0}),
            "clients.set_secret" => json!({"client_secret": "kq9hT2vXw5Rz8LmN3pYc7Bd4Fg6Js1Ua"}),
            "clients.assign_scopes" => json!({"scope": "openid", "optional_scope": ""}),
            "clients.entitle" => json!({"entitled_admin_scopes": ["admin:users:read"]}),
            "initial_access_tokens.create" => json!({"name": "New", "scope": "openid"}),
            "scopes.create" => json!({"name": format!("new:{number}"), "description": "New"}),
            "scopes.update" => json!({"description": "Another"}),
            "resource_servers.create" => {
                json!({"resource": format!("https://new-{number}.example.com"), "name": "New"})
            }
            "settings.change" => json!({"values": {"tokens.code_lifetime": "30s"}}),
            "tokens.look_up" | "tokens.revoke_presented" => json!({"token": self.value}),
            "users.create" => {
                json!({"username": format!("new-{number}"), "temporary_password": true})
            }
            "users.import" => json!({"users": [{"user": {"username": format!("taken-{number}")}}]}),
            "resource_servers.update" | "users.update" => json!({"name": "Another"}),
            "users.reset_password" => json!({"temporary_password": true}),
            _ => json!({}),
        }
    }

    async fn call(&self, root: &AdminCaller, one: &Description, query: &str) -> Answer {
        let path = self.path(one) + query;
        let mut request = root.request(method(one), &path);
        if one.method != Method::Get {
            request = request.json(&self.body(one, self.number()));
        }
        send(request).await
    }

    fn number(&self) -> usize {
        self.scope.trim_start_matches("scope:").parse().unwrap()
    }
}

/// A call that tells a client of a logout, and that nobody makes.
async fn logout_call(app: &TestApp, root: &AdminCaller, number: usize) -> String {
    let user = app.user(&format!("leaver-{number}")).create().await;
    let inside = "https://10.0.0.1/told".parse().unwrap();
    let told = app.client().id(&format!("told-{number}"));
    let told = told.told_of_logouts_at(&inside).create().await;
    let mut browser = app.browser();
    app.tokens_in(&mut browser, &told, &user, "openid").await;
    let page = browser.get("/logout").await;
    browser.submit(&page.form("logout")).await;
    let key = told.record.key.as_uuid();
    let path = format!("/admin/logout-calls?client={key}");
    let calls = root.get(&path).await.json();
    calls["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn since(app: &TestApp, before: &[StoredEvent]) -> Vec<StoredEvent> {
    let mut all = app.stored().events().await;
    // By their ids: an erasure takes something from those that were there.
    all.retain(|event| before.iter().all(|known| known.id != event.id));
    all
}

/// Whether an endpoint only looks, though it is asked by POST.
fn looks(one: &Description) -> bool {
    one.method == Method::Get || one.name == "tokens.look_up"
}

/// How its event is called.
fn action(one: &Description) -> &'static str {
    match one.name {
        // By its value instead of its id.
        "tokens.revoke_presented" => "tokens.revoke",
        name => name,
    }
}

/// What it does before, in a transaction of its own.
fn steps_before(one: &Description) -> &'static [&'static str] {
    match one.name {
        "clients.delete" => &["clients.disable"],
        _ => &[],
    }
}

#[tokio::test]
async fn every_change_leaves_one_event_in_its_name_and_a_dry_run_none() {
    let app = TestApp::start().await;
    let admin = app.user("root").administrator().create().await;
    let root = app.admin_caller(&admin, AdminScope::ALL).await;
    for (number, one) in ALL.iter().enumerate().filter(|(_, one)| !looks(one)) {
        let things = Things::new(&app, &root, number).await;
        if one.name == "users.unset_admin" {
            let path = format!("/admin/users/{}/set-admin", things.user);
            assert_eq!(root.post(&path, &json!({})).await.status, 200);
        }
        let before = app.stored().events().await;
        let dry = things.call(&root, one, "?dry_run=true").await;
        assert!(
            (200..300).contains(&dry.status),
            "{}: {}",
            one.name,
            dry.body
        );
        assert_eq!(since(&app, &before).await, [], "{}", one.name);

        let done = things.call(&root, one, "").await;
        assert!(
            (200..300).contains(&done.status),
            "{}: {}",
            one.name,
            done.body
        );
        let events = since(&app, &before).await;
        // The clock stands, so that nothing tells which of two came first.
        let is_step = |event: &StoredEvent| steps_before(one).contains(&&*event.action);
        let (steps, events): (Vec<_>, Vec<_>) = events.into_iter().partition(is_step);
        assert_eq!(steps.len(), steps_before(one).len(), "{}", one.name);
        let [event] = events.as_slice() else {
            panic!("{}: {events:?}", one.name);
        };
        assert_eq!(event.action, action(one));
        assert_eq!((&*event.outcome, &*event.actor_kind), ("succeeded", "user"));
        assert_eq!(event.actor_user, Some(*admin.id.as_uuid()), "{}", one.name);
        assert_eq!(event.request.as_deref(), Some(done.header("x-request-id")));
        assert_eq!(event.address.as_deref(), Some("127.0.0.1"));
        let concerns = |name: &str| one.path_names.contains(&name);
        if concerns("user") {
            let user = event.user.map(|id| id.to_string());
            assert_eq!(user, Some(things.user.clone()), "{}", one.name);
        }
        if concerns("client") {
            let client = event.client.map(|id| id.to_string());
            assert_eq!(client, Some(things.client.clone()), "{}", one.name);
        }
        if concerns("scope") {
            assert_eq!(event.target.as_deref(), Some(&*things.scope));
        }
        if concerns("resource_server") {
            let resource = format!("https://{}.example.com", things.number());
            assert_eq!(event.target, Some(resource));
        }
    }
}

#[tokio::test]
async fn every_look_at_people_leaves_one_event_and_every_other_look_none() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let things = Things::new(&app, &root, 1).await;
    for one in ALL.iter().filter(|one| looks(one)) {
        let before = app.stored().events().await;
        let seen = things.call(&root, one, "").await;
        assert_eq!(seen.status, 200, "{}: {}", one.name, seen.body);
        let events = since(&app, &before).await;
        let of_people = matches!(
            one.access,
            Access::Scope(AdminScope::UsersRead | AdminScope::TokensRead | AdminScope::AuditRead)
        ) || one.name.starts_with("refusals.");
        if !of_people {
            assert_eq!(events, [], "{}", one.name);
            continue;
        }
        let [event] = events.as_slice() else {
            panic!("{}: {events:?}", one.name);
        };
        assert_eq!(event.action, "personal_data.read");
        assert_eq!(event.target.as_deref(), Some(one.name));
        assert_eq!(event.request.as_deref(), Some(seen.header("x-request-id")));
        if one.path_names.contains(&"user") {
            assert_eq!(
                event.user.map(|id| id.to_string()),
                Some(things.user.clone())
            );
        }
    }
}

#[tokio::test]
async fn whom_a_list_is_asked_for_is_in_its_event() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let things = Things::new(&app, &root, 1).await;
    let before = app.stored().events().await;
    let path = format!("/admin/sessions?user={}", things.user);
    assert_eq!(root.get(&path).await.status, 200);
    let events = since(&app, &before).await;
    assert_eq!(events[0].user.map(|id| id.to_string()), Some(things.user));
}

#[tokio::test]
async fn what_is_refused_changes_nothing_and_leaves_no_event_of_a_change() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let before = app.stored().events().await;
    for one in ALL.iter().filter(|one| !looks(one)) {
        if one.path_names.is_empty() {
            continue;
        }
        let path = crate::admin::path(one);
        let refused = send(root.request(method(one), &path).json(&json!({}))).await;
        assert!(refused.status >= 400, "{}", one.name);
    }
    assert_eq!(since(&app, &before).await, []);
}
