//! `/consent`.

mod answers;
mod binding;
mod changes;
mod memory;
mod page;
mod scopes;

use std::time::Duration;

use authly_testing::TestApp;
use authly_testing::browser::{Browser, Page};
use authly_testing::fixtures::{TestClient, TestUser};

use crate::support::Asking;

/// Between two events that are told apart by their time.
const SECOND: Duration = Duration::from_secs(1);

/// Alice has logged in, and is asked whether the client may.
struct Asked {
    app: TestApp,
    client: TestClient,
    alice: TestUser,
    browser: Browser,
    /// The consent page.
    page: Page,
}

impl Asked {
    /// By the client of the fixtures, for `openid profile`.
    async fn start() -> Self {
        let app = TestApp::start().await;
        let client = app.client().create().await;
        Self::by(app, client, "openid profile").await
    }

    /// By this client, for this scope.
    async fn by(app: TestApp, client: TestClient, scope: &str) -> Self {
        let alice = app.user("alice").create().await;
        let mut browser = app.logged_in(&alice).await;
        let page = asked_again(&mut browser, &Asking::of(&client, scope)).await;
        Self {
            app,
            client,
            alice,
            browser,
            page,
        }
    }
}

/// Sends a request, and opens the consent page that it leads to.
async fn asked_again(browser: &mut Browser, asking: &Asking) -> Page {
    let page = browser.get(&asking.target()).await;
    assert_eq!(page.expect_location().path(), "/consent", "{asking:?}");
    let page = browser.follow(&page).await;
    assert_eq!(page.status(), 200, "{page:?}");
    page
}
