//! Administration of the catalogue of scopes.

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::{AuditAction, Origin};
use authly_domain::id::UserId;
use authly_domain::page::PageSize;
use authly_domain::scopes::{ScopeChange, ScopeFilter, ScopeFlaw, ScopeRecord, ScopeToken};
use authly_services::paging::PageAsked;
use authly_services::scopes::{InUse, ScopeAdminError, ScopeAim};
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

use crate::flow;

fn person(services: &TestServices) -> Administrator {
    Administrator::User {
        id: UserId::generate(services.context.now(), &*services.context.entropy),
        username: "admin".parse().unwrap(),
        origin: Origin::default(),
    }
}

fn name(text: &str) -> ScopeToken {
    text.parse().unwrap()
}

fn scope(text: &str) -> ScopeRecord {
    ScopeRecord {
        name: name(text),
        description: "Do something".to_owned(),
        is_default: false,
        is_active: true,
        is_system: false,
    }
}

fn aim<'a>(scope: &'a ScopeToken, by: &'a Administrator) -> ScopeAim<'a> {
    ScopeAim {
        scope,
        version: None,
        by,
        run: Run::ForReal,
    }
}

fn active(is_active: Option<bool>) -> ScopeChange {
    ScopeChange {
        is_active,
        ..ScopeChange::default()
    }
}

#[tokio::test]
async fn a_scope_is_added_changed_and_deleted() {
    let services = TestServices::start().await;
    let (scopes, by) = (&services.deps.scope_admin, person(&services));
    let notes = name("notes/e");
    let created = scopes
        .create(&scope("notes/e"), None, &by, Run::ForReal)
        .await
        .unwrap();
    assert_eq!((created.version, created.is_in_use), (1, false));
    let change = ScopeChange {
        description: Some("Do something else".to_owned()),
        is_default: Some(true),
        is_active: None,
        managed_by: None,
    };
    let changed = scopes
        .change(aim(&notes, &by), AuditAction::ScopeUpdated, change)
        .await
        .unwrap();
    assert_eq!(changed.version, 2);
    assert_eq!(changed.record.description, "Do something else");
    assert!(changed.record.is_default);
    assert_eq!(scopes.get(&notes).await.unwrap(), changed);
    scopes.delete(aim(&notes, &by), InUse::Keep).await.unwrap();
    assert!(matches!(
        scopes.get(&notes).await,
        Err(ScopeAdminError::NotFound)
    ));
}

#[tokio::test]
async fn a_scope_that_no_path_can_name_or_that_nobody_can_read_is_refused() {
    let services = TestServices::start().await;
    let (scopes, by) = (&services.deps.scope_admin, person(&services));
    scopes
        .create(&scope("notes"), None, &by, Run::ForReal)
        .await
        .unwrap();
    let before = services.stored().registry().await;
    for (record, expected) in [
        (scope("."), vec![ScopeFlaw::Name]),
        (scope(".."), vec![ScopeFlaw::Name]),
        (
            ScopeRecord {
                description: "a\0".to_owned(),
                ..scope("..")
            },
            vec![ScopeFlaw::Name, ScopeFlaw::Description],
        ),
    ] {
        match scopes.create(&record, None, &by, Run::ForReal).await {
            Err(ScopeAdminError::Invalid(flaws)) => assert_eq!(flaws, expected),
            other => panic!("{other:?}"),
        }
    }
    let again = scopes
        .create(&scope("notes"), None, &by, Run::ForReal)
        .await;
    assert!(matches!(again, Err(ScopeAdminError::AlreadyExists)));
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn a_scope_in_use_is_deleted_by_force_alone_and_its_clients_notice() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let rp = flow::authenticated(&services, &client).await;
    let (scopes, by) = (&services.deps.scope_admin, person(&services));
    let notes = name("notes:read");
    let before = services.stored().registry().await;
    let refused = scopes.delete(aim(&notes, &by), InUse::Keep).await;
    assert!(matches!(refused, Err(ScopeAdminError::InUse)));
    assert!(scopes.get(&notes).await.unwrap().is_in_use);
    let dry = ScopeAim {
        run: Run::Dry,
        ..aim(&notes, &by)
    };
    scopes.delete(dry, InUse::Take).await.unwrap();
    assert_eq!(services.stored().registry().await, before);
    flow::own_token(&services, &rp).await.unwrap();

    scopes.delete(aim(&notes, &by), InUse::Take).await.unwrap();
    flow::own_token(&services, &rp).await.unwrap_err();
}

#[tokio::test]
async fn a_disabled_scope_is_in_no_new_token_until_it_is_enabled_again() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let rp = flow::authenticated(&services, &client).await;
    let (scopes, by) = (&services.deps.scope_admin, person(&services));
    let notes = name("notes:read");
    let change = async |is_active| {
        let aim = aim(&notes, &by);
        scopes
            .change(aim, AuditAction::ScopeUpdated, active(Some(is_active)))
            .await
            .unwrap()
    };
    assert!(!change(false).await.record.is_active);
    flow::own_token(&services, &rp).await.unwrap_err();
    assert!(change(true).await.record.is_active);
    flow::own_token(&services, &rp).await.unwrap();
}

#[tokio::test]
async fn what_the_server_depends_on_is_neither_disabled_nor_deleted() {
    let services = TestServices::start().await;
    let record = ScopeRecord {
        is_system: true,
        ..scope("openid")
    };
    let conn = services.db.connect().await.unwrap();
    let now = services.context.now();
    conn.reads().scopes().upsert(&record, now).await.unwrap();
    let (scopes, by) = (&services.deps.scope_admin, person(&services));
    let before = services.stored().registry().await;
    let openid = name("openid");
    let refusals = [
        scopes.delete(aim(&openid, &by), InUse::Take).await,
        scopes
            .change(
                aim(&openid, &by),
                AuditAction::ScopeDisabled,
                active(Some(false)),
            )
            .await
            .map(|_scope| ()),
    ];
    for refused in refusals {
        assert!(matches!(refused, Err(ScopeAdminError::Protected)));
    }
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_change_one_version_at_once_one_does() {
    let services = TestServices::start().await;
    let (scopes, by) = (&services.deps.scope_admin, person(&services));
    let notes = name("notes");
    scopes
        .create(&scope("notes"), None, &by, Run::ForReal)
        .await
        .unwrap();
    let change = async |text: &str| {
        let aim = ScopeAim {
            version: Some(1),
            ..aim(&notes, &by)
        };
        let change = ScopeChange {
            description: Some(text.to_owned()),
            ..ScopeChange::default()
        };
        scopes.change(aim, AuditAction::ScopeUpdated, change).await
    };
    let (one, other) = tokio::join!(change("One"), change("Other"));
    let late = |answer: &Result<_, _>| matches!(answer, Err(ScopeAdminError::VersionMismatch));
    assert!(late(&one) != late(&other), "{one:?} {other:?}");
    let won = one.or(other).unwrap();
    assert_eq!(scopes.get(&notes).await.unwrap(), won);
    let stale = ScopeAim {
        version: Some(1),
        ..aim(&notes, &by)
    };
    let refused = scopes.delete(stale, InUse::Keep).await;
    assert!(matches!(refused, Err(ScopeAdminError::VersionMismatch)));
    assert_eq!(scopes.get(&notes).await.unwrap(), won);
}

#[tokio::test]
async fn the_list_goes_by_name_and_takes_one_round_trip() {
    let services = TestServices::start().await;
    let (scopes, by) = (&services.deps.scope_admin, person(&services));
    for text in ["b:two", "a", "b:one", "c"] {
        scopes
            .create(&scope(text), None, &by, Run::ForReal)
            .await
            .unwrap();
    }
    let filter = ScopeFilter {
        begins_with: Some("b:".to_owned()),
        is_active: Some(true),
    };
    let page = |cursor| PageAsked {
        size: PageSize::new(1).unwrap(),
        cursor,
    };
    let one = page(None);
    let first = scopes.list(&filter, &one);
    let (first, round_trips) = services.round_trips_of(first).await;
    let first = first.unwrap();
    assert_eq!(round_trips, 1);
    let second = page(first.next);
    let last = scopes.list(&filter, &second).await.unwrap();
    let names = first.items.iter().chain(&last.items);
    let names: Vec<_> = names.map(|one| one.record.name.as_str()).collect();
    assert_eq!((names, last.next), (vec!["b:one", "b:two"], None));
    let all = scopes.list(&ScopeFilter::default(), &second).await;
    assert!(matches!(all, Err(ScopeAdminError::Cursor(_))));
}
