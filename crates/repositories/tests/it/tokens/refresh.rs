//! Refresh tokens.

use authly_domain::grants::LivenessFacts;
use authly_domain::tokens::{RefreshState, RefreshTokenRecord};
use authly_domain::users::GrantedClaims;
use pretty_assertions::assert_eq;

use crate::spoil::corrupt_column;
use crate::world::World;

in_both_modes!(
    a_refresh_token_reads_back_as_it_was_stored,
    an_access_token_is_no_refresh_token,
    a_spent_token_keeps_its_sealed_successor,
    using_the_successor_erases_the_copy_that_was_kept_of_it,
    of_many_exchanges_at_once_one_counts,
    a_token_that_is_kept_lives_longer_and_gets_an_access_token,
    a_spent_token_is_not_kept,
    a_revoked_token_says_so,
    what_we_never_write_is_corrupt,
);

async fn a_refresh_token_reads_back_as_it_was_stored(world: World) {
    let family = world.family().await;
    let (grant, refresh) = (&family.grant, &family.refresh);
    let expected = RefreshTokenRecord {
        id: refresh.id,
        grant: grant.id,
        client: family.client.key,
        user: family.user.id,
        claims: GrantedClaims {
            user: world.claims_of(&family.user, "alice"),
            requested: grant.claims.clone(),
        },
        pairwise_subject: grant.pairwise_subject.clone(),
        session: grant.session,
        scope: refresh.scope.clone(),
        resources: refresh.resources.clone(),
        authentication: grant.authentication.clone(),
        predecessor: None,
        expires_at: refresh.expires_at,
        grant_created_at: grant.created_at,
        state: RefreshState::Live,
        grant_revoked_for: None,
        liveness: LivenessFacts {
            user_is_active: Some(true),
            client_is_active: true,
            grant_revoked_at: None,
            session_ended_at: None,
            key_revoked_at: None,
        },
        client_version: family.client.version,
    };
    assert_eq!(world.read_refresh(refresh).await, expected);
}

async fn an_access_token_is_no_refresh_token(world: World) {
    let family = world.family().await;
    let conn = world.conn().await;
    let tokens = conn.reads().refresh_tokens();
    for digest in [family.access.digest, world.digest()] {
        assert_eq!(tokens.lock_by_digest(&digest).await.unwrap(), None);
    }
}

async fn a_spent_token_keeps_its_sealed_successor(world: World) {
    let family = world.family().await;
    let live = world.read_refresh(&family.refresh).await;
    let rotated = world.rotated(&family).await;
    let conn = world.conn().await;
    let tokens = conn.reads().refresh_tokens();
    assert!(
        tokens
            .replace(&live, &rotated, world.later(5))
            .await
            .unwrap()
    );

    let spent = world.read_refresh(&family.refresh).await;
    let successor = Some(rotated.sealed.clone());
    assert_eq!(
        spent.state,
        RefreshState::Spent {
            at: world.later(5),
            successor
        }
    );
    let successor = world.read_refresh(&rotated.successor).await;
    assert_eq!(successor.predecessor, Some(family.refresh.id));
    assert_eq!(successor.grant, family.grant.id);
    assert_eq!(successor.state, RefreshState::Live);
    let stored = world.database.stored();
    assert_eq!(stored.access_tokens_of("web").await.len(), 2);
    assert_eq!(stored.unspent_refresh_tokens_of("web").await.len(), 1);
}

async fn using_the_successor_erases_the_copy_that_was_kept_of_it(world: World) {
    let family = world.family().await;
    let (first, second) = (world.rotated(&family).await, world.rotated(&family).await);
    let conn = world.conn().await;
    let tokens = conn.reads().refresh_tokens();
    let live = world.read_refresh(&family.refresh).await;
    assert!(tokens.replace(&live, &first, world.later(1)).await.unwrap());
    let live = world.read_refresh(&first.successor).await;
    assert!(
        tokens
            .replace(&live, &second, world.later(2))
            .await
            .unwrap()
    );

    let spent = world.read_refresh(&family.refresh).await;
    assert_eq!(
        spent.state,
        RefreshState::Spent {
            at: world.later(1),
            successor: None
        }
    );
}

async fn of_many_exchanges_at_once_one_counts(world: World) {
    let family = world.family().await;
    let live = world.read_refresh(&family.refresh).await;
    let mut attempts = Vec::new();
    for _ in 0..20 {
        let (db, now) = (world.db.clone(), world.now);
        let (live, rotated) = (live.clone(), world.rotated(&family).await);
        attempts.push(tokio::spawn(async move {
            let mut conn = db.connect().await.unwrap();
            let work = conn.begin("test.replace").await.unwrap();
            let counts = work
                .refresh_tokens()
                .replace(&live, &rotated, now)
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
    let stored = world.database.stored();
    assert_eq!(stored.unspent_refresh_tokens_of("web").await.len(), 1);
    assert_eq!(stored.access_tokens_of("web").await.len(), 2);
}

async fn a_token_that_is_kept_lives_longer_and_gets_an_access_token(world: World) {
    let family = world.family().await;
    let access = world.new_access(&family.grant).await;
    let conn = world.conn().await;
    let tokens = conn.reads().refresh_tokens();
    let end = world.later(100_000);
    assert!(tokens.keep(family.refresh.id, &access, end).await.unwrap());

    let kept = world.read_refresh(&family.refresh).await;
    assert_eq!((kept.expires_at, kept.state), (end, RefreshState::Live));
    let stored = world.database.stored().access_tokens_of("web").await;
    assert!(stored.iter().any(|token| token.id == access.id));
}

async fn a_spent_token_is_not_kept(world: World) {
    let family = world.family().await;
    let live = world.read_refresh(&family.refresh).await;
    let rotated = world.rotated(&family).await;
    let conn = world.conn().await;
    let tokens = conn.reads().refresh_tokens();
    assert!(tokens.replace(&live, &rotated, world.now).await.unwrap());
    let before = world.database.stored().protocol_state().await;

    let access = world.new_access(&family.grant).await;
    assert!(
        !tokens
            .keep(live.id, &access, world.later(100_000))
            .await
            .unwrap()
    );
    assert_eq!(world.database.stored().protocol_state().await, before);
}

async fn a_revoked_token_says_so(world: World) {
    let family = world.family().await;
    let sql = "UPDATE tokens SET revoked_at = expires_at, revoked_reason = 'by_client'";
    world.database.run(sql).await;
    assert_eq!(
        world.read_refresh(&family.refresh).await.state,
        RefreshState::Revoked
    );
}

async fn what_we_never_write_is_corrupt(world: World) {
    let family = world.family().await;
    world
        .database
        .run("DELETE FROM tokens WHERE kind = 'access'")
        .await;
    let conn = world.conn().await;
    for (column, value) in [
        ("scope", "'a\"b'"),
        ("audience", "'{no-uri}'"),
        ("successor_sealed", r"'\x00'"),
    ] {
        let tokens = conn.reads().refresh_tokens();
        let look = async || tokens.lock_by_digest(&family.refresh.digest).await;
        let seen = world.spoiled(("tokens", column), value, look).await;
        assert_eq!(corrupt_column(seen), column);
    }
}
