//! Addresses on which programs are going to listen.

use std::net::TcpListener;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// An address that others have to know before the program starts. Nobody gets it meanwhile: each is
/// given once, and the system gives those below 32768 to nobody who takes any.
#[must_use]
pub fn free_address() -> String {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    loop {
        let given = GIVEN.fetch_add(1, Ordering::Relaxed);
        // Where another process does the same, it most likely begins elsewhere.
        let port = 20_000 + (process::id() * 97 + given) % 12_000;
        let address = format!("127.0.0.1:{port}");
        if TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}
