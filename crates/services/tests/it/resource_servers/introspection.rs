//! Who learns about tokens that are for a resource server (decisions 11).

use authly_domain::secret::PresentedToken;
use authly_services::tokens::TokenError;
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

use super::{API, OTHER, own};
use crate::flow;

#[tokio::test]
async fn every_confidential_client_that_lists_one_learns_about_all_tokens_for_it() {
    let services = TestServices::start().await;
    services.open_resource_server(API).await;
    let caller = services.client().id("caller").create().await;
    let token = own(&services, &caller, &[API]).await.unwrap();
    let token = token.access_token.expose();
    let elsewhere = own(&services, &caller, &[]).await.unwrap();
    let elsewhere = elsewhere.access_token.expose();
    // The API itself and another caller are the same to the server; open to all, it needs no list.
    for (id, listed, learns) in [
        ("api", &[API][..], true),
        ("other-caller", &[OTHER, API], true),
        ("unlisted", &[], false),
        ("of-another-api", &[OTHER], false),
    ] {
        let client = services.client().id(id).resources(listed).create().await;
        let asking = flow::authenticated(&services, &client).await;
        assert_eq!(
            flow::is_active(&services, &asking, token).await,
            learns,
            "{id}"
        );
        assert!(
            !flow::is_active(&services, &asking, elsewhere).await,
            "{id}"
        );
    }
    let public = services.client().id("public").public().resources(&[API]);
    let public = public.create().await;
    let asking = flow::authenticated(&services, &public).await;
    let shown = PresentedToken::new(token.to_owned());
    let refused = services.deps.tokens.introspect(&asking, &shown).await;
    assert!(
        matches!(refused, Err(TokenError::ClientNotAllowed)),
        "{refused:?}"
    );
}
