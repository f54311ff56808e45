//! Sessions, grants, tokens and keys as administrators see them.

use authly_domain::grants::{LivenessFacts, Revocation, Revoked};
use authly_domain::id::{ClientKey, GrantId, SessionId, TokenId, UserId};
use authly_domain::keys::{KeyId, KeyPhase};
use authly_domain::sessions::{EndedSession, SessionEnd};
use authly_domain::tokens::TokenKind;
use authly_repositories::grants::GrantsOf;
use authly_repositories::sessions::SessionsOf;
use authly_repositories::tokens::TokensOf;
use pretty_assertions::assert_eq;

use crate::spoil::corrupt_column;
use crate::world::{ADDRESS, World};

in_both_modes!(
    sessions_are_listed_by_owner_the_newest_first,
    a_session_is_read_whatever_has_become_of_it,
    a_session_is_ended_once_and_the_first_reason_stays,
    grants_are_listed_by_owner_the_newest_first,
    tokens_are_listed_by_owner_the_newest_first,
    a_token_is_found_by_key_and_by_digest_whatever_has_become_of_it,
    a_token_is_revoked_once_and_the_first_reason_stays,
    codes_that_were_not_redeemed_end_by_user_and_by_client,
    keys_are_listed_without_their_private_half,
    a_key_is_revoked_in_whatever_phase_and_its_private_half_erased,
    users_and_clients_are_known,
    what_we_never_write_is_corrupt,
);

async fn sessions_are_listed_by_owner_the_newest_first(world: World) {
    let (alice, bob) = (world.user("alice").await.id, world.user("bob").await.id);
    let mut of_alice = Vec::new();
    for _ in 0..3 {
        of_alice.push(world.session(alice).await.id);
    }
    let of_bob = world.session(bob).await.id;
    of_alice.sort();
    of_alice.reverse();
    let conn = world.conn().await;
    let list = async |of: SessionsOf, before: Option<SessionId>, rows: i64| {
        let listed = conn.reads().sessions().list(&of, before, rows).await;
        let ids = listed.unwrap().into_iter().map(|one| one.id);
        ids.collect::<Vec<_>>()
    };

    let of = SessionsOf::User(alice);
    assert_eq!(list(of, None, 10).await, of_alice);
    assert_eq!(list(of, None, 2).await, of_alice[..2]);
    assert_eq!(list(of, Some(of_alice[1]), 2).await, of_alice[2..]);
    assert_eq!(list(SessionsOf::User(bob), None, 10).await, [of_bob]);
    let mut all = of_alice.clone();
    all.push(of_bob);
    all.sort();
    all.reverse();
    assert_eq!(list(SessionsOf::All, None, 10).await, all);
    let nobody = SessionsOf::User(world.id(UserId::generate));
    assert_eq!(list(nobody, None, 10).await, []);
}

async fn a_session_is_read_whatever_has_become_of_it(world: World) {
    let alice = world.user("alice").await;
    let session = world.session(alice.id).await;
    let conn = world.conn().await;
    let sessions = conn.reads().sessions();
    let read = async || sessions.find(session.id).await.unwrap().unwrap();

    let record = read().await;
    assert_eq!((record.user, record.ended), (alice.id, None));
    assert_eq!(record.username, "alice".parse().unwrap());
    assert_eq!(record.authentication, world.authentication());
    assert_eq!(
        (record.address, record.user_agent.as_str()),
        (ADDRESS, "a browser")
    );
    assert_eq!(
        (record.created_at, record.last_seen_at),
        (world.now, world.now)
    );
    assert_eq!(record.expires_at, world.later(86_400));
    assert!(record.user_is_active && record.pending.is_empty());

    for why in SessionEnd::ALL {
        let sql = "UPDATE sessions SET ended_at = created_at, ended_reason = $1";
        let by_hand = world.database.session().await;
        by_hand.execute(sql, &[&why.as_str()]).await.unwrap();
        let ended = EndedSession { at: world.now, why };
        assert_eq!(read().await.ended, Some(ended));
    }
    world
        .database
        .run("UPDATE users SET is_active = false")
        .await;
    assert!(!read().await.user_is_active);
    let unknown = world.id(SessionId::generate);
    assert_eq!(sessions.find(unknown).await.unwrap(), None);
}

async fn a_session_is_ended_once_and_the_first_reason_stays(world: World) {
    let alice = world.user("alice").await.id;
    let (one, other) = (world.session(alice).await, world.session(alice).await);
    let conn = world.conn().await;
    let sessions = conn.reads().sessions();
    let end = async |why| sessions.end_one(one.id, why, world.now).await.unwrap();
    assert!(end(SessionEnd::LoggedOut).await);
    assert!(!end(SessionEnd::ByAdministrator).await);
    let why = SessionEnd::ByAdministrator;
    let ended = sessions.end_all_of(alice, None, why, world.later(5)).await;
    assert_eq!(ended.unwrap(), 1);

    let ended = async |id| sessions.find(id).await.unwrap().unwrap().ended.unwrap();
    assert_eq!(ended(one.id).await.why, SessionEnd::LoggedOut);
    let at = world.later(5);
    assert_eq!(ended(other.id).await, EndedSession { at, why });
}

async fn grants_are_listed_by_owner_the_newest_first(world: World) {
    let family = world.family().await;
    let (alice, web) = (family.user.id, family.client.clone());
    let session = world.session(alice).await;
    let second = world.family_of(family.user, web.clone(), session).await;
    let bob = world.user("bob").await;
    let (bob_id, session) = (bob.id, world.session(bob.id).await);
    let other = world.client("other").await;
    let of_bob = world.family_of(bob, other.clone(), session).await.grant.id;
    let mut of_alice = vec![family.grant.id, second.grant.id];
    of_alice.sort();
    of_alice.reverse();
    let conn = world.conn().await;
    let list = async |of: GrantsOf, before: Option<GrantId>| {
        let listed = conn.reads().grants().list(&of, before, 10).await;
        let ids = listed.unwrap().into_iter().map(|one| one.id);
        ids.collect::<Vec<_>>()
    };

    assert_eq!(list(GrantsOf::User(alice), None).await, of_alice);
    let after = list(GrantsOf::User(alice), Some(of_alice[0])).await;
    assert_eq!(after, of_alice[1..]);
    assert_eq!(list(GrantsOf::Client(web.key), None).await, of_alice);
    assert_eq!(list(GrantsOf::User(bob_id), None).await, [of_bob]);
    assert_eq!(list(GrantsOf::Client(other.key), None).await, [of_bob]);
    assert_eq!(list(GrantsOf::All, None).await.len(), 3);

    let record = conn
        .reads()
        .grants()
        .find(family.grant.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((record.client, record.client_id), (web.key, web.id));
    assert_eq!(record.username, "alice".parse().unwrap());
    assert_eq!(record.session, family.grant.session);
    assert_eq!(
        (record.scope, record.resources),
        (family.grant.scope, family.grant.resources)
    );
    assert_eq!((record.created_at, record.revoked), (world.now, None));
    let living = LivenessFacts {
        user_is_active: Some(true),
        client_is_active: true,
        grant_revoked_at: None,
        session_ended_at: None,
        key_revoked_at: None,
    };
    assert_eq!(record.liveness, living);
    let unknown = world.id(GrantId::generate);
    assert_eq!(conn.reads().grants().find(unknown).await.unwrap(), None);
}

async fn tokens_are_listed_by_owner_the_newest_first(world: World) {
    let family = world.family().await;
    let own = world.own_access(&family.client).await;
    let conn = world.conn().await;
    conn.reads().access_tokens().insert(&own).await.unwrap();
    let mut of_alice = vec![family.access.id, family.refresh.id];
    of_alice.sort();
    of_alice.reverse();
    let mut all = of_alice.clone();
    all.push(own.id);
    all.sort();
    all.reverse();
    let list = async |of: TokensOf, before: Option<TokenId>| {
        let listed = conn.reads().tokens().list(&of, before, 10).await;
        let ids = listed.unwrap().into_iter().map(|one| one.token.id);
        ids.collect::<Vec<_>>()
    };

    assert_eq!(list(TokensOf::All, None).await, all);
    assert_eq!(list(TokensOf::All, Some(all[0])).await, all[1..]);
    assert_eq!(list(TokensOf::Client(family.client.key), None).await, all);
    assert_eq!(list(TokensOf::User(family.user.id), None).await, of_alice);
    assert_eq!(list(TokensOf::Grant(family.grant.id), None).await, of_alice);
    let nobody = TokensOf::User(world.id(UserId::generate));
    assert_eq!(list(nobody, None).await, []);
}

async fn a_token_is_found_by_key_and_by_digest_whatever_has_become_of_it(world: World) {
    let family = world.family().await;
    let conn = world.conn().await;
    let tokens = conn.reads().tokens();
    let access = tokens.find(family.access.id).await.unwrap().unwrap();
    assert_eq!(access.token.kind, TokenKind::Access);
    assert_eq!(
        (access.user, access.kid),
        (Some(family.user.id), Some(family.access.kid.clone()))
    );
    assert_eq!((access.spent_at, access.revoked), (None, None));
    let rotated = world.rotated(&family).await;
    let spent = world.read_refresh(&family.refresh).await;
    let refresh = conn.reads().refresh_tokens();
    let replaced = refresh.replace(&spent, &rotated, world.later(3)).await;
    assert!(replaced.unwrap());
    let refresh = tokens.find_by_digest(&family.refresh.digest).await.unwrap();
    let refresh = refresh.unwrap();
    assert_eq!((refresh.token.id, refresh.kid), (family.refresh.id, None));
    assert_eq!(refresh.spent_at, Some(world.later(3)));
    assert_eq!(tokens.find_by_digest(&world.digest()).await.unwrap(), None);
    let unknown = world.id(TokenId::generate);
    assert_eq!(tokens.find(unknown).await.unwrap(), None);
}

async fn a_token_is_revoked_once_and_the_first_reason_stays(world: World) {
    let family = world.family().await;
    let conn = world.conn().await;
    let tokens = conn.reads().tokens();
    for (why, is_first) in [
        (Revocation::ByClient, true),
        (Revocation::ByAdministrator, false),
    ] {
        let revoked = tokens.revoke_one(family.access.id, why, world.now).await;
        assert_eq!(revoked.unwrap(), is_first);
    }
    let found = tokens.find(family.access.id).await.unwrap().unwrap();
    let revoked = Revoked {
        at: world.now,
        why: Revocation::ByClient,
    };
    assert_eq!(found.revoked, Some(revoked));
}

async fn codes_that_were_not_redeemed_end_by_user_and_by_client(world: World) {
    let family = world.family().await;
    let (alice, web, session) = (&family.user, &family.client, &family.session);
    let other = world.client("other").await;
    let code = world.stored_code(alice, web, session).await;
    let conn = world.conn().await;
    let codes = conn.reads().authorization_codes();
    let end = async |user, client| {
        let ended = codes.end_unredeemed(user, client, world.later(1)).await;
        ended.unwrap()
    };
    assert_eq!(end(None, Some(other.key)).await, 0);
    assert_eq!(end(Some(alice.id), Some(other.key)).await, 0);
    assert_eq!(end(Some(alice.id), Some(web.key)).await, 1);
    assert_eq!(end(Some(alice.id), None).await, 0);
    let stored = codes.lock_by_digest(&code.digest).await.unwrap().unwrap();
    assert_eq!(stored.code.expires_at, world.later(1));
    world.stored_code(alice, web, session).await;
    assert_eq!(end(None, Some(web.key)).await, 1);
}

async fn keys_are_listed_without_their_private_half(world: World) {
    let conn = world.conn().await;
    let keys = conn.reads().keys();
    let all = keys.list(None, 10).await.unwrap();
    assert_eq!(all.len(), 5);
    let times = all.iter().map(|key| (key.created_at, key.kid.as_str()));
    assert!(times.rev().is_sorted());
    let rest = keys.list(Some(&all[1].kid), 10).await.unwrap();
    assert_eq!(rest, all[2..]);
    let stored = keys.all().await.unwrap();
    for key in &all {
        assert!(key.activated_at.is_some() && key.retired_at.is_none());
        let Some(algorithm) = key.algorithm else {
            continue;
        };
        let same = stored.iter().find(|one| one.kid == key.kid).unwrap();
        assert_eq!((key.phase, &key.public_jwk), (same.phase, &same.public_jwk));
        assert_eq!(algorithm, same.algorithm);
    }
    let mut others = all.iter().filter(|key| key.algorithm.is_none());
    let [stored] = <[_; 1]>::try_from(keys.encryption_keys().await.unwrap()).unwrap();
    let key = others.next().unwrap();
    assert_eq!(
        (&key.kid, &key.public_jwk),
        (&stored.kid, &stored.public_jwk)
    );
    let since = stored.created_at;
    assert_eq!(key.phase, KeyPhase::Active { since });
    assert!(others.next().is_none());
}

async fn a_key_is_revoked_in_whatever_phase_and_its_private_half_erased(world: World) {
    let conn = world.conn().await;
    let keys = conn.reads().keys();
    let kid = world.kid().await;
    assert!(keys.revoke(&kid, world.later(1)).await.unwrap());
    assert!(!keys.revoke(&kid, world.later(2)).await.unwrap());
    let unknown = KeyId::new("nobody's".to_owned());
    assert!(!keys.revoke(&unknown, world.now).await.unwrap());

    let since = world.later(1);
    let all = keys.all().await.unwrap();
    let key = all.iter().find(|key| key.kid == kid).unwrap();
    assert_eq!(key.phase, KeyPhase::Revoked { since });
    assert!(key.sealed_private_key.ciphertext.is_empty());
    let phases = all.iter().map(|key| key.phase);
    let active = phases.filter(|phase| matches!(phase, KeyPhase::Active { .. }));
    assert_eq!(active.count(), 3);
}

async fn users_and_clients_are_known(world: World) {
    let (alice, web) = (world.user("alice").await, world.client("web").await);
    let conn = world.conn().await;
    let (users, clients) = (conn.reads().users(), conn.reads().clients());
    assert!(users.exists(alice.id).await.unwrap());
    assert!(!users.exists(world.id(UserId::generate)).await.unwrap());
    assert!(clients.exists(web.key).await.unwrap());
    assert!(!clients.exists(world.id(ClientKey::generate)).await.unwrap());
}

async fn what_we_never_write_is_corrupt(world: World) {
    let family = world.family().await;
    let spoil = "ALTER TABLE grants DROP CONSTRAINT grants_revoked_reason_check;
        UPDATE grants SET revoked_at = created_at, revoked_reason = 'boredom';
        ALTER TABLE sessions DROP CONSTRAINT sessions_ended_reason_check;
        UPDATE sessions SET ended_at = created_at, ended_reason = 'boredom'";
    world.database.run(spoil).await;
    let conn = world.conn().await;
    let grant = conn.reads().grants().find(family.grant.id).await;
    assert_eq!(corrupt_column(grant), "revoked_reason");
    let session = conn.reads().sessions().find(family.session.id).await;
    assert_eq!(corrupt_column(session), "ended_reason");
}
