//! `grants`.

use authly_domain::grants::Revocation;
use pretty_assertions::assert_eq;

use crate::world::World;

in_both_modes!(
    a_grant_is_revoked_once_and_the_first_reason_stays,
    all_grants_of_a_user_are_revoked_and_no_one_elses,
);

async fn reasons(world: &World, client_id: &str) -> Vec<Option<String>> {
    let grants = world.database.stored().grants_of(client_id).await;
    let reasons = grants.into_iter().map(|grant| grant.revoked_reason);
    let mut reasons: Vec<_> = reasons.collect();
    reasons.sort();
    reasons
}

async fn a_grant_is_revoked_once_and_the_first_reason_stays(world: World) {
    let family = world.family().await;
    let conn = world.conn().await;
    let grants = conn.reads().grants();
    let revoke = async |why| {
        grants
            .revoke(family.grant.id, why, world.now)
            .await
            .unwrap()
    };

    assert!(revoke(Revocation::ByClient).await);
    assert!(!revoke(Revocation::CodeReplay).await);
    assert_eq!(reasons(&world, "web").await, [Some("by_client".to_owned())]);
}

async fn all_grants_of_a_user_are_revoked_and_no_one_elses(world: World) {
    let family = world.family().await;
    let (web, alice) = (family.client, family.user);
    let conn = world.conn().await;
    let why = Revocation::RefreshTokenReuse;
    conn.reads()
        .grants()
        .revoke(family.grant.id, why, world.now)
        .await
        .unwrap();
    let alice_id = alice.id;
    let session = world.session(alice.id).await;
    world.family_of(alice, web.clone(), session).await;
    let bob = world.user("bob").await;
    let session = world.session(bob.id).await;
    world
        .family_of(bob, world.client("other").await, session)
        .await;

    let why = Revocation::PasswordChanged;
    conn.reads()
        .grants()
        .revoke_all_of(alice_id, why, world.now)
        .await
        .unwrap();

    let reason = |text: &str| Some(text.to_owned());
    let of_alice = [reason("password_changed"), reason("refresh_token_reuse")];
    assert_eq!(reasons(&world, "web").await, of_alice);
    assert_eq!(reasons(&world, "other").await, [None]);
}
