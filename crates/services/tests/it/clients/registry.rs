//! Administration of clients.

mod at_once;
mod ending;
mod rights;
mod secrets;

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::Origin;
use authly_domain::clients::{ClientChange, ClientFilter, ClientOrder, ClientSort, ClientType};
use authly_domain::id::{ClientKey, UserId};
use authly_domain::page::{Direction, PageSize};
use authly_domain::scopes::AdminScope;
use authly_services::clients::{Aim, ClientAdminError, ClientOrdered, CreatedClient};
use authly_services::idempotency::{Answered, Keyed};
use authly_services::paging::PageAsked;
use authly_testing::TestServices;
use authly_testing::fixtures::TestClient;
use pretty_assertions::assert_eq;

pub(super) use crate::users::machine;
use crate::{flow, idempotency};

/// A person who administers.
pub(crate) fn person(services: &TestServices) -> Administrator {
    Administrator::User {
        id: UserId::generate(services.context.now(), &*services.context.entropy),
        username: "admin".parse().unwrap(),
        origin: Origin::default(),
    }
}

pub(crate) fn aim(client: ClientKey, by: &Administrator) -> Aim<'_> {
    Aim {
        client,
        version: None,
        by,
        run: Run::ForReal,
    }
}

/// A client of this name with a redirect URI and what `change` says.
pub(super) fn ordered(name: &str, change: ClientChange) -> ClientOrdered {
    ClientOrdered {
        id: Some(name.parse().unwrap()),
        client_type: ClientType::Confidential,
        change: ClientChange {
            redirect_uris: Some(vec!["https://new.example.com/callback".parse().unwrap()]),
            ..change
        },
    }
}

async fn create(
    services: &TestServices,
    ordered: ClientOrdered,
) -> Result<CreatedClient, ClientAdminError> {
    let by = person(services);
    let registry = &services.deps.client_admin;
    match registry.create(ordered, &by, Run::ForReal, None).await? {
        Answered::Now(created) => Ok(created),
        Answered::Before(_) => panic!("there is no key"),
    }
}

/// The client as the token endpoint knows it.
pub(super) async fn stored(services: &TestServices, id: &str, secret: Option<&str>) -> TestClient {
    let conn = services.db.connect().await.unwrap();
    let record = conn.reads().clients().find(&id.parse().unwrap()).await;
    TestClient {
        id: id.to_owned(),
        secret: secret.map(str::to_owned),
        record: record.unwrap().unwrap(),
    }
}

/// The members that are wrong.
fn wrong<T: std::fmt::Debug>(refused: Result<T, ClientAdminError>) -> Vec<&'static str> {
    match refused.unwrap_err() {
        ClientAdminError::Invalid(flaws) => flaws.into_iter().map(|flaw| flaw.member).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_client_that_was_registered_works_with_the_secret_that_was_shown() {
    let services = TestServices::start().await;
    services.client().create().await;
    let change = ClientChange {
        grant_types: Some(authly_domain::clients::GrantType::ALL.to_vec()),
        scope: Some("openid notes:read".parse().unwrap()),
        optional_scope: Some("notes:read".parse().unwrap()),
        ..ClientChange::default()
    };
    let created = create(&services, ordered("new", change)).await.unwrap();
    let secret = created.secret.unwrap();
    assert!(secret.expose().starts_with("authly_cs_"));
    assert_eq!(created.client.secrets.len(), 1);
    assert_eq!(created.client.client.version, 1);
    let client = stored(&services, "new", Some(secret.expose())).await;
    assert_eq!(client.record.optional_scope.to_string(), "notes:read");
    let rp = flow::authenticated(&services, &client).await;
    flow::own_token(&services, &rp).await.unwrap();
    let found = services.deps.client_admin.get(client.record.key).await;
    assert_eq!(found.unwrap(), created.client);
}

#[tokio::test]
async fn a_name_is_made_where_none_is_chosen_and_a_public_client_has_no_secret() {
    let services = TestServices::start().await;
    let public = ClientOrdered {
        id: None,
        client_type: ClientType::Public,
        ..ordered("unused", ClientChange::default())
    };
    let created = create(&services, public).await.unwrap();
    assert!(created.secret.is_none());
    assert_eq!(created.client.secrets, []);
    let id = created.client.client.id;
    assert!(id.as_str().starts_with("client-"), "{id}");
    id.check_chosen().unwrap();
}

#[tokio::test]
async fn what_is_wrong_is_named_at_once_and_nothing_is_stored() {
    let services = TestServices::start().await;
    let before = services.stored().registry().await;
    let reserved = "0198c0de-0000-7000-8000-000000000000";
    let change = ClientChange {
        name: Some(String::new()),
        optional_scope: Some("openid".parse().unwrap()),
        access_lifetime: Some(Some(std::time::Duration::ZERO)),
        ..ClientChange::default()
    };
    let refused = create(&services, ordered(reserved, change)).await;
    let expected = [
        "client_id",
        "client_name",
        "optional_scope",
        "access_token_lifetime",
    ];
    assert_eq!(wrong(refused), expected);
    let change = ClientChange {
        scope: Some("openid no-such-scope nor-this".parse().unwrap()),
        ..ClientChange::default()
    };
    let refused = create(&services, ordered("new", change)).await;
    assert_eq!(wrong(refused).first(), Some(&"scope"));
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_take_a_name_at_once_one_gets_it() {
    let services = TestServices::start().await;
    let all = (0..8).map(|_| create(&services, ordered("new", ClientChange::default())));
    let answers = futures_util::future::join_all(all).await;
    let taken = |answer: &Result<_, _>| matches!(answer, Err(ClientAdminError::AlreadyExists));
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(answers.iter().filter(|answer| taken(answer)).count(), 7);
    assert_eq!(stored(&services, "new", None).await.record.secrets.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_repeats_a_registration_with_its_key_gets_the_same_secret() {
    let services = TestServices::start().await;
    let (by, key) = (person(&services), idempotency::key(&services));
    let write = |created: &CreatedClient| {
        let secret = created.secret.as_ref().unwrap();
        secret.expose().to_owned()
    };
    let ask = async || {
        let keyed = Keyed::new(&key, &by, &["clients.create", "new"], &write);
        let ordered = ordered("new", ClientChange::default());
        let registry = &services.deps.client_admin;
        let answered = registry.create(ordered, &by, Run::ForReal, Some(&keyed));
        match answered.await.unwrap() {
            Answered::Now(created) => created.secret.unwrap().expose().to_owned(),
            Answered::Before(secret) => secret.expose().to_owned(),
        }
    };
    let (one, other) = tokio::join!(ask(), ask());
    assert_eq!(one, other);
    assert_eq!(ask().await, one);
    let client = stored(&services, "new", Some(&one)).await;
    assert_eq!(client.record.secrets.len(), 1);
    flow::authenticated(&services, &client).await;
}

#[tokio::test]
async fn a_dry_run_checks_everything_and_stores_nothing() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let by = person(&services);
    let before = services.stored().registry().await;
    let registry = &services.deps.client_admin;
    let dry = Aim {
        run: Run::Dry,
        ..aim(client.record.key, &by)
    };
    let ordered = ordered("new", ClientChange::default());
    let created = registry.create(ordered, &by, Run::Dry, None).await.unwrap();
    assert!(matches!(
        created,
        Answered::Now(CreatedClient {
            secret: Some(_),
            ..
        })
    ));
    let renamed = ClientChange {
        name: Some("Another".to_owned()),
        ..ClientChange::default()
    };
    let updated = registry.update(dry, renamed).await.unwrap();
    assert_eq!(updated.client.name, "Another");
    let disabled = registry.disable(dry).await.unwrap();
    assert!(!disabled.client.is_active);
    registry.enable(dry).await.unwrap();
    registry.delete(dry).await.unwrap();
    registry.entitle(dry, &[], &[]).await.unwrap();
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn a_change_keeps_what_it_does_not_name_and_reaches_every_cache() {
    let services = TestServices::start().await;
    let client = services.client().optional("email").create().await;
    let rp = flow::authenticated(&services, &client).await;
    let by = person(&services);
    let change = ClientChange {
        scope: Some("openid email".parse().unwrap()),
        client_uri: Some(Some("https://app.example.com/".to_owned())),
        access_lifetime: Some(Some(std::time::Duration::from_mins(1))),
        ..ClientChange::default()
    };
    let registry = &services.deps.client_admin;
    let changed = registry.update(aim(client.record.key, &by), change).await;
    let changed = changed.unwrap().client;
    assert_eq!(changed.version, client.record.version + 1);
    let now = stored(&services, &client.id, None).await.record;
    let expected = authly_domain::clients::Client {
        scope: "email openid".parse().unwrap(),
        default_scope: authly_domain::scopes::Scope::empty(),
        client_uri: Some("https://app.example.com/".to_owned()),
        lifetimes: changed.lifetimes,
        version: changed.version,
        ..client.record
    };
    assert_eq!(now, expected);
    // `notes:read` is no longer its own.
    flow::own_token(&services, &rp).await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_change_one_version_at_once_one_does() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let by = person(&services);
    let update = async |name: &str| {
        let change = ClientChange {
            name: Some(name.to_owned()),
            ..ClientChange::default()
        };
        let aim = Aim {
            version: Some(client.record.version),
            ..aim(client.record.key, &by)
        };
        services.deps.client_admin.update(aim, change).await
    };
    let (one, other) = tokio::join!(update("One"), update("Other"));
    let late = |answer: &Result<_, _>| matches!(answer, Err(ClientAdminError::VersionMismatch));
    let name = match (&one, &other) {
        (Ok(won), lost) | (lost, Ok(won)) => {
            assert!(late(lost));
            won.client.name.clone()
        }
        (Err(_), Err(_)) => panic!("{one:?} {other:?}"),
    };
    let now = stored(&services, &client.id, None).await.record;
    assert_eq!((now.name, now.version), (name, client.record.version + 1));
}

#[tokio::test]
async fn a_list_goes_on_page_by_page_in_its_order_and_no_other() {
    let services = TestServices::start().await;
    for (id, name) in [("b-app", "Zebra"), ("A-app", "apple"), ("c-app", "Mango")] {
        services.client().id(id).name(name).create().await;
        services.advance(std::time::Duration::from_micros(1));
    }
    let registry = &services.deps.client_admin;
    let page = |cursor| PageAsked {
        size: PageSize::new(2).unwrap(),
        cursor,
    };
    for (by, direction, expected) in [
        (
            ClientSort::ClientId,
            Direction::Ascending,
            ["A-app", "b-app", "c-app"],
        ),
        (
            ClientSort::ClientId,
            Direction::Descending,
            ["c-app", "b-app", "A-app"],
        ),
        (
            ClientSort::Name,
            Direction::Ascending,
            ["A-app", "c-app", "b-app"],
        ),
        (
            ClientSort::Name,
            Direction::Descending,
            ["b-app", "c-app", "A-app"],
        ),
        (
            ClientSort::CreatedAt,
            Direction::Ascending,
            ["b-app", "A-app", "c-app"],
        ),
        (
            ClientSort::CreatedAt,
            Direction::Descending,
            ["c-app", "A-app", "b-app"],
        ),
    ] {
        let (all, order) = (ClientFilter::default(), ClientOrder { by, direction });
        let first = registry.list(&all, order, &page(None)).await.unwrap();
        let second = page(first.next);
        let last = registry.list(&all, order, &second).await.unwrap();
        let ids = first.items.iter().chain(&last.items);
        let ids: Vec<_> = ids.map(|one| one.client.id.as_str().to_owned()).collect();
        assert_eq!(ids, expected, "{order:?}");
        assert_eq!(last.next, None);
        let others = ClientFilter {
            is_active: Some(true),
            ..ClientFilter::default()
        };
        let refused = registry.list(&others, order, &second).await;
        assert!(matches!(refused, Err(ClientAdminError::Cursor(_))));
    }
}

#[tokio::test]
async fn a_list_is_filtered_by_beginnings_type_activity_and_grant() {
    let services = TestServices::start().await;
    services.client().id("Alpha").name("First").create().await;
    services
        .client()
        .id("beta")
        .name("ALPINE")
        .public()
        .create()
        .await;
    let off = services.client().id("gamma").name("100%_").create().await;
    off.disable(&services.context).await;
    let order = ClientOrder {
        by: ClientSort::ClientId,
        direction: Direction::Ascending,
    };
    let page = PageAsked {
        size: PageSize::DEFAULT,
        cursor: None,
    };
    let begins_with = |text: &str| ClientFilter {
        begins_with: Some(text.to_owned()),
        ..ClientFilter::default()
    };
    for (filter, expected) in [
        (begins_with("alp"), vec!["Alpha", "beta"]),
        (begins_with("lp"), vec![]),
        (begins_with("100%_"), vec!["gamma"]),
        (begins_with("%"), vec![]),
        (begins_with("_"), vec![]),
        (
            ClientFilter {
                client_type: Some(ClientType::Public),
                ..ClientFilter::default()
            },
            vec!["beta"],
        ),
        (
            ClientFilter {
                is_active: Some(false),
                ..ClientFilter::default()
            },
            vec!["gamma"],
        ),
        (
            ClientFilter {
                grant_type: Some(authly_domain::clients::GrantType::ClientCredentials),
                ..ClientFilter::default()
            },
            vec!["Alpha", "gamma"],
        ),
    ] {
        let found = services.deps.client_admin.list(&filter, order, &page).await;
        let found = found.unwrap().items.into_iter();
        let ids: Vec<_> = found.map(|one| one.client.id.as_str().to_owned()).collect();
        assert_eq!(ids, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn a_list_and_a_look_take_one_round_trip() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let registry = &services.deps.client_admin;
    let (all, page) = (
        ClientFilter::default(),
        PageAsked {
            size: PageSize::DEFAULT,
            cursor: None,
        },
    );
    let order = ClientOrder {
        by: ClientSort::Name,
        direction: Direction::Ascending,
    };
    let (_, list) = services
        .round_trips_of(registry.list(&all, order, &page))
        .await;
    let (_, look) = services
        .round_trips_of(registry.get(client.record.key))
        .await;
    assert_eq!((list, look), (1, 1));
}

#[tokio::test]
async fn what_the_server_depends_on_keeps_its_shape() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    services.make_system_client(&client).await;
    let by = person(&services);
    let (registry, aim) = (&services.deps.client_admin, aim(client.record.key, &by));
    let before = services.stored().registry().await;
    let shape = ClientChange {
        redirect_uris: Some(vec!["https://evil.example.com/".parse().unwrap()]),
        ..ClientChange::default()
    };
    let to = [AdminScope::UsersRead];
    let refusals = [
        registry.update(aim, shape).await.map(|_client| ()),
        registry.disable(aim).await.map(|_client| ()),
        registry.delete(aim).await,
        registry.entitle(aim, &to, &to).await.map(|_client| ()),
    ];
    for refused in refusals {
        assert!(matches!(refused, Err(ClientAdminError::Protected)));
    }
    assert_eq!(services.stored().registry().await, before);
    let name = ClientChange {
        name: Some("The command line".to_owned()),
        ..ClientChange::default()
    };
    registry.update(aim, name).await.unwrap();
}

#[tokio::test]
async fn tokens_live_as_long_as_is_registered_of_their_client() {
    let services = TestServices::start().await;
    let alice = services.user("alice").create().await;
    let client = services.client().create().await;
    let by = person(&services);
    let seconds = |seconds| Some(Some(std::time::Duration::from_secs(seconds)));
    let change = ClientChange {
        access_lifetime: seconds(60),
        refresh_idle_lifetime: seconds(3_600),
        refresh_absolute_lifetime: seconds(7_000),
        ..ClientChange::default()
    };
    let aim = aim(client.record.key, &by);
    let registry = &services.deps.client_admin;
    registry.update(aim, change).await.unwrap();
    let rp = flow::authenticated(&services, &client).await;
    let own = flow::own_token(&services, &rp).await.unwrap();
    assert_eq!(own.expires_in.as_secs(), 60);
    let tokens = flow::tokens(&services, &client, &alice, "openid offline_access").await;
    assert_eq!(tokens.expires_in.as_secs(), 60);
    // Used within its idle time, it goes on, but not beyond the absolute one.
    services.advance(std::time::Duration::from_secs(3_599));
    let next = flow::refresh(&services, &rp, flow::refresh_token(&tokens)).await;
    let next = next.unwrap();
    services.advance(std::time::Duration::from_secs(3_399));
    let last = flow::refresh(&services, &rp, flow::refresh_token(&next)).await;
    let last = last.unwrap();
    services.advance(std::time::Duration::from_secs(2));
    let late = flow::refresh(&services, &rp, flow::refresh_token(&last)).await;
    late.unwrap_err();
    // One that is not used ends before.
    let tokens = flow::tokens(&services, &client, &alice, "openid offline_access").await;
    services.advance(std::time::Duration::from_hours(1));
    let late = flow::refresh(&services, &rp, flow::refresh_token(&tokens)).await;
    late.unwrap_err();
}
