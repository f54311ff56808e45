//! `make enumeration-report`: whether the time that an answer takes tells which accounts and clients
//! there are.
//!
//! It tries every kind of name in turn, in an order of chance, against a server of its own with real
//! bcrypt and a real PostgreSQL, and compares the times of all pairs of kinds. It asserts nothing:
//! times are no test. Arguments: how many tries of each kind (1000), and bcrypt's cost (8). A low cost
//! shows differences that a high one hides.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a report is printed, and one that cannot be made has failed"
)]

use std::time::{Duration, Instant};

use authly_domain::entropy::Entropy as _;
use authly_testing::answer::Answer;
use authly_testing::browser::Form;
use authly_testing::entropy::SeededEntropy;
use authly_testing::fixtures::PASSWORD;
use authly_testing::policies::Policies;
use authly_testing::{Setup, TestApp, passwords};

/// How often a sample is drawn anew for the interval of a difference.
const RESAMPLES: usize = 1_000;
const WRONG: &str = "not the password at all";

/// What is tried, and how long each answer took.
struct Kind {
    title: &'static str,
    form: Form,
    times: Vec<Duration>,
}

impl Kind {
    fn new(title: &'static str, form: Form) -> Self {
        let times = Vec::new();
        Self { title, form, times }
    }
}

/// Numbers of chance, the same in each run.
struct Chance(SeededEntropy);

impl Chance {
    /// A number below `end`.
    fn below(&self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        let number = u64::from_le_bytes(bytes) % u64::try_from(end).unwrap_or(u64::MAX);
        usize::try_from(number).unwrap_or_default()
    }
}

/// Sends forms over one connection, as one browser.
struct Sender {
    http: reqwest::Client,
    cookies: String,
}

impl Sender {
    fn new(cookies: String) -> Self {
        let http = reqwest::Client::builder().timeout(Duration::from_mins(1));
        let http = http.build().expect("a client");
        Self { http, cookies }
    }

    async fn send(&self, form: &Form) -> (Answer, Duration) {
        let request = self.http.post(form.action.clone()).form(&form.fields);
        let request = request.header("cookie", &self.cookies);
        let begin = Instant::now();
        let answer = Answer::read(request.send().await.expect("the server answers")).await;
        (answer, begin.elapsed())
    }

    /// Tries each kind so often, all of them in turn.
    async fn measure(&self, kinds: &mut [Kind], tries: usize, status: u16) {
        let chance = Chance(SeededEntropy::new(1));
        for round in 0..=tries {
            for last in (1..kinds.len()).rev() {
                kinds.swap(last, chance.below(last + 1));
            }
            for kind in &mut *kinds {
                let (answer, took) = self.send(&kind.form).await;
                assert_eq!(answer.status, status, "{}: {}", kind.title, answer.body);
                // The first round warms up.
                if round > 0 {
                    kind.times.push(took);
                }
            }
        }
        kinds.sort_by_key(|kind| kind.title);
    }
}

/// A server that lets all of these tries through, or none but the first of each name.
async fn server(cost: u32, attempts: u32) -> TestApp {
    let policies = move |policies: &mut Policies| {
        let throttle = &mut policies.sessions.throttle;
        throttle.login_account_at_address.attempts = attempts;
        throttle.login_account.attempts = u32::MAX;
        throttle.login_address.attempts = u32::MAX;
        throttle.clients.client.attempts = u32::MAX;
        throttle.clients.address.attempts = u32::MAX;
    };
    let setup = Setup::default().policies(policies);
    let app = setup.hasher(passwords::hasher_of_cost(cost)).app().await;
    app.user("alice").create().await;
    let carol = app.user("carol").create().await;
    app.disable_user(&carol).await;
    let frank = app.user("frank").create().await;
    app.take_password(&frank).await;
    app.user("peter").requires_password_change().create().await;
    app.client().id("known").post().create().await;
    app.client().id("plain").public().create().await;
    let disabled = app.client().id("ended").post().create().await;
    disabled.disable(&app.context).await;
    app
}

/// Logins to every kind of account, but right ones.
async fn logins(app: &TestApp) -> (Sender, Vec<Kind>) {
    let mut browser = app.browser();
    let login = browser.get("/login").await.form("login");
    let attempt = |title, name: &str, password: &str| {
        let form = login
            .clone()
            .fill("username", name)
            .fill("password", password);
        Kind::new(title, form)
    };
    let kinds = vec![
        attempt("active, wrong password", "alice", WRONG),
        attempt("active by address", "alice@example.com", WRONG),
        attempt("disabled, right password", "carol", PASSWORD),
        attempt("disabled, wrong password", "carol", WRONG),
        attempt("has to change the password", "peter", WRONG),
        attempt("unknown", "nobod", WRONG),
        attempt("unknown address", "nobod@example.com", WRONG),
        attempt("without a password", "frank", WRONG),
    ];
    let cookies: Vec<_> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    (Sender::new(cookies.join("; ")), kinds)
}

/// Requests in the name of every kind of client, without the right secret.
fn clients(app: &TestApp) -> (Sender, Vec<Kind>) {
    let action = app.url("/api/v1/oauth/token").parse().expect("an address");
    let form = Form {
        action,
        fields: vec![("grant_type".to_owned(), "client_credentials".to_owned())],
    };
    let attempt = |title, name: &str| {
        let form = form.clone().fill("client_id", name);
        Kind::new(title, form.fill("client_secret", WRONG))
    };
    let kinds = vec![
        attempt("active, wrong secret", "known"),
        attempt("disabled", "ended"),
        attempt("public", "plain"),
        attempt("unknown", "nobod"),
    ];
    (Sender::new(String::new()), kinds)
}

fn microseconds(kind: &Kind) -> Vec<f64> {
    let times = kind.times.iter();
    let mut sorted: Vec<_> = times.map(|time| time.as_secs_f64() * 1e6).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// A quantile of sorted values, in percent.
fn quantile(sorted: &[f64], percent: usize) -> f64 {
    let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(index).copied().unwrap_or_default()
}

/// The bounds within which the difference of two medians lies in 95 of 100 samples that are drawn
/// from these.
fn interval(left: &[f64], right: &[f64], chance: &Chance) -> (f64, f64) {
    let median = |of: &[f64]| {
        let draw = || of.get(chance.below(of.len())).copied().unwrap_or_default();
        let mut drawn: Vec<_> = std::iter::repeat_with(draw).take(of.len()).collect();
        drawn.sort_by(f64::total_cmp);
        quantile(&drawn, 50)
    };
    let difference = || median(left) - median(right);
    let differences = std::iter::repeat_with(difference).take(RESAMPLES);
    let mut differences: Vec<_> = differences.collect();
    differences.sort_by(f64::total_cmp);
    (quantile(&differences, 2), quantile(&differences, 97))
}

/// The chance that one of the left takes longer than one of the right (Mann-Whitney); 0.5 is none.
fn takes_longer(left: &[f64], right: &[f64]) -> f64 {
    let mut wins = 0.0;
    for value in left {
        let below = right.partition_point(|other| other < value);
        let upto = right.partition_point(|other| other <= value);
        for index in [below, upto] {
            wins += f64::from(u32::try_from(index).unwrap_or(u32::MAX)) / 2.0;
        }
    }
    let pairs = f64::from(u32::try_from(left.len() * right.len()).unwrap_or(u32::MAX));
    wins / pairs
}

fn report(title: &str, kinds: &[Kind]) {
    let chance = Chance(SeededEntropy::new(2));
    let measured: Vec<_> = kinds
        .iter()
        .map(|kind| (kind.title, microseconds(kind)))
        .collect();
    println!("\n{title} (microseconds)\n");
    println!("{:<28} {:>9} {:>9}", "", "median", "p95");
    for (title, times) in &measured {
        let (median, p95) = (quantile(times, 50), quantile(times, 95));
        println!("{title:<28} {median:>9.0} {p95:>9.0}");
    }
    println!("\ndifference of medians, its 95 % interval, chance that the first takes longer\n");
    for (index, (first, left)) in measured.iter().enumerate() {
        for (second, right) in measured.iter().skip(index + 1) {
            let difference = quantile(left, 50) - quantile(right, 50);
            let (low, high) = interval(left, right, &chance);
            let longer = takes_longer(left, right);
            println!(
                "{first:<28} {second:<28} {difference:>8.0}  [{low:>7.0}, {high:>7.0}]  {longer:.3}"
            );
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse());
    let mut next = |default| match numbers.next() {
        Some(number) => number.expect("the arguments are numbers"),
        None => default,
    };
    let (tries, cost) = (next(1_000), next(8));
    let cost = u32::try_from(cost).expect("a cost");
    println!("{tries} tries of each kind, in turn; bcrypt's cost is {cost}");

    let app = server(cost, u32::MAX).await;
    let (sender, mut kinds) = logins(&app).await;
    sender.measure(&mut kinds, tries, 422).await;
    report("Logins that are refused", &kinds);

    let (sender, mut kinds) = clients(&app);
    sender.measure(&mut kinds, tries, 401).await;
    report("Clients that are refused", &kinds);

    let app = server(cost, 1).await;
    let (sender, mut kinds) = logins(&app).await;
    for kind in &kinds {
        sender.send(&kind.form).await;
    }
    sender.measure(&mut kinds, tries, 429).await;
    report("Logins that have to wait", &kinds);
}
