//! What administrators read and change of a user.

use std::time::Duration;

use authly_domain::grants::Revocation;
use authly_domain::id::UserId;
use authly_domain::secret::SecretDigest;
use authly_domain::sessions::SessionEnd;
use authly_domain::throttle::{ThrottleKind, ThrottleRule};
use authly_domain::users::{Account, PasswordChange, PasswordVersion, Profile};
use authly_repositories::grants::GrantsToRevoke;
use authly_repositories::throttle::Counter;
use authly_repositories::users::{PasswordReset, Taken};
use pretty_assertions::assert_eq;

use super::full_profile;
use crate::world::{World, password_hash};

in_both_modes!(
    an_account_reads_back_as_it_was_stored,
    the_version_goes_up_at_each_change_and_at_no_login,
    a_name_that_another_has_is_refused_by_its_constraint,
    another_active_administrator_is_one_who_is_active_and_another,
    a_password_that_was_reset_is_another_and_may_have_to_be_changed,
    a_user_is_deleted_with_everything_of_theirs,
    the_failures_of_an_account_are_forgotten_and_no_others,
    a_consent_is_listed_and_forgotten_and_what_came_of_it_ends,
    every_session_of_a_user_ends_for_the_reason_that_is_given,
);

async fn account(world: &World, user: UserId) -> Account {
    let conn = world.conn().await;
    conn.reads().users().account(user).await.unwrap().unwrap()
}

async fn an_account_reads_back_as_it_was_stored(world: World) {
    let user = world.user("alice").await;
    let before = account(&world, user.id).await;
    assert_eq!(before.username.as_str(), "alice");
    assert_eq!((before.version, before.is_active), (1, true));
    let stored = Account {
        username: "Alicia".parse().unwrap(),
        email: None,
        is_verified: false,
        is_active: false,
        is_admin: true,
        password_change: PasswordChange::Required,
        profile: full_profile(),
        ..before.clone()
    };
    let conn = world.conn().await;
    conn.reads().users().store_account(&stored).await.unwrap();
    let read = account(&world, user.id).await;
    let expected = Account {
        version: 2,
        updated_at: read.updated_at,
        ..stored
    };
    assert_eq!(read, expected);
    assert!(read.updated_at > before.updated_at);
    let nobody = world.id(UserId::generate);
    assert_eq!(conn.reads().users().account(nobody).await.unwrap(), None);
}

async fn the_version_goes_up_at_each_change_and_at_no_login(world: World) {
    let user = world.user("alice").await;
    let conn = world.conn().await;
    let users = conn.reads().users();
    let version = async || account(&world, user.id).await.version;

    let noted = users
        .note_login(
            user.id,
            (PasswordVersion::new(0), PasswordChange::NotRequired),
            world.later(1),
        )
        .await;
    assert!(noted.unwrap().is_some());
    let (old, new) = (password_hash("first"), password_hash("upgraded"));
    users.upgrade_password(user.id, &old, &new).await.unwrap();
    users
        .store_account(&account(&world, user.id).await)
        .await
        .unwrap();
    assert_eq!(version().await, 1);

    users
        .set_password(user.id, &password_hash("second"))
        .await
        .unwrap();
    assert_eq!(version().await, 2);
    let changed = Account {
        profile: Profile {
            nickname: Some("Al".to_owned()),
            ..Profile::default()
        },
        ..account(&world, user.id).await
    };
    users.store_account(&changed).await.unwrap();
    assert_eq!(version().await, 3);
}

async fn a_name_that_another_has_is_refused_by_its_constraint(world: World) {
    let (alice, bob) = (world.user("alice").await, world.user("bob").await);
    let (alice, bob) = (
        account(&world, alice.id).await,
        account(&world, bob.id).await,
    );
    let conn = world.conn().await;
    let users = conn.reads().users();
    let named = Account {
        username: "BOB".parse().unwrap(),
        ..alice.clone()
    };
    let error = users.store_account(&named).await.unwrap_err();
    assert!(error.violates("users_username_normal_key"), "{error}");
    let addressed = Account {
        email: Some("Bob@Example.com".parse().unwrap()),
        ..alice.clone()
    };
    let error = users.store_account(&addressed).await.unwrap_err();
    assert!(error.violates("users_email_normal_key"), "{error}");
    assert_eq!(account(&world, alice.id).await, alice);

    let taken = users
        .taken(&bob.username, bob.email.as_ref(), alice.id)
        .await;
    let both = Taken {
        username: true,
        email: true,
    };
    assert_eq!(taken.unwrap(), both);
    let free = users.taken(&bob.username, None, bob.id).await.unwrap();
    assert_eq!((free.username, free.email), (false, false));
}

async fn another_active_administrator_is_one_who_is_active_and_another(world: World) {
    let (alice, bob) = (world.user("alice").await.id, world.user("bob").await.id);
    let conn = world.conn().await;
    let users = conn.reads().users();
    let has_other = async || users.has_other_active_administrator(alice).await.unwrap();
    let make = async |user, is_admin, is_active| {
        let changed = Account {
            is_admin,
            is_active,
            ..account(&world, user).await
        };
        users.store_account(&changed).await.unwrap();
    };
    make(alice, true, true).await;
    assert!(!has_other().await);
    make(bob, true, false).await;
    assert!(!has_other().await);
    make(bob, true, true).await;
    assert!(has_other().await);
}

async fn a_password_that_was_reset_is_another_and_may_have_to_be_changed(world: World) {
    let user = world.user("alice").await;
    let conn = world.conn().await;
    let users = conn.reads().users();
    for change in [PasswordChange::Required, PasswordChange::NotRequired] {
        let hash = password_hash("reset");
        let reset = PasswordReset {
            hash: &hash,
            change,
        };
        let before = users.credentials_of(user.id).await.unwrap().unwrap();
        users.reset_password(user.id, &reset).await.unwrap();
        let after = users.credentials_of(user.id).await.unwrap().unwrap();
        assert_eq!(after.password, Some(hash));
        assert_eq!(after.password_change, change);
        assert_ne!(after.password_version, before.password_version);
    }
}

async fn a_user_is_deleted_with_everything_of_theirs(world: World) {
    let family = world.family().await;
    let (alice, bob) = (family.user.id, world.user("bob").await);
    let session = world.session(bob.id).await;
    world
        .family_of(bob, world.client("other").await, session)
        .await;
    let counts = async || world.database.stored().row_counts().await;
    let before = counts().await;
    let conn = world.conn().await;
    conn.reads().users().delete(alice).await.unwrap();
    let after = counts().await;
    for table in ["users", "sessions", "authorization_codes", "grants"] {
        assert_eq!((before[table], after[table]), (2, 1), "{table}");
    }
    assert_eq!((before["tokens"], after["tokens"]), (4, 2));
    assert_eq!(before["clients"], after["clients"]);
}

async fn the_failures_of_an_account_are_forgotten_and_no_others(world: World) {
    let (alice, bob) = (world.digest(), world.digest());
    let rule = ThrottleRule {
        attempts: 5,
        window: Duration::from_mins(1),
    };
    let counter = |kind, account: Option<SecretDigest>| Counter {
        kind,
        key: world.digest(),
        rule,
        account,
    };
    let conn = world.conn().await;
    let throttles = conn.reads().throttles();
    for (kind, account) in [
        (ThrottleKind::LoginAccountAtAddress, Some(alice)),
        (ThrottleKind::LoginAccountAtAddress, Some(alice)),
        (ThrottleKind::LoginAccount, Some(alice)),
        (ThrottleKind::LoginDevice, Some(alice)),
        (ThrottleKind::LoginAccount, Some(bob)),
        (ThrottleKind::LoginAddress, None),
    ] {
        let counters = [counter(kind, account)];
        assert_eq!(throttles.count(&counters, world.now).await.unwrap(), []);
    }
    throttles.forget_accounts(&[alice]).await.unwrap();
    let left = world.database.stored().throttles().await;
    let left: Vec<_> = left.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(left, ["login_account", "login_address"]);
}

async fn a_consent_is_listed_and_forgotten_and_what_came_of_it_ends(world: World) {
    let family = world.family().await;
    let (user, client) = (family.user.id, family.client.key);
    let other = world.client("other").await;
    let conn = world.conn().await;
    let consents = conn.reads().consents();
    let consent = authly_domain::consents::Consent {
        granted: crate::world::scope("openid"),
        declined: crate::world::scope("profile"),
        resources: Vec::new(),
    };
    for client in [client, other.key] {
        consents
            .remember(user, client, &consent, world.now)
            .await
            .unwrap();
    }
    let all = consents.of_user(user, None, 9).await.unwrap();
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|one| one.consent == consent));
    let rest = consents
        .of_user(user, Some(all[0].client), 9)
        .await
        .unwrap();
    assert_eq!(rest, all[1..]);
    assert_eq!(consents.of_user(user, None, 1).await.unwrap(), all[..1]);

    assert!(consents.forget(user, client).await.unwrap());
    assert!(!consents.forget(user, client).await.unwrap());
    let waiting = world
        .stored_code(&family.user, &family.client, &family.session)
        .await;
    let codes = conn.reads().authorization_codes();
    let ended = codes.end_unredeemed(Some(user), Some(client), world.now);
    // The redeemed code stays: who shows it again is still found out.
    assert_eq!(ended.await.unwrap(), 1);
    let waiting = codes.lock_by_digest(&waiting.digest).await.unwrap();
    assert_eq!(waiting.unwrap().code.expires_at, world.now);
    let grants = conn.reads().grants();
    let revoke = async |which: GrantsToRevoke| {
        let why = Revocation::ByAdministrator;
        let step = grants.revoke_batch(&which, why, world.now, None).await;
        step.unwrap().changed
    };
    let at = |client| GrantsToRevoke::OfUserAtClient(user, client);
    assert_eq!(revoke(at(other.key)).await, 0);
    let stored = world.database.stored();
    assert_eq!(stored.grants_of("web").await[0].revoked_reason, None);
    assert_eq!(revoke(at(client)).await, 1);
    let reason = stored.grants_of("web").await[0].revoked_reason.clone();
    assert_eq!(reason.as_deref(), Some("by_administrator"));
    let redeemed = stored.codes_of("web").await;
    assert_eq!(redeemed.iter().filter(|one| one.is_redeemed).count(), 1);
}

async fn every_session_of_a_user_ends_for_the_reason_that_is_given(world: World) {
    let family = world.family().await;
    let conn = world.conn().await;
    let sessions = conn.reads().sessions();
    sessions
        .end_all_of(family.user.id, None, SessionEnd::ByAdministrator, world.now)
        .await
        .unwrap();
    let stored = world.database.stored();
    let ended = stored.sessions_of("alice").await[0].ended_reason.clone();
    assert_eq!(ended.as_deref(), Some("by_administrator"));
}
