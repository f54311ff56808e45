//! The token endpoint.

use actix_web::{HttpResponse, web};
use authly_domain::clients::GrantType;
use authly_domain::refusals::{Explanation, Facts, Reason};
use authly_domain::scopes::{Resource, Scope};
use authly_domain::secret::{AuthorizationCode, CodeVerifier, RefreshToken};
use authly_protocol::oauth::{ErrorCode, TokenResponse, WireSecret};
use authly_services::tokens::{
    AuthorizationCodeGrant, ClientCredentialsGrant, IssuedTokens, RefreshTokenGrant, TokenGrant,
    TokenService,
};

use crate::extract::{ClientAuth, OAuthForm};
use crate::respond::OAuthFailure;

/// `POST /api/v1/oauth/token` -
/// [OAuth 2.1 §3.2](https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1#section-3.2)
pub(crate) async fn exchange(
    mut auth: ClientAuth,
    tokens: web::Data<TokenService>,
) -> Result<HttpResponse, OAuthFailure> {
    let grant = read_grant(&mut auth.form)?;
    let issued = tokens.exchange(&auth.client, grant, auth.origin).await?;
    Ok(HttpResponse::Ok().json(token_response(issued)))
}

/// The grant that the form presents.
fn read_grant(form: &mut OAuthForm) -> Result<TokenGrant, OAuthFailure> {
    let name = form.require("grant_type", "The parameter grant_type is missing.")?;
    let grant_type = name
        .parse::<GrantType>()
        .map_err(|_source| unknown_grant_type(&name))?;
    Ok(match grant_type {
        // OAuth 2.1 §4.1.3.
        GrantType::AuthorizationCode => TokenGrant::AuthorizationCode(AuthorizationCodeGrant {
            code: form
                .require("code", "The parameter code is missing.")
                .map(AuthorizationCode::new)?,
            redirect_uri: form.take("redirect_uri"),
            code_verifier: form.take("code_verifier").map(CodeVerifier::new),
            resources: read_resources(form)?,
        }),
        // OAuth 2.1 §4.3.1.
        GrantType::RefreshToken => TokenGrant::RefreshToken(RefreshTokenGrant {
            refresh_token: form
                .require("refresh_token", "The parameter refresh_token is missing.")
                .map(RefreshToken::new)?,
            scope: read_scope(form)?,
            resources: read_resources(form)?,
        }),
        // OAuth 2.1 §4.2.
        GrantType::ClientCredentials => TokenGrant::ClientCredentials(ClientCredentialsGrant {
            scope: read_scope(form)?,
            resources: read_resources(form)?,
        }),
    })
}

fn unknown_grant_type(name: &str) -> OAuthFailure {
    let known = GrantType::ALL.map(GrantType::as_str).join(" ");
    let facts = Facts::default()
        .expected(format!("one of: {known}"))
        .came(worth_telling(name));
    let cause = Explanation::new(Reason::UnknownGrantType, facts);
    OAuthFailure::of(ErrorCode::UnsupportedGrantType).because(cause)
}

/// The grant type where it is one of another server; else it may be anything, a secret included.
pub(crate) fn worth_telling(name: &str) -> &'static str {
    const ELSEWHERE: [&str; 7] = [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:openid:params:grant-type:ciba",
    ];
    let mut known = ELSEWHERE.into_iter();
    known.find(|one| *one == name).unwrap_or("another one")
}

/// `scope` (OAuth 2.1 §1.4.1).
pub(crate) fn read_scope(form: &mut OAuthForm) -> Result<Option<Scope>, OAuthFailure> {
    let malformed = || OAuthFailure::of(ErrorCode::InvalidScope).because(Reason::ScopeMalformed);
    let scope = form.take("scope");
    let scope = scope.map(|text| text.parse::<Scope>().map_err(|_error| malformed()));
    let scope = scope.transpose()?;
    Ok(scope.filter(|scope| !scope.is_empty()))
}

/// Each `resource` (RFC 8707 §2.2).
fn read_resources(form: &mut OAuthForm) -> Result<Vec<Resource>, OAuthFailure> {
    let malformed =
        || OAuthFailure::of(ErrorCode::InvalidTarget).because(Reason::ResourceMalformed);
    let texts = form.take_resources();
    let resources = texts.iter();
    let read = |text: &String| text.parse::<Resource>().map_err(|_error| malformed());
    resources.map(read).collect()
}

/// The answer with what was issued (OAuth 2.1 §3.2.3).
pub(crate) fn token_response(issued: IssuedTokens) -> TokenResponse {
    let secret = |text: &str| WireSecret::new(text.to_owned());
    TokenResponse {
        access_token: secret(issued.access_token.expose()),
        token_type: "Bearer".to_owned(),
        expires_in: issued.expires_in.as_secs(),
        scope: (!issued.scope.is_empty()).then(|| issued.scope.to_string()),
        refresh_token: issued.refresh_token.map(|token| secret(token.expose())),
        id_token: issued.id_token.map(|token| secret(token.expose())),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn read(form: &str) -> Result<TokenGrant, ErrorCode> {
        let mut form = OAuthForm::of(form).map_err(|failure| failure.code())?;
        read_grant(&mut form).map_err(|failure| failure.code())
    }

    #[test]
    fn a_code_is_read_with_what_proves_it() {
        let grant = read(
            "grant_type=authorization_code&code=c0&redirect_uri=https%3A%2F%2Fapp.example%2Fcb\
             &code_verifier=v&resource=https%3A%2F%2Fapi.example&resource=https%3A%2F%2Fb.example",
        );
        let Ok(TokenGrant::AuthorizationCode(grant)) = grant else {
            panic!("not read as a code");
        };
        assert_eq!(grant.code.expose(), "c0");
        assert_eq!(
            grant.redirect_uri.as_deref(),
            Some("https://app.example/cb")
        );
        assert_eq!(
            grant
                .code_verifier
                .map(|it| it.expose().to_owned())
                .as_deref(),
            Some("v")
        );
        assert_eq!(grant.resources.len(), 2);
    }

    #[test]
    fn an_empty_scope_is_an_absent_one() {
        for form in [
            "grant_type=client_credentials&scope=",
            "grant_type=client_credentials&scope=+",
        ] {
            let Ok(TokenGrant::ClientCredentials(grant)) = read(form) else {
                panic!("not read as client credentials");
            };
            assert_eq!(grant.scope, None);
        }
    }

    #[test]
    fn what_is_missing_or_malformed_is_refused_in_the_words_of_the_specification() {
        for (form, expected) in [
            ("", ErrorCode::InvalidRequest),
            ("grant_type=", ErrorCode::InvalidRequest),
            ("grant_type=password", ErrorCode::UnsupportedGrantType),
            ("grant_type=authorization_code", ErrorCode::InvalidRequest),
            ("grant_type=refresh_token", ErrorCode::InvalidRequest),
            (
                "grant_type=refresh_token&refresh_token=r&scope=a%22b",
                ErrorCode::InvalidScope,
            ),
            (
                "grant_type=client_credentials&scope=%C3%A9",
                ErrorCode::InvalidScope,
            ),
            (
                "grant_type=client_credentials&resource=api",
                ErrorCode::InvalidTarget,
            ),
            (
                "grant_type=client_credentials&resource=https%3A%2F%2Fa%23b",
                ErrorCode::InvalidTarget,
            ),
            (
                "grant_type=refresh_token&refresh_token=a&refresh_token=b",
                ErrorCode::InvalidRequest,
            ),
            (
                "grant_type=refresh_token&refresh_token=a%00",
                ErrorCode::InvalidRequest,
            ),
        ] {
            assert_eq!(read(form).map(|_grant| ()), Err(expected), "{form}");
        }
    }
}
