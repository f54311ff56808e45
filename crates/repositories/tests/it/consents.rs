//! `consents`.

use authly_domain::consents::Consent;
use pretty_assertions::assert_eq;

use crate::spoil::corrupt_column;
use crate::world::{World, scope};

in_both_modes!(
    an_answer_is_remembered,
    a_later_answer_replaces_the_one_before,
    of_two_answers_at_once_the_second_sees_the_first,
    a_scope_that_is_none_is_corrupt,
);

fn consent(granted: &str, declined: &str) -> Consent {
    Consent {
        granted: scope(granted),
        declined: scope(declined),
        resources: vec!["https://api.example.com".parse().unwrap()],
    }
}

async fn an_answer_is_remembered(world: World) {
    let (alice, web) = (world.user("alice").await, world.client("web").await);
    let conn = world.conn().await;
    let consents = conn.reads().consents();
    assert_eq!(consents.lock(alice.id, web.key).await.unwrap(), None);

    let answer = consent("openid profile", "email");
    consents
        .remember(alice.id, web.key, &answer, world.now)
        .await
        .unwrap();

    assert_eq!(
        consents.lock(alice.id, web.key).await.unwrap(),
        Some(answer)
    );
}

async fn a_later_answer_replaces_the_one_before(world: World) {
    let (alice, web) = (world.user("alice").await, world.client("web").await);
    let conn = world.conn().await;
    let consents = conn.reads().consents();
    for answer in [consent("openid", "email"), consent("openid email", "")] {
        consents
            .remember(alice.id, web.key, &answer, world.now)
            .await
            .unwrap();
        assert_eq!(
            consents.lock(alice.id, web.key).await.unwrap(),
            Some(answer)
        );
    }
}

async fn of_two_answers_at_once_the_second_sees_the_first(world: World) {
    let (alice, web) = (world.user("alice").await, world.client("web").await);
    let before = consent("openid", "");
    let mut first = world.conn().await;
    let consents = first.reads().consents();
    consents
        .remember(alice.id, web.key, &before, world.now)
        .await
        .unwrap();

    let work = first.begin("test.first").await.unwrap();
    work.consents().lock(alice.id, web.key).await.unwrap();
    let mut second = world.conn().await;
    let (user, client) = (alice.id, web.key);
    let waiting = tokio::spawn(async move {
        let work = second.begin("test.second").await.unwrap();
        let seen = work.consents().lock(user, client).await.unwrap();
        work.commit().await.unwrap();
        seen
    });

    let after = consent("openid email", "");
    work.consents()
        .remember(alice.id, web.key, &after, world.now)
        .await
        .unwrap();
    work.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap(), Some(after));
}

async fn a_scope_that_is_none_is_corrupt(world: World) {
    let (alice, web) = (world.user("alice").await, world.client("web").await);
    let conn = world.conn().await;
    let consents = conn.reads().consents();
    consents
        .remember(alice.id, web.key, &consent("openid", ""), world.now)
        .await
        .unwrap();
    for column in ["granted", "declined"] {
        let look = async || consents.lock(alice.id, web.key).await;
        let seen = world.spoiled(("consents", column), "'a\"b'", look).await;
        assert_eq!(corrupt_column(seen), column);
    }
}
