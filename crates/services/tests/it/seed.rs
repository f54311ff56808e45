//! Seeds.

use authly_domain::resource_servers::OpenTo;
use authly_domain::secret::Password;
use authly_services::seed::{Seed, SeedError};
use authly_testing::TestServices;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::flow;

mod openid;

const SECRET: &str = "development-only-secret-change-me-0001";

fn seed(document: Value) -> Seed {
    serde_json::from_value(document).unwrap()
}

fn sample() -> Value {
    json!({
        "scopes": [
            { "name": "notes:read", "description": "Read your notes", "default": true },
            { "name": "notes:write", "description": "Change your notes" },
        ],
        "users": [{
            "username": "alice", "email": "alice@example.com", "verified": true,
            "password": "correct horse battery staple", "given_name": "Alice", "locale": "en",
        }],
        "clients": [
            {
                "client_id": "notes-web", "client_name": "Notes", "client_type": "confidential",
                "client_secret": SECRET,
                "redirect_uris": ["http://localhost:9000/callback"],
                "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
                "scope": "openid profile notes:read notes:write",
                "optional_scope": "notes:write",
            },
            {
                "client_id": "notes-native", "client_type": "public", "application_type": "native",
                "redirect_uris": ["http://127.0.0.1/callback"], "scope": "openid notes:read",
            },
        ],
    })
}

fn problems(error: SeedError) -> Vec<String> {
    match error {
        SeedError::Problems(problems) => problems,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nodes_may_apply_the_same_seed_at_once() {
    let services = TestServices::start().await;
    let other = services.another_node().await;
    let seed = seed(sample());
    let (here, there) = (services.seeder(), other.seeder());
    let (first, second) = tokio::join!(here.apply(&seed), there.apply(&seed));
    assert_eq!(first.unwrap(), second.unwrap());
    let conn = services.db.connect().await.unwrap();
    let web = conn
        .reads()
        .clients()
        .find(&"notes-web".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(web.secrets.len(), 1);
}

#[tokio::test]
async fn what_is_seeded_works() {
    let services = TestServices::start().await;
    let report = services.seeder().apply(&seed(sample())).await.unwrap();
    assert_eq!((report.scopes, report.users, report.clients), (2, 1, 2));

    let password = Password::new("correct horse battery staple".to_owned());
    let browser = flow::browser(&services);
    services
        .deps
        .sessions
        .log_in("alice", password, &browser)
        .await
        .unwrap();
    let conn = services.db.connect().await.unwrap();
    let web = conn
        .reads()
        .clients()
        .find(&"notes-web".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(web.default_scope.to_string(), "notes:read");
    assert_eq!(web.optional_scope.to_string(), "notes:write");
    let client = authly_testing::fixtures::TestClient {
        id: "notes-web".to_owned(),
        secret: Some(SECRET.to_owned()),
        record: web,
    };
    let rp = flow::authenticated(&services, &client).await;
    flow::own_token(&services, &rp).await.unwrap();
}

#[tokio::test]
async fn a_seed_that_is_applied_again_changes_nothing() {
    let services = TestServices::start().await;
    services.seeder().apply(&seed(sample())).await.unwrap();
    let before = services.stored().registry().await;
    services.advance(std::time::Duration::from_hours(1));
    services.seeder().apply(&seed(sample())).await.unwrap();
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn what_is_listed_replaces_and_what_is_absent_stays() {
    let services = TestServices::start().await;
    services.seeder().apply(&seed(sample())).await.unwrap();
    let password_before = services.stored().user("alice").await.unwrap().password_hash;
    let change = json!({
        "users": [{ "username": "alice", "password": "another one entirely", "admin": true }],
        "clients": [{ "client_id": "notes-web", "scope": "openid notes:read", "optional_scope": "" }],
    });
    services.seeder().apply(&seed(change)).await.unwrap();

    let alice = services.stored().user("alice").await.unwrap();
    assert_eq!(alice.email.as_deref(), Some("alice@example.com"));
    assert!(alice.is_admin);
    assert_eq!(alice.password_hash, password_before);
    let conn = services.db.connect().await.unwrap();
    let web = conn
        .reads()
        .clients()
        .find(&"notes-web".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(web.name, "Notes");
    assert_eq!(web.scope.to_string(), "notes:read openid");
    assert!(web.optional_scope.is_empty());
    assert_eq!(web.secrets.len(), 1);
    assert_eq!(web.redirect_uris.len(), 1);
}

#[tokio::test]
async fn a_change_of_the_secret_or_of_the_scopes_alone_reaches_every_cache() {
    let other_secret = "development-only-secret-change-me-0002";
    for change in [
        json!({ "client_id": "notes-web", "client_secret": other_secret }),
        json!({ "client_id": "notes-web", "scope": "openid profile notes:write" }),
        json!({ "client_id": "notes-web", "optional_scope": "profile" }),
    ] {
        let services = TestServices::start().await;
        services.seeder().apply(&seed(sample())).await.unwrap();
        let version = async || {
            let conn = services.db.connect().await.unwrap();
            let id = "notes-web".parse().unwrap();
            let found = conn.reads().clients().find(&id).await.unwrap();
            found.unwrap().version
        };
        let before = version().await;
        let document = json!({ "clients": [change] });
        services.seeder().apply(&seed(document)).await.unwrap();
        assert!(version().await > before, "{change}");
    }
}

#[tokio::test]
async fn all_problems_are_named_at_once_and_nothing_is_stored() {
    let services = TestServices::start().await;
    let before = services.stored().registry().await;
    let wrong = json!({
        "scopes": [
            { "name": "two words", "description": "No name" },
            { "name": "fine", "description": "Fine" },
        ],
        "users": [
            { "username": "a b", "password": "long enough for anybody" },
            { "username": "bob" },
            { "username": "eve", "email": "nobody", "password": "long enough for anybody" },
            { "username": "zoe", "password": "with a \u{0} in it" },
            { "username": "fine", "password": "long enough for anybody" },
        ],
        "clients": [
            { "client_id": "short", "client_secret": "short", "redirect_uris": ["https://a.example/"] },
            { "client_id": "https://client.example/" },
            { "client_id": "open", "client_type": "public", "client_secret": SECRET,
              "grant_types": ["client_credentials", "password"],
              "token_endpoint_auth_method": "client_secret_basic" },
            { "client_id": "lost", "client_secret": SECRET, "scope": "no-such-scope",
              "redirect_uris": ["http://client.example/", "javascript:alert(1)"] },
            { "client_id": "fine", "client_secret": SECRET, "redirect_uris": ["https://a.example/"],
              "scope": "fine" },
        ],
    });

    let found = problems(services.seeder().apply(&seed(wrong)).await.unwrap_err());

    for expected in [
        "scope \"two words\"",
        "user a b:",
        "user bob: a new user needs a password",
        "user eve: the email is malformed",
        "user zoe:",
        "client short: a client_secret has at least 32 bytes",
        "client https://client.example/: the client_id is malformed, or reserved",
        "client open: a public client has no client_secret",
        "client open: client_credentials is for confidential clients",
        "client open: token_endpoint_auth_method none belongs to public clients",
        "client open: grant_types \"password\"",
        "client lost: redirect_uris \"http://client.example/\"",
        "client lost: redirect_uris \"javascript:alert(1)\"",
        "client lost: there is no scope no-such-scope",
    ] {
        assert!(
            found.iter().any(|one| one.starts_with(expected)),
            "{expected}: {found:#?}"
        );
    }
    assert!(!found.iter().any(|one| one.contains(" fine")), "{found:#?}");
    assert!(!found.iter().any(|one| one.contains(SECRET)), "{found:#?}");
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn clients_of_a_seed_name_its_resource_servers_or_registered_ones() {
    let services = TestServices::start().await;
    let document = |name: &str, audience: &str| {
        json!({
            "resource_servers": [
                { "resource": "https://notes.example.com", "name": name, "open_to": "every_client" },
            ],
            "clients": [{ "client_id": "web", "client_secret": SECRET,
                "redirect_uris": ["https://a.example/"], "default_audience": [audience],
                "resources": ["HTTPS://notes.example.com/"] }],
        })
    };
    let before = services.stored().registry().await;
    let unknown = seed(document("Notes", "https://files.example.com"));
    let found = problems(services.seeder().apply(&unknown).await.unwrap_err());
    let expected = "client web: there is no resource server https://files.example.com";
    assert_eq!(found, [expected]);
    assert_eq!(services.stored().registry().await, before);

    services
        .client()
        .id("files")
        .resources(&["https://files.example.com"])
        .create()
        .await;
    let report = services.seeder().apply(&unknown).await.unwrap();
    assert_eq!((report.resource_servers, report.clients), (1, 1));
    let conn = services.db.connect().await.unwrap();
    let clients = conn.reads().clients();
    let web = clients.find(&"web".parse().unwrap()).await;
    let named = web.unwrap().unwrap().resources;
    assert_eq!(named[0].as_str(), "https://notes.example.com");

    // One that an administrator has disabled stays so.
    services
        .disable_resource_server("https://notes.example.com")
        .await;
    let renamed = seed(document("My notes", "https://files.example.com"));
    services.seeder().apply(&renamed).await.unwrap();
    let stored = conn.reads().resource_servers();
    let stored = stored.find_by_resource(&named[0]).await.unwrap().unwrap();
    assert_eq!(
        (stored.server.name.as_str(), stored.server.is_active),
        ("My notes", false)
    );
    let before = services.stored().registry().await;
    services.seeder().apply(&renamed).await.unwrap();
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn who_may_ask_for_a_resource_server_stays_where_the_seed_does_not_say_it() {
    let services = TestServices::start().await;
    let api = "https://api.example.com";
    let said = seed(json!({ "resource_servers": [{ "resource": api, "name": "An API" }] }));
    services.seeder().apply(&said).await.unwrap();
    let conn = services.db.connect().await.unwrap();
    let stored = conn.reads().resource_servers();
    let resource = api.parse().unwrap();
    let present = async || stored.find_by_resource(&resource).await.unwrap().unwrap();
    let mut server = present().await.server;
    assert_eq!(server.open_to, OpenTo::ListedClients);
    server.open_to = OpenTo::EveryClient;
    stored.update(&server).await.unwrap();
    let before = services.stored().registry().await;
    services.seeder().apply(&said).await.unwrap();
    assert_eq!(services.stored().registry().await, before);

    let closed = json!({ "resource": api, "name": "An API", "open_to": "listed_clients" });
    let closed = seed(json!({ "resource_servers": [closed] }));
    services.seeder().apply(&closed).await.unwrap();
    assert_eq!(present().await.server.open_to, OpenTo::ListedClients);
}

#[tokio::test]
async fn what_no_resource_server_of_a_seed_can_be_is_a_problem_and_nothing_is_stored() {
    let services = TestServices::start().await;
    let before = services.stored().registry().await;
    let api = "https://api.example.com";
    let wrong = json!({ "resource_servers": [
        { "resource": "api", "name": "An API" },
        { "resource": api, "name": "An API", "open_to": "everybody" },
        { "resource": api, "name": "a\u{0}" },
        { "resource": "https://API.example.com/", "name": "An API" },
    ] });
    let found = problems(services.seeder().apply(&seed(wrong)).await.unwrap_err());
    let starts = [
        "resource server \"api\": a resource is an absolute URI",
        "resource server \"https://api.example.com\": open_to: ",
        "resource server \"https://api.example.com\": a name has 1 to 200 characters",
        "resource server \"https://API.example.com/\": it is listed more than once",
    ];
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (found, start) in found.iter().zip(starts) {
        assert!(found.starts_with(start), "{found}");
    }
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn what_stands_twice_in_a_seed_is_a_problem_and_nothing_is_stored() {
    let services = TestServices::start().await;
    let before = services.stored().registry().await;
    let password = "long enough for anybody";
    let twice = json!({
        "scopes": [
            { "name": "notes", "description": "One" }, { "name": "notes", "description": "Other" },
        ],
        "users": [
            { "username": "bob", "password": password }, { "username": "BOB", "password": password },
        ],
        "clients": [
            { "client_id": "web", "client_secret": SECRET, "redirect_uris": ["https://a.example/"] },
            { "client_id": "web", "client_secret": SECRET, "redirect_uris": ["https://b.example/"] },
        ],
    });
    let found = problems(services.seeder().apply(&seed(twice)).await.unwrap_err());
    let expected = [
        "scope \"notes\" is listed more than once",
        "user \"bob\" is listed more than once",
        "client \"web\" is listed more than once",
    ];
    assert_eq!(found, expected);
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn a_nul_in_a_seed_is_a_problem_and_no_failure_of_storage() {
    let services = TestServices::start().await;
    let before = services.stored().registry().await;
    let password = "long enough for anybody";
    let with_nul = json!({
        "scopes": [{ "name": "notes", "description": "a\u{0}b" }],
        "users": [{ "username": "bob", "password": password, "nickname": "a\u{0}b" }],
        "clients": [{
            "client_id": "web", "client_secret": SECRET, "redirect_uris": ["https://a.example/"],
            "client_name": "a\u{0}b", "client_uri": "https://a.example/\u{0}",
        }],
    });
    let found = problems(services.seeder().apply(&seed(with_nul)).await.unwrap_err());
    let expected = [
        "scope \"notes\": description holds a NUL character",
        "user bob: nickname holds a NUL character",
        "client web: a client_name has 1 to 200 characters, none of them a control character",
        "client web: client_uri is no https address",
    ];
    assert_eq!(found, expected);
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn an_address_that_is_taken_stores_nothing() {
    let services = TestServices::start().await;
    services.user("alice").create().await;
    let before = services.stored().registry().await;
    let taken = json!({
        "scopes": [{ "name": "fine", "description": "Fine" }],
        "users": [{ "username": "bob", "email": "ALICE@example.com", "password": "long enough" }],
    });
    let found = problems(services.seeder().apply(&seed(taken)).await.unwrap_err());
    assert_eq!(found, ["user bob: name or email is taken"]);
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn an_address_that_a_present_user_may_not_have_stores_nothing() {
    let services = TestServices::start().await;
    services.user("alice").create().await;
    services.user("bob").create().await;
    let before = services.stored().registry().await;
    let taken = json!({ "users": [{ "username": "bob", "email": "alice@example.com" }] });
    let found = problems(services.seeder().apply(&seed(taken)).await.unwrap_err());
    assert_eq!(found, ["user bob: name or email is taken"]);
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn a_client_that_may_administer_for_itself_goes_on_acting_for_itself() {
    let services = TestServices::start().await;
    let robot = services.client().id("robot").create().await;
    services.entitle(&robot, &["admin:users:read"]).await;
    let before = services.stored().registry().await;
    let change = json!({ "clients": [{ "client_id": "robot", "grant_types": [] }] });
    let found = problems(services.seeder().apply(&seed(change)).await.unwrap_err());
    let expected = ["client robot: client_credentials stays while it is entitled to administer"];
    assert_eq!(found, expected);
    assert_eq!(services.stored().registry().await, before);
}

#[test]
fn an_unknown_key_is_refused() {
    for document in [
        json!({ "client": [] }),
        json!({ "users": [{ "username": "alice", "passwort": "long enough" }] }),
    ] {
        assert!(serde_json::from_value::<Seed>(document).is_err());
    }
}

#[tokio::test]
async fn a_scope_that_was_disabled_stays_so_and_stays_with_its_clients() {
    let services = TestServices::start().await;
    let seeder = services.seeder();
    seeder.apply(&seed(sample())).await.unwrap();
    services.disable_scope("notes:write").await;
    let renamed = json!({ "clients": [{ "client_id": "notes-web", "client_name": "My notes" }] });
    let assigned = json!({
        "clients": [{ "client_id": "notes-native", "scope": "openid notes:write" }],
    });
    for again in [sample(), renamed, assigned] {
        seeder.apply(&seed(again)).await.unwrap();
    }

    let conn = services.db.connect().await.unwrap();
    let scope = "notes:write".parse().unwrap();
    let found = conn.reads().scopes().find(&scope).await.unwrap().unwrap();
    assert!(!found.record.is_active);
    let clients = conn.reads().clients();
    for id in ["notes-web", "notes-native"] {
        let found = clients.find(&id.parse().unwrap()).await.unwrap().unwrap();
        let all = clients.find_registered(found.key).await.unwrap().unwrap();
        assert!(all.client.scope.contains("notes:write"), "{id}");
    }
}
