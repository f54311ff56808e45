//! What is known of refused codes, refresh tokens, scopes and resources: for administrators, from
//! what the refusing statement has read anyway.

use authly_domain::authorizations::{CodeRecord, CodeRefusal, verifier_is_well_formed};
use authly_domain::clients::{Client, GrantType};
use authly_domain::clock::Timestamp;
use authly_domain::grants::{LivenessFacts, NotAlive, Revocation};
use authly_domain::issuer::Issuer;
use authly_domain::refusals::{Facts, difference, moment, shown};
use authly_domain::scopes::{Resource, Scope};
use authly_domain::tokens::{
    InvalidRefresh, RefreshState, RefreshTokenRecord, TokenNotAlive, TokenRecord,
};

use super::{
    AuthorizationCodeGrant, InvalidGrant, InvalidScope, InvalidTarget, RefreshTokenGrant,
    TokenError,
};

/// Resources, one after the other.
fn listed(resources: &[Resource]) -> String {
    let texts: Vec<_> = resources.iter().map(Resource::as_str).collect();
    if texts.is_empty() {
        "none".to_owned()
    } else {
        texts.join(" ")
    }
}

/// The client is not registered for the grant type.
pub(super) fn other_grant_type(client: &Client, asked: GrantType) -> TokenError {
    let allowed: Vec<_> = client.grant_types.iter().map(|one| one.as_str()).collect();
    let facts = Facts::default()
        .expected(format!("one of: {}", allowed.join(" ")))
        .came(asked.as_str());
    TokenError::GrantNotAllowed(asked, facts.into())
}

/// More scope is asked for than may be.
pub(super) fn other_scope(why: InvalidScope, possible: &Scope, asked: &Scope) -> TokenError {
    let beyond = asked.without(possible);
    let facts = Facts::default()
        .more(format!("It was {}.", shown(&beyond.to_string())))
        .expected(format!("a part of: {possible}"))
        .came(asked);
    TokenError::InvalidScope(why, facts.into())
}

/// A resource is asked for that may not be.
pub(super) fn other_resource(possible: &[Resource], asked: &[Resource]) -> TokenError {
    refused_target(InvalidTarget::NotAllowed, possible, asked)
}

/// A resource is refused, for whatever reason.
pub(super) fn refused_target(
    why: InvalidTarget,
    possible: &[Resource],
    asked: &[Resource],
) -> TokenError {
    let facts = Facts::default()
        .expected(format!("some of: {}", listed(possible)))
        .came(listed(asked));
    TokenError::InvalidTarget(why, facts.into())
}

/// A code that was redeemed before.
pub(super) fn of_replay(record: &CodeRecord, now: Timestamp) -> Facts {
    let facts = Facts::default().of_user(record.code.user);
    let Some(at) = record.redeemed_at else {
        return facts;
    };
    let seconds = now.since(at).as_secs();
    let from = record.redeemed_from.map(|from| format!(" from {from}"));
    let from = from.unwrap_or_default();
    let used = format!("It was used {seconds} s earlier by the same client{from}.");
    facts
        .more(used)
        .expected("a code that was never used")
        .came(format!("a code that was used at {}", moment(at)))
}

/// A code that is refused and stays as it is.
pub(super) fn of_code(
    record: &CodeRecord,
    why: CodeRefusal,
    asked: &AuthorizationCodeGrant,
    now: Timestamp,
) -> Facts {
    let code = &record.code;
    let facts = Facts::default().of_user(code.user);
    match why {
        CodeRefusal::OtherClient => facts
            .expected("the client that the code was issued to")
            .came("another client"),
        CodeRefusal::RedirectUri => {
            let came = asked.redirect_uri.as_deref().unwrap_or("none");
            let registered = std::slice::from_ref(&code.redirect_uri);
            let difference = difference("redirect_uri", "the requested", registered, came);
            let facts = facts.expected(code.redirect_uri.as_str()).came(came);
            match difference {
                Some(difference) => facts.more(difference),
                None => facts,
            }
        }
        CodeRefusal::Verifier => {
            let (more, came) = match (&code.code_challenge, &asked.code_verifier) {
                (Some(_), None) => ("It is missing.", "no code_verifier"),
                (None, _) => (
                    "There was no code_challenge in the authorization request.",
                    "a code_verifier",
                ),
                (Some(_), Some(shown)) if !verifier_is_well_formed(shown) => (
                    "It is no text of 43 to 128 unreserved characters.",
                    "a malformed code_verifier",
                ),
                (Some(_), Some(_)) => (
                    "Its SHA-256 is another: it is of another authorization request.",
                    "another code_verifier",
                ),
            };
            let expected = match code.code_challenge {
                Some(_) => "the code_verifier of the authorization request",
                None => "no code_verifier",
            };
            facts.more(more).expected(expected).came(came)
        }
        CodeRefusal::Expired => facts
            .more(format!(
                "It ended {} s earlier.",
                since(code.expires_at, now)
            ))
            .expected(format!("before {}", moment(code.expires_at)))
            .came(moment(now)),
        CodeRefusal::NotAlive(why) => ended(facts, why, &record.liveness, None),
    }
}

/// A refresh token that was spent, and whose window is over.
pub(super) fn of_reuse(record: &RefreshTokenRecord, now: Timestamp) -> Facts {
    let facts = Facts::default().of_user(record.user);
    match &record.state {
        RefreshState::Spent { at, .. } => facts
            .more(format!("It was exchanged {} s earlier.", since(*at, now)))
            .expected("its successor")
            .came(format!(
                "a refresh token that was exchanged at {}",
                moment(*at)
            )),
        RefreshState::Live | RefreshState::Revoked => facts,
    }
}

/// A refresh token that is refused and stays as it is.
pub(super) fn of_refresh(
    record: &RefreshTokenRecord,
    why: InvalidRefresh,
    asked: &RefreshTokenGrant,
    now: Timestamp,
) -> TokenError {
    let facts = Facts::default().of_user(record.user);
    let told = match why {
        InvalidRefresh::WiderScope => {
            let nothing = Scope::default();
            let asked = asked.scope.as_ref().unwrap_or(&nothing);
            return other_scope(InvalidScope::Wider, &record.scope, asked);
        }
        InvalidRefresh::OtherResource => {
            return other_resource(&record.resources, &asked.resources);
        }
        InvalidRefresh::OtherClient => facts
            .expected("the client that the refresh token was issued to")
            .came("another client"),
        InvalidRefresh::Expired => facts
            .more(format!(
                "It ended {} s earlier.",
                since(record.expires_at, now)
            ))
            .expected(format!("before {}", moment(record.expires_at)))
            .came(moment(now)),
        InvalidRefresh::Revoked => facts,
        InvalidRefresh::NotAlive(why) => {
            ended(facts, why, &record.liveness, record.grant_revoked_for)
        }
    };
    TokenError::InvalidGrant(InvalidGrant::Refresh(why), told.into())
}

/// What is known of an access token that was found.
pub(crate) fn of_token(token: &TokenRecord) -> Facts {
    Facts::default().of_client(token.client_id.as_str())
}

/// What is known of an access token that does not count.
pub(crate) fn of_dead_token(token: &TokenRecord, why: TokenNotAlive) -> Facts {
    let facts = of_token(token);
    match why {
        TokenNotAlive::Expired => facts.more(format!("It ended at {}.", moment(token.expires_at))),
        TokenNotAlive::Ended => match token.ended_at {
            Some(at) => facts.more(format!("That was at {}.", moment(at))),
            None => facts,
        },
        TokenNotAlive::Grant(why) => ended(facts, why, &token.liveness, None),
    }
}

/// What is known of an access token that is for others than this issuer.
pub(crate) fn of_audience(token: &TokenRecord, issuer: &Issuer) -> Facts {
    of_token(token)
        .expected(format!("an audience that holds {}", issuer.as_str()))
        .came(token.audience.join(" "))
}

/// What is known of an access token that lacks a scope.
pub(crate) fn of_scope(token: &TokenRecord, needed: &str) -> Facts {
    of_token(token).expected(needed).came(&token.scope)
}

/// What is known of what has ended.
fn ended(
    facts: Facts,
    why: NotAlive,
    liveness: &LivenessFacts,
    revoked_for: Option<Revocation>,
) -> Facts {
    let at = match why {
        NotAlive::UserInactive | NotAlive::ClientInactive => None,
        NotAlive::GrantRevoked => liveness.grant_revoked_at,
        NotAlive::SessionEnded => liveness.session_ended_at,
        NotAlive::KeyRevoked => liveness.key_revoked_at,
    };
    match (at, revoked_for) {
        (Some(at), Some(reason)) => {
            let (at, reason) = (moment(at), because(reason));
            facts.more(format!("That was at {at}, because {reason}."))
        }
        (Some(at), None) => facts.more(format!("That was at {}.", moment(at))),
        (None, _) => facts,
    }
}

const fn because(reason: Revocation) -> &'static str {
    match reason {
        Revocation::RefreshTokenReuse => "a refresh token of it came that was exchanged before",
        Revocation::CodeReplay => "its code was used a second time",
        Revocation::ByClient => "the client asked for it",
        Revocation::PasswordChanged => "the user's password was changed",
        Revocation::ByAdministrator => "an administrator ended it",
        Revocation::ByUser => "its user took the access back",
    }
}

fn since(end: Timestamp, now: Timestamp) -> u64 {
    now.since(end).as_secs()
}
