//! The list of users.

use authly_domain::scopes::AdminScope;
use authly_testing::TestApp;
use authly_testing::administrators::AdminCaller;
use pretty_assertions::assert_eq;

/// The names on one page, and where the next one begins.
async fn page(caller: &AdminCaller, query: &str) -> (Vec<String>, Option<String>) {
    let answer = caller.get(&format!("/admin/users?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    let page = answer.json();
    let items = page["items"].as_array().unwrap().clone();
    let names = items
        .iter()
        .map(|user| user["username"].as_str().unwrap().to_owned());
    let next = page
        .get("next_cursor")
        .map(|next| next.as_str().unwrap().to_owned());
    (names.collect(), next)
}

#[tokio::test]
async fn lists_are_filtered_sorted_searched_and_paged() {
    let app = TestApp::start().await;
    let user = app.user("root").administrator().create().await;
    let root = app.admin_caller(&user, &[AdminScope::UsersRead]).await;
    for name in ["dora", "alice", "carl", "bob"] {
        app.advance(std::time::Duration::from_mins(1));
        app.user(name).create().await;
    }
    app.advance(std::time::Duration::from_mins(1));
    app.user("zoe")
        .without_email()
        .requires_password_change()
        .create()
        .await;

    for (query, expected) in [
        ("", vec!["alice", "bob", "carl", "dora", "root", "zoe"]),
        (
            "sort=-username",
            vec!["zoe", "root", "dora", "carl", "bob", "alice"],
        ),
        (
            "sort=email",
            vec!["zoe", "alice", "bob", "carl", "dora", "root"],
        ),
        (
            "sort=-created_at",
            vec!["zoe", "bob", "carl", "alice", "dora", "root"],
        ),
        ("is_admin=true", vec!["root"]),
        ("is_verified=false", vec!["zoe"]),
        ("requires_password_change=true&sort=-email", vec!["zoe"]),
        ("last_login_from=2000-01-01T00:00:00Z", vec!["root"]),
        ("q=CAR", vec!["carl"]),
        ("q=bob%40&is_active=true", vec!["bob"]),
        ("q=bob%40&is_active=false", vec![]),
    ] {
        let (names, next) = page(&root, query).await;
        assert_eq!(
            (names, next),
            (expected.iter().map(|&name| name.to_owned()).collect(), None),
            "{query}"
        );
    }

    let mut names = Vec::new();
    let mut query = "sort=-created_at&limit=2".to_owned();
    loop {
        let (some, next) = page(&root, &query).await;
        names.extend(some);
        let Some(next) = next else { break };
        let other_order = format!("sort=created_at&limit=2&cursor={next}");
        let refused = root.get(&format!("/admin/users?{other_order}")).await;
        refused.expect_problem(400, "invalid_cursor");
        query = format!("sort=-created_at&limit=2&cursor={next}");
    }
    assert_eq!(names, ["zoe", "bob", "carl", "alice", "dora", "root"]);
}

#[tokio::test]
async fn what_no_list_can_be_is_refused_by_name() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let at = "2026-01-01T00:00:00Z";
    for (query, place) in [
        ("limit=0".to_owned(), "limit"),
        ("limit=201".to_owned(), "limit"),
        ("limit=-1".to_owned(), "limit"),
        ("limit=18446744073709551616".to_owned(), "limit"),
        ("colour=red".to_owned(), "colour"),
        ("is_active=maybe".to_owned(), "is_active"),
        ("is_active=".to_owned(), "is_active"),
        ("sort=password_hash".to_owned(), "sort"),
        ("sort=username%3Bdrop".to_owned(), "sort"),
        ("sort=--username".to_owned(), "sort"),
        ("q=".to_owned(), "q"),
        ("q=a%00b".to_owned(), "q"),
        (format!("q={}", "x".repeat(255)), "q"),
        ("q=a&sort=email".to_owned(), "q"),
        (format!("q=a&created_from={at}"), "q"),
        (
            format!("created_from={at}&last_login_from={at}"),
            "last_login_from",
        ),
        (format!("created_from={at}&sort=username"), "sort"),
        ("created_from=yesterday".to_owned(), "created_from"),
    ] {
        let refused = root.get(&format!("/admin/users?{query}")).await;
        refused.expect_problem(400, "invalid_query");
        assert_eq!(refused.wrong_places(), [place], "{query}");
    }
    let refused = root.get("/admin/users?limit=0&sort=password_hash").await;
    refused.expect_problem(400, "invalid_query");
    assert_eq!(refused.wrong_places(), ["sort", "limit"]);
    for cursor in ["", "x", "AAAA", "%00", &"A".repeat(4_000)] {
        let refused = root.get(&format!("/admin/users?cursor={cursor}")).await;
        refused.expect_problem(400, "invalid_cursor");
    }
}
