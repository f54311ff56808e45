//! A database that is away, and one that refuses every row: what is said then about the requests that
//! fail, and by whom.

use authly_testing::answer::Tokens;
use authly_testing::browser::Page;

use super::administration::Administrator;
use super::people::code;
use super::{ALICE, POSTER, ROBOT, WEB, World};
use crate::programs::Postgres;
use crate::record::Visitor;

/// The tables that requests write to.
const TABLES: [&str; 11] = [
    "authorization_codes",
    "authorization_requests",
    "client_secrets",
    "clients",
    "consents",
    "grants",
    "idempotency_keys",
    "sessions",
    "settings",
    "throttles",
    "tokens",
];

/// Requests that are under way when the trouble begins.
struct Begun<'w, 'r> {
    administrator: Administrator<'w>,
    visitor: Visitor<'r>,
    login: Page,
    consent: Page,
    target: String,
    code: (String, String),
    tokens: Tokens,
}

impl<'w, 'r> Begun<'w, 'r> {
    async fn with(world: &'w World<'r>, use_of: &str) -> Self {
        let mut visitor = world.visitor();
        let (target, _) = world.ask(WEB, use_of, &[]);
        let page = visitor.get(&target).await;
        let login = visitor.follow(&page).await;
        let page = visitor.log_in(&login, "alice", ALICE).await;
        let consent = visitor.follow(&page).await;
        Self {
            administrator: Administrator::log_in(world, &format!("{use_of}, to administer")).await,
            visitor,
            login,
            consent,
            target,
            code: code(world, POSTER, use_of, &[]).await,
            tokens: world.tokens(POSTER, &format!("{use_of}, again")).await,
        }
    }

    /// Goes on with all of them. Answers the statuses.
    async fn go_on(&mut self, world: &World<'_>) -> Vec<u16> {
        let visitor = &mut self.visitor;
        let pages = [
            visitor.get(&self.target).await,
            visitor.log_in(&self.login, "alice", ALICE).await,
            visitor
                .log_in(&self.login, "alice", "a wrong one, in trouble")
                .await,
            visitor.submit(&self.consent.form("approve")).await,
        ];
        let (code, verifier) = &self.code;
        let administered = self.administrator.make_things().await;
        let token = self.tokens.refresh();
        let mut answers = Vec::new();
        for (client, path, form) in [
            (
                POSTER,
                "token",
                vec![
                    ("grant_type", "authorization_code"),
                    ("code", code),
                    ("code_verifier", verifier),
                ],
            ),
            (
                POSTER,
                "token",
                vec![("grant_type", "refresh_token"), ("refresh_token", token)],
            ),
            (ROBOT, "token", vec![("grant_type", "client_credentials")]),
            (WEB, "introspect", vec![("token", token)]),
            (WEB, "revoke", vec![("token", token)]),
        ] {
            let path = format!("/api/v1/oauth/{path}");
            answers.push(world.post_as(client, &path, &form).await);
        }
        let of_pages = pages.iter().map(Page::status);
        let of_answers = answers.iter().map(|answer| answer.status);
        of_pages.chain(of_answers).chain(administered).collect()
    }
}

/// Nobody can reach the database.
pub(crate) async fn without_the_database(world: &World<'_>, postgres: &Postgres) {
    let mut begun = Begun::with(world, "an outage").await;
    postgres.hide();
    let statuses = begun.go_on(world).await;
    postgres.show();
    // Guesses at the secrets of the run have made some clients wait, which needs no database.
    let is_away = |status: &&u16| **status == 503;
    assert!(statuses.iter().filter(is_away).count() >= 6, "{statuses:?}");
    let is_expected = |status: &u16| [503, 429].contains(status);
    assert!(statuses.iter().all(is_expected), "{statuses:?}");
}

/// The database refuses every row that is written, and says which row that was.
pub(crate) async fn with_a_broken_database(world: &World<'_>, postgres: &Postgres) {
    let mut begun = Begun::with(world, "a broken database").await;
    let each = |change: &str| {
        TABLES
            .map(|table| format!("ALTER TABLE {table} {change};"))
            .concat()
    };
    postgres.run(&each("ADD CONSTRAINT broken CHECK (false) NOT VALID"));
    let statuses = begun.go_on(world).await;
    postgres.run(&each("DROP CONSTRAINT broken"));
    let failed = statuses.iter().filter(|status| **status == 500).count();
    assert!(failed >= 4, "{statuses:?}");
}
