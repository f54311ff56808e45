//! Requests that arrive twice.

use authly_crypto::opaque;
use authly_domain::admin::Administrator;
use authly_domain::audit::Origin;
use authly_domain::id::UserId;
use authly_domain::idempotency::IdempotencyKey;
use authly_domain::secret::SecretText;
use authly_services::idempotency::{self, Answered, IdempotencyError, Keyed};
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

/// A new key.
pub(crate) fn key(services: &TestServices) -> IdempotencyKey {
    let text = opaque::generate("", &*services.context.entropy);
    text.parse().unwrap()
}

fn administrator(services: &TestServices) -> Administrator {
    Administrator::User {
        id: UserId::generate(services.context.now(), &*services.context.entropy),
        username: "admin".parse().unwrap(),
        origin: Origin::default(),
    }
}

/// Makes a secret in the name of `by`, and stores something beside it: a scope of the name that is
/// asked for.
async fn make(
    services: &TestServices,
    by: &Administrator,
    key: &IdempotencyKey,
    name: &str,
) -> Result<Answered<String>, IdempotencyError> {
    let write = |secret: &String| format!("the secret is {secret}");
    let keyed = Keyed::new(key, by, &["things.make", name], &write);
    let context = &services.context;
    let mut conn = context.db.connect().await?;
    let work = conn.begin("test.make").await?;
    if let Some(before) = idempotency::claim(&work, Some(&keyed), context.now()).await? {
        return Ok(Answered::Before(before));
    }
    let secret = opaque::generate("thing_", &*context.entropy);
    idempotency::keep(&work, Some(&keyed), &secret, &*context.entropy).await?;
    work.commit().await?;
    Ok(Answered::Now(secret))
}

/// Asks for a thing as somebody or other.
pub(crate) async fn ask(
    services: &TestServices,
    key: &IdempotencyKey,
    name: &str,
) -> Result<(), IdempotencyError> {
    let by = administrator(services);
    make(services, &by, key, name).await.map(|_answered| ())
}

fn now(answered: Result<Answered<String>, IdempotencyError>) -> String {
    match answered.unwrap() {
        Answered::Now(secret) => secret,
        Answered::Before(_) => panic!("it was done before"),
    }
}

fn before(answered: Result<Answered<String>, IdempotencyError>) -> SecretText {
    match answered.unwrap() {
        Answered::Before(written) => written,
        Answered::Now(_) => panic!("it was done again"),
    }
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_again_on_any_node() {
    let services = TestServices::start().await;
    let other = services.another_node().await;
    let (by, key) = (administrator(&services), key(&services));
    let secret = now(make(&services, &by, &key, "a").await);
    for node in [&services, &other] {
        let again = before(make(node, &by, &key, "a").await);
        assert_eq!(again.expose(), format!("the secret is {secret}"));
    }
}

#[tokio::test]
async fn a_key_serves_one_request_of_one_caller() {
    let services = TestServices::start().await;
    let (by, key) = (administrator(&services), key(&services));
    now(make(&services, &by, &key, "a").await);
    let stranger = administrator(&services);
    for (by, name) in [(&by, "b"), (&stranger, "a")] {
        let refused = make(&services, by, &key, name).await;
        assert!(matches!(refused, Err(IdempotencyError::Reused)));
    }
    before(make(&services, &by, &key, "a").await);
}

#[tokio::test]
async fn parts_of_a_request_do_not_run_together() {
    let services = TestServices::start().await;
    let (by, key) = (administrator(&services), key(&services));
    now(make(&services, &by, &key, "a;1:b").await);
    let refused = make(&services, &by, &key, "a").await;
    assert!(matches!(refused, Err(IdempotencyError::Reused)));
}

#[tokio::test]
async fn an_answer_is_kept_for_a_minute() {
    let services = TestServices::start().await;
    let (by, key) = (administrator(&services), key(&services));
    let first = now(make(&services, &by, &key, "a").await);
    services.advance(std::time::Duration::from_secs(59));
    before(make(&services, &by, &key, "a").await);
    services.advance(std::time::Duration::from_secs(1));
    assert_ne!(now(make(&services, &by, &key, "a").await), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_with_one_key_at_once_do_it_once_and_get_one_answer() {
    let services = TestServices::start().await;
    let (by, key) = (administrator(&services), key(&services));
    let all = (0..20).map(|_| make(&services, &by, &key, "a"));
    let answers = futures_util::future::join_all(all).await;
    let mut made = Vec::new();
    let mut repeated = Vec::new();
    for answer in answers {
        match answer.unwrap() {
            Answered::Now(secret) => made.push(format!("the secret is {secret}")),
            Answered::Before(written) => repeated.push(written.expose().to_owned()),
        }
    }
    assert_eq!(made.len(), 1);
    assert_eq!(repeated, vec![made[0].clone(); 19]);
}

#[tokio::test]
async fn neither_key_nor_answer_is_in_the_database() {
    let services = TestServices::start().await;
    let (by, key) = (administrator(&services), key(&services));
    let secret = now(make(&services, &by, &key, "a").await);
    let stored = services.stored().idempotency_keys().await;
    assert_eq!(stored.len(), 1);
    for text in [key.expose(), &secret, "the secret is"] {
        let bytes = text.as_bytes();
        let holds = |row: &Vec<u8>| row.windows(bytes.len()).any(|part| part == bytes);
        assert!(!stored.iter().any(holds), "{text}");
    }
}
