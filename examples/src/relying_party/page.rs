//! The application's pages.

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;
use serde_json::Value;

use super::login::LoggedIn;

/// The page for those who have not logged in.
pub(super) fn welcome() -> HttpResponse {
    let body = "<p>Nobody has logged in here.</p>\
        <p><a id=\"login\" href=\"/login\">Log in with Authly</a></p>";
    builder(StatusCode::OK).body(html("Notes", body))
}

/// The page for those who have.
pub(super) fn home(user: &LoggedIn, api: Option<&str>) -> HttpResponse {
    let delete = api.map_or("", |_api| {
        "<form method=\"post\" action=\"/delete-notes\">\
         <button id=\"delete-notes\">Delete all notes</button></form>"
    });
    let body = format!(
        "<h2>Claims of UserInfo</h2>{}<h2>Claims of the ID token</h2>{}{delete}\
         <form method=\"post\" action=\"/logout\"><button id=\"logout\">Log out</button></form>",
        table("user_info", &user.user_info),
        table("id_token", &user.id_token_claims),
    );
    builder(StatusCode::OK).body(html("Notes", &body))
}

/// The page after the notes were deleted.
pub(super) fn deleted() -> HttpResponse {
    let body = "<p>All notes are deleted.</p><p><a href=\"/\">Back</a></p>";
    builder(StatusCode::OK).body(html("Notes", body))
}

/// The page after a logout of which the server could not be told.
pub(super) fn logged_out(issuer: &str, ended: Cookie<'_>) -> HttpResponse {
    let body = format!(
        "<p>You have logged out of this application. At the authorization server you are still \
         logged in: <a id=\"server-logout\" href=\"{}/logout\">log out there as well</a>.</p>\
         <p><a href=\"/\">Back</a></p>",
        escaped(issuer.trim_end_matches('/'))
    );
    builder(StatusCode::OK)
        .cookie(ended)
        .body(html("Logged out", &body))
}

/// The page of a failed login.
pub(super) fn failed(status: StatusCode, reason: &str) -> HttpResponse {
    let body = format!(
        "<p id=\"error\">{}</p><p><a href=\"/\">Back</a></p>",
        escaped(reason)
    );
    builder(status).body(html("The login did not work", &body))
}

fn builder(status: StatusCode) -> HttpResponseBuilder {
    let mut builder = HttpResponse::build(status);
    builder
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ));
    builder
}

fn html(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><h1>{title}</h1>{body}</html>"
    )
}

/// One row for each claim.
fn table(id: &str, claims: &impl Serialize) -> String {
    let Ok(Value::Object(claims)) = serde_json::to_value(claims) else {
        return String::new();
    };
    let rows = claims.iter().map(|(name, value)| {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let (name, text) = (escaped(name), escaped(&text));
        format!("<tr><th scope=\"row\">{name}</th><td>{text}</td></tr>")
    });
    format!("<table id=\"{id}\">{}</table>", rows.collect::<String>())
}

/// The text as HTML: what others say about themselves is never markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn claims_are_shown_as_text() {
        let claims = json!({"email_verified": true, "name": "<b>Ann</b> & 'Co'"});
        assert_eq!(
            table("user_info", &claims),
            "<table id=\"user_info\">\
             <tr><th scope=\"row\">email_verified</th><td>true</td></tr>\
             <tr><th scope=\"row\">name</th>\
             <td>&lt;b&gt;Ann&lt;/b&gt; &amp; &#39;Co&#39;</td></tr></table>"
        );
    }
}
