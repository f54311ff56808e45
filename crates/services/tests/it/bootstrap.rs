//! The first start.

use std::sync::Arc;

use authly_domain::clients::{ApplicationType, ClientType, ConsentPolicy};
use authly_domain::secret::Password;
use authly_domain::sessions::LoginStep;
use authly_domain::users::PasswordChange;
use authly_services::bootstrap::{BootstrapError, COMMAND_LINE, NewAdministrator};
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

use crate::flow;

fn administrator(username: &str) -> NewAdministrator {
    NewAdministrator {
        username: username.parse().unwrap(),
        email: Some(format!("{username}@example.com").parse().unwrap()),
        password: Password::new("a password that was generated".to_owned()),
        password_change: PasswordChange::Required,
    }
}

#[tokio::test]
async fn there_is_one_administrator_however_often_it_is_done() {
    let services = TestServices::start().await;
    let bootstrap = services.bootstrap();
    assert!(bootstrap.needs_administrator().await.unwrap());
    assert!(
        bootstrap
            .create_administrator(&administrator("admin"))
            .await
            .unwrap()
    );

    let before = services.stored().registry().await;
    assert!(!bootstrap.needs_administrator().await.unwrap());
    for name in ["admin", "somebody-else"] {
        assert!(
            !bootstrap
                .create_administrator(&administrator(name))
                .await
                .unwrap()
        );
    }
    assert_eq!(services.stored().registry().await, before);
    assert_eq!(
        services.stored().audit_actions().await,
        ["administrator.created"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_at_once_make_one_administrator() {
    for names in [["admin"; 4], ["admin", "root", "boss", "chief"]] {
        let services = Arc::new(TestServices::start().await);
        let attempts = names.map(|name| {
            let services = Arc::clone(&services);
            let administrator = administrator(name);
            tokio::spawn(async move {
                services
                    .bootstrap()
                    .create_administrator(&administrator)
                    .await
                    .unwrap()
            })
        });
        let mut made = 0;
        for attempt in attempts {
            made += usize::from(attempt.await.unwrap());
        }
        assert_eq!(made, 1, "{names:?}");
        assert_eq!(services.stored().users().await.len(), 1, "{names:?}");
        assert_eq!(
            services.stored().audit_actions().await,
            ["administrator.created"]
        );
    }
}

#[tokio::test]
async fn the_administrator_logs_in_and_changes_the_password_first() {
    let services = TestServices::start().await;
    let bootstrap = services.bootstrap();
    bootstrap
        .create_administrator(&administrator("admin"))
        .await
        .unwrap();
    let password = Password::new("a password that was generated".to_owned());
    let browser = flow::browser(&services);
    let logged_in = services
        .deps
        .sessions
        .log_in("admin", password, &browser)
        .await
        .unwrap();
    assert_eq!(logged_in.next, Some(LoginStep::ChangePassword));
}

#[tokio::test]
async fn a_name_that_belongs_to_an_ordinary_user_is_not_taken_over() {
    let services = TestServices::start().await;
    services.user("admin").create().await;
    let before = services.stored().registry().await;
    let refused = services
        .bootstrap()
        .create_administrator(&administrator("admin"))
        .await;
    assert!(
        matches!(refused, Err(BootstrapError::NameTaken)),
        "{refused:?}"
    );
    assert_eq!(services.stored().registry().await, before);
    assert!(services.stored().audit_actions().await.is_empty());
}

#[tokio::test]
async fn built_in_scopes_are_added_and_what_was_changed_stays() {
    let services = TestServices::start().await;
    let conn = services.db.connect().await.unwrap();
    let mut openid = conn
        .reads()
        .scopes()
        .of_names(&"openid".parse().unwrap())
        .await
        .unwrap();
    let mut openid = openid.pop().unwrap();
    openid.description = "Know your name".to_owned();
    conn.reads()
        .scopes()
        .upsert(&openid, services.context.now())
        .await
        .unwrap();
    drop(conn);
    let before = services.stored().registry().await;

    services.bootstrap().ensure_scopes().await.unwrap();
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn a_generated_password_is_long_and_another_each_time() {
    let services = TestServices::start().await;
    let generate = || services.bootstrap().generate_password().expose().to_owned();
    let (one, other) = (generate(), generate());
    assert_ne!(one, other);
    assert_eq!(one.len(), 27, "{one}");
    assert!(
        one.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    );
}

#[tokio::test]
async fn the_command_line_is_registered_once_however_often_it_is_done() {
    let services = TestServices::start().await;
    let bootstrap = services.bootstrap();

    bootstrap.ensure_command_line().await.unwrap();

    let before = services.stored().registry().await;
    let conn = services.db.connect().await.unwrap();
    let id = COMMAND_LINE.parse().unwrap();
    let client = conn.reads().clients().find(&id).await.unwrap().unwrap();
    assert_eq!(client.client_type, ClientType::Public);
    assert_eq!(client.application_type, ApplicationType::Native);
    assert_eq!(client.consent, ConsentPolicy::Ask);
    assert!(client.scope.contains("admin:audit:write") && client.scope.contains("offline_access"));
    let clients = conn.reads().clients();
    let registered = clients.find_registered(client.key).await.unwrap().unwrap();
    assert!(registered.is_system);
    bootstrap.ensure_command_line().await.unwrap();
    assert_eq!(services.stored().registry().await, before);

    // What an administrator calls it, it is called.
    let mut renamed = client.clone();
    renamed.name = "Our command line".to_owned();
    let now = services.context.now();
    clients.upsert(&renamed, now).await.unwrap();
    bootstrap.ensure_command_line().await.unwrap();
    let client = clients.find(&id).await.unwrap().unwrap();
    assert_eq!(client.name, "Our command line");
}
