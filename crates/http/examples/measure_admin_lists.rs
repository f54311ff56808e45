//! `make measure-admin-lists`: how long the lists of the admin API take in a full database.
//!
//! It fills a database of its own, starts a server on it in the same process, and asks for each list
//! over HTTP, the first page and one behind it. It asserts nothing: times are no test. Arguments: how
//! many users (1,000,000) and clients (100,000).

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a report is printed, and one that cannot be made has failed"
)]

use std::time::{Duration, Instant};

use authly_domain::scopes::AdminScope;
use authly_testing::TestApp;
use authly_testing::administrators::AdminCaller;
use authly_testing::answer::Answer;

/// How often each page is asked for.
const TIMES: usize = 41;

/// The lists, with their filters and orders, and the statistics.
const LISTS: &[&str] = &[
    "/admin/users",
    "/admin/users?limit=200",
    "/admin/users?sort=-username",
    "/admin/users?sort=email",
    "/admin/users?sort=-email",
    "/admin/users?sort=created_at",
    "/admin/users?sort=-created_at",
    "/admin/users?sort=last_login_at",
    "/admin/users?sort=-last_login_at",
    "/admin/users?is_active=false",
    "/admin/users?is_admin=true",
    "/admin/users?is_verified=false",
    "/admin/users?requires_password_change=true",
    "/admin/users?is_admin=true&sort=-last_login_at",
    "/admin/users?is_active=true&is_verified=false&requires_password_change=true&sort=email",
    "/admin/users?created_from=2026-01-01T00:00:00Z&created_before=2026-02-01T00:00:00Z",
    "/admin/users?last_login_before=2024-06-01T00:00:00Z&is_active=true",
    "/admin/users?last_login_from=2026-10-01T00:00:00Z&sort=-last_login_at",
    "/admin/users?q=a",
    "/admin/users?q=anna",
    "/admin/users?q=anna.adams1",
    "/admin/users?q=anna.adams1&limit=200",
    "/admin/users?q=anna%20a",
    "/admin/users?q=zoe&is_admin=true",
    "/admin/users?q=nobody",
    "/admin/clients",
    "/admin/clients?limit=200",
    "/admin/clients?sort=-client_id",
    "/admin/clients?sort=client_name",
    "/admin/clients?sort=-created_at",
    "/admin/clients?q=app-77",
    "/admin/clients?q=Tanaka",
    "/admin/clients?client_type=public",
    "/admin/clients?is_active=false",
    "/admin/clients?grant_type=refresh_token",
    "/admin/clients?grant_type=client_credentials",
    "/admin/clients?grant_type=client_credentials&sort=created_at",
    "/admin/clients?client_type=public&grant_type=client_credentials",
    "/admin/clients?client_type=public&grant_type=client_credentials&sort=created_at",
    "/admin/clients?client_type=public&grant_type=client_credentials&sort=client_name",
    "/admin/clients?client_type=public&grant_type=client_credentials&q=app-",
    "/admin/sessions",
    "/admin/sessions?show=all",
    "/admin/grants",
    "/admin/grants?show=all",
    "/admin/tokens",
    "/admin/tokens?show=all",
    "/admin/scopes",
    "/admin/keys",
    "/admin/system/statistics",
];

/// The answer, and how long it took to its end.
async fn timed(caller: &AdminCaller, path: &str) -> (Answer, Duration) {
    let begin = Instant::now();
    let answer = caller.get(path).await;
    (answer, begin.elapsed())
}

/// Prints the median and the longest time of a page; answers where the next one begins.
async fn measure(caller: &AdminCaller, path: &str, title: &str) -> Option<String> {
    let (answer, _first) = timed(caller, path).await;
    if answer.status != 200 {
        println!("{:>36}  {title}", format!("({})", answer.status));
        return None;
    }
    let mut times = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        times.push(timed(caller, path).await.1);
    }
    times.sort_unstable();
    let milliseconds = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1e3);
    let page = answer.json();
    let items = page.get("items").and_then(serde_json::Value::as_array);
    println!(
        "{:8.1} ms {:8.1} ms {:10}  {title}",
        milliseconds(times.get(TIMES / 2)),
        milliseconds(times.last()),
        items.map_or(0, Vec::len),
    );
    let next = page.get("next_cursor").and_then(serde_json::Value::as_str);
    next.map(str::to_owned)
}

/// Deletes a user with very many tokens.
async fn measure_deleting(app: &TestApp, tokens: u32) {
    let heavy = app.user("heavy").create().await;
    app.client().id("heavy").create().await;
    // Half of those that it stores belong to the one user there is.
    app.database().store_expired_tokens(2 * tokens).await;
    app.database().analyze().await;
    let root = app.administrator("root").await;
    let begin = Instant::now();
    let path = format!("/admin/users/{}", heavy.id.as_uuid());
    let status = root.delete(&path).await.status;
    let taken = begin.elapsed();
    println!("a user with {tokens} tokens is deleted in {taken:?} ({status})\n");
}

async fn report(users: u32, clients: u32) {
    let app = TestApp::start().await;
    measure_deleting(&app, 200_000).await;
    let begin = Instant::now();
    app.database().fill(users, clients).await;
    println!(
        "{users} users and {clients} clients in {:?}\n",
        begin.elapsed()
    );
    let user = app.user("another").administrator().create().await;
    let root = app.admin_caller(&user, AdminScope::ALL).await;
    println!("     median     longest      items");
    for list in LISTS {
        let next = measure(&root, list, list).await;
        if let Some(cursor) = next {
            let sign = if list.contains('?') { '&' } else { '?' };
            let path = format!("{list}{sign}cursor={cursor}");
            measure(&root, &path, &format!("{list} (page 2)")).await;
        }
    }
}

fn main() {
    let number = |at, otherwise| {
        let said = std::env::args().nth(at);
        said.map_or(otherwise, |said| said.parse().expect("a number"))
    };
    let (users, clients) = (number(1, 1_000_000), number(2, 100_000));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(report(users, clients));
}
