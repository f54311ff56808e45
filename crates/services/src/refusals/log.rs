//! Keeps what was refused: a bounded queue that never makes a request wait, and one writer behind it.

use std::net::IpAddr;

use authly_domain::refusals::{Explanation, MAX_REFUSALS, RefusalRecord, shown};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::Context;

/// The most refusals that wait to be written.
const QUEUE: usize = 1_024;
/// The most that are written in one statement.
const BATCH: usize = 256;

/// A refusal, as the one who answered it knows it.
#[derive(Debug)]
pub struct RefusalNote {
    /// The id of the request.
    pub request_id: String,
    /// Its method.
    pub method: String,
    /// The line of the URL table that answered.
    pub endpoint: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// What the answer said.
    pub error: &'static str,
    /// Why.
    pub explanation: Explanation,
    /// The client that the request named.
    pub client_id: Option<String>,
    /// Where it came from.
    pub address: Option<IpAddr>,
}

enum Order {
    Keep(Box<RefusalRecord>),
    /// Answers when all that came before is written, or given up.
    Flush(oneshot::Sender<()>),
}

/// Takes refusals to be kept. Cheap to clone; its writer ends when all clones are gone.
#[derive(Clone)]
pub struct RefusalLog {
    context: Context,
    orders: mpsc::Sender<Order>,
}

impl RefusalLog {
    /// Starts the writer on `runtime`.
    #[must_use]
    pub fn start(context: Context, runtime: &Handle) -> Self {
        let (orders, queue) = mpsc::channel(QUEUE);
        let writing = Context {
            db: context.db.apart(),
            ..context.clone()
        };
        runtime.spawn(write_batches(writing, queue));
        Self { context, orders }
    }

    /// Takes a refusal, if there is room; else it is counted and forgotten.
    pub fn note(&self, note: RefusalNote) {
        let record = Box::new(self.record(note));
        if self.orders.try_send(Order::Keep(record)).is_err() {
            self.context.metrics.refusals_dropped.add(());
        }
    }

    /// Waits until all that was taken before is written, or given up: a writer whose database is away
    /// gives up after its time limits.
    pub async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.orders.send(Order::Flush(done)).await.is_ok() {
            // The writer may have ended: then there is nothing to wait for.
            let _ = written.await;
        }
    }

    fn record(&self, note: RefusalNote) -> RefusalRecord {
        let Explanation { reason, facts } = &note.explanation;
        let text = |text: Option<&str>| text.map(str::to_owned);
        RefusalRecord {
            request_id: note.request_id,
            at: self.context.now(),
            method: shown(&note.method),
            endpoint: note.endpoint.to_owned(),
            status: note.status,
            error: note.error.to_owned(),
            reason: reason.as_str().to_owned(),
            sentence: note.explanation.sentence(),
            expected: text(facts.what_was_expected()),
            came: text(facts.what_came()),
            client_id: text(facts.client()).or(note.client_id),
            user: facts.user(),
            address: note.address,
        }
    }
}

async fn write_batches(context: Context, mut queue: mpsc::Receiver<Order>) {
    let mut orders = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut orders, BATCH).await > 0 {
        let mut refusals = Vec::with_capacity(orders.len());
        let mut waiting = Vec::new();
        for order in orders.drain(..) {
            match order {
                Order::Keep(refusal) => refusals.push(*refusal),
                Order::Flush(done) => waiting.push(done),
            }
        }
        write(&context, &refusals).await;
        for done in waiting {
            // Whoever asked may have gone.
            let _ = done.send(());
        }
    }
}

async fn write(context: &Context, refusals: &[RefusalRecord]) {
    if refusals.is_empty() {
        return;
    }
    let written = async {
        let conn = context.db.connect().await?;
        conn.reads().refusals().add(refusals, MAX_REFUSALS).await
    };
    if let Err(error) = written.await {
        let lost = refusals.len();
        tracing::warn!(cause = %error, lost, "explanations of refusals could not be kept");
        for _ in refusals {
            context.metrics.refusals_dropped.add(());
        }
    }
}
