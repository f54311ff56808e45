//! `logout_calls`: written with the end of a session, begun by one, ended by the last attempt alone.

use authly_domain::clients::Client;
use authly_domain::id::{ClientKey, SessionId};
use authly_domain::logout::{BegunCall, CallFailure, CallState};
use authly_domain::sessions::SessionEnd;
use authly_domain::users::Subject;
use authly_repositories::logout::{CallClaim, ShownCalls};
use pretty_assertions::assert_eq;

use crate::world::World;

in_both_modes!(
    the_end_of_a_session_writes_a_call_for_each_client_that_wants_one_and_none_a_second_time,
    a_call_is_begun_by_one_and_ended_by_its_last_attempt_alone,
    of_each_client_a_few_calls_are_begun_at_once_the_oldest_first,
    calls_are_listed_and_made_again,
);

impl World {
    /// A client that wants to be told, at which this session's user has signed in.
    async fn told(&self, id: &str, session: SessionId, pairwise: Option<&str>) -> Client {
        let mut client = self.sample_client(id);
        let uri = format!("https://{id}.example/told");
        client.logout.backchannel_uri = Some(uri.parse().unwrap());
        let conn = self.conn().await;
        let clients = conn.reads().clients();
        clients.upsert(&client, self.now).await.unwrap();
        let client = clients.find(&client.id).await.unwrap().unwrap();
        self.sign_in(client.key, session, pairwise).await;
        client
    }

    async fn sign_in(&self, client: ClientKey, session: SessionId, pairwise: Option<&str>) {
        let sql =
            "INSERT INTO session_clients (session_id, client_id, pairwise_subject, signed_in_at)
                   VALUES ($1, $2, $3, $4)";
        let database = self.database.session().await;
        let now = self.now.as_date_time();
        let (session, client) = (session.as_uuid(), client.as_uuid());
        let done = database
            .execute(sql, &[session, client, &pairwise, &now])
            .await;
        assert_eq!(done.unwrap(), 1);
    }

    async fn end(&self, session: SessionId) {
        let conn = self.conn().await;
        let sessions = conn.reads().sessions();
        let why = SessionEnd::LoggedOut;
        assert!(sessions.end_one(session, why, self.now).await.unwrap());
    }

    /// Begins calls, `seconds` after the beginning.
    async fn begin(&self, seconds: u64, most: i64, not_for: &[ClientKey]) -> Vec<BegunCall> {
        let claim = CallClaim {
            now: self.later(seconds),
            lease_ends_at: self.later(seconds + 15),
            most,
            most_for_a_client: 2,
            not_for,
        };
        let conn = self.conn().await;
        conn.reads().logout_calls().begin(&claim).await.unwrap()
    }
}

async fn the_end_of_a_session_writes_a_call_for_each_client_that_wants_one_and_none_a_second_time(
    world: World,
) {
    let alice = world.user("alice").await;
    let session = world.session(alice.id).await.id;
    let other = world.session(alice.id).await.id;
    let public = world.told("public", session, None).await;
    let pairwise = world
        .told("pairwise", session, Some("a name of its own"))
        .await;
    world.told("elsewhere", other, None).await;
    let quiet = world.client("quiet").await;
    world.sign_in(quiet.key, session, None).await;
    let mut disabled = world.told("disabled", session, None).await;
    disabled.is_active = false;
    let conn = world.conn().await;
    conn.reads()
        .clients()
        .upsert(&disabled, world.now)
        .await
        .unwrap();
    drop(conn);

    world.end(session).await;
    let conn = world.conn().await;
    let sessions = conn.reads().sessions();
    let again = sessions.end_one(session, SessionEnd::LoggedOut, world.now);
    assert!(!again.await.unwrap());
    drop(conn);
    let mut begun = world.begin(0, 10, &[]).await;
    begun.sort_by(|one, other| one.client_id.as_str().cmp(other.client_id.as_str()));
    let said: Vec<_> = begun
        .iter()
        .map(|call| {
            (
                call.client,
                call.session,
                call.subject.clone(),
                call.is_pairwise,
            )
        })
        .collect();
    let own = Subject::new("a name of its own".to_owned());
    assert_eq!(
        said,
        [
            (pairwise.key, session, own, true),
            (public.key, session, alice.subject, false),
        ]
    );
    assert_eq!(begun[1].client_version, public.version);
}

async fn a_call_is_begun_by_one_and_ended_by_its_last_attempt_alone(world: World) {
    let alice = world.user("alice").await;
    let session = world.session(alice.id).await.id;
    world.told("web", session, None).await;
    world.end(session).await;
    let first = world.begin(0, 10, &[]).await;
    assert_eq!((first.len(), first[0].attempt), (1, 1));
    assert_eq!(world.begin(14, 10, &[]).await, []);
    // Whoever began it is gone.
    let second = world.begin(15, 10, &[]).await;
    assert_eq!((second[0].id, second[0].attempt), (first[0].id, 2));

    let conn = world.conn().await;
    let calls = conn.reads().logout_calls();
    let why = CallFailure::Status(503);
    let next = Some(world.later(60));
    let late = calls
        .fail((first[0].id, 1), why, next, world.later(20))
        .await;
    assert!(!late.unwrap());
    assert!(!calls.succeed(first[0].id, 1).await.unwrap());
    let failed = calls
        .fail((first[0].id, 2), why, next, world.later(20))
        .await;
    assert!(failed.unwrap());
    let found = calls.find(first[0].id).await.unwrap().unwrap();
    assert_eq!(found.state, CallState::Waiting(world.later(60)));
    assert_eq!(found.last_failure, Some((world.later(20), why)));
    assert_eq!(world.begin(59, 10, &[]).await, []);
    let third = world.begin(60, 10, &[]).await;
    // It was not made, which is no attempt.
    let late = calls.put_back((third[0].id, 2), world.later(61)).await;
    assert!(!late.unwrap());
    let back = calls.put_back((third[0].id, 3), world.later(61)).await;
    assert!(back.unwrap());
    let found = calls.find(first[0].id).await.unwrap().unwrap();
    assert_eq!(found.state, CallState::Waiting(world.later(61)));
    assert_eq!(found.last_failure, Some((world.later(20), why)));
    assert_eq!(world.begin(60, 10, &[]).await, []);
    let third = world.begin(61, 10, &[]).await;
    assert!(calls.succeed(third[0].id, 3).await.unwrap());
    assert_eq!(calls.find(first[0].id).await.unwrap(), None);
}

async fn of_each_client_a_few_calls_are_begun_at_once_the_oldest_first(world: World) {
    let alice = world.user("alice").await;
    let first = world.session(alice.id).await.id;
    let many = world.told("many", first, None).await;
    let one = world.told("one", first, None).await;
    for _ in 0..4 {
        let session = world.session(alice.id).await.id;
        world.sign_in(many.key, session, None).await;
        world.end(session).await;
    }
    world.end(first).await;
    let of = |begun: &[BegunCall], client: &Client| {
        let calls = begun.iter().filter(|call| call.client == client.key);
        calls.count()
    };
    let begun = world.begin(0, 10, &[]).await;
    assert_eq!((of(&begun, &many), of(&begun, &one)), (2, 1));
    assert_eq!(world.begin(0, 10, &[many.key]).await, []);
    let begun = world.begin(0, 1, &[]).await;
    assert_eq!((begun.len(), of(&begun, &many)), (1, 1));
}

async fn calls_are_listed_and_made_again(world: World) {
    let alice = world.user("alice").await;
    let session = world.session(alice.id).await.id;
    let web = world.told("web", session, None).await;
    let other = world.told("other", session, None).await;
    world.end(session).await;
    let begun = world.begin(0, 10, &[]).await;
    let of_web = begun.iter().find(|call| call.client == web.key).unwrap();
    let conn = world.conn().await;
    let calls = conn.reads().logout_calls();
    let given_up = calls
        .fail((of_web.id, 1), CallFailure::NoAnswer, None, world.later(5))
        .await;
    assert!(given_up.unwrap());

    let list = async |client: Option<&Client>, shown| {
        let client = client.map(|client| client.key);
        let listed = calls.list(client, shown, None, 10).await.unwrap();
        listed.len()
    };
    assert_eq!(list(None, ShownCalls::All).await, 2);
    assert_eq!(list(None, ShownCalls::GivenUp).await, 1);
    assert_eq!(list(Some(&other), ShownCalls::All).await, 1);
    assert_eq!(list(Some(&other), ShownCalls::GivenUp).await, 0);
    assert_eq!(list(Some(&web), ShownCalls::GivenUp).await, 1);
    let all = calls.list(None, ShownCalls::All, None, 1).await.unwrap();
    let rest = calls
        .list(None, ShownCalls::All, Some(all[0].id), 10)
        .await
        .unwrap();
    assert_eq!(rest.len(), 1);
    assert!(rest[0].id < all[0].id);

    assert_eq!(world.begin(86_400, 10, &[other.key]).await, []);
    // The other's is under way, and left alone.
    let of_other = begun.iter().find(|call| call.client == other.key).unwrap();
    assert!(
        !calls
            .retry(of_other.id, world.later(6), world.later(21))
            .await
            .unwrap()
    );
    assert!(
        calls
            .retry(of_web.id, world.later(6), world.later(21))
            .await
            .unwrap()
    );
    let found = calls.find(of_web.id).await.unwrap().unwrap();
    assert_eq!(
        (found.state, found.attempts),
        (CallState::Waiting(world.later(6)), 0)
    );
}
