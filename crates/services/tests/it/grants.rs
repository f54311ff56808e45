//! Grants that administrators revoke, while they are being made.

use std::sync::Arc;

use authly_domain::admin::{Administrator, Run};
use authly_services::grants::{ConsentFate, GrantsToRevoke, RevokedGrants};
use authly_testing::TestServices;
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
        let by = Administrator::User {
            id: alice.id,
            username: "alice".parse().unwrap(),
        };
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
