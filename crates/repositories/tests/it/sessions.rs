//! `sessions`.

use std::time::Duration;

use authly_domain::consents::Consent;
use authly_domain::id::{SessionId, UserId};
use authly_domain::secret::SecretDigest;
use authly_domain::sessions::{Authentication, LoginStep, Session, SessionEnd};
use authly_repositories::DbError;
use authly_repositories::sessions::{NewSession, Renewal};
use pretty_assertions::assert_eq;

use crate::spoil::corrupt_column;
use crate::world::{World, scope};

in_both_modes!(
    a_session_reads_back_as_it_was_stored,
    the_answer_once_given_to_a_client_comes_along,
    a_session_that_ended_in_whatever_way_is_not_found,
    a_renewed_session_has_another_cookie_and_the_same_key,
    a_session_that_has_ended_is_not_renewed,
    use_is_noted_while_it_is_live,
    the_first_reason_for_its_end_stays,
    all_others_of_a_user_end_and_no_one_elses,
    what_we_never_write_is_corrupt,
);

async fn find(world: &World, digest: &SecretDigest) -> Option<Session> {
    try_find(world, digest).await.unwrap()
}

async fn try_find(world: &World, digest: &SecretDigest) -> Result<Option<Session>, DbError> {
    let conn = world.conn().await;
    let idle_since = world.now.minus(Duration::from_mins(1));
    let found = conn
        .reads()
        .sessions()
        .find_live(digest, None, world.now, idle_since)
        .await?;
    Ok(found.map(|(session, _consent)| session))
}

async fn a_session_reads_back_as_it_was_stored(world: World) {
    let alice = world.user("alice").await;
    let expected = Session {
        id: world.id(SessionId::generate),
        user: alice.id,
        subject: alice.subject,
        username: "alice".parse().unwrap(),
        authentication: Authentication {
            auth_time: world.now,
            acr: "2".to_owned(),
            amr: vec!["pwd".to_owned(), "otp".to_owned()],
        },
        pending: vec![LoginStep::ChangePassword],
        last_seen_at: world.now,
    };
    let digest = world.digest();
    let new = NewSession {
        id: expected.id,
        digest,
        user: expected.user,
        authentication: &expected.authentication,
        pending: &expected.pending,
        address: "2001:db8::7".parse().unwrap(),
        user_agent: "",
        created_at: world.now,
        expires_at: world.later(60),
    };
    world
        .conn()
        .await
        .reads()
        .sessions()
        .insert(&new)
        .await
        .unwrap();

    assert_eq!(find(&world, &digest).await, Some(expected));
    assert_eq!(find(&world, &world.digest()).await, None);
}

async fn the_answer_once_given_to_a_client_comes_along(world: World) {
    let family = world.family().await;
    let (alice, web) = (family.user.id, family.client.key);
    let answer = Consent {
        granted: scope("openid"),
        declined: scope("email"),
        resources: vec!["https://api.example.com".parse().unwrap()],
    };
    let conn = world.conn().await;
    conn.reads()
        .consents()
        .remember(alice, web, &answer, world.now)
        .await
        .unwrap();

    let other = world.client("other").await.key;
    for (client, expected) in [(Some(web), Some(answer)), (Some(other), None), (None, None)] {
        let sessions = conn.reads().sessions();
        let found = sessions
            .find_live(
                &family.session.digest,
                client,
                world.now,
                world.now.minus(Duration::from_secs(1)),
            )
            .await
            .unwrap();
        assert_eq!(found.unwrap().1, expected);
    }
}

async fn a_session_that_ended_in_whatever_way_is_not_found(world: World) {
    let alice = world.user("alice").await;
    let session = world.session(alice.id).await;
    let live = async |now, idle_since| {
        let conn = world.conn().await;
        let sessions = conn.reads().sessions();
        let found = sessions
            .find_live(&session.digest, None, now, idle_since)
            .await;
        found.unwrap().is_some()
    };
    let before = world.now.minus(Duration::from_secs(1));
    assert!(live(world.now, before).await);
    // Used too long ago, its absolute end, its user disabled.
    assert!(!live(world.now, world.now).await);
    assert!(!live(world.later(86_400), before).await);
    world
        .database
        .run("UPDATE users SET is_active = false")
        .await;
    assert!(!live(world.now, before).await);
    world
        .database
        .run("UPDATE users SET is_active = true")
        .await;
    assert!(live(world.now, before).await);

    let conn = world.conn().await;
    let end = SessionEnd::LoggedOut;
    conn.reads()
        .sessions()
        .end_one(session.id, end, world.now)
        .await
        .unwrap();
    assert!(!live(world.now, before).await);
}

async fn renew(world: &World, from: SecretDigest, digest: SecretDigest) -> bool {
    let renewal = Renewal {
        digest,
        authentication: &Authentication::by_password(world.later(5)),
        pending: &[LoginStep::ChangePassword],
        now: world.later(5),
        expires_at: world.later(100_000),
    };
    let conn = world.conn().await;
    conn.reads()
        .sessions()
        .renew(&from, &renewal)
        .await
        .unwrap()
}

async fn a_renewed_session_has_another_cookie_and_the_same_key(world: World) {
    let alice = world.user("alice").await;
    let session = world.session(alice.id).await;
    let digest = world.digest();
    assert!(renew(&world, session.digest, digest).await);

    assert_eq!(find(&world, &session.digest).await, None);
    let renewed = find(&world, &digest).await.unwrap();
    assert_eq!(renewed.id, session.id);
    assert_eq!(renewed.pending, [LoginStep::ChangePassword]);
    assert_eq!(renewed.authentication.auth_time, world.later(5));
    assert_eq!(renewed.last_seen_at, world.later(5));
}

async fn a_session_that_has_ended_is_not_renewed(world: World) {
    let alice = world.user("alice").await;
    let session = world.session(alice.id).await;
    let conn = world.conn().await;
    let end = SessionEnd::Replaced;
    conn.reads()
        .sessions()
        .end_one(session.id, end, world.now)
        .await
        .unwrap();

    assert!(!renew(&world, session.digest, world.digest()).await);
}

async fn use_is_noted_while_it_is_live(world: World) {
    let alice = world.user("alice").await;
    let session = world.session(alice.id).await;
    let conn = world.conn().await;
    let sessions = conn.reads().sessions();
    sessions
        .note_use(session.id, world.later(600))
        .await
        .unwrap();
    let found = find(&world, &session.digest).await.unwrap();
    assert_eq!(found.last_seen_at, world.later(600));
}

async fn ends_of(world: &World, name: &str) -> Vec<Option<String>> {
    let sessions = world.database.stored().sessions_of(name).await;
    let ends = sessions.into_iter().map(|session| session.ended_reason);
    let mut ends: Vec<_> = ends.collect();
    ends.sort();
    ends
}

async fn the_first_reason_for_its_end_stays(world: World) {
    let alice = world.user("alice").await;
    let session = world.session(alice.id).await;
    let conn = world.conn().await;
    for end in [SessionEnd::Replaced, SessionEnd::LoggedOut] {
        conn.reads()
            .sessions()
            .end_one(session.id, end, world.now)
            .await
            .unwrap();
    }
    assert_eq!(
        ends_of(&world, "alice").await,
        [Some("replaced".to_owned())]
    );
}

async fn all_others_of_a_user_end_and_no_one_elses(world: World) {
    let user = async |name| world.user(name).await.id;
    let (alice, bob): (UserId, UserId) = (user("alice").await, user("bob").await);
    let kept = world.session(alice).await;
    for user in [alice, alice, bob] {
        world.session(user).await;
    }
    let conn = world.conn().await;
    let why = SessionEnd::PasswordChanged;
    conn.reads()
        .sessions()
        .end_all_of(alice, Some(kept.id), why, world.now)
        .await
        .unwrap();

    let ended = || Some("password_changed".to_owned());
    assert_eq!(ends_of(&world, "alice").await, [None, ended(), ended()]);
    assert_eq!(ends_of(&world, "bob").await, [None]);
    assert!(find(&world, &kept.digest).await.is_some());
}

async fn what_we_never_write_is_corrupt(world: World) {
    let alice = world.user("alice").await;
    let session = world.session(alice.id).await;
    assert!(find(&world, &session.digest).await.is_some());
    for (place, value) in [
        (("sessions", "pending_steps"), "'{dance}'"),
        (("users", "username"), "''"),
    ] {
        let look = async || try_find(&world, &session.digest).await;
        let seen = world.spoiled(place, value, look).await;
        assert_eq!(corrupt_column(seen), place.1);
    }
}
