//! A handler that panics: 500 in the form of its place, counted, and the process lives.

use std::net::TcpListener;
use std::sync::Arc;

use authly_domain::clock::{Clock, Timestamp};
use authly_domain::network::FetchUrl;
use authly_http::{Deps, serve};
use authly_services::Context;
use authly_services::authorizations::{AuthorizationService, RequestObjects};
use authly_services::clients::{ClientCache, ClientSignatures};
use authly_services::policy::{LivePolicies, Policies};
use authly_services::ports::{
    DocumentFetcher, DocumentFuture, DocumentKind, Freshness, NotFetched,
};
use authly_services::userinfo::UserInfoService;
use authly_testing::TestApp;
use authly_testing::rp::{http_client, send};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::machine_support::{OPENID, USERINFO, assert_refused};

/// A collaborator that breaks in the middle of a request.
struct BrokenClock;

impl Clock for BrokenClock {
    fn now(&self) -> Timestamp {
        panic!("the clock is broken: nobody outside may read this")
    }
}

/// A network that nothing is to be had from.
struct NoDocuments;

impl DocumentFetcher for NoDocuments {
    fn fetch<'a>(
        &'a self,
        _kind: DocumentKind,
        _url: &'a FetchUrl,
        _freshness: Freshness,
    ) -> DocumentFuture<'a> {
        Box::pin(async { Err(NotFetched) })
    }
}

/// The app's collaborators, of which two break.
pub(crate) fn broken(app: &TestApp) -> Deps {
    let context = Context {
        clock: Arc::new(BrokenClock),
        ..app.context.clone()
    };
    let issuer = app.policies().tokens.issuer.clone();
    let clients = ClientCache::new(app.db.clone());
    let policies = LivePolicies::new(Policies::new(issuer.clone()));
    let signatures = ClientSignatures::new(Arc::new(NoDocuments));
    let requests = RequestObjects::new(
        context.clone(),
        &policies,
        signatures,
        Arc::new(NoDocuments),
        Arc::clone(&app.deps.keys),
    );
    let servers = app.deps.resource_server_admin.registry().clone();
    let authorizations = AuthorizationService::new(
        context.clone(),
        requests,
        policies,
        (clients.clone(), servers),
        (*app.deps.sessions).clone(),
        Arc::clone(&app.deps.keys),
    );
    Deps {
        userinfo: Arc::new(UserInfoService::new(
            context,
            issuer,
            app.deps.keys.ring(),
            clients,
        )),
        authorizations: Arc::new(authorizations),
        ..app.deps.clone()
    }
}

#[actix_web::test]
async fn a_panic_is_a_500_that_is_counted_and_the_process_lives() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let token = app.tokens(&client, &alice, OPENID).await.access_token;

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let server = serve(listener, &broken(&app), 1).unwrap();
    let handle = server.handle();
    let serving = actix_web::rt::spawn(server);
    let get = |path: &str| http_client().get(format!("{origin}{path}"));

    for panics in 1..=3 {
        let answer = send(get(USERINFO).bearer_auth(&token)).await;
        assert_refused(&answer, 500, "server_error");
        assert!(!answer.body.contains("clock"), "{}", answer.body);
        let health = send(get("/health")).await;
        assert_eq!(
            (health.status, &health.json()["panics"]),
            (200, &json!(panics))
        );
    }
    let page = send(get(&app.ask(&client, OPENID, &[]).target)).await;
    assert_eq!(page.status, 500);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.body.contains(page.header("x-request-id")));
    assert!(!page.body.contains("clock"), "{}", page.body);
    assert_eq!(send(get("/health")).await.json()["panics"], 4);

    handle.stop(true).await;
    serving.await.unwrap().unwrap();
}
