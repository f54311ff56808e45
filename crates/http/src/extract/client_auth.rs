//! Client authentication (OAuth 2.1 §2.4): exactly one method in a request, and always checked.

use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use authly_domain::audit::Origin;
use authly_domain::clients::AuthMethod;
use authly_domain::refusals::{Explanation, Facts, Reason, shown};
use authly_domain::secret::{ClientSecret, PresentedAssertion};
use authly_protocol::oauth::ErrorCode;
use authly_services::clients::{
    AuthenticatedClient, ClientAuthenticator, PresentedCredentials, Whereabouts,
};
use futures_util::future::LocalBoxFuture;

use super::basic::BasicCredentials;
use super::{OAuthForm, client_address, collaborator, note_client, origin};
use crate::respond::OAuthFailure;

/// The one kind of assertion that is known (RFC 7523 §2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A form posted by an authenticated client. Extracting it *is* the authentication.
pub(crate) struct ClientAuth {
    /// The client.
    pub(crate) client: AuthenticatedClient,
    /// The form, without the credentials.
    pub(crate) form: OAuthForm,
    /// Where the request came from.
    pub(crate) address: IpAddr,
    /// The request, for the audit trail.
    pub(crate) origin: Origin,
}

impl FromRequest for ClientAuth {
    type Error = OAuthFailure;
    type Future = LocalBoxFuture<'static, Result<Self, OAuthFailure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let authenticator = collaborator::<ClientAuthenticator>(request);
        let address = client_address(request);
        let origin = origin(request);
        let header = the_header(request.headers());
        let form = OAuthForm::read(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let mut form = form.await?;
            let presented = exactly_one(header?, &mut form)?;
            if let Some(client_id) = presented.client_id() {
                note_client(&request, client_id);
            }
            let address = address?;
            let from = Whereabouts {
                address,
                origin: origin.clone(),
            };
            let client = authenticator?.authenticate(presented, from).await?;
            Ok(Self {
                client,
                form,
                address,
                origin,
            })
        })
    }
}

/// The value of the `Authorization` header, of which there is one at most.
fn the_header(headers: &HeaderMap) -> Result<Option<Vec<u8>>, OAuthFailure> {
    let mut values = headers.get_all(AUTHORIZATION);
    let first = values.next().map(|value| value.as_bytes().to_vec());
    match values.next() {
        None => Ok(first),
        Some(_second) => Err(several_methods()),
    }
}

/// The one proof in the request. A request without any, and one with a method that is not known, is
/// `invalid_client`; one with several is `invalid_request` (OAuth 2.1 §2.4, §3.2.4).
fn exactly_one(
    header: Option<Vec<u8>>,
    form: &mut OAuthForm,
) -> Result<PresentedCredentials, OAuthFailure> {
    let client_id = form.take("client_id");
    let secret = form.take("client_secret").map(ClientSecret::new);
    let assertion = form.take("client_assertion").map(PresentedAssertion::new);
    let assertion_type = form.take("client_assertion_type");
    let asserted = assertion.is_some() || assertion_type.is_some();
    let methods = [header.is_some(), secret.is_some(), asserted];
    if methods.into_iter().filter(|used| *used).count() > 1 {
        return Err(several_methods());
    }
    if asserted {
        return by_assertion(client_id, assertion, assertion_type.as_deref());
    }
    if let Some(header) = header {
        return by_header(&header, client_id.as_deref());
    }
    match (client_id, secret) {
        (Some(client_id), Some(secret)) => Ok(PresentedCredentials::Secret {
            client_id,
            secret,
            method: AuthMethod::ClientSecretPost,
        }),
        (Some(client_id), None) => Ok(PresentedCredentials::ClientIdOnly { client_id }),
        (None, _) => Err(OAuthFailure::of(ErrorCode::InvalidClient)
            .describe("The request names no client.")
            .because(Reason::ClientNotNamed)),
    }
}

/// RFC 7523 §2.2: the assertion, and of which kind it is.
fn by_assertion(
    client_id: Option<String>,
    assertion: Option<PresentedAssertion>,
    assertion_type: Option<&str>,
) -> Result<PresentedCredentials, OAuthFailure> {
    let refuse = |what, came: &str| {
        let facts = Facts::default()
            .expected(format!("{JWT_BEARER}, with a client_assertion"))
            .came(came);
        let refused = OAuthFailure::of(ErrorCode::InvalidClient).describe(what);
        refused.because(Explanation::new(Reason::ClientAssertion, facts))
    };
    if assertion_type != Some(JWT_BEARER) {
        return Err(refuse(
            "The client_assertion_type is missing or not supported.",
            // Not its text: whatever was put into the wrong parameter may be a secret.
            assertion_type.map_or(
                "no client_assertion_type",
                |_| "another client_assertion_type",
            ),
        ));
    }
    let missing = "The client_assertion is missing.";
    let assertion = assertion.ok_or_else(|| refuse(missing, "no client_assertion"))?;
    Ok(PresentedCredentials::Assertion {
        client_id,
        assertion,
    })
}

fn by_header(
    header: &[u8],
    form_client_id: Option<&str>,
) -> Result<PresentedCredentials, OAuthFailure> {
    let credentials = BasicCredentials::parse(header).map_err(|error| {
        OAuthFailure::of(ErrorCode::InvalidClient)
            .describe("The Authorization header holds no well-formed Basic credentials.")
            .because(error)
    })?;
    if form_client_id.is_some_and(|named| named != credentials.client_id) {
        let facts = Facts::default()
            .expected(shown(&credentials.client_id))
            .came(form_client_id.unwrap_or_default());
        return Err(OAuthFailure::of(ErrorCode::InvalidRequest)
            .describe("The client_id differs from the one in the Authorization header.")
            .because(Explanation::new(Reason::ClientIdsDiffer, facts)));
    }
    Ok(PresentedCredentials::Secret {
        client_id: credentials.client_id,
        secret: credentials.client_secret,
        method: AuthMethod::ClientSecretBasic,
    })
}

fn several_methods() -> OAuthFailure {
    OAuthFailure::of(ErrorCode::InvalidRequest)
        .describe("The client authenticates in more than one way.")
        .because(Reason::SeveralClientMethods)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    /// `web:secret`.
    const BASIC: &str = "Basic d2ViOnNlY3JldA==";

    fn present(header: Option<&str>, form: &str) -> Result<PresentedCredentials, ErrorCode> {
        let mut form = OAuthForm::of(form).map_err(|failure| failure.code())?;
        let header = header.map(|text| text.as_bytes().to_vec());
        exactly_one(header, &mut form).map_err(|failure| failure.code())
    }

    #[test]
    fn a_secret_is_taken_from_the_header_or_the_form() {
        for (header, form, expected) in [
            (Some(BASIC), "", AuthMethod::ClientSecretBasic),
            (Some(BASIC), "client_id=web", AuthMethod::ClientSecretBasic),
            (
                None,
                "client_id=web&client_secret=secret",
                AuthMethod::ClientSecretPost,
            ),
        ] {
            let PresentedCredentials::Secret {
                client_id,
                secret,
                method,
            } = present(header, form).unwrap()
            else {
                panic!("no secret was presented");
            };
            assert_eq!((client_id.as_str(), secret.expose()), ("web", "secret"));
            assert_eq!(method, expected);
        }
    }

    #[test]
    fn a_public_client_names_itself() {
        let presented = present(None, "client_id=native&client_secret=");
        let Ok(PresentedCredentials::ClientIdOnly { client_id }) = presented else {
            panic!("no client_id alone was presented");
        };
        assert_eq!(client_id, "native");
    }

    #[test]
    fn an_assertion_is_taken_with_its_type_with_or_without_a_client_id() {
        let kind = format!("client_assertion=a.b.c&client_assertion_type={JWT_BEARER}");
        for (form, expected) in [
            (kind.clone(), None),
            (format!("client_id=web&{kind}"), Some("web")),
        ] {
            let Ok(PresentedCredentials::Assertion {
                client_id,
                assertion,
            }) = present(None, &form)
            else {
                panic!("no assertion was presented");
            };
            assert_eq!(client_id.as_deref(), expected);
            assert_eq!(assertion.expose(), "a.b.c");
        }
    }

    #[test]
    fn more_than_one_method_is_an_invalid_request() {
        for (header, form) in [
            (Some(BASIC), "client_secret=secret"),
            (Some(BASIC), "client_id=web&client_secret=secret"),
            (Some(BASIC), "client_assertion=a.b.c"),
            (
                None,
                "client_id=web&client_secret=secret&client_assertion=a.b.c",
            ),
            (Some(BASIC), "client_id=other"),
            (None, "client_id=web&client_id=web"),
        ] {
            let refused = present(header, form).unwrap_err();
            assert_eq!(refused, ErrorCode::InvalidRequest, "{form}");
        }
    }

    #[test]
    fn two_authorization_headers_are_an_invalid_request() {
        let mut headers = HeaderMap::new();
        for _ in 0..2 {
            headers.append(AUTHORIZATION, BASIC.parse().unwrap());
        }
        assert_eq!(
            the_header(&headers).unwrap_err().code(),
            ErrorCode::InvalidRequest
        );
    }

    #[test]
    fn without_a_known_method_the_client_is_invalid() {
        for (header, form) in [
            (None, ""),
            (None, "client_secret=secret"),
            (None, "client_id=web&client_assertion=a.b.c"),
            (None, "client_id=web&client_assertion_type=jwt"),
            (
                None,
                "client_assertion=a.b.c&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
            ),
            (
                None,
                "client_id=web&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            (Some("Bearer abc"), "client_id=web"),
            (Some("Basic !!"), ""),
        ] {
            let refused = present(header, form).unwrap_err();
            assert_eq!(refused, ErrorCode::InvalidClient, "{form}");
        }
    }
}
