//! The list of users: every order, every filter, every page.

use std::collections::BTreeSet;

use authly_domain::clock::Timestamp;
use authly_domain::page::{Direction, PageSize};
use authly_domain::users::{
    Account, Email, TimeRange, UserFilter, UserOrder, UserPosition, UserSearch,
};
use pretty_assertions::assert_eq;

use crate::world::World;

in_both_modes!(
    every_list_goes_in_its_order_and_has_whom_its_filter_lets_through,
    a_search_finds_each_user_once_by_the_lowest_of_what_begins_so,
    who_comes_or_goes_meanwhile_moves_nobody_else,
    a_list_reads_a_few_entries_of_an_index_however_many_users_there_are,
);

const BOTH: [Direction; 2] = [Direction::Ascending, Direction::Descending];

/// Users of every kind: some without an address, some who never logged in, some at the same moment.
const FEW: &str = "
    INSERT INTO users (id, subject, username, username_normal, email, email_normal, name,
        is_active, is_admin, is_verified, requires_password_change, created_at, updated_at,
        last_login_at)
    SELECT gen_random_uuid(), n::text, 'U' || n * 7 % 80, 'u' || n * 7 % 80,
           CASE WHEN n % 5 > 0 THEN 'M' || n || '@example.com' END,
           CASE WHEN n % 5 > 0 THEN 'm' || n || '@example.com' END,
           CASE WHEN n % 3 > 0 THEN 'Name ' || n % 9 END,
           n % 4 > 0, n % 7 = 0, n % 3 > 0, n % 11 = 0,
           timestamptz '2026-01-01' + n / 4 * interval '1 day', timestamptz '2026-01-01',
           CASE WHEN n % 6 > 0 THEN timestamptz '2026-06-01' - n / 3 * interval '1 hour' END
      FROM generate_series(1, 79) n";

/// So many that a list which reads them all shows it; names, addresses and user names begin alike.
const MANY: &str = "
    INSERT INTO users (id, subject, username, username_normal, email, email_normal, name,
        is_active, is_admin, is_verified, requires_password_change, created_at, updated_at,
        last_login_at)
    SELECT gen_random_uuid(), n::text, 'user' || n, 'user' || n, 'user' || n || '@example.com',
           'user' || n || '@example.com', 'User Number ' || n,
           n % 100 > 0, n % 10000 = 0, n % 3 > 0, n % 1000 = 0,
           timestamptz '2026-01-01' + n * interval '1 minute', timestamptz '2026-01-01',
           CASE WHEN n % 6 > 0 THEN timestamptz '2026-06-01' - n * interval '1 second' END
      FROM generate_series(1, 40000) n";

fn at(days: i64) -> Option<Timestamp> {
    // The first of January, 2026.
    Timestamp::from_unix_seconds(1_767_225_600 + days * 86_400)
}

/// The pages of a list, one after another, with so many users each.
async fn pages(world: &World, filter: &UserFilter, order: &UserOrder, size: u64) -> Vec<Account> {
    let size = PageSize::new(size).unwrap();
    let conn = world.conn().await;
    let users = conn.reads().users();
    let mut all = Vec::new();
    let mut after: Option<UserPosition> = None;
    loop {
        let mut rows = users
            .list(filter, order, after.as_ref(), size)
            .await
            .unwrap();
        let more = size.cut(&mut rows);
        after = rows.last().map(|row| row.position.clone());
        all.extend(rows.into_iter().map(|row| row.account));
        if !more {
            return all;
        }
    }
}

/// Everybody, as one page has them.
async fn everybody(world: &World) -> Vec<Account> {
    let order = UserOrder::Username(Direction::Ascending);
    pages(world, &UserFilter::default(), &order, 200).await
}

fn filters() -> Vec<UserFilter> {
    let mut filters = Vec::new();
    for switch in [None, Some(true), Some(false)] {
        for other in [None, Some(true)] {
            filters.push(UserFilter {
                is_active: switch,
                is_verified: other,
                ..UserFilter::default()
            });
            filters.push(UserFilter {
                is_admin: switch,
                requires_password_change: other,
                ..UserFilter::default()
            });
        }
    }
    filters
}

fn fits(filter: UserFilter, account: &Account) -> bool {
    use authly_domain::users::PasswordChange::Required;
    let is = |asked: Option<bool>, is| asked.is_none_or(|asked| asked == is);
    is(filter.is_active, account.is_active)
        && is(filter.is_admin, account.is_admin)
        && is(filter.is_verified, account.is_verified)
        && is(
            filter.requires_password_change,
            account.password_change == Required,
        )
}

fn is_within(range: &TimeRange, moment: Timestamp) -> bool {
    range.from.is_none_or(|from| moment >= from) && range.before.is_none_or(|end| moment < end)
}

/// By what an order goes, as something that is compared like it; `None` for whom it leaves out.
fn key(order: &UserOrder, account: &Account) -> Option<(String, Timestamp)> {
    let epoch = Timestamp::from_unix_seconds(0).unwrap();
    let normal = |email: &Option<Email>| {
        email
            .as_ref()
            .map_or(String::new(), |email| email.normal_form().to_owned())
    };
    match order {
        UserOrder::Username(_) => Some((account.username.normal_form().to_owned(), epoch)),
        UserOrder::Email(_) => Some((normal(&account.email), epoch)),
        UserOrder::CreatedAt(_, range) => {
            Some((String::new(), account.created_at)).filter(|(_, at)| is_within(range, *at))
        }
        UserOrder::LastLoginAt(_, range) => {
            let last = account.last_login_at.unwrap_or(epoch);
            Some((String::new(), last)).filter(|(_, at)| is_within(range, *at))
        }
        UserOrder::Search(_) => unreachable!("a search has a test of its own"),
    }
}

fn orders() -> Vec<(Direction, UserOrder)> {
    let (open, some) = (
        TimeRange::default(),
        TimeRange {
            from: at(3),
            before: at(9),
        },
    );
    let lately = TimeRange {
        from: at(150),
        before: None,
    };
    let long_ago = TimeRange {
        from: None,
        before: at(150),
    };
    let of = |direction| {
        [
            UserOrder::Username(direction),
            UserOrder::Email(direction),
            UserOrder::CreatedAt(direction, open),
            UserOrder::CreatedAt(direction, some),
            UserOrder::LastLoginAt(direction, open),
            UserOrder::LastLoginAt(direction, lately),
            UserOrder::LastLoginAt(direction, long_ago),
        ]
        .map(|order| (direction, order))
    };
    BOTH.into_iter().flat_map(of).collect()
}

async fn every_list_goes_in_its_order_and_has_whom_its_filter_lets_through(world: World) {
    world.database.run(FEW).await;
    let everybody = everybody(&world).await;
    assert_eq!(everybody.len(), 79);
    for (direction, order) in orders() {
        for filter in filters() {
            let mut expected: Vec<_> = everybody
                .iter()
                .filter(|account| fits(filter, account))
                .filter_map(|account| Some((key(&order, account)?, account.id)))
                .collect();
            expected.sort_unstable();
            if direction == Direction::Descending {
                expected.reverse();
            }
            let expected: Vec<_> = expected.into_iter().map(|(_, id)| id).collect();
            for size in [1, 7, 200] {
                let listed = pages(&world, &filter, &order, size).await;
                let listed: Vec<_> = listed.iter().map(|account| account.id).collect();
                assert_eq!(listed, expected, "{order:?} {filter:?} {size}");
            }
        }
    }
}

fn search(text: &str) -> UserOrder {
    UserOrder::Search(text.parse::<UserSearch>().unwrap())
}

async fn a_search_finds_each_user_once_by_the_lowest_of_what_begins_so(world: World) {
    world
        .database
        .run(
            "INSERT INTO users (id, subject, username, username_normal, email, email_normal, name,
                created_at, updated_at)
             SELECT gen_random_uuid(), u, u, u, e, e, n, timestamptz '2026-01-01', timestamptz '2026-01-01'
               FROM (VALUES ('alice', 'alice@example.com', 'Alice'),
                            ('bob', 'ali@example.com', 'Robert'),
                            ('carl', NULL, 'ALINA Carlson'),
                            ('zoe', 'zoe@example.com', NULL),
                            ('alina', 'zz@example.com', 'Zora'),
                            ('under_score', NULL, '100% Ali')) AS v (u, e, n)",
        )
        .await;
    let all = UserFilter::default();
    for (text, expected) in [
        ("ali", vec!["bob", "alice", "alina", "carl"]),
        (" ALI", vec!["bob", "alice", "alina", "carl"]),
        ("alina", vec!["alina", "carl"]),
        ("alina c", vec!["carl"]),
        ("alice@", vec!["alice"]),
        ("z", vec!["zoe", "alina"]),
        ("100%", vec!["under_score"]),
        ("under_", vec!["under_score"]),
        ("underx", vec![]),
        ("%", vec![]),
        ("ali\\", vec![]),
    ] {
        for size in [1, 2, 200] {
            let found = pages(&world, &all, &search(text), size).await;
            let found: Vec<_> = found.iter().map(|one| one.username.as_str()).collect();
            assert_eq!(found, expected, "{text:?} {size}");
        }
    }
    let inactive = UserFilter {
        is_active: Some(false),
        ..all
    };
    assert_eq!(pages(&world, &inactive, &search("ali"), 9).await, []);
}

async fn who_comes_or_goes_meanwhile_moves_nobody_else(world: World) {
    for name in ["b", "d", "f", "h"] {
        world.user(name).await;
    }
    let (filter, size) = (UserFilter::default(), PageSize::new(2).unwrap());
    let order = UserOrder::Username(Direction::Ascending);
    let conn = world.conn().await;
    let users = conn.reads().users();
    let first = users.list(&filter, &order, None, size).await.unwrap();
    let position = first[1].position.clone();
    world.user("a").await;
    world.user("e").await;
    world
        .database
        .run("DELETE FROM users WHERE username IN ('b', 'd')")
        .await;
    let second = users
        .list(&filter, &order, Some(&position), size)
        .await
        .unwrap();
    let names: Vec<_> = second
        .iter()
        .map(|row| row.account.username.as_str())
        .collect();
    assert_eq!(names, ["e", "f", "h"]);
}

/// How often the table was read from end to end, and how many entries of its indexes were read.
async fn reads(world: &World) -> (i64, i64) {
    let sql = "SELECT t.seq_scan, sum(i.idx_tup_read)::bigint
                 FROM pg_stat_user_tables t
                 JOIN pg_stat_user_indexes i ON i.relid = t.relid
                WHERE t.relname = 'users'
                GROUP BY t.seq_scan";
    let session = world.database.session().await;
    let row = session.query_one(sql, &[]).await.unwrap();
    (row.get(0), row.get(1))
}

async fn a_list_reads_a_few_entries_of_an_index_however_many_users_there_are(world: World) {
    world.database.run(MANY).await;
    world.database.run("VACUUM ANALYZE users").await;
    let mut lists: Vec<_> = orders().into_iter().map(|(_, order)| order).collect();
    lists.extend(["user", "u", "user 1", "user number 39", "user39999@", "x"].map(search));
    let rare = UserFilter {
        is_admin: Some(true),
        ..UserFilter::default()
    };
    let size = PageSize::DEFAULT;
    let mut asked = BTreeSet::new();
    for order in &lists {
        for filter in [UserFilter::default(), rare] {
            world.database.run("SELECT pg_stat_reset()").await;
            let db = world.pool(1);
            let conn = db.connect().await.unwrap();
            let users = conn.reads().users();
            // Often enough for a plan that knows no parameter.
            let mut read = 0;
            for _ in 0..7 {
                read = users.list(&filter, order, None, size).await.unwrap().len();
            }
            drop(conn);
            db.close();
            world.database.until_alone().await;
            let (from_end_to_end, entries) = reads(&world).await;
            assert_eq!(from_end_to_end, 0, "{order:?}");
            assert!(
                entries / 7 < 16_000,
                "{order:?} {filter:?}: {entries} for {read}"
            );
            asked.insert(format!("{order:?}"));
        }
    }
    assert_eq!(asked.len(), lists.len());
}
