//! When to stop: SIGTERM, or SIGINT, which Ctrl-C sends.

use std::io;
use std::time::Duration;

use authly_http::Drain;
use tokio::runtime::Handle;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that ask the process to stop. From its making on they do not kill the process.
pub(crate) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

/// Which of them came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StopSignal {
    Terminate,
    Interrupt,
}

impl StopSignals {
    /// Begins to listen; signals are noticed by `runtime`.
    ///
    /// # Errors
    /// When the system does not allow it.
    pub(crate) fn listen(runtime: &Handle) -> io::Result<Self> {
        let _entered = runtime.enter();
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits until it is time to take no more requests: after a SIGTERM, `drain_time` later than
    /// `drain` has begun, or at the next signal; after a SIGINT, at once, for somebody is waiting.
    pub(crate) async fn time_to_stop(mut self, drain: &Drain, drain_time: Duration) {
        let signal = self.next().await;
        drain.begin();
        if signal == StopSignal::Terminate && !drain_time.is_zero() {
            let seconds = drain_time.as_secs();
            tracing::info!(
                seconds,
                "about to stop: balancers may send requests elsewhere"
            );
            // Either will do.
            let _ = tokio::time::timeout(drain_time, self.next()).await;
        }
        tracing::info!("stopping: requests under way may end");
    }

    async fn next(&mut self) -> StopSignal {
        tokio::select! {
            _ = self.terminate.recv() => StopSignal::Terminate,
            _ = self.interrupt.recv() => StopSignal::Interrupt,
        }
    }
}
