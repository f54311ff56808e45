//! The UserInfo endpoint.

use actix_web::{HttpResponse, web};
use authly_protocol::oidc::UserInfoResponse;
use authly_services::userinfo::{ProfileClaims, UserInfo, UserInfoService};

use crate::extract::BearerToken;
use crate::respond::OAuthFailure;

/// `GET /oidc/userinfo` and `POST /oidc/userinfo` -
/// [OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)
pub(crate) async fn claims(
    BearerToken(token): BearerToken,
    userinfo: web::Data<UserInfoService>,
) -> Result<HttpResponse, OAuthFailure> {
    let claims = userinfo.claims(&token).await?;
    Ok(HttpResponse::Ok().json(userinfo_response(claims)))
}

fn userinfo_response(claims: UserInfo) -> UserInfoResponse {
    let email = claims.email;
    UserInfoResponse {
        sub: claims.subject.as_str().to_owned(),
        email_verified: email.as_ref().map(|email| email.email_verified),
        email: email.map(|email| email.email.as_str().to_owned()),
        ..claims.profile.map(profile_claims).unwrap_or_default()
    }
}

fn profile_claims(claims: ProfileClaims) -> UserInfoResponse {
    let profile = claims.profile;
    UserInfoResponse {
        name: profile.name,
        given_name: profile.given_name,
        family_name: profile.family_name,
        middle_name: profile.middle_name,
        nickname: profile.nickname,
        preferred_username: Some(claims.username.as_str().to_owned()),
        profile: profile.profile,
        picture: profile.picture,
        website: profile.website,
        gender: profile.gender,
        birthdate: profile.birthdate,
        zoneinfo: profile.zoneinfo,
        locale: profile.locale,
        updated_at: Some(claims.updated_at.unix_seconds()),
        ..UserInfoResponse::default()
    }
}

#[cfg(test)]
mod tests {
    use authly_domain::clock::Timestamp;
    use authly_domain::users::{Profile, Subject};
    use authly_services::userinfo::EmailClaims;
    use pretty_assertions::assert_eq;

    use super::*;

    fn claims() -> UserInfo {
        UserInfo {
            subject: Subject::new("0198f2c4".to_owned()),
            profile: None,
            email: None,
        }
    }

    #[test]
    fn without_further_scopes_the_subject_stands_alone() {
        let alone = UserInfoResponse {
            sub: "0198f2c4".to_owned(),
            ..UserInfoResponse::default()
        };
        assert_eq!(userinfo_response(claims()), alone);
    }

    #[test]
    fn each_scope_brings_its_claims() {
        let response = userinfo_response(UserInfo {
            profile: Some(ProfileClaims {
                username: "alice".parse().unwrap(),
                profile: Profile {
                    given_name: Some("Alice".to_owned()),
                    ..Profile::default()
                },
                updated_at: Timestamp::from_unix_seconds(1_800_000_000).unwrap(),
            }),
            email: Some(EmailClaims {
                email: "alice@example.com".parse().unwrap(),
                email_verified: true,
            }),
            ..claims()
        });
        assert_eq!(response.sub, "0198f2c4");
        assert_eq!(response.preferred_username.as_deref(), Some("alice"));
        assert_eq!(response.given_name.as_deref(), Some("Alice"));
        assert_eq!(response.updated_at, Some(1_800_000_000));
        assert_eq!(response.email.as_deref(), Some("alice@example.com"));
        assert_eq!(response.email_verified, Some(true));
    }
}
