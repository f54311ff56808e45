//! Servers beside the one of the test: the listener of metrics, and others over the same counters.

use std::net::{SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use authly_http::{Deps, serve, serve_metrics};
use authly_testing::answer::Answer;
use authly_testing::rp::{http_client, send};
use pretty_assertions::assert_eq;
use reqwest::Client;

use super::format::{self, Shown};
use super::table;

/// A server that stops with this value.
pub(crate) struct Serving {
    pub(crate) address: SocketAddr,
    handle: ServerHandle,
    http: Client,
}

impl Serving {
    /// The listener of metrics.
    pub(crate) fn metrics(deps: &Deps) -> Self {
        let listener = free_port();
        let address = listener.local_addr().unwrap();
        let server = serve_metrics(listener, deps).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            address,
            handle,
            http: http_client(),
        }
    }

    /// The endpoints, over these collaborators; they are being served once this is there.
    pub(crate) async fn endpoints(deps: &Deps) -> Self {
        let listener = free_port();
        let address = listener.local_addr().unwrap();
        let server = serve(listener, deps, 1).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        let serving = Self {
            address,
            handle,
            http: http_client(),
        };
        assert_eq!(serving.get("/health/live").await.status, 200);
        serving
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.http.get(self.url(path))).await
    }

    /// What is shown now: well formed, complete, and with no label that is not in the table.
    pub(crate) async fn read(&self) -> Shown {
        let answer = self.get("/metrics").await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let shown = format::read(&answer.body);
        table::check(&shown);
        shown
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // The command is sent when the future is made.
        drop(self.handle.stop(false));
    }
}

fn free_port() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}
