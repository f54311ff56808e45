//! Pages in each language, with everything that they say.

mod languages;
mod markup;
mod weight;

use super::*;
use samples::{Visit, visit_samples};

/// Ends attributes, elements and comments where it is not escaped.
const HOSTILE: &str = r#""'><script>alert(1)</script><!-- &amp;"#;

impl Pages {
    /// Pages for tests, in English.
    pub(crate) fn sample() -> Self {
        Self::sample_in("en")
    }

    fn sample_in(language: &str) -> Self {
        let issuer = "https://example.com/auth".parse().unwrap();
        let theme = Theme::load(&issuer, &PageSettings::default()).unwrap();
        let query = format!("ui_locales={language}");
        let mut pages = Self::new(Arc::new(theme), &query, &HeaderMap::new());
        pages.chosen = Chosen::ByBrowser;
        pages
    }
}

/// A page as it was rendered.
struct Rendered {
    template: &'static str,
    language: &'static str,
    html: String,
}

/// Every sample in every language.
fn every_page(word: &str) -> Vec<Rendered> {
    struct Renderer(Pages, &'static str, Vec<Rendered>);
    impl Visit for Renderer {
        fn page<P: Page>(&mut self, page: &P) {
            let html = self.0.render(page).unwrap();
            self.2.push(Rendered {
                template: P::TEMPLATE,
                language: self.1,
                html,
            });
        }
    }
    let mut all = Vec::new();
    for language in ["en", "de"] {
        let mut renderer = Renderer(Pages::sample_in(language), language, Vec::new());
        visit_samples(word, &mut renderer);
        all.append(&mut renderer.2);
    }
    all
}

#[test]
fn addresses_are_made_from_the_issuer_and_carry_the_waiting_request() {
    use pretty_assertions::assert_eq;

    let pages = Pages::sample();
    let handle = RequestHandle::new("a+b".to_owned());
    assert_eq!(pages.path("/login", None), "/auth/login");
    assert_eq!(
        pages.path("/login", Some(&handle)),
        "/auth/login?request=a%2Bb"
    );

    let redirect = pages.see_other("/consent", Some(&handle));
    assert_eq!(redirect.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        redirect.headers().get(LOCATION).unwrap(),
        "https://example.com/auth/consent?request=a%2Bb"
    );

    let pages = pages.asked_in(Some("fr de"));
    assert_eq!(pages.path("/login", None), "/auth/login?ui_locales=de");
    assert_eq!(
        pages.path("/login", Some(&handle)),
        "/auth/login?request=a%2Bb&ui_locales=de"
    );
}
