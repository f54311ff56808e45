//! `users`.

mod account;
mod list;

use authly_domain::id::UserId;
use authly_domain::users::{
    Address, Email, LoginName, PasswordChange, PasswordHash, PasswordScheme, PasswordVersion,
    Profile, Subject, Username,
};
use authly_repositories::users::{NewUser, UserChange};
use pretty_assertions::assert_eq;

use crate::spoil::corrupt_column;
use crate::world::{User, World, password_hash};

in_both_modes!(
    a_user_is_found_by_name_address_and_key,
    a_name_or_address_that_is_taken_is_not_stored_again,
    a_change_leaves_what_it_does_not_speak_of,
    a_password_is_upgraded_only_while_it_is_the_one_that_was_found_right,
    a_new_password_ends_the_need_for_a_change,
    a_login_is_noted_without_moving_the_profile,
    an_administrator_is_known,
    what_we_never_write_is_corrupt,
);

fn full_profile() -> Profile {
    let text = |text: &str| Some(text.to_owned());
    Profile {
        name: text("Alice Adams"),
        given_name: text("Alice"),
        family_name: text("Adams"),
        middle_name: text("A."),
        nickname: text("Al"),
        profile: text("https://alice.example/"),
        picture: text("https://alice.example/face.png"),
        website: text("https://alice.example/blog"),
        gender: text("female"),
        birthdate: text("0000-03-22"),
        zoneinfo: text("Europe/Berlin"),
        locale: text("en"),
        phone_number: text("+49 30 1234567"),
        phone_number_verified: Some(true),
        address: Address {
            formatted: text("Hauptstr. 1\n10827 Berlin"),
            street_address: text("Hauptstr. 1"),
            locality: text("Berlin"),
            region: text("BE"),
            postal_code: text("10827"),
            country: text("DE"),
        },
    }
}

/// Who is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    Ordinary,
    Administrator,
}

/// Stores a user with a full profile, whose password has to be changed. Answers whether name and
/// address were free.
async fn insert(world: &World, name: &str, email: &str, rank: Rank) -> (UserId, bool) {
    let id = world.id(UserId::generate);
    let username: Username = name.parse().unwrap();
    let email: Email = email.parse().unwrap();
    let new = NewUser {
        id,
        subject: &Subject::new(id.as_uuid().to_string()),
        username: &username,
        email: Some(&email),
        is_verified: false,
        password: Some(&password_hash("first")),
        password_change: PasswordChange::Required,
        is_admin: rank == Rank::Administrator,
        profile: &full_profile(),
        created_at: world.now,
    };
    let conn = world.conn().await;
    (id, conn.reads().users().insert(&new).await.unwrap())
}

async fn a_user_is_found_by_name_address_and_key(world: World) {
    let (id, _) = insert(&world, "Alice", "Alice@Example.com", Rank::Ordinary).await;
    let conn = world.conn().await;
    let users = conn.reads().users();
    let by = async |name: &str| {
        users
            .find_credentials(&LoginName::read(name))
            .await
            .unwrap()
    };
    for found in [
        by("aLICE").await,
        by(" alice@example.COM ").await,
        users.credentials_of(id).await.unwrap(),
    ] {
        let found = found.unwrap();
        assert_eq!(found.id, id);
        assert_eq!(found.username.as_str(), "Alice");
        assert_eq!(found.email.unwrap().as_str(), "Alice@Example.com");
        assert_eq!(found.password, Some(password_hash("first")));
        assert_eq!(found.password_change, PasswordChange::Required);
        assert!(found.is_active);
    }
    for nobody in ["bob", "bob@example.com", "no name at all"] {
        assert!(by(nobody).await.is_none(), "{nobody}");
    }
    assert!(
        users
            .credentials_of(world.id(UserId::generate))
            .await
            .unwrap()
            .is_none()
    );
}

async fn a_name_or_address_that_is_taken_is_not_stored_again(world: World) {
    insert(&world, "alice", "alice@example.com", Rank::Ordinary).await;
    for (name, email) in [
        ("ALICE", "other@example.com"),
        ("other", "ALICE@example.com"),
    ] {
        let (_, is_stored) = insert(&world, name, email, Rank::Ordinary).await;
        assert!(!is_stored, "{name} {email}");
    }
    assert_eq!(world.database.stored().users().await.len(), 1);
}

async fn a_change_leaves_what_it_does_not_speak_of(world: World) {
    let family = world.family().await;
    let alice = family.user.id;
    let conn = world.conn().await;
    let claims = async || {
        let tokens = conn.reads().tokens();
        let found = tokens
            .find_with_claims(&family.access.digest)
            .await
            .unwrap();
        found.unwrap().claims.user
    };
    let everything = UserChange {
        email: Some(&"adams@example.com".parse().unwrap()),
        is_verified: Some(false),
        is_admin: Some(true),
        profile: &full_profile(),
    };
    conn.reads()
        .users()
        .change(alice, &everything)
        .await
        .unwrap();
    let changed = claims().await;
    assert_eq!(changed.profile, full_profile());
    assert_eq!(
        changed.email.as_ref().unwrap().as_str(),
        "adams@example.com"
    );
    assert!(!changed.email_is_verified);
    assert!(conn.reads().users().has_administrator().await.unwrap());

    let nickname = Profile {
        nickname: Some("Ally".to_owned()),
        ..Profile::default()
    };
    let little = UserChange {
        email: None,
        is_verified: None,
        is_admin: None,
        profile: &nickname,
    };
    conn.reads().users().change(alice, &little).await.unwrap();
    let changed_again = claims().await;
    assert_eq!(
        changed_again.profile,
        Profile {
            nickname: nickname.nickname,
            ..full_profile()
        }
    );
    assert_eq!(changed_again.email, changed.email);
    assert!(conn.reads().users().has_administrator().await.unwrap());
}

async fn a_password_is_upgraded_only_while_it_is_the_one_that_was_found_right(world: World) {
    let alice = world.user("alice").await.id;
    let conn = world.conn().await;
    let users = conn.reads().users();
    let password = async || {
        users
            .credentials_of(alice)
            .await
            .unwrap()
            .unwrap()
            .password
            .unwrap()
    };
    let upgraded = PasswordHash {
        scheme: PasswordScheme::BcryptSha256,
        ..password_hash("second")
    };

    users
        .upgrade_password(alice, &password_hash("other"), &upgraded)
        .await
        .unwrap();
    assert_eq!(password().await, password_hash("first"));

    users
        .upgrade_password(alice, &password_hash("first"), &upgraded)
        .await
        .unwrap();
    assert_eq!(password().await, upgraded);
}

async fn a_new_password_ends_the_need_for_a_change(world: World) {
    let (alice, _) = insert(&world, "alice", "alice@example.com", Rank::Ordinary).await;
    let conn = world.conn().await;
    let users = conn.reads().users();
    let version = users.set_password(alice, &password_hash("second")).await;
    assert_eq!(version.unwrap(), Some(PasswordVersion::new(1)));
    let nobody = world.id(UserId::generate);
    let version = users.set_password(nobody, &password_hash("second")).await;
    assert_eq!(version.unwrap(), None);

    let found = users.credentials_of(alice).await.unwrap().unwrap();
    assert_eq!(found.password, Some(password_hash("second")));
    assert_eq!(found.password_change, PasswordChange::NotRequired);
}

async fn a_login_is_noted_without_moving_the_profile(world: World) {
    let User { id: alice, subject } = world.user("alice").await;
    let conn = world.conn().await;
    let users = conn.reads().users();
    let at = world.later(5);
    let [present, other] = [0, 1].map(PasswordVersion::new);
    let (due, not_due) = (PasswordChange::Required, PasswordChange::NotRequired);
    for compared in [(other, not_due), (present, due)] {
        let noted = users.note_login(alice, compared, at).await.unwrap();
        assert_eq!(noted, None);
    }
    let noted = users.note_login(alice, (present, not_due), at).await;
    assert_eq!(noted.unwrap(), Some(subject));

    let sql = "SELECT last_login_at, updated_at = created_at AS is_untouched FROM users";
    let row = world
        .database
        .session()
        .await
        .query_one(sql, &[])
        .await
        .unwrap();
    let noted: time::OffsetDateTime = row.get("last_login_at");
    assert_eq!(noted, world.later(5).as_date_time());
    assert!(row.get::<_, bool>("is_untouched"));
}

async fn an_administrator_is_known(world: World) {
    let conn = world.conn().await;
    insert(&world, "alice", "alice@example.com", Rank::Ordinary).await;
    assert!(!conn.reads().users().has_administrator().await.unwrap());
    insert(&world, "admin", "admin@example.com", Rank::Administrator).await;
    assert!(conn.reads().users().has_administrator().await.unwrap());
}

async fn what_we_never_write_is_corrupt(world: World) {
    let alice = world.user("alice").await.id;
    let conn = world.conn().await;
    for (column, value, expected) in [
        ("username", "''", "username"),
        ("email", "'nobody'", "email"),
        ("password_scheme", "'md5'", "password_scheme"),
        ("password_scheme", "NULL", "password_scheme"),
        ("password_hash", "NULL", "password_scheme"),
    ] {
        let look = async || conn.reads().users().credentials_of(alice).await;
        let seen = world.spoiled(("users", column), value, look).await;
        assert_eq!(corrupt_column(seen), expected, "{column} = {value}");
    }
}
