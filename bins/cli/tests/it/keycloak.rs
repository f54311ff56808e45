//! `authly import keycloak` against a server. The export has the shape of Keycloak 26; its hashes were
//! made by Python's `hashlib` and argon2-cffi.

use std::fs;
use std::path::Path;

use authly_testing::rp::http_client;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::configuration::{Folder, actions};
use crate::desk::Desk;
use crate::terminal::Terminal;

const PASSWORD: &str = "correct horse battery staple";

/// How the lines on what is not taken begin.
const NOT_TAKEN: [&str; 44] = [
    "1 realm roles: Authly has nothing like them",
    "1 client roles: Authly has nothing like them",
    "1 groups: Authly has nothing like them",
    "1 identity providers: Authly has nothing like them",
    "1 authentication flows: users log in by the pages of Authly",
    "2 required actions: users log in by the pages of Authly",
    "1 components: Authly has keys of its own, and no users of other directories",
    "settings of the realm: they are not taken, Authly has its own (docs/configuration.md): \
     accessTokenLifespan, displayName, passwordPolicy, smtpServer, sslRequired, ssoSessionIdleTimeout",
    "client scope profile: the protocol mapper rank is not taken",
    "client scope orders: the protocol mapper tills is not taken",
    "client scope orders: the attribute include.in.token.scope is not taken",
    "client api: it only takes tokens",
    "client legacy: it does not speak OpenID Connect",
    "client patterns: the redirect URI https://*.example.com/* is not taken: it is a pattern",
    "client patterns: no redirect URI of its can be taken",
    "client reports: the export has no secret, and it gets another one",
    "client shop-web: the grant by password is not taken",
    "client shop-web: the redirect URI https://shop.example.com/* is not taken: it is a pattern",
    "client shop-web: the post-logout redirect URI /bye/* is not taken: it is a pattern",
    "client shop-web: the attribute user.info.response.signature.alg is not taken: Authly does not have HS256",
    "client shop-web: the attribute require.pushed.authorization.requests is not taken: Authly has no pushed",
    "client shop-web: the attribute dpop.bound.access.tokens is not taken: the access tokens of Authly",
    "client shop-web: the attribute acr.loa.map is not taken: Authly has nothing like it",
    "client shop-web: its adminUrl is not taken: Authly has nothing like it",
    "client shop-web: the protocol mapper department is not taken",
    "client shop-web: the protocol mapper sub of its own is not taken: its users get other subjects",
    "client shop-app: its backchannel_logout_uri is not taken: it is no https URL",
    "client shop-app: its access_token_lifetime is not taken: access_token_lifetime is between 10 and",
    "client shop-app: the attribute pkce.code.challenge.method is not taken: challenges are of the method S256",
    "client shop-app: the scope loyalty is not taken: it is not here",
    "client signer: the attribute request.object.required is not taken: it may send them by value and",
    "client signer: the attribute request.uris is not taken: https://signer.example.com/* is a pattern",
    "client signer: the attribute id.token.encrypted.response.enc is not taken: Authly does not have A192GCM",
    "client signer: the attribute jwt.credential.certificate is not taken: Authly takes keys as jwks",
    "user bob: the required action CONFIGURE_TOTP is not taken",
    "user carol: credentials of the type otp are not taken",
    "user dave: the password is not taken: the algorithm scrypt is not known",
    "user dave: there is no password: it cannot log in until it is given one",
    "user dave: accounts at other providers are not taken",
    "user service-account-reports: it is the service account of the client reports",
    "2 users, such as ada: the attribute department: not taken, Authly has nothing like it",
    "user ada: all values of the attribute nickname but the first: not taken",
    "user ada: groups: not taken, Authly has nothing like it",
    "4 users, such as ada: createdTimestamp: not taken, they are new here",
];

/// What means something to Keycloak alone, or says nothing, so that there is no note of it.
const NOT_NOTED: [&str; 9] = [
    "backchannel.logout",
    "frontchannel.logout",
    "client.secret.creation.time",
    "fullScopeAllowed",
    "full name",
    "oauth2.device",
    "shoe",
    "webOrigins",
    "surrogateAuthRequired",
];

fn export() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports/keycloak-realm.json");
    path.to_str().unwrap().to_owned()
}

/// What is not taken, as lines.
fn notes(outcome: &Value) -> Vec<String> {
    let text = |note: &Value, name| note[name].as_str().unwrap().to_owned();
    let notes = outcome["notes"].as_array().unwrap().iter();
    notes
        .map(|note| format!("{}: {}", text(note, "what"), text(note, "why")))
        .collect()
}

/// Holds an outcome to name everything that is not taken, and nothing that says nothing.
#[track_caller]
fn expect_notes(outcome: &Value) {
    let said = notes(outcome);
    for note in NOT_TAKEN {
        assert!(
            said.iter().any(|one| one.starts_with(note)),
            "{note}: {said:#?}"
        );
    }
    for name in NOT_NOTED {
        let is_noted = said.iter().any(|one| one.contains(name));
        assert!(!is_noted, "{name}: {said:#?}");
    }
}

/// Holds members of a document to have these values; `null` is one that is not there.
#[track_caller]
fn expect_members(document: &Value, members: &[(&str, Value)]) {
    for (name, value) in members {
        assert_eq!(&document[name], value, "{name}");
    }
}

/// Holds the shop to have the secret that it had.
async fn expect_secret(desk: &Desk) {
    let call = http_client()
        .post(desk.app.url("/api/v1/oauth/introspect"))
        .basic_auth("shop-web", Some("x7Yt2mZ0bQvKc8Rj4nLp6sWd1fGh3aEu"))
        .form(&[("token", "none")]);
    assert_eq!(call.send().await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_realm_is_tried_taken_and_then_there_is_nothing_to_take() {
    let desk = Desk::new().await;
    desk.result(&[
        "client",
        "create",
        "here",
        "--redirect-uri",
        "https://mine.example/cb",
    ]);
    let before = (
        desk.app.stored().registry().await,
        desk.app.stored().users().await,
    );
    let tried = desk.run(&["import", "keycloak", &export(), "--dry-run"]);
    assert_eq!(tried.status, 0, "{}", tried.messages);
    for line in [
        "+ scope orders\n    description: See your orders\n",
        "+ client shop-web\n",
        "    client_secret: the one that it had\n",
        "4 users to add\nnot taken:\n",
        "  client account: it is one of Keycloak's own\n",
        "  client here: it is here already, and stays as it is\n",
    ] {
        assert!(tried.results.contains(line), "{line}: {}", tried.results);
    }
    assert!(!tried.results.contains("x7Yt2mZ0"), "{}", tried.results);
    let after = (
        desk.app.stored().registry().await,
        desk.app.stored().users().await,
    );
    assert_eq!(after, before);

    let taken = desk.json(&["import", "keycloak", &export(), "--yes"]);
    let expected = [
        "create scope orders",
        "create client shop-web",
        "create client shop-app",
        "create client reports",
        "create client signer",
    ];
    assert_eq!(actions(&taken), expected);
    assert_eq!(taken["users_added"], 4);
    // Only where the export has no secret is one made.
    let secrets = taken["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 1);
    assert_eq!(secrets[0]["client_id"], "reports");
    expect_notes(&taken);

    let again = desk.json(&["import", "keycloak", &export(), "--yes"]);
    assert_eq!(
        (actions(&again), &again["users_added"]),
        (Vec::new(), &json!(0))
    );
    assert_eq!(again["users_skipped"].as_array().unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_as_they_were_where_authly_has_the_like() {
    let desk = Desk::new().await;
    let ended = desk.run(&["import", "keycloak", &export(), "--yes"]);
    assert_eq!(ended.status, 0, "{}", ended.messages);
    let client = |id| desk.json(&["client", "show", id]);

    let at = |path: &str| json!(format!("https://shop.example.com{path}"));
    let expected = [
        ("client_name", json!("The shop")),
        ("redirect_uris", json!([at("/callback")])),
        (
            "post_logout_redirect_uris",
            json!([at("/goodbye"), at("/callback")]),
        ),
        (
            "grant_types",
            json!(["authorization_code", "refresh_token"]),
        ),
        (
            "scope",
            json!("address email offline_access openid orders phone profile"),
        ),
        ("access_token_lifetime", json!(300)),
        ("backchannel_logout_uri", at("/logout/back")),
        ("backchannel_logout_session_required", json!(true)),
        ("frontchannel_logout_uri", at("/logout/front")),
        ("frontchannel_logout_session_required", json!(false)),
        ("id_token_signed_response_alg", json!("PS256")),
        ("client_uri", at("/about")),
        ("tos_uri", at("/terms")),
        ("managed_by", Value::Null),
    ];
    expect_members(&client("shop-web"), &expected);
    expect_secret(&desk).await;
    // The realm's own algorithm, and what the server does not take of the client left out.
    let expected = [
        ("client_type", json!("public")),
        ("application_type", json!("native")),
        ("id_token_signed_response_alg", json!("ES256")),
        ("grant_types", json!(["authorization_code"])),
        ("backchannel_logout_uri", Value::Null),
        ("access_token_lifetime", Value::Null),
    ];
    expect_members(&client("shop-app"), &expected);
    let expected = [
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("token_endpoint_auth_signing_alg", json!("RS256")),
        ("profile", json!("oidc")),
        ("jwks_uri", json!("https://signer.example.com/keys")),
        ("request_object_signing_alg", json!("ES256")),
        ("require_signed_request_object", json!(true)),
        (
            "request_uris",
            json!(["https://signer.example.com/request"]),
        ),
        ("secrets", json!([])),
    ];
    expect_members(&client("signer"), &expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn users_log_in_with_the_passwords_that_they_had() {
    let desk = Desk::new().await;
    let ended = desk.run(&["import", "keycloak", &export(), "--yes"]);
    assert_eq!(ended.status, 0, "{}", ended.messages);

    let ada = desk.json(&["user", "show", "ada"]);
    let expected = [
        ("sub", json!("5f3c1c7e-0b1a-4c55-9a35-1f2e3d4c5b00")),
        ("name", json!("Ada Lovelace")),
        ("is_verified", json!(true)),
        ("locale", json!("en-GB")),
        ("phone_number", json!("+441234567")),
        ("phone_number_verified", json!(true)),
        (
            "address",
            json!({"street_address": "12 St James's Square", "locality": "London"}),
        ),
    ];
    expect_members(&ada, &expected);
    for (name, status) in [("ada", 303), ("bob", 303), ("carol", 422), ("dave", 422)] {
        let mut browser = desk.app.browser();
        let login = browser.get("/login").await;
        let page = browser.fill_in_login(&login, name, PASSWORD).await;
        assert_eq!(page.status(), status, "{name}");
    }
    let stored = desk.app.stored();
    let ours = stored.user("ada").await.unwrap().password_hash.unwrap();
    assert!(ours.starts_with("$2b$"), "{ours}");
    assert_eq!(
        desk.json(&["user", "show", "bob"])["requires_password_change"],
        true
    );
    assert_eq!(desk.json(&["user", "show", "carol"])["is_active"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_somebody_makes_meanwhile_stays_and_the_next_import_adds_the_rest() {
    let desk = Desk::new().await;
    let command = || desk.command(&["import", "keycloak", &export()]);
    let ended = tokio::task::block_in_place(|| {
        let mut terminal = Terminal::start(command());
        terminal.read("[y/N]");
        let theirs = "https://theirs.example/cb";
        desk.result(&["client", "create", "shop-app", "--redirect-uri", theirs]);
        terminal.write("y");
        terminal.end()
    });
    assert_eq!(ended.0, 1, "{}", ended.1);
    let said = "Added: 4 users, the scope orders, the client shop-web. Not added, the first perhaps in \
                part: the client shop-app, the client reports, the client here, the client signer.";
    assert!(ended.1.contains(said), "{}", ended.1);

    let rest = desk.json(&["import", "keycloak", &export(), "--yes"]);
    let expected = [
        "create client reports",
        "create client here",
        "create client signer",
    ];
    assert_eq!(
        (actions(&rest), &rest["users_added"]),
        (expected.map(str::to_owned).to_vec(), &json!(0))
    );
    let theirs = desk.json(&["client", "show", "shop-app"]);
    assert_eq!(
        theirs["redirect_uris"],
        json!(["https://theirs.example/cb"])
    );
    let names = desk.json(&["user", "list"]);
    let names = names.as_array().unwrap().iter();
    let names: Vec<_> = names
        .map(|user| user["username"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["ada", "bob", "carol", "dave", "root"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_in_whose_midst_it_broke_off_is_finished_by_the_next_import() {
    // The shop is disabled there. Its secret arrives here, but the answer to that does not.
    let desk = Desk::losing("/secrets HTTP/1.1").await;
    let text = fs::read_to_string(export()).unwrap();
    let mut realm: Value = serde_json::from_str(&text).unwrap();
    realm["clients"][1]["enabled"] = json!(false);
    let folder = Folder::of(&[("shop.json", &realm.to_string())]);
    let file = folder.path("shop.json");

    let lost = desk.run(&["import", "keycloak", &file, "--yes"]);
    assert_ne!(lost.status, 0, "{}", lost.messages);
    let said = "Added: 4 users, the scope orders. Not added, the first perhaps in part: the client shop-web, \
                the client shop-app,";
    assert!(lost.messages.contains(said), "{}", lost.messages);
    let half = desk.json(&["client", "show", "shop-web"]);
    let expected = [
        ("is_active", json!(true)),
        ("managed_by", json!("unfinished-import")),
    ];
    expect_members(&half, &expected);

    let rest = desk.json(&["import", "keycloak", &file, "--yes"]);
    assert_eq!(actions(&rest)[0], "change client shop-web");
    assert_eq!(rest["steps_done"], rest["steps"]);
    let shop = desk.json(&["client", "show", "shop-web"]);
    let expected = [("is_active", json!(false)), ("managed_by", Value::Null)];
    expect_members(&shop, &expected);
    desk.result(&["client", "enable", "shop-web"]);
    expect_secret(&desk).await;
    let again = desk.json(&["import", "keycloak", &file, "--yes"]);
    assert_eq!(actions(&again), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn users_of_whom_no_answer_came_are_not_added_twice() {
    // A dry run has a query, so that this is the first one that is meant.
    let desk = Desk::losing("POST /admin/user-imports HTTP/1.1").await;
    let lost = desk.run(&["import", "keycloak", &export(), "--yes"]);
    assert_ne!(lost.status, 0, "{}", lost.messages);
    let said = "Added: 0 users. Whether the next ones were, all of them or none, is not known; no scope \
                and no client was.";
    assert!(lost.messages.contains(said), "{}", lost.messages);
    let before = desk.app.stored().users().await;

    let rest = desk.json(&["import", "keycloak", &export(), "--yes"]);
    assert_eq!(rest["users_added"], 0);
    assert_eq!(rest["users_skipped"].as_array().unwrap().len(), 4);
    assert_eq!(rest["steps_done"], 6);
    assert_eq!(desk.app.stored().users().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_about_one_user_keeps_everybody_out() {
    let desk = Desk::new().await;
    let text = fs::read_to_string(export()).unwrap();
    let folder = Folder::of(&[
        (
            "costly.json",
            &text.replace("[\\\"7168\\\"]", "[\\\"9999999\\\"]"),
        ),
        ("realms.json", "[]"),
        ("broken.json", "{\"realm\": "),
    ]);
    let before = (
        desk.app.stored().registry().await,
        desk.app.stored().users().await,
    );
    let refused = desk.run(&["import", "keycloak", &folder.path("costly.json"), "--yes"]);
    refused.expect_failure(
        1,
        "users/0/password_hash: the hash costs more than is taken",
    );
    for name in ["realms.json", "broken.json", "gone.json"] {
        let refused = desk.run(&["import", "keycloak", &folder.path(name), "--yes"]);
        refused.expect_failure(2, name);
    }
    let after = (
        desk.app.stored().registry().await,
        desk.app.stored().users().await,
    );
    assert_eq!(after, before);
}
