//! Hanging up on connections that nothing comes of.
//!
//! The web server limits how long the first request of a connection may take to arrive, and how long
//! a connection may idle between requests. A connection on which a later request arrives byte by
//! byte is neither, and nor is one whose client never reads its answers. Here each connection is
//! given up once no request of it has been at work for as long as idling and sending a request may
//! take together.

use std::any::Any;
use std::cell::Cell;
use std::net::Shutdown;
use std::rc::Rc;
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::{SockRef, Socket};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

/// A connection that is watched. Lives as long as the web server keeps it.
pub(crate) struct Connection {
    state: Rc<State>,
    watch: JoinHandle<()>,
}

/// What a connection is doing.
struct State {
    /// How many of its requests are being answered.
    at_work: Cell<u32>,
    /// Since when none is, unless one is.
    quiet_since: Cell<Instant>,
}

/// A request that is being answered. Dropping it ends that.
pub(crate) struct AtWork(Rc<State>);

/// Watches a new connection, which is hung up on after having been quiet for `limit`.
pub(crate) fn watch(connection: &dyn Any, data: &mut Extensions, limit: Duration) {
    let Some(stream) = connection.downcast_ref::<TcpStream>() else {
        return;
    };
    let socket = SockRef::from(stream);
    let Ok(handle) = socket.try_clone() else {
        // No file descriptor is left: one connection fewer is what helps.
        hang_up(&socket);
        return;
    };
    let state = Rc::new(State {
        at_work: Cell::new(0),
        quiet_since: Cell::new(Instant::now()),
    });
    let watched = Rc::clone(&state);
    let watch = actix_web::rt::spawn(async move {
        watched.quiet_for(limit).await;
        hang_up(&handle);
    });
    data.insert(Connection { state, watch });
}

impl Connection {
    /// A request of this connection is being answered for as long as the returned value lives.
    pub(crate) fn at_work(&self) -> AtWork {
        let state = Rc::clone(&self.state);
        state.at_work.set(state.at_work.get() + 1);
        AtWork(state)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        let state = &self.0;
        state.at_work.set(state.at_work.get().saturating_sub(1));
        state.quiet_since.set(Instant::now());
    }
}

impl State {
    /// Waits until the connection has been quiet for this long.
    async fn quiet_for(&self, limit: Duration) {
        loop {
            let now = Instant::now();
            let since = match self.at_work.get() {
                0 => self.quiet_since.get(),
                _ => now,
            };
            let end = since + limit;
            if end <= now {
                return;
            }
            sleep_until(end).await;
        }
    }
}

/// Ends a connection without waiting for what its client has not read. Where that fails it has
/// ended already.
fn hang_up(socket: &Socket) {
    let _ = socket.set_linger(Some(Duration::ZERO));
    let _ = socket.shutdown(Shutdown::Both);
}
