//! Nobody can make a series by what they send.

use authly_testing::policies::Policies;
use authly_testing::rp::{http_client, send};
use authly_testing::{Setup, TestApp};
use futures_util::future::join_all;
use pretty_assertions::assert_eq;
use reqwest::{Client, Method};

use super::format::Shown;
use super::serving::Serving;
use super::table::ROUTES;
use crate::admin;
use crate::machine_support::TOKEN;

/// How many different ones of everything are sent.
const MANY: usize = 1_000;

/// The names of all series.
fn series(shown: &Shown) -> Vec<String> {
    let samples = shown.values().flat_map(|family| &family.samples);
    samples.map(|sample| sample.series.clone()).collect()
}

/// Sends a path, a method, a `client_id`, a grant and a user name that nobody has sent before.
async fn send_rubbish(app: &TestApp, http: &Client, number: usize) {
    let method = Method::from_bytes(format!("METHOD{number}").as_bytes()).unwrap();
    let path = app.url(&format!("/nothing/{number}?query={number}"));
    assert_eq!(send(http.request(method.clone(), path)).await.status, 404);
    assert_eq!(send(http.request(method, app.url(TOKEN))).await.status, 405);

    let client = format!("client-{number}");
    let grant = format!("grant-{number}");
    let form = [("client_id", client), ("grant_type", grant)];
    let refused = send(http.post(app.url(TOKEN)).form(&form)).await;
    assert_eq!(refused.status, 401);
}

#[tokio::test]
async fn a_thousand_of_everything_make_no_series_more() {
    let patient = |policies: &mut Policies| {
        policies.sessions.throttle.login_address.attempts = 1_000_000;
        policies.sessions.throttle.login_account.attempts = 1_000_000;
        policies.sessions.throttle.clients.address.attempts = 1_000_000;
    };
    let app = Setup::default().policies(patient).app().await;
    let metrics = Serving::metrics(&app.deps);
    let http = http_client();
    let mut browser = app.browser();
    let login = browser.get("/login").await;

    send_rubbish(&app, &http, 0).await;
    browser.fill_in_login(&login, "user-0", "wrong").await;
    let before = series(&metrics.read().await);

    let numbers: Vec<_> = (1..MANY).collect();
    for some in numbers.chunks(50) {
        join_all(some.iter().map(|number| send_rubbish(&app, &http, *number))).await;
    }
    for number in 1..MANY {
        let name = format!("user-{number}");
        let page = browser.fill_in_login(&login, &name, "wrong").await;
        assert_eq!(page.status(), 422);
    }
    let shown = metrics.read().await;
    assert_eq!(series(&shown), before);
    let cached = &shown["authly_cached_clients"].samples[0];
    assert_eq!(cached.value, 0.0, "clients that do not exist are kept");
}

/// What is counted of a line of the URL table.
fn requests_to(shown: &Shown, route: &str) -> f64 {
    let samples = &shown["authly_http_requests_total"].samples;
    let of_it = samples.iter().filter(|one| one.labels[0].1 == route);
    of_it.map(|one| one.value).sum()
}

#[tokio::test]
async fn every_line_of_the_url_table_is_counted_by_its_template() {
    for path in ["", "/auth"] {
        let app = Setup::default().issuer_path(path).demo().app().await;
        let metrics = Serving::metrics(&app.deps);
        let mut asked = 0.0;
        for route in ROUTES.iter().filter(|route| **route != "none") {
            let path = route.replace("{file}", "some.css");
            let answer = send(http_client().get(app.url(&path))).await;
            // The frame is there with https alone.
            let is_absent = route.contains("{file}") || *route == "/oidc/session/iframe";
            assert_eq!(answer.status == 404, is_absent, "{path}");
            asked += 1.0;
            let shown = metrics.read().await;
            assert_eq!(requests_to(&shown, route), 1.0, "{route}");
            let all: f64 = ROUTES.iter().map(|route| requests_to(&shown, route)).sum();
            assert_eq!(all, asked, "{route}");
        }
        for one in authly_protocol::admin::ALL {
            let before = requests_to(&metrics.read().await, one.path);
            let request = http_client().request(admin::method(one), app.url(&admin::path(one)));
            send(request).await.expect_problem(401, "unauthenticated");
            let counted = requests_to(&metrics.read().await, one.path);
            assert_eq!(counted, before + 1.0, "{}", one.name);
        }
        send(http_client().get(app.url("/nothing"))).await;
        let shown = metrics.read().await;
        assert_eq!(requests_to(&shown, "none"), 1.0);
    }
}
