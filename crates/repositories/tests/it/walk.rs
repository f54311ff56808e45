//! What one statement of a change of many rows does: it goes on where the one before ended.

use authly_domain::consents::Consent;
use authly_domain::grants::{NewGrant, Revocation};
use authly_domain::id::GrantId;
use authly_repositories::grants::GrantsToRevoke;
use pretty_assertions::assert_eq;

use crate::world::{World, scope};

in_both_modes!(
    grants_are_revoked_a_batch_at_a_time_and_no_one_elses,
    what_a_client_got_for_itself_is_revoked_and_nothing_of_its_grants,
    consents_are_forgotten_by_user_and_by_client,
);

/// Makes this many grants of the kind of `like`.
async fn more_grants(world: &World, like: &NewGrant, count: i32) {
    let sql = "INSERT INTO grants (id, client_id, user_id, session_id, scope, resources, auth_time,
                   acr, amr, created_at)
               SELECT gen_random_uuid(), client_id, user_id, session_id, scope, resources,
                      auth_time, acr, amr, created_at
                 FROM grants, generate_series(1, $2)
                WHERE id = $1";
    let session = world.database.session().await;
    let made = session.execute(sql, &[like.id.as_uuid(), &count]).await;
    made.unwrap();
}

async fn grants_are_revoked_a_batch_at_a_time_and_no_one_elses(world: World) {
    let family = world.family().await;
    let (alice, web) = (family.user.id, family.client.key);
    more_grants(&world, &family.grant, 2_004).await;
    let bob = world.user("bob").await;
    let session = world.session(bob.id).await;
    let other = world.client("other").await;
    let of_bob = world.family_of(bob, other.clone(), session).await;
    let conn = world.conn().await;
    let grants = conn.reads().grants();
    let step = async |which: GrantsToRevoke, after: Option<GrantId>| {
        let why = Revocation::ByAdministrator;
        let step = grants.revoke_batch(&which, why, world.now, after).await;
        step.unwrap()
    };

    // Nothing is between these two.
    let nowhere = step(GrantsToRevoke::OfUserAtClient(alice, other.key), None).await;
    assert_eq!((nowhere.changed, nowhere.reached), (0, None));
    let first = step(GrantsToRevoke::OfUser(alice), None).await;
    assert_eq!(first.changed, 2_000);
    let last = step(GrantsToRevoke::OfUser(alice), first.reached).await;
    assert_eq!((last.changed, last.reached), (5, None));
    let again = step(GrantsToRevoke::OfClient(web), None).await;
    assert_eq!((again.changed, again.reached), (0, None));

    let stored = world.database.stored();
    let by_administrator = |reason: &Option<String>| reason.as_deref() == Some("by_administrator");
    let of_alice = stored.grants_of("web").await;
    let revoked = of_alice
        .iter()
        .filter(|one| by_administrator(&one.revoked_reason));
    assert_eq!((of_alice.len(), revoked.count()), (2_005, 2_005));
    let of_other = stored.grants_of("other").await;
    assert_eq!(of_other[0].revoked_reason, None);
    let by_client = step(GrantsToRevoke::OfClient(other.key), None).await;
    assert_eq!((by_client.changed, by_client.reached), (1, None));
    let found = grants.find(of_bob.grant.id).await.unwrap().unwrap();
    assert_eq!(found.revoked.unwrap().why, Revocation::ByAdministrator);
}

async fn what_a_client_got_for_itself_is_revoked_and_nothing_of_its_grants(world: World) {
    let family = world.family().await;
    let (own, past) = (
        world.own_access(&family.client).await,
        world.own_access(&family.client).await,
    );
    let conn = world.conn().await;
    conn.reads().access_tokens().insert(&own).await.unwrap();
    conn.reads().access_tokens().insert(&past).await.unwrap();
    let end = "UPDATE tokens SET expires_at = issued_at WHERE id = $1";
    let session = world.database.session().await;
    session.execute(end, &[past.id.as_uuid()]).await.unwrap();
    let tokens = conn.reads().tokens();
    let revoke = async || {
        let why = Revocation::ByAdministrator;
        let step = tokens.revoke_batch_of_client(family.client.key, why, world.now, None);
        let step = step.await.unwrap();
        (step.changed, step.reached)
    };

    assert_eq!(revoke().await, (1, None));
    assert_eq!(revoke().await, (0, None));
    let details = async |id| tokens.find(id).await.unwrap().unwrap();
    assert!(details(own.id).await.revoked.is_some());
    for other in [past.id, family.access.id, family.refresh.id] {
        assert_eq!(details(other).await.revoked, None);
    }
}

async fn consents_are_forgotten_by_user_and_by_client(world: World) {
    let answer = Consent {
        granted: scope("openid"),
        declined: scope("email"),
        resources: Vec::new(),
    };
    let (web, other) = (world.client("web").await, world.client("other").await);
    let users = [world.user("alice").await.id, world.user("bob").await.id];
    let conn = world.conn().await;
    let consents = conn.reads().consents();
    for user in users {
        for client in [&web, &other] {
            let answered = consents.remember(user, client.key, &answer, world.now);
            answered.await.unwrap();
        }
    }
    let [alice, bob] = users;
    let stored = world.database.stored();
    let answers = async || {
        let mut answers = Vec::new();
        for (user, client) in [
            ("alice", "web"),
            ("alice", "other"),
            ("bob", "web"),
            ("bob", "other"),
        ] {
            answers.push(stored.consent_of(user, client).await.is_some());
        }
        answers
    };

    assert!(consents.forget(alice, web.key).await.unwrap());
    assert!(!consents.forget(alice, web.key).await.unwrap());
    let step = consents
        .forget_batch_of_client(web.key, None)
        .await
        .unwrap();
    assert_eq!((step.changed, step.reached), (1, None));
    assert_eq!(answers().await, [false, true, false, true]);
    let step = consents.forget_batch_of_user(bob, None).await.unwrap();
    assert_eq!((step.changed, step.reached), (1, None));
    assert_eq!(answers().await, [false, true, false, false]);
}
