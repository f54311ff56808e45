//! Texts that are kept and handed back or shown: `state`, `nonce`, `login_hint`, and `max_age`.

use authly_testing::answer::claims;
use pretty_assertions::assert_eq;

use crate::support::{Answered, Asking, Trusted, VERIFIER};

#[tokio::test]
async fn a_text_that_is_too_long_or_holds_a_control_character_is_refused() {
    let mut trusted = Trusted::start().await;
    let right = trusted.asking();
    for (name, most) in [("state", 4_096), ("nonce", 1_024), ("login_hint", 320)] {
        let long = "x".repeat(most + 1);
        for text in [
            "line\nbreak",
            "carriage\rreturn",
            "\u{1b}[31mred",
            "tab\there",
            "\u{7f}",
            "\u{85}",
            &long,
            &"é".repeat(most / 2 + 1),
        ] {
            let asking = right.clone().with(name, text);
            let answered = trusted.expect_error(&asking, "invalid_request").await;
            let state = if name == "state" {
                None
            } else {
                Some("the state")
            };
            assert_eq!(answered.get("state"), state, "{name}");
        }
    }
}

#[tokio::test]
async fn a_text_of_the_greatest_length_is_taken() {
    let mut trusted = Trusted::start().await;
    let right = trusted.asking();
    for (name, most) in [("state", 4_096), ("nonce", 1_024), ("login_hint", 320)] {
        let asking = right.clone().with(name, &"x".repeat(most));
        let page = trusted.browser.get(&asking.target()).await;
        let answered = Answered::in_query(&page, trusted.client.redirect_uri());
        assert!(answered.get("code").is_some(), "{name}");
    }
}

#[tokio::test]
async fn the_nonce_reaches_the_id_token_as_it_was() {
    let mut trusted = Trusted::start().await;
    for nonce in ["a+b %26&c=d#\"'<é>\u{1F511}\\", " ", "x"] {
        let asking = trusted.asking().with("nonce", nonce);
        let page = trusted.browser.get(&asking.target()).await;
        let answered = Answered::in_query(&page, trusted.client.redirect_uri());
        let rp = trusted.app.rp(&trusted.client);
        let code = answered.get("code").unwrap();
        let tokens = rp.redeem(code, VERIFIER).await.expect_tokens();
        assert_eq!(claims(&tokens.id_token.unwrap())["nonce"], nonce);
    }
}

#[tokio::test]
async fn a_max_age_that_is_no_number_of_seconds_is_refused() {
    let mut trusted = Trusted::start().await;
    for age in [
        "-1",
        "+1",
        "1.5",
        "1e3",
        "abc",
        " 1",
        "1 ",
        "0x10",
        "1,000",
        "4294967296",
        "99999999999999999999",
        "NaN",
        "\u{661}",
    ] {
        let asking = trusted.asking().with("max_age", age);
        trusted.expect_error(&asking, "invalid_request").await;
    }
}

#[tokio::test]
async fn a_prompt_that_is_not_known_or_contradicts_itself_is_refused() {
    let mut trusted = Trusted::start().await;
    for prompt in [
        "none login",
        "login none",
        "none consent",
        "none none",
        "consent login none",
        "create",
        "Login",
        "NONE",
        "login,consent",
        "login\tconsent",
        "nonsense",
        "login nonsense",
    ] {
        let asking = trusted.asking().with("prompt", prompt);
        trusted.expect_error(&asking, "invalid_request").await;
    }
}

#[tokio::test]
async fn several_prompts_stand_in_any_order_with_any_spaces() {
    let mut trusted = Trusted::start().await;
    for (prompt, leads_to) in [
        ("login consent", "/login"),
        ("consent login", "/login"),
        ("consent  login", "/login"),
        ("consent select_account", "/login"),
        ("select_account", "/login"),
        ("consent", "/consent"),
        ("consent consent", "/consent"),
        (" consent ", "/consent"),
    ] {
        let asking = Asking::of(&trusted.client, "openid").with("prompt", prompt);
        let page = trusted.browser.get(&asking.target()).await;
        assert_eq!(page.expect_location().path(), leads_to, "{prompt}");
    }
}
