//! Pages as a deployer wants them: templates, texts and style of their own, name, logo and colour.

use std::path::Path;

use authly_http::Branding;
use authly_testing::answer::Answer;
use authly_testing::browser::{Browser, Page};
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use tempfile::TempDir;

use crate::support::Asking;

const LOGIN: &str = include_str!("../../../../../templates/login.html");
const STYLE: &str = include_str!("../../../../../templates/authly.css");
const SVG: &str = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    folder
}

async fn branded(name: &str, logo: Option<&Path>, color: Option<&str>) -> TestApp {
    let branding = Branding {
        name: name.to_owned(),
        logo: logo.map(Path::to_owned),
        accent_color: color.map(|color| color.parse().unwrap()),
    };
    let setup = Setup::default().policies(move |policies| policies.pages.branding = branding);
    setup.app().await
}

/// The address after this on a page.
fn address<'p>(page: &'p Page, before: &str) -> &'p str {
    let rest = page.html().split(before).nth(1);
    rest.unwrap_or_else(|| panic!("no {before}: {}", page.html()))
        .split('"')
        .next()
        .unwrap()
}

/// The file of the pages at this address, which may be kept for ever.
async fn file(browser: &mut Browser, address: &str) -> Answer {
    let file = browser.get(address).await.answer;
    assert_eq!(file.status, 200, "{address}");
    let kept = file.header("cache-control");
    assert_eq!(kept, "public, max-age=31536000, immutable");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert_eq!(file.header("cross-origin-resource-policy"), "same-origin");
    file
}

#[tokio::test]
async fn templates_texts_and_style_of_a_deployer_are_served_and_everything_else_stays() {
    let rules = "<p id=\"house_rules\">Ring twice for <em>{{ t(\"login-submit\") }}</em>.</p>";
    let template = LOGIN.replace("{% endblock %}\n", &format!("{rules}\n{{% endblock %}}\n"));
    let own = folder(&[
        ("login.html", &template),
        (
            "authly.css",
            &format!("{STYLE}\n#house_rules {{ color: #123456 }}"),
        ),
        ("texts/en.ftl", "login-submit = Come in"),
        (
            "texts/fr.ftl",
            "language-name = Français\nlogin-title = Connexion",
        ),
    ]);
    let directory = own.path().to_owned();
    let setup = Setup::default().policies(move |policies| {
        policies.pages.directory = Some(directory);
    });
    let app = setup.app().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.browser();

    let asked = browser.get(&Asking::of(&client, "openid").target()).await;
    let login = browser.follow(&asked).await;
    assert_eq!(
        login.text_of("house_rules").unwrap(),
        "Ring twice for Come in."
    );
    assert_eq!(login.text_of("login").unwrap(), "Come in");
    assert!(login.html().contains("<h1>Sign in</h1>"));
    let style = file(&mut browser, address(&login, "rel=\"stylesheet\" href=\"")).await;
    assert!(style.body.contains("#house_rules { color: #123456 }"));
    // Texts that the added language lacks are those of the default language, as changed.
    let french = browser.get("/login?ui_locales=fr").await;
    assert!(french.html().contains("<html lang=\"fr\""));
    assert!(french.html().contains("<h1>Connexion</h1>"));
    assert_eq!(french.text_of("login").unwrap(), "Come in");
    let german = browser.get("/login?ui_locales=de").await;
    assert_eq!(
        german.text_of("house_rules").unwrap(),
        "Ring twice for Anmelden."
    );

    // The way goes through the replaced page, and on through ours.
    let led = browser
        .fill_in_login(&login, &alice.username, &alice.password)
        .await;
    let consent = browser.follow(&led).await;
    assert_eq!(consent.text_of("house_rules"), None);
    let allowed = browser.submit(&consent.form("approve")).await;
    assert!(allowed.answered("code").is_some(), "{allowed:?}");
}

#[tokio::test]
async fn name_and_colour_are_on_every_page_in_place_of_ours() {
    let app = branded("Müller & Söhne", None, Some("#8a1253")).await;
    for (name, page) in super::every_answer(&app).await {
        if page.status() == 303 {
            continue;
        }
        let html = page.html();
        assert!(html.contains(" - Müller &amp; Söhne</title>"), "{name}");
        assert!(html.contains("<span>Müller &amp; Söhne</span>"), "{name}");
        assert!(!html.contains("Authly"), "{name}");
        assert!(
            address(&page, "rel=\"icon\" href=\"").contains("%238a1253"),
            "{name}"
        );
        let style = address(&page, "rel=\"stylesheet\" href=\"");
        let style = file(&mut app.browser(), style).await;
        assert!(style.body.contains("--accent: #8a1253;"), "{name}");
    }
}

#[tokio::test]
async fn a_logo_takes_the_place_of_the_name_and_runs_nothing_when_opened_by_itself() {
    let png = "\u{89}PNG\r\n\u{1a}\n";
    let png: Vec<u8> = png
        .chars()
        .map(|byte| u8::try_from(byte).unwrap())
        .collect();
    let folder = folder(&[("logo.svg", SVG)]);
    std::fs::write(folder.path().join("logo.png"), &png).unwrap();
    for (name, kind, policy) in [
        (
            "logo.svg",
            "image/svg+xml",
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ),
        (
            "logo.png",
            "image/png",
            "default-src 'none'; style-src 'self'; img-src 'self' data:; \
                                   base-uri 'none'; frame-ancestors 'none'",
        ),
    ] {
        let app = branded("Example", Some(&folder.path().join(name)), None).await;
        let mut browser = app.browser();
        let login = browser.get("/login").await;
        let shown = address(&login, "<img src=\"");
        assert!(login.html().contains("alt=\"Example\">"));
        assert_eq!(address(&login, "rel=\"icon\" href=\""), shown);
        // The page may load it from where it is, and from nowhere else.
        let allowed = login.answer.header("content-security-policy");
        assert!(allowed.contains("img-src 'self' data:"), "{allowed}");

        let logo = file(&mut browser, shown).await;
        assert_eq!(logo.header("content-type"), kind);
        assert_eq!(logo.header("content-security-policy"), policy);
        assert_eq!(logo.header("x-frame-options"), "DENY");
        assert_eq!(logo.header("access-control-allow-origin"), "");
    }
}
