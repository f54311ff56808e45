//! Every page fits every screen, and shuts nobody out. `make screenshots` runs this for its pictures.

use serde_json::{Value, json};

use crate::accessibility::Axe;
use crate::browser::Browser;
use crate::devtools::Screen;
use crate::every_page::World;

const SCREENS: [Screen; 4] = [
    Screen {
        name: "narrow",
        width: 320,
        height: 568,
        scheme: "light",
    },
    Screen {
        name: "narrow-dark",
        width: 320,
        height: 568,
        scheme: "dark",
    },
    Screen {
        name: "wide",
        width: 1280,
        height: 800,
        scheme: "light",
    },
    Screen {
        name: "wide-dark",
        width: 1280,
        height: 800,
        scheme: "dark",
    },
];

/// What does not fit: how far the page can be moved sideways, and what is too small for a finger
/// (WCAG 2.2, 2.5.5: 44 pixels), links within a sentence aside.
const MISFITS: &str = r#"
    const root = document.documentElement;
    const sideways = root.scrollWidth - root.clientWidth;
    const pressed = "button, .button, .choice, nav a, .links a, .person a, " +
        "input:not([type=hidden]):not([type=checkbox])";
    const small = [...document.querySelectorAll(pressed)]
        .map(element => [element.outerHTML, element.getBoundingClientRect()])
        .filter(([_, box]) => box.width < 44 || box.height < 44)
        .map(([html, box]) => `${box.width} x ${box.height}: ${html}`);
    return { sideways, small };
"#;

async fn look_at_every_page(language: &'static str) {
    let axe = Axe::load();
    let world = World::start(language).await;
    let browser = Browser::start().await;
    world
        .visit(&browser, async |name| {
            for screen in SCREENS {
                browser.look_through(screen).await;
                let folder = screen.name;
                browser
                    .picture_of_all(&format!("{language}/{folder}/{name}"))
                    .await;
                let misfits = browser.page.execute(MISFITS, Vec::new()).await.unwrap();
                let none = json!({ "sideways": 0, "small": [] });
                assert_eq!(misfits, none, "{name} in {language}, {folder}");
                let faults = axe.faults(&browser).await.join("\n");
                assert_eq!(faults, "", "{name} in {language}, {folder}");
            }
            let spoken = "return document.documentElement.lang;";
            let spoken = browser.page.execute(spoken, Vec::new()).await.unwrap();
            assert_eq!(spoken, Value::from(language), "{name}");
        })
        .await;
    browser.close().await;
}

#[tokio::test]
async fn every_page_fits_every_screen_and_axe_finds_nothing_in_english() {
    look_at_every_page("en").await;
}

#[tokio::test]
async fn every_page_fits_every_screen_and_axe_finds_nothing_in_german() {
    look_at_every_page("de").await;
}
