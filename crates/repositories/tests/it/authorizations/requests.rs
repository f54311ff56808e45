//! `authorization_requests`.

use std::net::IpAddr;
use std::time::Duration;

use authly_domain::authorizations::{
    AcrWish, AuthorizationRequest, Prompt, ResponseMode, StoredRequest, StoredRequestState,
};
use authly_domain::clients::Client;
use authly_domain::id::AuthorizationRequestId;
use authly_domain::users::Subject;
use authly_repositories::authorizations::{Admission, NewRequest, RequestCaps, RequestKey};
use pretty_assertions::assert_eq;

use crate::spoil::corrupt_column;
use crate::world::{ADDRESS, World, scope};

in_both_modes!(
    a_request_reads_back_as_it_was_stored,
    a_request_with_nothing_but_what_it_must_have_reads_back_too,
    a_request_is_found_in_its_own_browser_alone,
    too_many_of_one_network_are_refused,
    too_many_in_all_are_refused,
    what_no_longer_waits_does_not_count,
    what_was_right_for_another_version_of_the_client_is_not_stored,
    the_session_that_saw_the_page_is_noted_while_it_waits,
    of_many_answers_at_once_one_counts,
    a_request_whose_time_is_over_cannot_be_answered,
    what_we_never_write_is_corrupt,
);

const NO_CAPS: RequestCaps = RequestCaps {
    per_network: 100,
    in_all: 100,
};

fn full(world: &World, client: &Client) -> AuthorizationRequest {
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    AuthorizationRequest {
        client: client.key,
        redirect_uri: "https://client.example/callback".parse().unwrap(),
        response_mode: ResponseMode::FormPost,
        scope: scope("openid profile"),
        resources: vec!["https://api.example/".parse().unwrap()],
        state: Some("a state with spaces & signs = \u{1F511}".to_owned()),
        nonce: Some("n-0S6_WzA2Mj".to_owned()),
        code_challenge: Some(challenge.parse().unwrap()),
        prompt: Prompt::LoginAndConsent,
        max_age: Some(Duration::from_hours(1)),
        login_hint: Some("alice".to_owned()),
        claims: vec![
            "userinfo email".parse().unwrap(),
            "id_token locale de".parse().unwrap(),
        ],
        acr: AcrWish {
            wanted: vec!["2".to_owned(), "1".to_owned()],
            required: vec!["1".to_owned()],
        },
        subjects: vec![Subject::new("s6BhdRkqt3".to_owned())],
        requested_at: world.now,
    }
}

fn key(world: &World) -> RequestKey {
    RequestKey {
        handle: world.digest(),
        browser: world.digest(),
    }
}

/// Stores a request from `network`. Answers its key, and what became of it.
async fn insert(
    world: &World,
    request: &AuthorizationRequest,
    network: IpAddr,
    caps: RequestCaps,
) -> (AuthorizationRequestId, RequestKey, Admission) {
    insert_for(world, request, (network, 1), caps).await
}

/// The same, for the client in this version.
async fn insert_for(
    world: &World,
    request: &AuthorizationRequest,
    (network, client_version): (IpAddr, i64),
    caps: RequestCaps,
) -> (AuthorizationRequestId, RequestKey, Admission) {
    let (id, key) = (world.id(AuthorizationRequestId::generate), key(world));
    let expires_at = request.requested_at.plus(Duration::from_mins(30));
    let new = NewRequest {
        id,
        key,
        request,
        client_version,
        network,
        expires_at,
    };
    let conn = world.conn().await;
    let admission = conn
        .reads()
        .authorization_requests()
        .insert(&new, caps)
        .await
        .unwrap();
    (id, key, admission)
}

async fn find(world: &World, key: &RequestKey, seconds: u64) -> Option<StoredRequest> {
    let conn = world.conn().await;
    let requests = conn.reads().authorization_requests();
    requests.find(key, world.later(seconds)).await.unwrap()
}

async fn a_request_reads_back_as_it_was_stored(world: World) {
    let client = world.client("web").await;
    let request = full(&world, &client);
    let (id, key, admission) = insert(&world, &request, ADDRESS, NO_CAPS).await;
    assert_eq!(admission, Admission::Stored);
    let expected = StoredRequest {
        id,
        client_id: client.id,
        request,
        shown_to: None,
        state: StoredRequestState::Open,
    };
    assert_eq!(find(&world, &key, 0).await, Some(expected.clone()));
    let expired = StoredRequest {
        state: StoredRequestState::Expired,
        ..expected
    };
    assert_eq!(find(&world, &key, 1_800).await, Some(expired));
}

async fn a_request_with_nothing_but_what_it_must_have_reads_back_too(world: World) {
    let client = world.client("web").await;
    for (response_mode, prompt) in [
        (ResponseMode::Query, Prompt::AsNeeded),
        (ResponseMode::Fragment, Prompt::None),
        (ResponseMode::Query, Prompt::Login),
        (ResponseMode::Query, Prompt::Consent),
    ] {
        let request = AuthorizationRequest {
            response_mode,
            resources: Vec::new(),
            state: None,
            nonce: None,
            code_challenge: None,
            prompt,
            max_age: None,
            login_hint: None,
            ..full(&world, &client)
        };
        let (_, key, _) = insert(&world, &request, ADDRESS, NO_CAPS).await;
        assert_eq!(find(&world, &key, 0).await.unwrap().request, request);
    }
}

async fn a_request_is_found_in_its_own_browser_alone(world: World) {
    let client = world.client("web").await;
    let (_, key, _) = insert(&world, &full(&world, &client), ADDRESS, NO_CAPS).await;
    let other_browser = RequestKey {
        browser: world.digest(),
        ..key
    };
    let other_handle = RequestKey {
        handle: world.digest(),
        ..key
    };
    assert_eq!(find(&world, &other_browser, 0).await, None);
    assert_eq!(find(&world, &other_handle, 0).await, None);
}

async fn too_many_of_one_network_are_refused(world: World) {
    let client = world.client("web").await;
    let request = full(&world, &client);
    let caps = RequestCaps {
        per_network: 2,
        ..NO_CAPS
    };
    let mut stored = Vec::new();
    for network in [ADDRESS, ADDRESS, ADDRESS, "2001:db8::".parse().unwrap()] {
        stored.push(insert(&world, &request, network, caps).await.2);
    }
    let kept = Admission::Stored;
    assert_eq!(stored, [kept, kept, Admission::NetworkFull, kept]);
    assert_eq!(world.database.stored().requests().await.len(), 3);
}

async fn too_many_in_all_are_refused(world: World) {
    let client = world.client("web").await;
    let request = full(&world, &client);
    let caps = RequestCaps {
        in_all: 2,
        ..NO_CAPS
    };
    let mut stored = Vec::new();
    for network in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        stored.push(
            insert(&world, &request, network.parse().unwrap(), caps)
                .await
                .2,
        );
    }
    let kept = Admission::Stored;
    assert_eq!(stored, [kept, kept, Admission::Full]);
}

async fn what_no_longer_waits_does_not_count(world: World) {
    let client = world.client("web").await;
    let request = full(&world, &client);
    let caps = RequestCaps {
        per_network: 1,
        in_all: 1,
    };
    let (kept, full) = (Admission::Stored, Admission::NetworkFull);
    let (id, _, _) = insert(&world, &request, ADDRESS, caps).await;
    assert_eq!(insert(&world, &request, ADDRESS, caps).await.2, full);

    let conn = world.conn().await;
    assert!(
        conn.reads()
            .authorization_requests()
            .answer(id, world.now)
            .await
            .unwrap()
    );
    assert_eq!(insert(&world, &request, ADDRESS, caps).await.2, kept);
    assert_eq!(insert(&world, &request, ADDRESS, caps).await.2, full);

    let next_hour = AuthorizationRequest {
        requested_at: world.later(3_600),
        ..request
    };
    assert_eq!(insert(&world, &next_hour, ADDRESS, caps).await.2, kept);
}

async fn what_was_right_for_another_version_of_the_client_is_not_stored(world: World) {
    let stale = world.client("web").await;
    let request = full(&world, &stale);
    // Also where too many wait: whoever asks again with the present client learns that then.
    let none = RequestCaps {
        per_network: 0,
        ..NO_CAPS
    };
    let present = world.client("web").await;
    assert_eq!(
        (present.key, present.version),
        (stale.key, stale.version + 1)
    );
    for (version, caps, expected) in [
        (stale.version, NO_CAPS, Admission::OfAnotherVersion),
        (stale.version, none, Admission::OfAnotherVersion),
        (present.version, none, Admission::NetworkFull),
        (present.version, NO_CAPS, Admission::Stored),
    ] {
        let stored = insert_for(&world, &request, (ADDRESS, version), caps).await;
        assert_eq!(stored.2, expected, "{version} {caps:?}");
    }
    assert_eq!(world.database.stored().requests().await.len(), 1);
}

async fn the_session_that_saw_the_page_is_noted_while_it_waits(world: World) {
    let client = world.client("web").await;
    let alice = world.user("alice").await;
    let (first, second) = (world.session(alice.id).await, world.session(alice.id).await);
    let (id, key, _) = insert(&world, &full(&world, &client), ADDRESS, NO_CAPS).await;
    let conn = world.conn().await;
    let requests = conn.reads().authorization_requests();
    for session in [first.id, second.id] {
        requests.note_shown(id, session).await.unwrap();
        assert_eq!(find(&world, &key, 0).await.unwrap().shown_to, Some(session));
    }
    assert!(requests.answer(id, world.now).await.unwrap());
    requests.note_shown(id, first.id).await.unwrap();
    let found = find(&world, &key, 0).await.unwrap();
    assert_eq!(
        (found.shown_to, found.state),
        (Some(second.id), StoredRequestState::Answered)
    );
}

async fn of_many_answers_at_once_one_counts(world: World) {
    let client = world.client("web").await;
    let (id, _, _) = insert(&world, &full(&world, &client), ADDRESS, NO_CAPS).await;
    let now = world.now;
    let answers = (0..20).map(|_| {
        let db = world.db.clone();
        tokio::spawn(async move {
            let mut conn = db.connect().await.unwrap();
            let work = conn.begin("test.answer").await.unwrap();
            let counts = work.authorization_requests().answer(id, now).await.unwrap();
            work.commit().await.unwrap();
            counts
        })
    });
    let mut winners = 0;
    for answer in answers.collect::<Vec<_>>() {
        winners += usize::from(answer.await.unwrap());
    }
    assert_eq!(winners, 1);
}

async fn a_request_whose_time_is_over_cannot_be_answered(world: World) {
    let client = world.client("web").await;
    let (id, _, _) = insert(&world, &full(&world, &client), ADDRESS, NO_CAPS).await;
    let conn = world.conn().await;
    let requests = conn.reads().authorization_requests();
    assert!(!requests.answer(id, world.later(1_800)).await.unwrap());
    assert!(requests.answer(id, world.later(1_799)).await.unwrap());
}

async fn what_we_never_write_is_corrupt(world: World) {
    let client = world.client("web").await;
    let (_, key, _) = insert(&world, &full(&world, &client), ADDRESS, NO_CAPS).await;
    let conn = world.conn().await;
    for (column, value) in [
        ("response_mode", "'carrier_pigeon'"),
        ("scope", "'a\"b'"),
        ("resources", "'{no-uri}'"),
        ("code_challenge", "'too-short'"),
        ("prompt", "'dance'"),
        ("max_age", "-1"),
    ] {
        let look = async || {
            conn.reads()
                .authorization_requests()
                .find(&key, world.now)
                .await
        };
        let seen = world
            .spoiled(("authorization_requests", column), value, look)
            .await;
        assert_eq!(corrupt_column(seen), column);
    }
}
