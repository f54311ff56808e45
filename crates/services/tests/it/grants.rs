//! Grants that administrators revoke: while they are being made, and very many of them.

use std::sync::Arc;

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::Origin;
use authly_services::grants::{ConsentFate, GrantsToRevoke, RevokedGrants};
use authly_services::tokens::TokenAdminError;
use authly_testing::TestServices;
use authly_testing::fixtures::{TestClient, TestUser};
use pretty_assertions::assert_eq;

use crate::flow;

#[tokio::test(flavor = "multi_thread")]
async fn a_redemption_that_is_under_way_when_all_grants_of_its_user_are_revoked_gives_nothing() {
    let services = Arc::new(TestServices::start().await);
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let code = flow::code(&services, &client, &alice, "openid offline_access").await;
    let rp = flow::authenticated(&services, &client).await;
    let session = services.database().session().await;
    // The redemption has its code, and waits for us before it makes the grant.
    let hold = "BEGIN; LOCK TABLE grants IN SHARE MODE";
    session.batch_execute(hold).await.unwrap();
    let redemption = flow::redeem(&services, &rp, &code);
    let revocation = async {
        services.database().until_somebody_waits_for("grants").await;
        let which = GrantsToRevoke::OfUser(alice.id);
        let by = administrator(&alice);
        let admin = &services.deps.grant_admin;
        let revoke = admin.revoke_all(&which, ConsentFate::Kept, &by, Run::ForReal);
        let release = async {
            services.database().until_somebody_waits_for_a_row().await;
            session.batch_execute("COMMIT").await.unwrap();
        };
        tokio::join!(revoke, release).0.unwrap()
    };
    let (redeemed, revoked) = tokio::join!(redemption, revocation);

    let tokens = redeemed.unwrap();
    let expected = RevokedGrants {
        grants: 1,
        consents: 0,
    };
    assert_eq!(revoked, expected);
    assert!(!flow::is_active(&services, &rp, tokens.access_token.expose()).await);
    flow::refresh(&services, &rp, flow::refresh_token(&tokens))
        .await
        .unwrap_err();
    let grants = services.stored().grants_of(&client.id).await;
    assert_eq!(
        grants[0].revoked_reason.as_deref(),
        Some("by_administrator")
    );
}

/// More than a batch.
const MANY: u32 = 2_001;

fn administrator(alice: &TestUser) -> Administrator {
    Administrator::User {
        id: alice.id,
        username: "alice".parse().unwrap(),
        origin: Origin::default(),
    }
}

/// How many grants, and how many tokens that it got for itself, the client has lost.
async fn ended(services: &TestServices, client: &TestClient) -> (usize, usize) {
    let mut grants = services.stored().grants_of(&client.id).await;
    grants.retain(|grant| grant.revoked_reason.is_some());
    let mut tokens = services.stored().access_tokens_of(&client.id).await;
    tokens.retain(|token| token.is_revoked);
    (grants.len(), tokens.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_very_many_grants_the_first_have_ended_and_are_free_while_the_last_is_waited_for() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let database = services.database();
    database.store_grants("alice", &client.id, MANY).await;
    let session = database.session().await;
    let hold = "BEGIN; SELECT FROM grants ORDER BY id DESC LIMIT 1 FOR UPDATE";
    session.batch_execute(hold).await.unwrap();

    let (which, by) = (GrantsToRevoke::OfUser(alice.id), administrator(&alice));
    let admin = &services.deps.grant_admin;
    let revoke = admin.revoke_all(&which, ConsentFate::Kept, &by, Run::ForReal);
    let look = async {
        database.until_somebody_waits_for_a_row().await;
        let ended = ended(&services, &client).await;
        assert!(database.are_the_first_grants_free(MANY - 1).await);
        session.batch_execute("COMMIT").await.unwrap();
        ended
    };
    let (revoked, seen) = tokio::join!(revoke, look);

    assert_eq!(revoked.unwrap().grants, u64::from(MANY));
    assert_eq!(seen, (2_000, 0));
    assert_eq!(ended(&services, &client).await, (2_001, 0));
}

#[tokio::test]
async fn a_revocation_that_fails_half_way_is_ended_by_the_next_one() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let database = services.database();
    database.store_grants("alice", &client.id, MANY).await;
    let (key, by) = (client.record.key, administrator(&alice));
    let tokens = &services.deps.token_admin;

    let planned = tokens.revoke_all_of(key, &by, Run::Dry).await.unwrap();
    assert_eq!((planned.grants, planned.own_tokens), (2_001, 2_001));
    assert_eq!(ended(&services, &client).await, (0, 0));

    // The last of the tokens that the client got for itself cannot be revoked.
    database.refuse_to_revoke_the_last_token().await;
    let failed = tokens.revoke_all_of(key, &by, Run::ForReal).await;
    assert!(matches!(failed, Err(TokenAdminError::Storage(_))));
    assert_eq!(ended(&services, &client).await, (2_001, 2_000));
    // What is written down is what has ended, and no more.
    let said = async || {
        services
            .stored()
            .details_of("tokens.revoke_of_client")
            .await
    };
    let batches = [
        r#"{"grants":"1"}"#,
        r#"{"grants":"2000"}"#,
        r#"{"own_tokens":"2000"}"#,
    ];
    assert_eq!(said().await, batches);

    database.run("DROP TRIGGER refuse ON tokens").await;
    let revoked = tokens.revoke_all_of(key, &by, Run::ForReal).await.unwrap();
    assert_eq!((revoked.grants, revoked.own_tokens), (0, 1));
    assert_eq!(ended(&services, &client).await, (2_001, 2_001));
    let said = said().await;
    assert_eq!(said.len(), 5);
    for rest in [r#"{"grants":"0"}"#, r#"{"own_tokens":"1"}"#] {
        assert!(said.iter().any(|one| one == rest), "{said:?}");
    }
}
