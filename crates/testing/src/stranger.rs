//! A host of somebody else's, from which documents are fetched: well behaved or hostile, as the test says.

mod certificate;
mod conduct;
mod names;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use authly_domain::network::FetchUrl;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::runtime;

pub use self::certificate::Credential;
pub use self::conduct::{Answer, Conduct, Received};
pub use self::names::TestNames;

/// An HTTPS server on a port of this machine, under the name [`Stranger::NAME`]. Dropping it stops it.
pub struct Stranger {
    port: u16,
    authority: String,
    /// What is done at each path; 404 at others.
    paths: Arc<Mutex<HashMap<String, Conduct>>>,
    seen: watch::Sender<Seen>,
    received: Log,
    serving: JoinHandle<()>,
}

/// What was asked for, in order.
type Log = Arc<Mutex<Vec<Received>>>;

/// What has reached a host so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// How often somebody connected.
    pub connections: usize,
    /// How often something was asked for.
    pub requests: usize,
}

impl Stranger {
    /// The name by which its certificate knows it.
    pub const NAME: &'static str = "stranger.example";

    /// A host with a certificate in order.
    pub async fn start() -> Self {
        Self::with(&Credential::in_order()).await
    }

    /// A host that shows this certificate, or none.
    pub async fn with(credential: &Credential) -> Self {
        let tls = credential.server_config().map(TlsAcceptor::from);
        // On every address of the machine itself, so that a name can move between them.
        let address = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let bound = runtime::run(TcpListener::bind(address)).await;
        let listener = bound.expect("a port is free");
        let port = listener
            .local_addr()
            .expect("the listener has an address")
            .port();
        let paths = Arc::new(Mutex::new(HashMap::new()));
        let seen = watch::Sender::new(Seen::default());
        let received = Log::default();
        let told = (seen.clone(), Arc::clone(&received));
        let serving = serve(listener, tls, Arc::clone(&paths), told);
        Self {
            port,
            authority: credential.authority().to_owned(),
            paths,
            seen,
            received,
            serving: runtime::lasting().spawn(serving),
        }
    }

    /// The certificate of the authority that vouches for it, as PEM.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The address of a path, under its name.
    #[must_use]
    pub fn url(&self, path: &str) -> FetchUrl {
        self.url_at(Self::NAME, path)
    }

    /// The address of a path, under another name or an address.
    #[must_use]
    pub fn url_at(&self, host: &str, path: &str) -> FetchUrl {
        let url = format!("https://{host}:{}{path}", self.port);
        url.parse().expect("the address is one")
    }

    /// What is done from now on when the path is asked for, with or without a query.
    pub fn at(&self, path: &str, conduct: Conduct) {
        let mut paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        paths.insert(path.to_owned(), conduct);
    }

    /// Answers this document of JSON from now on when the path is asked for.
    pub fn serve(&self, path: &str, document: &str) {
        self.at(path, Answer::json(document).into());
    }

    /// What has reached it so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        *self.seen.borrow()
    }

    /// What was asked for so far, in order.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.clone()
    }

    /// Waits until it has been asked so often.
    pub async fn was_asked(&self, times: usize) {
        let mut seen = self.seen.subscribe();
        let waited = seen.wait_for(|seen| seen.requests >= times).await;
        waited.expect("the host still counts");
    }

    /// Waits until a path has been asked for so often, with whatever query; the request that was the last
    /// of them.
    pub async fn was_asked_for(&self, path: &str, times: usize) -> Received {
        let asked = || {
            let mut received = self.received();
            received.retain(|one| one.path.split('?').next() == Some(path));
            received
        };
        let mut seen = self.seen.subscribe();
        let waited = seen.wait_for(|_seen| asked().len() >= times).await;
        waited.expect("the host still counts");
        asked().swap_remove(times.saturating_sub(1))
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The addresses of the machine itself that a name of a test may have.
#[must_use]
pub const fn loopback(last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 0, 0, last))
}

async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    paths: Arc<Mutex<HashMap<String, Conduct>>>,
    (seen, received): (watch::Sender<Seen>, Log),
) {
    // Ends with the server: whoever is still held or fed then is let go.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _peer)) = listener.accept().await else {
            continue;
        };
        seen.send_modify(|seen| seen.connections += 1);
        let (tls, paths, seen) = (tls.clone(), Arc::clone(&paths), seen.clone());
        let received = Arc::clone(&received);
        connections.spawn(async move {
            // Whoever is refused or gone is no concern of the host's.
            let _ended = speak(stream, tls, &paths, (&seen, &received)).await;
        });
    }
}

async fn speak(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    paths: &Mutex<HashMap<String, Conduct>>,
    told: (&watch::Sender<Seen>, &Mutex<Vec<Received>>),
) -> std::io::Result<()> {
    match tls {
        Some(tls) => conduct::converse(tls.accept(stream).await?, paths, told).await,
        // It takes the first bytes of TLS for a bad request.
        None => conduct::refuse(stream).await,
    }
}
