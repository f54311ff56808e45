//! Step-up (RFC 9470) from end to end: an API of ours that wants a recent login, an application that
//! follows its challenge, and the person in the browser who logs in again.

use std::net::TcpListener;

use authly_testing::TestDatabase;

use crate::browser::Browser;
use crate::examples::Example;
use crate::server::Server;
use crate::sign_in::{PASSWORD, log_in, seed};

/// A place that is held until a program listens there: others have to know it before.
struct Place(TcpListener);

impl Place {
    fn take() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn address(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }
}

#[tokio::test]
async fn an_api_that_wants_a_recent_login_gets_it_by_way_of_the_application() {
    let (application, api) = (Place::take(), Place::take());
    let (application_at, api_at) = (application.address(), api.address());
    let home = format!("http://{application_at}/");
    let redirect_uri = format!("{home}callback");
    let notes = format!("http://{api_at}/notes");
    let database = TestDatabase::create_empty().await;
    let server = Server::start_seeded_on(&database, &seed(&redirect_uri));
    let issuer = ["--issuer", &server.issuer];
    drop(api);
    let arguments = [&issuer[..], &["--listen", &api_at]].concat();
    let _api = Example::start("resource_server", &arguments, "The first is refused");
    drop(application);
    let own = ["--redirect-uri", &redirect_uri, "--listen", &application_at];
    let arguments = [&issuer[..], &own, &["--api", &notes]].concat();
    let _application = Example::start("relying_party", &arguments, "The user of");
    let browser = Browser::start().await;

    browser.open(&home).await;
    browser.press("login").await;
    log_in(&browser, PASSWORD).await;
    browser.press("approve").await;
    assert_eq!(browser.path().await, "/");

    // An hour goes by. Who is logged in already is not asked again, and the token says since when.
    database.age_logins().await;
    browser.open(&format!("{home}login")).await;
    assert_eq!(browser.path().await, "/");

    browser.press("delete-notes").await;
    assert_eq!(browser.path().await, "/login");
    assert!(
        browser
            .page
            .current_url()
            .await
            .unwrap()
            .as_str()
            .starts_with(&server.issuer)
    );
    log_in(&browser, PASSWORD).await;
    assert_eq!(browser.path().await, "/");
    browser.press("delete-notes").await;
    let said = browser.text().await;
    assert!(said.contains("All notes are deleted"), "{said}");
    browser.close().await;
}
