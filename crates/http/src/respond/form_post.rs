//! The page that posts the answer to the client (OAuth 2.0 Form Post Response Mode).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_SECURITY_POLICY;
use authly_services::authorizations::AuthorizationResponse;
use url::Url;

use super::PageFailure;
use crate::middleware::{PAGE_POLICY, script_source};
use crate::pages::{FormPostPage, Pages, PostedParameter};

/// Sends the form at once. Without it the button does.
pub(super) const SCRIPT: &str = "document.forms[0].submit();";

/// The page: a form with the answer, a button, and one script of ours that its policy allows by its
/// digest (decisions 18).
pub(super) fn form_post(
    url: &Url,
    answer: &AuthorizationResponse,
    pages: &Pages,
) -> Result<HttpResponse, PageFailure> {
    let parameters = answer.parameters().into_iter();
    let parameters = parameters.map(|(name, value)| PostedParameter { name, value });
    let page = FormPostPage {
        action: answer.redirect_uri.as_str().to_owned(),
        destination: destination(url),
        parameters: parameters.collect(),
        script: SCRIPT,
    };
    let mut response = pages.show(StatusCode::OK, &page)?;
    let policy = policy().try_into().map_err(PageFailure::failed)?;
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// Where the form goes, as people name it: the origin, or a private scheme.
fn destination(url: &Url) -> String {
    match url.scheme() {
        "http" | "https" => url.origin().ascii_serialization(),
        scheme => format!("{scheme}:"),
    }
}

/// That of all pages, and the script. It has no `form-action` either: what the client's answer leads on
/// to may be anywhere, an application on the person's machine too (ADR 0016).
fn policy() -> String {
    format!("{PAGE_POLICY}; {}", script_source(SCRIPT))
}

#[cfg(test)]
mod tests {
    use actix_web::body::MessageBody as _;
    use authly_domain::authorizations::ResponseMode;
    use authly_domain::clients::RedirectUri;
    use authly_domain::secret::AuthorizationCode;
    use authly_services::authorizations::AuthorizationAnswer;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use pretty_assertions::assert_eq;
    use sha2::{Digest as _, Sha256};

    use super::*;

    fn page(redirect_uri: &str, state: &str) -> (String, String) {
        let answer = AuthorizationResponse {
            redirect_uri: RedirectUri::from_stored(redirect_uri.to_owned()),
            mode: ResponseMode::FormPost,
            answer: AuthorizationAnswer::Code(AuthorizationCode::new("c0".to_owned())),
            state: Some(state.to_owned()),
            iss: "https://auth.example.com".to_owned(),
            seen: None,
            session_state: None,
        };
        let url = redirect_uri.parse().unwrap();
        let response = form_post(&url, &answer, &Pages::sample()).unwrap();
        let policy = response.headers().get(CONTENT_SECURITY_POLICY).unwrap();
        let policy = policy.to_str().unwrap().to_owned();
        let body = response.into_body().try_into_bytes().unwrap();
        (policy, String::from_utf8(body.to_vec()).unwrap())
    }

    #[test]
    fn the_policy_allows_the_script_of_the_page_and_no_other() {
        let (policy, html) = page("https://app.example/cb", "s");
        let script = html.split("<script>").nth(1).unwrap();
        let script = script.split("</script>").next().unwrap();
        let digest = STANDARD.encode(Sha256::digest(script));
        assert!(
            policy.contains(&format!("script-src 'sha256-{digest}'")),
            "{policy}"
        );
        assert_eq!(html.matches("<script").count(), 1);
    }

    #[test]
    fn the_page_names_where_the_form_goes_and_its_policy_does_not() {
        for (redirect_uri, expected) in [
            ("https://app.example/cb?a=1", "https://app.example"),
            ("http://127.0.0.1:49152/cb", "http://127.0.0.1:49152"),
            ("com.example.app:/cb", "com.example.app:"),
        ] {
            let (policy, html) = page(redirect_uri, "s");
            let named = format!("<strong>{expected}</strong>");
            assert!(html.contains(&named), "{html}");
            assert!(!policy.contains("form-action"), "{policy}");
        }
    }

    #[test]
    fn values_and_action_are_escaped() {
        let hostile = r#""><script>alert(1)</script>'&"#;
        let (_policy, html) = page("https://app.example/cb?a=%22&b='", hostile);
        assert!(!html.contains("<script>alert"));
        assert!(html.contains("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#x27;&amp;"));
        assert!(!html.contains("b='"));
    }
}
