//! Clients that register themselves and look after their registration, rightly and wrongly.

use authly_testing::answer::Answer;
use reqwest::Method;
use serde_json::{Value, json};

use super::administration::Administrator;
use super::{REDIRECT_URI, World};

const REGISTER: &str = "/api/v1/oauth/register";

/// Everything that such a client does, with an initial access token and without.
pub(super) async fn register(admin: &Administrator<'_>, world: &World<'_>) {
    let settings = json!({ "values": { "registration.mode": "open" } });
    let changed = admin
        .send(Method::PATCH, "/admin/settings", &settings)
        .await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let new = json!({ "name": "Suite", "scope": "openid" });
    let made = admin.post("/admin/initial-access-tokens", &new).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let initial = member(&made, "token");
    let said = json!({ "redirect_uris": [REDIRECT_URI] });
    let wrong = json!({ "redirect_uris": ["http://app.example.com/"] });
    let refused = send(world, Method::POST, REGISTER, (&initial, &wrong)).await;
    assert_eq!(refused.status, 400, "{}", refused.body);

    let first = send(world, Method::POST, REGISTER, (&initial, &said)).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let spent = send(world, Method::POST, REGISTER, (&initial, &said)).await;
    assert_eq!(spent.status, 401, "{}", spent.body);
    let open = world.http.post(world.server.url(REGISTER)).json(&said);
    let open = world.record.send(REGISTER, open).await;
    assert_eq!(open.status, 201, "{}", open.body);
    for client in [first, open] {
        look_after(world, &client).await;
    }
}

/// Reads, changes and removes a registration, and does each wrongly.
async fn look_after(world: &World<'_>, client: &Answer) {
    let token = member(client, "registration_access_token");
    let id = member(client, "client_id");
    let place = format!("{REGISTER}/{id}");
    let with = |secret: &str| json!({ "client_id": id, "redirect_uris": [REDIRECT_URI], "client_secret": secret });
    let wrong = world.fresh("a secret that is not the client's");
    world.record.secret("a wrong secret", &wrong);
    let chosen = send(world, Method::PUT, &place, (&token, &with(&wrong))).await;
    assert_eq!(chosen.status, 400, "{}", chosen.body);
    let said = with(&member(client, "client_secret"));
    let changed = send(world, Method::PUT, &place, (&token, &said)).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let others = world.fresh("a token of nobody's");
        world.record.secret("a token of nobody's", &others);
        let refused = send(world, method, &place, (&others, &said)).await;
        assert_eq!(refused.status, 401, "{}", refused.body);
    }
    let gone = send(world, Method::DELETE, &place, (&token, &said)).await;
    assert_eq!(gone.status, 204, "{}", gone.body);
}

async fn send(
    world: &World<'_>,
    method: Method,
    path: &str,
    (token, body): (&str, &Value),
) -> Answer {
    let request = world.http.request(method, world.server.url(path));
    let request = request.bearer_auth(token).json(body);
    world.record.send(path, request).await
}

fn member(answer: &Answer, name: &str) -> String {
    let document = answer.json();
    let text = document.get(name).and_then(Value::as_str);
    text.expect("the member is there").to_owned()
}
