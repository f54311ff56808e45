//! A way to the database that can be cut off, and on which it can fall silent: for tests of what
//! happens while it is away.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use authly_repositories::DbAddress;
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::server::{Place, Server};
use crate::runtime;

/// Passes bytes on between a port of this machine and the database server, until it is cut off.
pub struct Relay {
    server: Arc<Server>,
    database: String,
    /// Where the bytes go.
    beyond: Arc<Place>,
    place: SocketAddr,
    /// Holds the listener and all connections; `None` while it is cut off.
    task: Mutex<Option<JoinHandle<()>>>,
    /// Whether bytes are passed on.
    flow: watch::Sender<Flow>,
}

/// Whether bytes are passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Runs,
    Held,
}

impl Relay {
    pub(super) async fn open(server: Arc<Server>, beyond: Place, database: &str) -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let flow = watch::Sender::new(Flow::Runs);
        let beyond = Arc::new(beyond);
        let (place, task) = listen(any, Arc::clone(&beyond), &flow).await;
        Self {
            server,
            database: database.to_owned(),
            beyond,
            place,
            task: Mutex::new(Some(task)),
            flow,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn place(&self) -> SocketAddr {
        self.place
    }

    /// How to reach the database through it.
    #[must_use]
    pub fn address(&self) -> DbAddress {
        let (user, password) = self.server.credentials();
        let text = format!(
            "host={} port={} user={} password={} dbname={}",
            self.place.ip(),
            self.place.port(),
            quoted(&user),
            quoted(&password),
            self.database,
        );
        DbAddress::parse(&text).expect("the address of the relay is one")
    }

    /// Cuts all connections, and takes none any more: the database is away.
    pub async fn cut(&self) {
        let task = self.task().take();
        if let Some(task) = task {
            task.abort();
            // It was cancelled, which is what was asked for.
            let _ = task.await;
        }
    }

    /// Takes connections again: the database is back.
    pub async fn restore(&self) {
        let (_place, task) = listen(self.place, Arc::clone(&self.beyond), &self.flow).await;
        *self.task() = Some(task);
    }

    /// Passes nothing on any more, but keeps all connections and takes new ones: the database has
    /// fallen silent.
    pub fn hold(&self) {
        self.flow.send_replace(Flow::Held);
    }

    /// Passes on what has come meanwhile, and what comes from now on.
    pub fn go_on(&self) {
        self.flow.send_replace(Flow::Runs);
    }

    fn task(&self) -> std::sync::MutexGuard<'_, Option<JoinHandle<()>>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if let Some(task) = self.task().take() {
            task.abort();
        }
    }
}

/// A value in a `key=value` text.
fn quoted(value: &str) -> String {
    let escaped = value.replace('\\', r"\\").replace('\'', r"\'");
    format!("'{escaped}'")
}

async fn listen(
    at: SocketAddr,
    beyond: Arc<Place>,
    flow: &watch::Sender<Flow>,
) -> (SocketAddr, JoinHandle<()>) {
    let flow = flow.subscribe();
    runtime::run(async move {
        let listener = TcpListener::bind(at).await;
        let listener = listener.expect("a port of this machine is free");
        let place = listener.local_addr().expect("the listener has a port");
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((caller, _address)) = listener.accept().await {
                let (beyond, flow) = (Arc::clone(&beyond), flow.clone());
                connections.spawn(async move {
                    match &*beyond {
                        Place::Socket(path) => {
                            pass_on(caller, UnixStream::connect(path).await, flow).await;
                        }
                        Place::Tcp(host, port) => {
                            let host = host.as_str();
                            pass_on(caller, TcpStream::connect((host, *port)).await, flow).await;
                        }
                    }
                });
            }
        });
        (place, task)
    })
    .await
}

async fn pass_on<S>(
    mut caller: TcpStream,
    server: std::io::Result<S>,
    mut flow: watch::Receiver<Flow>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut server = server.expect("the database server can be reached");
    let mut copying = std::pin::pin!(copy_bidirectional(&mut caller, &mut server));
    loop {
        if flow.wait_for(|flow| *flow == Flow::Runs).await.is_err() {
            return;
        }
        tokio::select! {
            // First, so that nothing more is passed on.
            biased;
            held = flow.wait_for(|flow| *flow == Flow::Held) => if held.is_err() { return },
            // Either side may hang up, which ends the other.
            _ = &mut copying => return,
        }
    }
}
