//! The runtime that outlives each test's own.

use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

/// The runtime of the process, on which connections to the database are driven and everything runs
/// that more than one test uses: what is spawned on a test's own runtime ends with that test.
#[must_use]
pub fn lasting() -> &'static Handle {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME
        .get_or_init(|| {
            Builder::new_multi_thread()
                .worker_threads(2)
                .thread_name("authly-testing")
                .enable_all()
                .build()
                .expect("the system gives threads")
        })
        .handle()
}

/// Runs something on the lasting runtime, and waits for it.
pub(crate) async fn run<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    lasting()
        .spawn(work)
        .await
        .expect("the work on the lasting runtime ends well")
}
