//! A steady load: customers of one application who come, log in, refresh and go.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use authly_testing::answer::Answer;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Duration, interval};

use crate::application::{Application, Fate, code_in};
use crate::dice::Dice;
use crate::family::{Family, Step, assert_busy};
use crate::wait::until;

/// How long a customer who was sent away does something else.
const PATIENCE: Duration = Duration::from_millis(20);

/// The nodes that customers may go to.
#[derive(Debug)]
pub(crate) struct Nodes {
    urls: Mutex<Vec<Arc<str>>>,
    next: AtomicU64,
}

impl Nodes {
    pub(crate) fn new(urls: &[&str]) -> Arc<Self> {
        Arc::new(Self {
            urls: Mutex::new(urls.iter().copied().map(Arc::from).collect()),
            next: AtomicU64::new(0),
        })
    }

    /// Sends customers elsewhere from now on, and waits until nobody is on the way to where they
    /// went before.
    pub(crate) async fn replace(&self, urls: &[&str]) {
        let urls = urls.iter().copied().map(Arc::from).collect();
        let before = std::mem::replace(&mut *self.urls.lock().unwrap(), urls);
        let has_arrived = |url: &Arc<str>| Arc::strong_count(url) == 1;
        let all_have = async || before.iter().all(has_arrived).then_some(());
        until("everybody goes elsewhere", all_have).await;
    }

    /// One after the other. It is held by a customer until there is an answer.
    fn pick(&self) -> Arc<str> {
        let urls = self.urls.lock().unwrap();
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let turn = usize::try_from(turn).unwrap() % urls.len();
        urls.get(turn).expect("there is a node").clone()
    }
}

/// What has happened so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Answers of success. Tests wait for it to grow.
    answers: watch::Sender<u64>,
    /// Answers that said when to come back.
    pub(crate) busy: AtomicU64,
    /// Requests without an answer.
    pub(crate) lost: AtomicU64,
    pub(crate) exchanges: AtomicU64,
    pub(crate) refreshes: AtomicU64,
    has_ended: AtomicBool,
}

impl Tally {
    /// Waits until there were this many more answers.
    pub(crate) async fn more(&self, answers: u64) {
        let mut seen = self.answers.subscribe();
        let enough = *seen.borrow() + answers;
        let waiting = seen.wait_for(|count| *count >= enough);
        let waited = tokio::time::timeout(Duration::from_mins(2), waiting).await;
        waited.expect("the load goes on").unwrap();
    }

    pub(crate) fn answers(&self) -> u64 {
        *self.answers.borrow()
    }

    fn note(&self, step: Step) {
        match step {
            Step::Done | Step::Refused => self.answers.send_modify(|count| *count += 1),
            Step::Busy => drop(self.busy.fetch_add(1, Ordering::Relaxed)),
            Step::Lost => drop(self.lost.fetch_add(1, Ordering::Relaxed)),
        }
    }
}

/// What customers do about an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// They come back until they have an answer; a connection without one is a failure.
    ComeBack,
    /// They go home when a connection ends without an answer.
    GoHome,
}

/// Customers who are on their way.
pub(crate) struct Load {
    pub(crate) tally: Arc<Tally>,
    customers: JoinSet<(Vec<Family>, Vec<String>)>,
}

/// What customers were left with.
pub(crate) struct Harvest {
    pub(crate) families: Vec<Family>,
    /// Access tokens of the application's own.
    pub(crate) own_tokens: Vec<String>,
}

impl Load {
    /// Begins with nobody.
    pub(crate) fn new() -> Self {
        Self {
            tally: Arc::default(),
            customers: JoinSet::new(),
        }
    }

    /// Sends this many more customers to these nodes.
    pub(crate) fn send(
        &mut self,
        count: usize,
        application: &Application,
        nodes: &Arc<Nodes>,
        patience: Patience,
        dice: &mut Dice,
    ) {
        for _ in 0..count {
            let customer = Customer {
                application: application.clone(),
                nodes: Arc::clone(nodes),
                tally: Arc::clone(&self.tally),
                patience,
                dice: dice.for_another(),
                families: Vec::new(),
                own_tokens: Vec::new(),
            };
            self.customers.spawn(customer.live());
        }
    }

    /// Lets everybody finish what they are at.
    pub(crate) async fn end(mut self) -> Harvest {
        self.tally.has_ended.store(true, Ordering::Relaxed);
        let mut harvest = Harvest {
            families: Vec::new(),
            own_tokens: Vec::new(),
        };
        while let Some(customer) = self.customers.join_next().await {
            let (families, own_tokens) = customer.expect("no customer was treated badly");
            harvest.families.extend(families);
            harvest.own_tokens.extend(own_tokens);
        }
        harvest
    }
}

struct Customer {
    application: Application,
    nodes: Arc<Nodes>,
    tally: Arc<Tally>,
    patience: Patience,
    dice: Dice,
    families: Vec<Family>,
    own_tokens: Vec<String>,
}

/// The customer has gone home.
struct Gone;

impl Customer {
    async fn live(mut self) -> (Vec<Family>, Vec<String>) {
        while !self.tally.has_ended.load(Ordering::Relaxed) {
            let Ok(code) = self.code().await else { break };
            let mut family = Family::of(code);
            let lived = self.use_up(&mut family).await;
            self.families.push(family);
            if lived.is_err() {
                break;
            }
        }
        (self.families, self.own_tokens)
    }

    /// Redeems the code, refreshes a few times, and asks around.
    async fn use_up(&mut self, family: &mut Family) -> Result<(), Gone> {
        loop {
            let node = self.nodes.pick();
            let step = family.redeem(&self.application, &node).await;
            self.tally.exchanges.fetch_add(1, Ordering::Relaxed);
            match self.is_over(step).await? {
                Some(Step::Refused) => return Ok(()),
                Some(_) => break,
                None => {}
            }
        }
        for _ in 0..self.dice.below(4) {
            loop {
                let node = self.nodes.pick();
                let step = family.refresh(&self.application, &node).await;
                self.tally.refreshes.fetch_add(1, Ordering::Relaxed);
                if self.is_over(step).await?.is_some() {
                    break;
                }
            }
        }
        match self.dice.below(3) {
            0 => self.ask_for_own().await,
            1 => self.introspect(family).await,
            _ => Ok(()),
        }
    }

    /// Whether there is no need to come back.
    async fn is_over(&self, step: Step) -> Result<Option<Step>, Gone> {
        self.tally.note(step);
        match step {
            Step::Done | Step::Refused => Ok(Some(step)),
            Step::Lost if self.patience == Patience::GoHome => Err(Gone),
            Step::Lost => panic!("a connection ended without an answer"),
            Step::Busy => {
                let mut later = interval(PATIENCE);
                later.tick().await;
                later.tick().await;
                Ok(None)
            }
        }
    }

    async fn code(&self) -> Result<String, Gone> {
        loop {
            let fate = self.application.authorize(&self.nodes.pick()).await;
            let (step, code) = match fate {
                Fate::Lost => (Step::Lost, None),
                Fate::Answered(page) if page.status == 503 => {
                    assert_busy_page(&page);
                    (Step::Busy, None)
                }
                Fate::Answered(answer) => {
                    let code = code_in(&answer);
                    (
                        Step::Done,
                        Some(code.unwrap_or_else(|| panic!("no code: {answer:?}"))),
                    )
                }
            };
            self.is_over(step).await?;
            if let Some(code) = code {
                return Ok(code);
            }
        }
    }

    async fn ask_for_own(&mut self) -> Result<(), Gone> {
        loop {
            let fate = self
                .application
                .client_credentials(&self.nodes.pick())
                .await;
            if let Some(answer) = self.answer(fate).await? {
                self.own_tokens.push(answer.expect_tokens().access_token);
                return Ok(());
            }
        }
    }

    async fn introspect(&self, family: &Family) -> Result<(), Gone> {
        let token = family.access_tokens.last().expect("the code was redeemed");
        loop {
            let fate = self.application.introspect(&self.nodes.pick(), token).await;
            if let Some(answer) = self.answer(fate).await? {
                assert_eq!(answer.status, 200, "{}", answer.body);
                assert!(answer.body.contains("\"active\":true"), "{}", answer.body);
                return Ok(());
            }
        }
    }

    /// The answer, unless it says when to come back.
    async fn answer(&self, fate: Fate) -> Result<Option<Answer>, Gone> {
        let (step, answer) = match fate {
            Fate::Lost => (Step::Lost, None),
            Fate::Answered(answer) if answer.status == 503 => {
                assert_busy(&answer);
                (Step::Busy, None)
            }
            Fate::Answered(answer) => (Step::Done, Some(answer)),
        };
        self.is_over(step).await?;
        Ok(answer)
    }
}

/// Holds a page to be the one for people who have to come back.
#[track_caller]
fn assert_busy_page(page: &Answer) {
    assert!(!page.header("retry-after").is_empty(), "{page:?}");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
}
