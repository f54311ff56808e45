use pretty_assertions::assert_eq;
use uuid::Uuid;

use super::*;
use crate::grants::LivenessFacts;
use crate::id::{GrantId, TokenId, UserId};
use crate::sessions::Authentication;
use crate::users::{GrantedClaims, Profile, Subject, UserClaims};

const WINDOW: Duration = Duration::from_secs(10);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_000_000 + seconds).unwrap()
}

fn ours() -> ClientKey {
    ClientKey::from_uuid(Uuid::nil())
}

fn token() -> RefreshTokenRecord {
    RefreshTokenRecord {
        id: TokenId::from_uuid(Uuid::nil()),
        grant: GrantId::from_uuid(Uuid::nil()),
        client: ours(),
        user: UserId::from_uuid(Uuid::nil()),
        claims: GrantedClaims {
            user: UserClaims {
                subject: Subject::new("s".to_owned()),
                username: "alice".parse().unwrap(),
                email: None,
                email_is_verified: false,
                profile: Profile::default(),
                updated_at: at(0),
            },
            requested: Vec::new(),
        },
        pairwise_subject: None,
        session: None,
        scope: "openid email".parse().unwrap(),
        resources: vec!["https://api.example".parse().unwrap()],
        authentication: Authentication::by_password(at(0)),
        predecessor: None,
        expires_at: at(1_000),
        grant_created_at: at(0),
        state: RefreshState::Live,
        grant_revoked_for: None,
        liveness: LivenessFacts {
            user_is_active: Some(true),
            client_is_active: true,
            grant_revoked_at: None,
            session_ended_at: None,
            key_revoked_at: None,
        },
        client_version: 1,
    }
}

fn plan(token: &RefreshTokenRecord, now: Timestamp) -> Rotation {
    let request = RefreshRequest {
        client: ours(),
        scope: None,
        resources: &[],
    };
    token.plan_rotation(&request, now, WINDOW)
}

fn spent(successor: Option<SealedSuccessor>) -> RefreshTokenRecord {
    RefreshTokenRecord {
        state: RefreshState::Spent {
            at: at(0),
            successor,
        },
        ..token()
    }
}

#[test]
fn a_live_token_is_exchanged_for_all_that_was_granted() {
    let Rotation::Proceed { scope, resources } = plan(&token(), at(999)) else {
        panic!("not exchanged")
    };
    assert_eq!(scope.to_string(), "openid email");
    assert_eq!(resources.len(), 1);
}

#[test]
fn an_expired_token_is_refused() {
    assert_eq!(
        plan(&token(), at(1_000)),
        Rotation::Refused(InvalidRefresh::Expired)
    );
}

#[test]
fn a_token_spent_a_moment_ago_yields_its_successor_again() {
    let sealed = SealedSuccessor::new(vec![1]);
    let again = plan(&spent(Some(sealed.clone())), at(9));
    assert!(matches!(again, Rotation::RepeatSuccessor { sealed: found, .. } if found == sealed));
}

#[test]
fn a_spent_token_is_reused_after_the_window_or_once_its_successor_was_used() {
    assert_eq!(
        plan(&spent(Some(SealedSuccessor::new(vec![1]))), at(10)),
        Rotation::Reused
    );
    assert_eq!(plan(&spent(None), at(1)), Rotation::Reused);
}

#[test]
fn a_spent_token_whose_own_time_is_over_is_expired_unless_it_was_spent_a_moment_ago() {
    assert_eq!(plan(&spent(None), at(999)), Rotation::Reused);
    let expired = Rotation::Refused(InvalidRefresh::Expired);
    assert_eq!(plan(&spent(None), at(1_000)), expired);

    let state = RefreshState::Spent {
        at: at(999),
        successor: Some(SealedSuccessor::new(vec![1])),
    };
    let just_spent = RefreshTokenRecord { state, ..token() };
    let again = plan(&just_spent, at(1_008));
    assert!(matches!(again, Rotation::RepeatSuccessor { .. }));
    assert_eq!(plan(&just_spent, at(1_009)), expired);
}

#[test]
fn another_client_changes_nothing_even_with_a_spent_token() {
    let other = ClientKey::from_uuid(Uuid::max());
    let request = RefreshRequest {
        client: other,
        scope: None,
        resources: &[],
    };
    let plan = spent(None).plan_rotation(&request, at(100), WINDOW);
    assert_eq!(plan, Rotation::Refused(InvalidRefresh::OtherClient));
}

#[test]
fn a_dead_grant_refuses_before_anything_else() {
    let mut token = spent(None);
    token.liveness.user_is_active = Some(false);
    let refused = Rotation::Refused(InvalidRefresh::NotAlive(NotAlive::UserInactive));
    assert_eq!(plan(&token, at(1)), refused);
}

#[test]
fn scope_and_resources_can_be_narrowed_and_not_widened() {
    let ask = |scope: &str, resources: &[Resource]| {
        let scope: Scope = scope.parse().unwrap();
        let request = RefreshRequest {
            client: ours(),
            scope: Some(&scope),
            resources,
        };
        token().plan_rotation(&request, at(1), WINDOW)
    };
    assert!(
        matches!(ask("email", &[]), Rotation::Proceed { scope, .. } if scope.to_string() == "email")
    );
    assert_eq!(
        ask("email admin", &[]),
        Rotation::Refused(InvalidRefresh::WiderScope)
    );
    let other = ["https://other.example".parse().unwrap()];
    assert_eq!(
        ask("email", &other),
        Rotation::Refused(InvalidRefresh::OtherResource)
    );
}
