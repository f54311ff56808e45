//! What introspection, UserInfo and revocation ask.

use authly_domain::audit::AuditAction;
use authly_domain::clients::Client;
use authly_domain::grants::{LivenessFacts, Revocation};
use authly_domain::secret::SecretDigest;
use authly_domain::sessions::SessionEnd;
use authly_domain::tokens::{TokenKind, TokenRecord};
use authly_domain::users::GrantedClaims;
use authly_repositories::DbError;
use authly_repositories::tokens::{Asker, TokenAnswer, Written};
use pretty_assertions::assert_eq;

use crate::spoil::corrupt_column;
use crate::world::{World, written};

in_both_modes!(
    a_token_reads_back_as_it_was_stored,
    a_token_of_a_client_for_itself_has_no_user,
    whether_the_asker_is_current_comes_along,
    everything_that_its_life_depends_on_comes_along,
    an_access_token_opens_its_users_claims,
    no_other_token_opens_claims,
    an_access_token_is_revoked_by_itself,
    a_refresh_token_is_revoked_with_its_grant,
    another_clients_token_stays,
    what_we_never_write_is_corrupt,
);

const fn asker(client: &Client) -> Asker {
    Asker {
        key: client.key,
        version: client.version,
    }
}

async fn try_ask(
    world: &World,
    digest: &SecretDigest,
    asker: Asker,
) -> Result<Option<TokenAnswer>, DbError> {
    let conn = world.conn().await;
    conn.reads().tokens().find_for(digest, asker).await
}

async fn ask(world: &World, digest: &SecretDigest, client: &Client) -> TokenRecord {
    try_ask(world, digest, asker(client))
        .await
        .unwrap()
        .unwrap()
        .token
}

async fn a_token_reads_back_as_it_was_stored(world: World) {
    let family = world.family().await;
    let (access, refresh) = (&family.access, &family.refresh);
    let expected = TokenRecord {
        id: access.id,
        kind: TokenKind::Access,
        grant: Some(family.grant.id),
        client: family.client.key,
        client_id: family.client.id.clone(),
        subject: Some(family.user.subject.clone()),
        username: Some("alice".parse().unwrap()),
        session: Some(family.session.id),
        scope: access.scope.clone(),
        audience: access.audience.clone(),
        authentication: Some(family.grant.authentication.clone()),
        issued_at: access.issued_at,
        expires_at: access.expires_at,
        ended_at: None,
        liveness: LivenessFacts {
            user_is_active: Some(true),
            client_is_active: true,
            grant_revoked_at: None,
            session_ended_at: None,
            key_revoked_at: None,
        },
    };
    assert_eq!(ask(&world, &access.digest, &family.client).await, expected);

    let expected = TokenRecord {
        id: refresh.id,
        kind: TokenKind::Refresh,
        expires_at: refresh.expires_at,
        ..expected
    };
    assert_eq!(ask(&world, &refresh.digest, &family.client).await, expected);

    let unknown = try_ask(&world, &world.digest(), asker(&family.client)).await;
    assert!(unknown.unwrap().is_none());
}

async fn a_token_of_a_client_for_itself_has_no_user(world: World) {
    let client = world.client("nightly").await;
    let token = world.own_access(&client).await;
    let conn = world.conn().await;
    conn.reads().access_tokens().insert(&token).await.unwrap();

    let found = ask(&world, &token.digest, &client).await;
    assert_eq!(
        (found.id, found.scope, found.audience),
        (token.id, token.scope, token.audience)
    );
    assert_eq!(
        (found.grant, found.session, found.authentication),
        (None, None, None)
    );
    assert_eq!((found.subject, found.username), (None, None));
    assert_eq!(found.liveness.user_is_active, None);
}

async fn whether_the_asker_is_current_comes_along(world: World) {
    let family = world.family().await;
    let other = world.client("other").await;
    let current = async |asker| {
        let answer = try_ask(&world, &family.access.digest, asker).await;
        answer.unwrap().unwrap().asker_is_current
    };
    let present = asker(&other);
    assert!(current(present).await);
    assert!(
        !current(Asker {
            version: other.version + 1,
            ..present
        })
        .await
    );
    world
        .database
        .run("UPDATE clients SET is_active = false WHERE client_id = 'other'")
        .await;
    assert!(!current(present).await);
}

async fn everything_that_its_life_depends_on_comes_along(world: World) {
    let family = world.family().await;
    let facts = async || {
        ask(&world, &family.access.digest, &family.client)
            .await
            .liveness
    };
    let conn = world.conn().await;

    world
        .database
        .run("UPDATE users SET is_active = false")
        .await;
    assert_eq!(facts().await.user_is_active, Some(false));
    world
        .database
        .run("UPDATE clients SET is_active = false")
        .await;
    assert!(!facts().await.client_is_active);

    let (grant, why) = (family.grant.id, Revocation::ByClient);
    conn.reads()
        .grants()
        .revoke(grant, why, world.later(1))
        .await
        .unwrap();
    assert_eq!(facts().await.grant_revoked_at, Some(world.later(1)));

    let (session, end) = (family.session.id, SessionEnd::LoggedOut);
    conn.reads()
        .sessions()
        .end_one(session, end, world.later(2))
        .await
        .unwrap();
    assert_eq!(facts().await.session_ended_at, Some(world.later(2)));

    let sql = "UPDATE signing_keys SET state = 'revoked', revoked_at = $2 WHERE kid = $1";
    let (kid, at) = (family.access.kid.as_str(), world.later(3).as_date_time());
    world
        .database
        .session()
        .await
        .execute(sql, &[&kid, &at])
        .await
        .unwrap();
    assert_eq!(facts().await.key_revoked_at, Some(world.later(3)));
    let of_refresh = ask(&world, &family.refresh.digest, &family.client)
        .await
        .liveness;
    assert_eq!(of_refresh.key_revoked_at, None);
}

async fn an_access_token_opens_its_users_claims(world: World) {
    let family = world.family().await;
    let conn = world.conn().await;
    let found = conn
        .reads()
        .tokens()
        .find_with_claims(&family.access.digest)
        .await
        .unwrap();
    let found = found.unwrap();
    let expected = GrantedClaims {
        user: world.claims_of(&family.user, "alice"),
        requested: family.grant.claims.clone(),
    };
    assert_eq!(found.claims, expected);
    assert_eq!(found.client_scope, family.client.scope);
    assert_eq!(found.signed_with, None);
    assert_eq!(
        found.token,
        ask(&world, &family.access.digest, &family.client).await
    );
}

async fn no_other_token_opens_claims(world: World) {
    let family = world.family().await;
    let own = world.own_access(&family.client).await;
    let conn = world.conn().await;
    conn.reads().access_tokens().insert(&own).await.unwrap();
    for digest in [family.refresh.digest, own.digest, world.digest()] {
        assert!(
            conn.reads()
                .tokens()
                .find_with_claims(&digest)
                .await
                .unwrap()
                .is_none()
        );
    }
}

async fn revoke(world: &World, digest: &SecretDigest, client: &Client, seconds: u64) {
    let conn = world.conn().await;
    let asker = |version| Asker {
        key: client.key,
        version,
    };
    let tokens = conn.reads().tokens();
    let event = world.event(AuditAction::TokenRevokedByClient, world.later(seconds));
    let event = written(&event);
    let stale = tokens.revoke_for(digest, asker(client.version + 1), &event);
    assert!(!stale.await.unwrap());
    let present = tokens.revoke_for(digest, asker(client.version), &event);
    let present = present.await;
    assert!(present.unwrap());
}

async fn an_access_token_is_revoked_by_itself(world: World) {
    let family = world.family().await;
    for seconds in [1, 2] {
        revoke(&world, &family.access.digest, &family.client, seconds).await;
    }
    let access = ask(&world, &family.access.digest, &family.client).await;
    assert_eq!(access.ended_at, Some(world.later(1)));
    assert_eq!(access.liveness.grant_revoked_at, None);
    let refresh = ask(&world, &family.refresh.digest, &family.client).await;
    assert_eq!(
        (refresh.ended_at, refresh.liveness.grant_revoked_at),
        (None, None)
    );
}

async fn a_refresh_token_is_revoked_with_its_grant(world: World) {
    let family = world.family().await;
    let spent = world.read_refresh(&family.refresh).await;
    let rotated = world.rotated(&family).await;
    let conn = world.conn().await;
    let tokens = conn.reads().refresh_tokens();
    assert!(tokens.replace(&spent, &rotated, world.now).await.unwrap());

    // A spent one too.
    revoke(&world, &family.refresh.digest, &family.client, 1).await;
    for digest in [
        family.access.digest,
        rotated.access.digest,
        rotated.successor.digest,
    ] {
        let token = ask(&world, &digest, &family.client).await;
        assert_eq!(token.liveness.grant_revoked_at, Some(world.later(1)));
    }
    let grants = world.database.stored().grants_of("web").await;
    assert_eq!(grants[0].revoked_reason.as_deref(), Some("by_client"));
}

async fn another_clients_token_stays(world: World) {
    let family = world.family().await;
    let other = world.client("other").await;
    let before = world.database.stored().protocol_state().await;
    for digest in [family.access.digest, family.refresh.digest, world.digest()] {
        revoke(&world, &digest, &other, 1).await;
    }
    assert_eq!(world.database.stored().protocol_state().await, before);
}

async fn what_we_never_write_is_corrupt(world: World) {
    let family = world.family().await;
    let mine = asker(&family.client);
    world
        .database
        .run("DELETE FROM tokens WHERE kind = 'refresh'")
        .await;
    for (place, value) in [
        (("tokens", "kind"), "'bearer'"),
        (("tokens", "scope"), "'a\"b'"),
        (("users", "username"), "''"),
    ] {
        let look = async || try_ask(&world, &family.access.digest, mine).await;
        let seen = world.spoiled(place, value, look).await;
        assert_eq!(corrupt_column(seen), place.1);
    }
    let conn = world.conn().await;
    let look = async || {
        conn.reads()
            .tokens()
            .find_with_claims(&family.access.digest)
            .await
    };
    let seen = world.spoiled(("users", "email"), "'nobody'", look).await;
    assert_eq!(corrupt_column(seen), "email");
}

/// The writer is the only way to a token without a grant outside of these tests.
#[tokio::test]
async fn a_token_of_the_writer_reads_back_too() {
    let world = World::new(authly_repositories::StatementMode::Prepared).await;
    let client = world.client("nightly").await;
    let token = world.own_access(&client).await;
    let writer = super::writer::start(&world);
    assert_eq!(
        writer.store(token.clone(), client.version).await.unwrap(),
        Written::Stored
    );

    let found = ask(&world, &token.digest, &client).await;
    assert_eq!((found.id, found.kind), (token.id, TokenKind::Access));
    assert_eq!((found.scope, found.audience), (token.scope, token.audience));
    assert_eq!(
        (found.issued_at, found.expires_at),
        (token.issued_at, token.expires_at)
    );
}
