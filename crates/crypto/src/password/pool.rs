//! A bounded pool of threads for work that burns a core: what does not fit is refused at once, so
//! that a flood of logins never grows a queue or starves the executor.

use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::PasswordLoad;

type Job = Box<dyn FnOnce() + Send>;

/// Why a job was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotTaken {
    /// Every thread is at work and the queue is full.
    Busy,
    /// The threads are gone.
    Stopped,
}

/// What the threads and their queue are doing.
#[derive(Debug, Default)]
struct Doing {
    waiting: AtomicUsize,
    busy: AtomicUsize,
    refused: AtomicU64,
}

/// Threads and the queue in front of them. Dropping it waits for the jobs that are running.
pub(super) struct Pool {
    /// `None` only while the pool is being dropped.
    queue: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
    places: usize,
    doing: Arc<Doing>,
}

impl Pool {
    /// Starts the threads.
    pub(super) fn start(threads: NonZeroUsize, queue: NonZeroUsize) -> io::Result<Self> {
        let (sender, receiver) = mpsc::sync_channel(queue.get());
        let receiver = Arc::new(Mutex::new(receiver));
        let mut pool = Self {
            queue: Some(sender),
            threads: Vec::with_capacity(threads.get()),
            places: queue.get(),
            doing: Arc::default(),
        };
        for number in 1..=threads.get() {
            let receiver = Arc::clone(&receiver);
            let doing = Arc::clone(&pool.doing);
            let thread = thread::Builder::new().name(format!("password-{number}"));
            let thread = thread.spawn(move || work(&receiver, &doing))?;
            pool.threads.push(thread);
        }
        Ok(pool)
    }

    /// Queues a job and returns where its result will come out. A job whose receiver is gone when
    /// its turn comes is skipped.
    pub(super) fn submit<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<oneshot::Receiver<T>, NotTaken> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move || {
            if !reply.is_closed() {
                // Nobody may be waiting any more by now: that is not an error.
                drop(reply.send(work()));
            }
        });
        let queue = self.queue.as_ref().ok_or(NotTaken::Stopped)?;
        // Before it is there for the threads, which count it off.
        self.doing.waiting.fetch_add(1, Ordering::Relaxed);
        let Err(refused) = queue.try_send(job) else {
            return Ok(answer);
        };
        self.doing.waiting.fetch_sub(1, Ordering::Relaxed);
        Err(match refused {
            TrySendError::Full(_) => {
                self.doing.refused.fetch_add(1, Ordering::Relaxed);
                NotTaken::Busy
            }
            TrySendError::Disconnected(_) => NotTaken::Stopped,
        })
    }

    /// What it is doing at this moment.
    pub(super) fn load(&self) -> PasswordLoad {
        PasswordLoad {
            threads: self.threads.len(),
            busy: self.doing.busy.load(Ordering::Relaxed),
            queue: self.places,
            waiting: self.doing.waiting.load(Ordering::Relaxed),
            refused: self.doing.refused.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        drop(self.queue.take());
        for thread in self.threads.drain(..) {
            // A thread ends only by returning: panics are caught inside it.
            drop(thread.join());
        }
    }
}

/// Takes jobs until the queue's other end is gone. The lock is held while waiting, so that exactly
/// one idle thread waits for the queue and the others wait for the lock.
fn work(queue: &Mutex<Receiver<Job>>, doing: &Doing) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        doing.busy.fetch_add(1, Ordering::Relaxed);
        doing.waiting.fetch_sub(1, Ordering::Relaxed);
        if catch_unwind(AssertUnwindSafe(job)).is_err() {
            tracing::error!("a job of the password pool panicked; its caller got an error");
        }
        doing.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: NonZeroUsize = NonZeroUsize::MIN;

    #[test]
    fn a_full_queue_refuses_at_once_and_takes_jobs_again_afterwards() {
        let pool = Pool::start(ONE, ONE).unwrap();
        let (started, has_started) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let running = pool.submit(move || {
            started.send(()).unwrap();
            released.recv().unwrap();
        });
        has_started.recv().unwrap();
        let queued = pool.submit(|| "queued").unwrap();
        assert_eq!(pool.submit(|| ()).unwrap_err(), NotTaken::Busy);
        let full = PasswordLoad {
            threads: 1,
            busy: 1,
            queue: 1,
            waiting: 1,
            refused: 1,
        };
        assert_eq!(pool.load(), full);

        release.send(()).unwrap();
        running.unwrap().blocking_recv().unwrap();
        assert_eq!(queued.blocking_recv(), Ok("queued"));
        let later = pool.submit(|| "later").unwrap();
        assert_eq!(later.blocking_recv(), Ok("later"));
    }

    #[test]
    fn a_job_whose_caller_has_gone_is_skipped() {
        let pool = Pool::start(ONE, ONE).unwrap();
        let (started, has_started) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let _running = pool.submit(move || {
            started.send(()).unwrap();
            released.recv().unwrap();
        });
        has_started.recv().unwrap();
        let (ran, has_run) = mpsc::channel();
        drop(pool.submit(move || ran.send(()).unwrap()).unwrap());
        release.send(()).unwrap();
        drop(pool);
        assert!(
            has_run.recv().is_err(),
            "the job was dropped without having run"
        );
    }

    #[test]
    fn a_panicking_job_costs_neither_its_thread_nor_another_job() {
        let pool = Pool::start(ONE, ONE).unwrap();
        let panicked = pool.submit(|| panic!("for the test")).unwrap();
        let never: Result<(), _> = panicked.blocking_recv();
        assert!(never.is_err());
        let (tell, told) = mpsc::channel();
        let doing = Arc::clone(&pool.doing);
        let next = pool.submit(move || tell.send(doing.busy.load(Ordering::Relaxed)));
        next.unwrap().blocking_recv().unwrap().unwrap();
        assert_eq!(told.recv(), Ok(1), "the one that panicked counts no more");
    }

    #[test]
    fn the_threads_carry_a_name_and_end_with_the_pool() {
        let pool = Pool::start(ONE, ONE).unwrap();
        let name = pool
            .submit(|| thread::current().name().map(str::to_owned))
            .unwrap();
        assert_eq!(name.blocking_recv().unwrap().as_deref(), Some("password-1"));
        let (held, end) = mpsc::channel::<()>();
        let last = pool.submit(move || drop(held)).unwrap();
        drop(pool);
        assert!(
            last.blocking_recv().is_ok(),
            "a job that was waited for is finished first"
        );
        assert!(end.recv().is_err());
    }
}
