//! The listening server.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::{App, HttpServer};

use crate::connections;
use crate::deps::Deps;
use crate::routes::configure;

/// How long a client may take to read the end of its connection.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Serves on `listener` with this many worker threads, until the returned future is dropped or its
/// handle told to stop. Signals are the caller's business: call
/// [`ServerHandle::stop`](actix_web::dev::ServerHandle::stop) with `true` to let requests that are
/// under way end.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(listener: TcpListener, deps: &Deps, workers: usize) -> io::Result<Server> {
    let settings = &deps.settings;
    let workers = workers.max(1);
    #[cfg(target_os = "linux")]
    {
        // Every connection that is accepted inherits it.
        let unread = Some(settings.unread_timeout);
        socket2::SockRef::from(&listener).set_tcp_user_timeout(unread)?;
    }
    let quiet = settings.keep_alive + settings.client_request_timeout;
    let deps = deps.clone();
    let server = HttpServer::new(move || {
        let deps = deps.clone();
        App::new().configure(move |config| configure(config, &deps))
    })
    .on_connect(move |connection, data| connections::watch(connection, data, quiet))
    .workers(workers)
    .keep_alive(settings.keep_alive)
    .client_request_timeout(settings.client_request_timeout)
    .client_disconnect_timeout(DISCONNECT_TIMEOUT)
    .shutdown_timeout(settings.shutdown_timeout.as_secs())
    .max_connections((settings.max_connections / workers).max(1))
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}
