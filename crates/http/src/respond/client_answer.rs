//! The authorization response: how it travels to the client through the browser.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use authly_domain::authorizations::ResponseMode;
use authly_services::authorizations::{AuthorizationAnswer, AuthorizationResponse};
use url::Url;

use super::form_post::form_post;
use super::{PageFailure, Refused};
use crate::pages::Pages;

/// Sends the answer to the client (OAuth 2.1 §4.1.2, §4.1.2.1): always by GET after a form, never
/// with a status that would make the browser post again what it posted here (§7.5.3).
pub(crate) fn answer_client(
    answer: &AuthorizationResponse,
    pages: &Pages,
) -> Result<HttpResponse, PageFailure> {
    let mut response = travelling(answer, pages)?;
    if let AuthorizationAnswer::Error { code, why, .. } = &answer.answer {
        response.extensions_mut().insert(Refused {
            error: code.as_str(),
            cause: (**why).clone().into(),
        });
    }
    Ok(response)
}

fn travelling(answer: &AuthorizationResponse, pages: &Pages) -> Result<HttpResponse, PageFailure> {
    let url = Url::parse(answer.redirect_uri.as_str()).map_err(PageFailure::failed)?;
    let location = match answer.mode {
        ResponseMode::Query => in_query(url, &answer.parameters()),
        ResponseMode::Fragment => in_fragment(url, &answer.parameters()),
        ResponseMode::FormPost => return form_post(&url, answer, pages),
    };
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, location.as_str()))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish())
}

/// Adds the parameters to whatever query the redirect URI has (OAuth 2.1 §2.3).
fn in_query(mut url: Url, parameters: &[(&str, &str)]) -> Url {
    url.query_pairs_mut().extend_pairs(parameters);
    url
}

/// Puts the parameters into the fragment (OAuth 2.0 Multiple Response Types §2.1). A registered
/// redirect URI has none of its own.
fn in_fragment(mut url: Url, parameters: &[(&str, &str)]) -> Url {
    let encoded = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    url.set_fragment(Some(&encoded));
    url
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::*;

    fn parameters(state: &str) -> [(&'static str, &str); 3] {
        [
            ("code", "c0"),
            ("state", state),
            ("iss", "https://auth.example.com"),
        ]
    }

    fn query(redirect_uri: &str, state: &str) -> String {
        in_query(redirect_uri.parse().unwrap(), &parameters(state)).into()
    }

    fn fragment(redirect_uri: &str, state: &str) -> String {
        in_fragment(redirect_uri.parse().unwrap(), &parameters(state)).into()
    }

    const ADDED: &str = "code=c0&state=s&iss=https%3A%2F%2Fauth.example.com";

    #[test]
    fn the_parameters_extend_the_redirect_uri_in_each_of_its_forms() {
        for (redirect_uri, before) in [
            ("https://app.example/cb", "https://app.example/cb?"),
            ("https://app.example", "https://app.example/?"),
            (
                "https://app.example/cb?a=1&b=%20x",
                "https://app.example/cb?a=1&b=%20x&",
            ),
            ("http://127.0.0.1:49152/cb", "http://127.0.0.1:49152/cb?"),
            ("http://[::1]:49152/", "http://[::1]:49152/?"),
            ("com.example.app:/callback", "com.example.app:/callback?"),
            ("com.example.app:callback", "com.example.app:callback?"),
            (
                "com.example.app://host/callback?x=y",
                "com.example.app://host/callback?x=y&",
            ),
        ] {
            assert_eq!(query(redirect_uri, "s"), format!("{before}{ADDED}"));
        }
    }

    #[test]
    fn in_the_fragment_the_query_stays_as_it_is() {
        for redirect_uri in [
            "https://app.example/cb",
            "https://app.example/cb?a=1",
            "com.example.app:/callback",
            "com.example.app:callback",
        ] {
            assert_eq!(
                fragment(redirect_uri, "s"),
                format!("{redirect_uri}#{ADDED}")
            );
        }
    }

    fn state_in(encoded: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(encoded.as_bytes());
        let state = pairs.find(|(name, _)| name == "state");
        state.map(|(_, value)| value.into_owned())
    }

    proptest! {
        #[test]
        fn state_survives_byte_for_byte(state in any::<String>()) {
            let in_query = query("https://app.example/cb?a=1", &state);
            let (_, encoded) = in_query.split_once('?').unwrap();
            prop_assert_eq!(state_in(encoded), Some(state.clone()));

            let in_fragment = fragment("https://app.example/cb?a=1", &state);
            let (_, encoded) = in_fragment.split_once('#').unwrap();
            prop_assert_eq!(state_in(encoded), Some(state));
        }

        #[test]
        fn a_location_is_plain_ascii(state in any::<String>()) {
            let location = query("https://app.example/cb", &state);
            prop_assert!(location.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}
