//! Measures clean-up: how long many expired tokens take, and how requests fare meanwhile.
//!
//! `cargo run --release -p authly-services --example clean_up` removes 200,000 tokens, of which half
//! belong to grants that go with them. Another number is an argument. The database is a throw-away
//! one on this machine that does not wait for the disk.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement that cannot be made has failed, and says what it found"
)]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use authly_domain::clients::AuthMethod;
use authly_domain::secret::ClientSecret;
use authly_services::clients::{AuthenticatedClient, PresentedCredentials};
use authly_services::tokens::{ClientCredentialsGrant, TokenGrant};
use authly_testing::{Setup, TestServices};

const CALLER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let count = std::env::args().nth(1).map(|text| text.parse::<u32>());
    let count = count.map_or(200_000, |count| count.expect("the argument is a number"));
    let services = Arc::new(Setup::default().pool_size(8).services().await);
    let client = authenticated(&services).await;
    services.user("alice").create().await;
    services.database().store_expired_tokens(count).await;
    services.database().analyze().await;

    let quiet = Arc::new(AtomicBool::new(true));
    let before = requests(&services, &client, &quiet);
    tokio::time::sleep(Duration::from_secs(5)).await;
    quiet.store(false, Ordering::Relaxed);
    report("before", before.await.expect("requests are answered"));

    let goes_on = Arc::new(AtomicBool::new(true));
    let during = requests(&services, &client, &goes_on);
    let began = Instant::now();
    let ran = services.jobs.run_due().await.expect("the jobs run");
    let took = began.elapsed();
    goes_on.store(false, Ordering::Relaxed);
    report("during", during.await.expect("requests are answered"));
    assert!(ran.iter().all(|report| report.result.is_ok()));

    let left = services.stored().row_counts().await;
    let grants = left.get("grants").copied().unwrap_or_default();
    assert_eq!(grants, 0, "the grants have gone with their tokens");
    println!("removed {count} tokens in {took:.1?}");
}

async fn authenticated(services: &TestServices) -> AuthenticatedClient {
    let client = services.client().create().await;
    let presented = PresentedCredentials::Secret {
        client_id: client.id,
        secret: ClientSecret::new(client.secret.unwrap_or_default()),
        method: AuthMethod::ClientSecretBasic,
    };
    let authenticated = services.deps.clients.authenticate(presented, CALLER).await;
    authenticated.expect("the client is who it says")
}

/// Asks for tokens, one after the other, for as long as it is wanted. Answers how long each took.
fn requests(
    services: &Arc<TestServices>,
    client: &AuthenticatedClient,
    is_wanted: &Arc<AtomicBool>,
) -> tokio::task::JoinHandle<Vec<Duration>> {
    let (services, client) = (Arc::clone(services), client.clone());
    let is_wanted = Arc::clone(is_wanted);
    tokio::spawn(async move {
        let mut times = Vec::new();
        while is_wanted.load(Ordering::Relaxed) {
            let grant = TokenGrant::ClientCredentials(ClientCredentialsGrant {
                scope: "notes:read".parse().ok(),
                resources: Vec::new(),
            });
            let began = Instant::now();
            let tokens = services.deps.tokens.exchange(&client, grant, CALLER).await;
            tokens.expect("a token is issued");
            times.push(began.elapsed());
        }
        times
    })
}

fn report(when: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: usize| times.get(times.len() * part / 1_000).copied();
    let (median, late) = (at(500).unwrap_or_default(), at(990).unwrap_or_default());
    let most = times.last().copied().unwrap_or_default();
    println!(
        "{when}: {} tokens issued, half within {median:.1?}, 99 % within {late:.1?}, all within \
         {most:.1?}",
        times.len()
    );
}
