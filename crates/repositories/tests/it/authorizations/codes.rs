//! `authorization_codes`.

use authly_domain::authorizations::{CodeRecord, NewCode};
use authly_domain::grants::LivenessFacts;
use authly_domain::id::CodeId;
use authly_domain::sessions::SessionEnd;
use authly_domain::tokens::TokenKind;
use authly_repositories::DbError;
use authly_repositories::grants::GrantWithTokens;
use pretty_assertions::assert_eq;

use crate::family::HERE;
use crate::spoil::corrupt_column;
use crate::world::World;

in_both_modes!(
    a_code_reads_back_as_it_was_stored,
    a_code_with_nothing_but_what_it_must_have_reads_back_too,
    a_code_is_stored_for_the_client_as_it_is_now_alone,
    what_the_coming_grant_depends_on_comes_along,
    a_redemption_stores_the_grant_and_its_tokens,
    a_redemption_without_a_refresh_token_stores_none,
    of_many_redemptions_at_once_one_counts,
    a_code_that_is_looked_at_waits_for_whoever_looked_first,
    what_we_never_write_is_corrupt,
);

const ALIVE: LivenessFacts = LivenessFacts {
    user_is_active: Some(true),
    client_is_active: true,
    grant_revoked_at: None,
    session_ended_at: None,
    key_revoked_at: None,
};

async fn stored(world: &World) -> NewCode {
    let user = world.user("alice").await;
    let client = world.client("web").await;
    let session = world.session(user.id).await;
    world.stored_code(&user, &client, &session).await
}

async fn read(world: &World, code: &NewCode) -> CodeRecord {
    try_read(world, code).await.unwrap().unwrap()
}

async fn try_read(world: &World, code: &NewCode) -> Result<Option<CodeRecord>, DbError> {
    let conn = world.conn().await;
    conn.reads()
        .authorization_codes()
        .lock_by_digest(&code.digest)
        .await
}

async fn a_code_reads_back_as_it_was_stored(world: World) {
    let user = world.user("alice").await;
    let client = world.client("web").await;
    let session = world.session(user.id).await;
    let code = world.stored_code(&user, &client, &session).await;
    let expected = CodeRecord {
        code: code.clone(),
        redeemed_as: None,
        redeemed_at: None,
        redeemed_from: None,
        user: world.claims_of(&user, "alice"),
        liveness: ALIVE,
        client_version: client.version,
    };
    assert_eq!(read(&world, &code).await, expected);

    let unknown = NewCode {
        digest: world.digest(),
        ..code
    };
    assert_eq!(try_read(&world, &unknown).await.unwrap(), None);
}

async fn a_code_with_nothing_but_what_it_must_have_reads_back_too(world: World) {
    let code = NewCode {
        id: world.id(CodeId::generate),
        digest: world.digest(),
        resources: Vec::new(),
        code_challenge: None,
        nonce: None,
        ..stored(&world).await
    };
    let conn = world.conn().await;
    assert!(
        conn.reads()
            .authorization_codes()
            .insert(&code, 1)
            .await
            .unwrap()
    );
    assert_eq!(read(&world, &code).await.code, code);
}

async fn a_code_is_stored_for_the_client_as_it_is_now_alone(world: World) {
    let user = world.user("alice").await;
    let client = world.client("web").await;
    let session = world.session(user.id).await;
    let insert = async |version| {
        let code = world.new_code(&user, &client, &session);
        let conn = world.conn().await;
        conn.reads()
            .authorization_codes()
            .insert(&code, version)
            .await
            .unwrap()
    };
    assert!(!insert(client.version + 1).await);
    assert!(!insert(client.version - 1).await);
    assert!(insert(client.version).await);
    world
        .database
        .run("UPDATE clients SET is_active = false")
        .await;
    assert!(!insert(client.version).await);
    assert_eq!(world.database.stored().codes_of("web").await.len(), 1);
}

async fn what_the_coming_grant_depends_on_comes_along(world: World) {
    let family = world.family().await;
    let code = world
        .stored_code(&family.user, &family.client, &family.session)
        .await;

    world
        .database
        .run("UPDATE users SET is_active = false")
        .await;
    let facts = LivenessFacts {
        user_is_active: Some(false),
        ..ALIVE
    };
    assert_eq!(read(&world, &code).await.liveness, facts);

    world
        .database
        .run("UPDATE clients SET is_active = false, version = 7")
        .await;
    let facts = LivenessFacts {
        client_is_active: false,
        ..facts
    };
    let record = read(&world, &code).await;
    assert_eq!((record.liveness, record.client_version), (facts.clone(), 7));

    let conn = world.conn().await;
    let (session, end) = (family.session.id, SessionEnd::LoggedOut);
    conn.reads()
        .sessions()
        .end_one(session, end, world.later(9))
        .await
        .unwrap();
    let facts = LivenessFacts {
        session_ended_at: Some(world.later(9)),
        ..facts
    };
    assert_eq!(read(&world, &code).await.liveness, facts);
}

async fn redeem(world: &World, code: &NewCode, redeemed: &GrantWithTokens) -> bool {
    let conn = world.conn().await;
    let codes = conn.reads().authorization_codes();
    codes
        .redeem(code.id, redeemed, (HERE, world.now))
        .await
        .unwrap()
}

async fn a_redemption_stores_the_grant_and_its_tokens(world: World) {
    let code = stored(&world).await;
    let redeemed = world.redeemed(&code).await;
    assert!(redeem(&world, &code, &redeemed).await);

    assert_eq!(
        read(&world, &code).await.redeemed_as,
        Some(redeemed.grant.id)
    );
    let grants = world.database.stored().grants_of("web").await;
    assert_eq!(grants.len(), 1);
    assert_eq!(grants[0].id, redeemed.grant.id);
    assert_eq!(grants[0].session, redeemed.grant.session);
    assert_eq!(grants[0].scope, "openid profile");
    let tokens = world.database.stored().tokens_of("web").await;
    let kinds: Vec<_> = tokens
        .iter()
        .map(|token| (token.kind, token.grant))
        .collect();
    let grant = Some(redeemed.grant.id);
    assert_eq!(
        kinds,
        [(TokenKind::Access, grant), (TokenKind::Refresh, grant)]
    );
}

async fn a_redemption_without_a_refresh_token_stores_none(world: World) {
    let code = stored(&world).await;
    let redeemed = GrantWithTokens {
        refresh: None,
        ..world.redeemed(&code).await
    };
    assert!(redeem(&world, &code, &redeemed).await);

    let tokens = world.database.stored().tokens_of("web").await;
    let kinds: Vec<_> = tokens.iter().map(|token| token.kind).collect();
    assert_eq!(kinds, [TokenKind::Access]);
}

async fn of_many_redemptions_at_once_one_counts(world: World) {
    let code = stored(&world).await;
    let mut attempts = Vec::new();
    for _ in 0..20 {
        let (db, now) = (world.db.clone(), world.now);
        let (id, redeemed) = (code.id, world.redeemed(&code).await);
        attempts.push(tokio::spawn(async move {
            let mut conn = db.connect().await.unwrap();
            let work = conn.begin("test.redeem").await.unwrap();
            let counts = work
                .authorization_codes()
                .redeem(id, &redeemed, (HERE, now))
                .await
                .unwrap();
            work.commit().await.unwrap();
            counts
        }));
    }
    let mut winners = 0;
    for attempt in attempts {
        winners += usize::from(attempt.await.unwrap());
    }
    assert_eq!(winners, 1);
    assert_eq!(world.database.stored().grants_of("web").await.len(), 1);
    assert_eq!(world.database.stored().tokens_of("web").await.len(), 2);
}

async fn a_code_that_is_looked_at_waits_for_whoever_looked_first(world: World) {
    let code = stored(&world).await;
    let redeemed = world.redeemed(&code).await;
    let mut first = world.conn().await;
    let work = first.begin("test.first").await.unwrap();
    let codes = work.authorization_codes();
    assert_eq!(
        codes
            .lock_by_digest(&code.digest)
            .await
            .unwrap()
            .unwrap()
            .redeemed_as,
        None
    );

    let mut second = world.conn().await;
    let digest = code.digest;
    let waiting = tokio::spawn(async move {
        let work = second.begin("test.second").await.unwrap();
        let seen = work
            .authorization_codes()
            .lock_by_digest(&digest)
            .await
            .unwrap();
        work.commit().await.unwrap();
        seen.unwrap().redeemed_as
    });
    assert!(
        codes
            .redeem(code.id, &redeemed, (HERE, world.now))
            .await
            .unwrap()
    );
    work.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap(), Some(redeemed.grant.id));
}

async fn what_we_never_write_is_corrupt(world: World) {
    let code = stored(&world).await;
    for (column, value) in [
        ("scope", "'a\"b'"),
        ("resources", "'{no-uri}'"),
        ("code_challenge", "'too-short'"),
    ] {
        let look = async || try_read(&world, &code).await;
        let seen = world
            .spoiled(("authorization_codes", column), value, look)
            .await;
        assert_eq!(corrupt_column(seen), column);
    }
}
