//! What a deployer puts in the place of what is in the binary.

use std::path::Path;

use pretty_assertions::assert_eq;
use tempfile::TempDir;

use super::*;
use crate::pages::contexts::{SignedInPage, SignedOutPage};

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn load(settings: &PageSettings) -> Result<Theme, ThemeError> {
    Theme::load(&"https://example.com/auth".parse().unwrap(), settings)
}

fn settings(folder: &TempDir) -> PageSettings {
    PageSettings {
        directory: Some(folder.path().to_owned()),
        ..PageSettings::default()
    }
}

fn problems(settings: &PageSettings) -> Vec<String> {
    load(settings).err().unwrap().problems().to_vec()
}

/// The page of somebody who has signed out, in this language.
fn signed_out(theme: &Theme, language: &str) -> String {
    let page = SignedOutPage {
        login: "/login".to_owned(),
    };
    let (tongue, _chosen) = theme.choose(Some(language), None);
    theme.render(&tongue, &page).unwrap()
}

#[test]
fn a_template_takes_the_place_of_ours_and_the_others_stay() {
    let own = "{% extends 'layout.html' %}{% block title %}x{% endblock %}\
               {% block content %}<h1>{{ t('signed-out-title') }}, bye</h1>{% endblock %}";
    let folder = folder(&[("signed_out.html", own)]);
    let theme = load(&settings(&folder)).unwrap();
    assert!(signed_out(&theme, "de").contains("<h1>Sie sind abgemeldet, bye</h1>"));
    let page = SignedInPage {
        username: "alice".to_owned(),
        address: "/login".to_owned(),
        account: "/account".to_owned(),
        logout: "/logout".to_owned(),
    };
    let (tongue, _chosen) = theme.choose(None, None);
    let html = theme.render(&tongue, &page).unwrap();
    assert!(html.contains("You are signed in"), "{html}");
}

#[test]
fn texts_are_replaced_one_by_one_and_languages_added() {
    let folder = folder(&[
        ("texts/en.ftl", "signed-out-title = Good bye\n"),
        (
            "texts/fr.ftl",
            "language-name = Français\nsigned-out-title = Au revoir\n",
        ),
        ("texts/ar.ftl", "language-name = العربية\n"),
    ]);
    let theme = load(&settings(&folder)).unwrap();
    let english = signed_out(&theme, "en");
    assert!(english.contains("<h1>Good bye</h1>"), "{english}");
    assert!(english.contains("You can close this window."), "{english}");
    assert!(signed_out(&theme, "de").contains("<h1>Sie sind abgemeldet</h1>"));
    let french = signed_out(&theme, "fr-CA");
    assert!(
        french.contains("<html lang=\"fr\" dir=\"ltr\">"),
        "{french}"
    );
    assert!(french.contains("<h1>Au revoir</h1>"), "{french}");
    assert!(french.contains("You can close this window."), "{french}");
    let arabic = signed_out(&theme, "ar");
    assert!(
        arabic.contains("<html lang=\"ar\" dir=\"rtl\">"),
        "{arabic}"
    );
}

#[test]
fn the_stylesheet_is_replaced_and_has_another_name() {
    let usual = load(&PageSettings::default()).unwrap();
    let folder = folder(&[("authly.css", "body { color: red }")]);
    let own = load(&settings(&folder)).unwrap();
    assert_ne!(own.stylesheet, usual.stylesheet);
    let name = own.stylesheet.rsplit('/').next().unwrap();
    assert!(own.file(name).is_some());
    assert!(usual.file(name).is_none());
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_file_and_line() {
    let folder = folder(&[
        (
            "login.html",
            "{% extends 'layout.html' %}\n{% block title %}{{ page.nothing }}{% endblock %}",
        ),
        ("error.html", "fine\n{% if %}"),
        ("consent.html", "{{ t('no-such-text') }}"),
        (
            "logout.html",
            "<form method=\"post\">{{ page.csrf }}</form>",
        ),
        ("texts/de.ftl", "login-title = { $nobody }\n"),
        ("texts/en.ftl", "login-title = A\nlogin-submit = B }\n"),
        ("texts/fr.ftl", "a"),
    ]);
    let found = problems(&settings(&folder));
    let place = |name: &str| folder.path().join(name).display().to_string();
    for (file, what) in [
        ("login.html", ":2: "),
        ("error.html", ":2: "),
        ("consent.html", ":1: there is no text `no-such-text`"),
        (
            "logout.html",
            ": the page does not work without name=\"csrf\"",
        ),
        ("texts/de.ftl", ": `login-title` uses `$nobody`"),
        ("texts/en.ftl", ":2: "),
        ("texts/fr.ftl", ":1: "),
    ] {
        let begin = format!("{}{what}", place(file));
        assert!(
            found.iter().any(|one| one.starts_with(&begin)),
            "{begin}: {found:#?}"
        );
    }
}

#[test]
fn settings_that_lead_nowhere_are_refused() {
    let missing = PageSettings {
        directory: Some("no/such/folder".into()),
        default_language: "tlh".to_owned(),
        ..PageSettings::default()
    };
    let found = problems(&missing);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("no/such/folder: "), "{found:?}");
    assert_eq!(
        found[1],
        "the default language `tlh` has no texts: there are de, en"
    );
    let error = load(&missing).err().unwrap().to_string();
    assert!(
        error.starts_with("the pages have 2 problems:\n  no/such"),
        "{error}"
    );
}

#[test]
fn the_default_language_is_that_of_whoever_asks_for_none() {
    let german = PageSettings {
        default_language: "de".to_owned(),
        ..PageSettings::default()
    };
    let theme = load(&german).unwrap();
    let (tongue, chosen) = theme.choose(Some("fr"), Some("it"));
    assert_eq!(
        (tongue.language.tag.as_str(), chosen),
        ("de", Chosen::ByBrowser)
    );
}

#[test]
fn a_page_that_fails_after_all_gives_way_to_ours() {
    let own = "{% if page.login != '/login' %}{{ page.nothing }}{% endif %}<h1>own</h1>";
    let folder = folder(&[("signed_out.html", own)]);
    let theme = load(&settings(&folder)).unwrap();
    assert!(signed_out(&theme, "de").contains("<h1>own</h1>"));
    let page = SignedOutPage {
        login: "/elsewhere".to_owned(),
    };
    let (tongue, _chosen) = theme.choose(Some("de"), None);
    let html = theme.render(&tongue, &page).unwrap();
    assert!(html.contains("<h1>Sie sind abgemeldet</h1>"), "{html}");
}

fn branded(name: &str, logo: Option<&Path>, color: Option<&str>) -> Theme {
    let branding = Branding {
        name: name.to_owned(),
        logo: logo.map(Path::to_owned),
        accent_color: color.map(|color| color.parse().unwrap()),
    };
    let settings = PageSettings {
        branding,
        ..PageSettings::default()
    };
    load(&settings).unwrap()
}

#[test]
fn name_logo_and_colour_reach_the_pages() {
    let folder = folder(&[("logo", "<svg xmlns='http://www.w3.org/2000/svg'/>")]);
    let theme = branded(
        "Müller & Söhne",
        Some(&folder.path().join("logo")),
        Some("#b00020"),
    );
    let html = signed_out(&theme, "en");
    assert!(
        html.contains("</title>") && html.contains(" - Müller &amp; Söhne</title>"),
        "{html}"
    );
    assert!(html.contains("alt=\"Müller &amp; Söhne\""), "{html}");
    assert!(!html.contains("Authly"), "{html}");
    let logo = html.split("src=\"/auth/static/").nth(1).unwrap();
    let logo = logo.split('"').next().unwrap();
    assert!(logo.starts_with("logo.") && logo.contains(".svg"), "{logo}");
    assert!(theme.file(logo).is_some());
    assert!(
        html.contains(&format!("rel=\"icon\" href=\"/auth/static/{logo}\"")),
        "{html}"
    );

    let plain = branded("Authly", None, None);
    assert_ne!(theme.stylesheet, plain.stylesheet);
    let html = signed_out(&plain, "en");
    assert!(
        html.contains("<span>Authly</span>") && !html.contains("<img"),
        "{html}"
    );
}
