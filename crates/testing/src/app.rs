//! A whole server in process, on a port of its own.

use std::net::TcpListener;
use std::ops::Deref;
use std::sync::mpsc;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use actix_web::rt::System;
use authly_http::serve;

use crate::browser::Browser;
use crate::fixtures::{TestClient, TestUser};
use crate::rp::Rp;
use crate::services::TestServices;
use crate::setup::Setup;

/// A running server; everything of [`TestServices`] is reached through it. Dropping it stops it.
pub struct TestApp {
    services: TestServices,
    /// `http://127.0.0.1:PORT`, without the issuer's path.
    origin: String,
    server: Option<(ServerHandle, JoinHandle<()>)>,
}

impl TestApp {
    /// A server as the defaults have it, on a database of its own.
    pub async fn start() -> Self {
        Setup::default().app().await
    }

    /// A server on a free port, which is in its issuer unless the setup names another.
    pub(crate) async fn run(setup: Setup) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("the listener has an address");
        let origin = format!("http://{address}");
        let services = setup.services_of(&origin).await;
        let server = Some(serve_on(listener, &services));
        Self {
            services,
            origin,
            server,
        }
    }

    /// Another server on the same database, at the same time; with the same issuer.
    pub async fn another_node(&self) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("the listener has an address");
        let services = self.services.another_node().await;
        let server = Some(serve_on(listener, &services));
        Self {
            services,
            origin: format!("http://{address}"),
            server,
        }
    }

    /// The absolute address of a path below the issuer's path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!(
            "{}{}{path}",
            self.origin,
            self.policies().tokens.issuer.path()
        )
    }

    /// The absolute address of a path below the root.
    #[must_use]
    pub fn root_url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.policies().tokens.issuer.as_str()
    }

    /// A browser that was never here before.
    #[must_use]
    pub fn browser(&self) -> Browser {
        Browser::new(&self.origin, self.policies().tokens.issuer.path())
    }

    /// An application that holds this client's credentials.
    #[must_use]
    pub fn rp(&self, client: &TestClient) -> Rp {
        Rp::new(&self.url(""), client)
    }

    /// A new browser in which this user has logged in.
    pub async fn logged_in(&self, user: &TestUser) -> Browser {
        let mut browser = self.browser();
        browser.log_in(user).await;
        browser
    }
}

impl Deref for TestApp {
    type Target = TestServices;

    fn deref(&self) -> &TestServices {
        &self.services
    }
}

/// Serves on a thread of its own, until it is told to stop.
fn serve_on(listener: TcpListener, services: &TestServices) -> (ServerHandle, JoinHandle<()>) {
    let (tell, told) = mpsc::channel();
    let deps = services.deps.clone();
    let thread = std::thread::spawn(move || {
        System::new().block_on(async move {
            let server = serve(listener, &deps, 1).expect("the server can listen");
            tell.send(server.handle())
                .expect("the test waits for the handle");
            server.await.expect("the server ends well");
        });
    });
    let handle = told.recv().expect("the server starts");
    (handle, thread)
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some((handle, thread)) = self.server.take() {
            // The command is sent when the future is made; the thread ends when it was obeyed.
            drop(handle.stop(false));
            let _ = thread.join();
        }
        self.services.db.close();
    }
}
