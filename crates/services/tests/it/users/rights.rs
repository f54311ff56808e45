//! Who may do what to whom, and that an administrator is always left.

use std::sync::Arc;

use authly_domain::admin::Run;
use authly_domain::users::{AccountProtection, PasswordChange};
use authly_services::users::{Order, UserAdminError, UserDeed};
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

use super::{does, machine, order, person};

fn is_own_rights(error: &UserAdminError) -> bool {
    matches!(
        error,
        UserAdminError::Protected(AccountProtection::OwnRights)
    )
}

fn needs_person(error: &UserAdminError) -> bool {
    matches!(
        error,
        UserAdminError::Protected(AccountProtection::PersonRequired)
    )
}

const TAKING: [UserDeed; 2] = [UserDeed::Disable, UserDeed::UnsetAdmin];

#[tokio::test]
async fn administrators_do_not_take_their_own_rights() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    services.user("other").administrator().create().await;
    let by = person(&root);
    let before = services.stored().registry().await;
    for deed in TAKING {
        let error = does(&services, &by, &root, deed).await.unwrap_err();
        assert!(is_own_rights(&error), "{error}");
    }
    let error = services.deps.user_admin.delete(root.id, &order(&by)).await;
    assert!(is_own_rights(&error.unwrap_err()));
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn the_last_active_administrator_stays_whoever_acts() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    let disabled = services.user("disabled").administrator().create().await;
    let by = person(&root);
    does(&services, &by, &disabled, UserDeed::Disable)
        .await
        .unwrap();
    // Who has been an administrator until a moment ago, and whose token was looked at before that.
    let late = person(&disabled);
    let before = services.stored().registry().await;
    for deed in TAKING {
        let error = does(&services, &late, &root, deed).await.unwrap_err();
        assert!(
            matches!(error, UserAdminError::LastAdministrator),
            "{error}"
        );
    }
    let error = services
        .deps
        .user_admin
        .delete(root.id, &order(&late))
        .await;
    assert!(matches!(error, Err(UserAdminError::LastAdministrator)));
    assert_eq!(services.stored().registry().await, before);
    // One who is disabled anyway does not count.
    does(&services, &by, &disabled, UserDeed::UnsetAdmin)
        .await
        .unwrap();
}

/// Two administrators, who each do this to the other at the same moment.
async fn at_each_other(
    services: &Arc<TestServices>,
    round: usize,
    deed: Option<UserDeed>,
) -> usize {
    let one = services
        .user(&format!("one{round}"))
        .administrator()
        .create()
        .await;
    let two = services
        .user(&format!("two{round}"))
        .administrator()
        .create()
        .await;
    let acts = [(one.clone(), two.clone()), (two, one)].map(|(by, at)| {
        let (services, deed) = (Arc::clone(services), deed.clone());
        tokio::spawn(async move {
            let by = person(&by);
            match deed {
                Some(deed) => does(&services, &by, &at, deed).await.map(|_account| ()),
                None => services.deps.user_admin.delete(at.id, &order(&by)).await,
            }
        })
    });
    let mut done = 0;
    for act in acts {
        match act.await.unwrap() {
            Ok(()) => done += 1,
            // Whoever was deleted meanwhile is not there any more.
            Err(UserAdminError::LastAdministrator | UserAdminError::NotFound) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_act_against_each_other_at_once_one_stays() {
    let services = Arc::new(TestServices::start().await);
    let deeds = [Some(UserDeed::UnsetAdmin), Some(UserDeed::Disable), None];
    for round in 0..30 {
        let done = at_each_other(&services, round, deeds[round % 3].clone()).await;
        assert_eq!(done, 1, "round {round}");
        let active = services.stored().active_administrators().await;
        assert_eq!(active.len(), 1, "round {round}: {active:?}");
        // Nobody is left for the next round.
        services.database().remove_users().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_are_demoted_at_once_one_stays() {
    let services = Arc::new(TestServices::start().await);
    let agent = services.client().create().await;
    let mut all = Vec::new();
    for number in 0..12 {
        let name = format!("root{number}");
        all.push(services.user(&name).administrator().create().await);
    }
    let acts = (0..all.len()).map(|number| {
        let services = Arc::clone(&services);
        let (by, at) = (person(&all[number]), all[(number + 1) % all.len()].clone());
        let deed = TAKING[number % 2].clone();
        tokio::spawn(async move { does(&services, &by, &at, deed).await.map(|_account| ()) })
    });
    let mut refused = 0;
    for act in acts.collect::<Vec<_>>() {
        match act.await.unwrap() {
            Ok(()) => {}
            Err(UserAdminError::LastAdministrator) => refused += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(refused, 1);
    assert_eq!(services.stored().active_administrators().await.len(), 1);
    drop(agent);
}

#[tokio::test]
async fn a_service_client_changes_users_and_no_administrators() {
    let services = TestServices::start().await;
    let agent = services.client().create().await;
    let root = services.user("root").administrator().create().await;
    services.user("other").administrator().create().await;
    let alice = services.user("alice").create().await;
    let by = machine(&agent);
    let before = services.stored().registry().await;
    for deed in [
        UserDeed::Update(Box::default()),
        UserDeed::Enable,
        UserDeed::Disable,
        UserDeed::Verify,
        UserDeed::UnsetAdmin,
        UserDeed::RequirePasswordChange,
    ] {
        let error = does(&services, &by, &root, deed).await.unwrap_err();
        assert!(needs_person(&error), "{error}");
    }
    let users = &services.deps.user_admin;
    for error in [
        does(&services, &by, &alice, UserDeed::SetAdmin)
            .await
            .unwrap_err(),
        users.delete(root.id, &order(&by)).await.unwrap_err(),
        users.unlock(root.id, &order(&by)).await.unwrap_err(),
    ] {
        assert!(needs_person(&error), "{error}");
    }
    assert_eq!(services.stored().registry().await, before);

    let account = does(&services, &by, &alice, UserDeed::RequirePasswordChange).await;
    assert_eq!(account.unwrap().password_change, PasswordChange::Required);
    users.delete(alice.id, &order(&by)).await.unwrap();
    assert_eq!(services.stored().user("alice").await, None);
}

#[tokio::test]
async fn a_change_to_another_version_and_one_that_is_not_meant_leave_nothing_behind() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    let alice = services.user("alice").create().await;
    let by = person(&root);
    let before = services.stored().registry().await;
    let stale = Order {
        version: Some(7),
        ..order(&by)
    };
    let dry = Order {
        run: Run::Dry,
        version: Some(1),
        ..order(&by)
    };
    let users = &services.deps.user_admin;
    for deed in [UserDeed::Disable, UserDeed::SetAdmin] {
        let error = users
            .change(alice.id, deed.clone(), &stale)
            .await
            .unwrap_err();
        assert!(matches!(error, UserAdminError::VersionMismatch), "{error}");
        let account = users.change(alice.id, deed, &dry).await.unwrap();
        assert_eq!(account.version, 2);
    }
    let error = users.delete(alice.id, &stale).await.unwrap_err();
    assert!(matches!(error, UserAdminError::VersionMismatch), "{error}");
    users.delete(alice.id, &dry).await.unwrap();
    assert_eq!(services.stored().registry().await, before);

    // What is so already leaves no trace.
    let account = users.change(alice.id, UserDeed::Enable, &order(&by)).await;
    assert_eq!(account.unwrap().version, 1);
    assert_eq!(services.stored().registry().await, before);
}
