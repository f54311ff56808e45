//! What is there for people who do not see the screen, see it badly, or use no mouse. `looks` runs
//! axe-core on every page.

mod axe;
mod keyboard;

pub(crate) use axe::Axe;

use crate::browser::Browser;
use crate::server::Server;

#[tokio::test]
async fn what_shuts_people_out_is_found_and_motion_stops_for_those_who_ask() {
    let axe = Axe::load();
    let server = Server::start("");
    let browser = Browser::start().await;
    browser.open(&format!("{}/login", server.issuer)).await;
    let duration = "return getComputedStyle(document.getElementById('login')).transitionDuration";
    browser.prefer("light", "no-preference").await;
    assert!(
        browser
            .run(duration)
            .await
            .as_str()
            .unwrap()
            .contains("0.12s")
    );
    let moving = axe.faults(&browser).await;
    assert!(moving.contains(&"BUTTON moves".to_owned()), "{moving:?}");
    browser.prefer("light", "reduce").await;
    assert_eq!(axe.faults(&browser).await, [""; 0]);

    let spoil = "document.querySelector('label[for=password]').remove();
                 document.querySelector('h1').style.color = '#445';
                 document.title = 'Something else';";
    browser.run(spoil).await;
    for (scheme, contrast_is_bad) in [("light", false), ("dark", true)] {
        browser.prefer(scheme, "reduce").await;
        let faults = axe.faults(&browser).await.join("\n");
        assert!(faults.contains("label: "), "{faults}");
        assert!(faults.contains("is not that of the heading"), "{faults}");
        let found = faults.contains("color-contrast: ");
        assert_eq!(found, contrast_is_bad, "{scheme}: {faults}");
    }
    browser.close().await;
}
