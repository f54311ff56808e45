//! Each page is in the language of its reader.

use pretty_assertions::assert_eq;

use super::*;
use crate::pages::contexts::SignedOutPage;

fn pages(query: &str, accept_language: Option<&'static str>) -> Pages {
    let issuer = "https://example.com/auth".parse().unwrap();
    let theme = Theme::load(&issuer, &PageSettings::default()).unwrap();
    let mut headers = HeaderMap::new();
    if let Some(value) = accept_language {
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(value));
    }
    Pages::new(Arc::new(theme), query, &headers)
}

#[test]
fn the_address_counts_before_the_browser_and_the_browser_before_the_default() {
    for (query, header, expected) in [
        ("", None, "en"),
        ("", Some("de-AT, en;q=0.5"), "de"),
        ("ui_locales=en", Some("de"), "en"),
        ("request=a&ui_locales=fr+de", Some("en"), "de"),
        ("ui_locales=fr", Some("de"), "de"),
        ("ui_locales=%FF%00", Some("fr"), "en"),
        ("ui_locales=", Some("de"), "de"),
    ] {
        let pages = pages(query, header);
        let page = SignedOutPage {
            login: String::new(),
        };
        let response = pages.show(StatusCode::OK, &page).unwrap();
        let header = |name| response.headers().get(name).unwrap().to_str().unwrap();
        assert_eq!(header(CONTENT_LANGUAGE), expected, "{query}");
        assert_eq!(header(VARY), "Accept-Language");
        let html = pages.render(&page).unwrap();
        let opening = format!(r#"<html lang="{expected}" dir="ltr">"#);
        assert!(html.contains(&opening), "{query}: {html}");
    }
}

#[test]
fn a_page_with_an_address_offers_every_language_at_its_foot() {
    let pages = Pages::sample();
    let page = SignedInPage {
        username: "alice".to_owned(),
        address: "/auth/login?request=a%2Bb&ui_locales=en".to_owned(),
        account: "/account".to_owned(),
        logout: String::new(),
    };
    let html = pages.render(&page).unwrap();
    for expected in [
        r#"href="/auth/login?request=a%2Bb&amp;ui_locales=de" lang="de" dir="ltr" hreflang="de">Deutsch<"#,
        r#"href="/auth/login?request=a%2Bb&amp;ui_locales=en" lang="en" dir="ltr" hreflang="en" aria-current="true">English<"#,
    ] {
        assert!(html.contains(expected), "{html}");
    }
}
