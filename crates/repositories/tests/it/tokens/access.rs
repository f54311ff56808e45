//! Access tokens that are stored inside a transaction.

use pretty_assertions::assert_eq;

use crate::world::World;

in_both_modes!(
    an_access_token_joins_its_grant,
    a_digest_that_is_there_already_is_refused_by_name,
    a_key_that_does_not_exist_is_refused_by_name,
);

async fn an_access_token_joins_its_grant(world: World) {
    let family = world.family().await;
    let token = world.new_access(&family.grant).await;
    let conn = world.conn().await;
    conn.reads().access_tokens().insert(&token).await.unwrap();

    let stored = world.database.stored().access_tokens_of("web").await;
    let of_grant = stored
        .iter()
        .filter(|token| token.grant == Some(family.grant.id));
    assert_eq!(of_grant.count(), 2);
}

async fn a_digest_that_is_there_already_is_refused_by_name(world: World) {
    let family = world.family().await;
    let mut token = world.new_access(&family.grant).await;
    token.digest = family.access.digest;
    let conn = world.conn().await;
    let refused = conn
        .reads()
        .access_tokens()
        .insert(&token)
        .await
        .unwrap_err();
    assert!(refused.violates("tokens_digest_key"), "{refused}");
}

async fn a_key_that_does_not_exist_is_refused_by_name(world: World) {
    let family = world.family().await;
    let mut token = world.new_access(&family.grant).await;
    token.kid = authly_domain::keys::KeyId::new("no-such-key".to_owned());
    let conn = world.conn().await;
    let refused = conn
        .reads()
        .access_tokens()
        .insert(&token)
        .await
        .unwrap_err();
    assert!(refused.violates("tokens_kid_fkey"), "{refused}");
}
