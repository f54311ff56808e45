//! The UserInfo endpoint.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use authly_domain::users::{Address, ClaimValue, GivenClaims, StandardClaim, Subject};
use authly_protocol::oidc::{AddressClaim, UserInfoResponse};
use authly_services::userinfo::{UserInfo, UserInfoService};

use crate::extract::{BearerToken, JsonBody, origin};
use crate::respond::OAuthFailure;

/// The content type of signed and of encrypted answers (OpenID Connect Core §5.3.2).
const JWT: &str = "application/jwt";

/// `GET /oidc/userinfo` and `POST /oidc/userinfo` -
/// [OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo)
pub(crate) async fn claims(
    BearerToken(token): BearerToken,
    userinfo: web::Data<UserInfoService>,
) -> Result<HttpResponse, OAuthFailure> {
    Ok(answer(userinfo.claims(&token).await?))
}

/// `PUT /oidc/userinfo`: changes claims of the user's own profile.
pub(crate) async fn change(
    BearerToken(token): BearerToken,
    JsonBody(document): JsonBody,
    userinfo: web::Data<UserInfoService>,
    request: HttpRequest,
) -> Result<HttpResponse, OAuthFailure> {
    let from = origin(&request);
    userinfo.change(&token, &document, from).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn answer(userinfo: UserInfo) -> HttpResponse {
    match userinfo.jwt {
        Some(jwt) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, JWT))
            .body(jwt.expose().to_owned()),
        None => HttpResponse::Ok().json(userinfo_response(&userinfo.subject, userinfo.claims)),
    }
}

fn userinfo_response(subject: &Subject, claims: GivenClaims) -> UserInfoResponse {
    let mut response = UserInfoResponse {
        sub: subject.as_str().to_owned(),
        ..UserInfoResponse::default()
    };
    for (claim, value) in claims.0 {
        match value {
            ClaimValue::Text(text) => {
                if let Some(place) = text_of(&mut response, claim) {
                    *place = Some(text);
                }
            }
            ClaimValue::Flag(flag) if claim == StandardClaim::EmailVerified => {
                response.email_verified = Some(flag);
            }
            ClaimValue::Flag(flag) => response.phone_number_verified = Some(flag),
            ClaimValue::Number(number) => response.updated_at = Some(number),
            ClaimValue::Address(address) => response.address = Some(address_claim(address)),
        }
    }
    response
}

/// Where the text of a claim stands; `None` for claims that are no texts.
fn text_of(response: &mut UserInfoResponse, claim: StandardClaim) -> Option<&mut Option<String>> {
    use StandardClaim as C;
    Some(match claim {
        C::Name => &mut response.name,
        C::GivenName => &mut response.given_name,
        C::FamilyName => &mut response.family_name,
        C::MiddleName => &mut response.middle_name,
        C::Nickname => &mut response.nickname,
        C::PreferredUsername => &mut response.preferred_username,
        C::Profile => &mut response.profile,
        C::Picture => &mut response.picture,
        C::Website => &mut response.website,
        C::Gender => &mut response.gender,
        C::Birthdate => &mut response.birthdate,
        C::Zoneinfo => &mut response.zoneinfo,
        C::Locale => &mut response.locale,
        C::Email => &mut response.email,
        C::PhoneNumber => &mut response.phone_number,
        C::UpdatedAt | C::EmailVerified | C::PhoneNumberVerified | C::Address => return None,
    })
}

fn address_claim(address: Address) -> AddressClaim {
    AddressClaim {
        formatted: address.formatted,
        street_address: address.street_address,
        locality: address.locality,
        region: address.region,
        postal_code: address.postal_code,
        country: address.country,
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn subject() -> Subject {
        Subject::new("0198f2c4".to_owned())
    }

    #[test]
    fn without_claims_the_subject_stands_alone() {
        let alone = UserInfoResponse {
            sub: "0198f2c4".to_owned(),
            ..UserInfoResponse::default()
        };
        assert_eq!(userinfo_response(&subject(), GivenClaims::default()), alone);
    }

    #[test]
    fn every_claim_has_its_place_and_its_type() {
        let address = Address {
            locality: Some("Berlin".to_owned()),
            ..Address::default()
        };
        let value = |claim: StandardClaim| match claim {
            StandardClaim::UpdatedAt => ClaimValue::Number(1_800_000_000),
            StandardClaim::EmailVerified | StandardClaim::PhoneNumberVerified => {
                ClaimValue::Flag(true)
            }
            StandardClaim::Address => ClaimValue::Address(address.clone()),
            text => ClaimValue::Text(text.as_str().to_owned()),
        };
        let all = StandardClaim::ALL.map(|claim| (claim, value(claim)));
        let response = userinfo_response(&subject(), GivenClaims(all.to_vec()));
        let written = serde_json::to_value(response).unwrap();
        for claim in StandardClaim::ALL {
            let expected = match value(claim) {
                ClaimValue::Text(text) => text.into(),
                ClaimValue::Flag(flag) => flag.into(),
                ClaimValue::Number(number) => number.into(),
                ClaimValue::Address(_) => serde_json::json!({ "locality": "Berlin" }),
            };
            assert_eq!(written[claim.as_str()], expected, "{claim:?}");
        }
    }
}
