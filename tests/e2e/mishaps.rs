//! What people do to pages: go back, press twice, use two tabs, come too late.

use crate::application::{Application, Asked, Callback};
use crate::browser::Browser;
use crate::server::{QUICK, Server};
use crate::sign_in::{PASSWORD, log_in, seed};

/// A person, an application that listens, and the server between them.
struct Scene {
    callback: Callback,
    server: Server,
    application: Application,
    browser: Browser,
}

impl Scene {
    async fn open() -> Self {
        let callback = Callback::listen().await;
        let server = Server::start_with(&seed(&callback.uri), QUICK);
        let application = Application::discover(&server.issuer, &callback.uri).await;
        let browser = Browser::start().await;
        Self {
            callback,
            server,
            application,
            browser,
        }
    }

    fn ask(&self) -> Asked {
        self.application.ask(&["profile"]).with("prompt", "consent")
    }

    /// Allows, and redeems what the application gets.
    async fn allow(&self, asked: Asked) {
        let (answer, ()) = tokio::join!(self.callback.answer(), self.browser.press("approve"));
        self.redeem(asked, &answer).await;
    }

    async fn redeem(&self, asked: Asked, answer: &std::collections::HashMap<String, String>) {
        let code = asked.code_of(answer, &self.server.issuer).to_owned();
        self.application.redeem(&code, asked).await;
    }

    /// The page says this, and what to do next.
    async fn assert_problem(&self, title: &str) {
        self.browser.wait_for("request_id").await;
        let page = self.browser.text().await;
        assert!(
            page.contains(title) && page.contains("What you can do"),
            "{page}"
        );
    }

    /// Submits the form of the page twice, as a double click does.
    async fn press_twice(&self, id: &str) {
        let script = format!(
            "const button = document.getElementById('{id}'); button.click(); button.click();"
        );
        self.browser.run(&script).await;
    }
}

const ANSWERED: &str = "You have answered this already";
const EXPIRED: &str = "This page has expired";

#[tokio::test]
async fn going_back_leads_to_nothing_wrong_at_any_step() {
    let scene = Scene::open().await;
    let browser = &scene.browser;
    let asked = scene.ask();

    browser.open(asked.url.as_str()).await;
    let login = browser.page.current_url().await.unwrap();
    log_in(browser, PASSWORD).await;
    browser.wait_for("approve").await;
    // Back at the login page: logging in once more goes on to the same question.
    browser.page.back().await.unwrap();
    browser.wait_for("login").await;
    log_in(browser, PASSWORD).await;
    browser.wait_for("approve").await;
    scene.allow(asked).await;
    assert_eq!(browser.text().await, "Back at the application.");
    // Back at the question that was answered: from its memory or not, it counts no second time.
    browser.page.back().await.unwrap();
    let is_in_memory = "return document.getElementById('approve') !== null";
    if browser.run(is_in_memory).await == true {
        browser.press("approve").await;
    }
    scene.assert_problem(ANSWERED).await;
    browser.open(login.as_str()).await;
    scene.assert_problem(ANSWERED).await;
    scene.callback.assert_nothing_more().await;

    // Back from the page that says that the session is over: nobody is signed in there.
    browser
        .open(&format!("{}/login", scene.server.issuer))
        .await;
    browser.press("sign_out").await;
    browser.press("logout").await;
    browser.wait_for("sign_in").await;
    browser.page.back().await.unwrap();
    browser.wait_for("logout").await;
    let page = browser.text().await;
    assert!(page.contains("You are not signed in."), "{page}");
    browser.page.back().await.unwrap();
    browser.wait_for("login").await;
    scene.browser.close().await;
}

#[tokio::test]
async fn pressing_twice_counts_once_at_every_step() {
    let scene = Scene::open().await;
    let browser = &scene.browser;
    let asked = scene.ask();

    browser.open(asked.url.as_str()).await;
    browser.fill("username", "alice").await;
    browser.fill("password", PASSWORD).await;
    scene.press_twice("login").await;
    browser.wait_for("approve").await;
    // The same question in a second tab, and an answer in each.
    let question = browser.page.current_url().await.unwrap();
    let first = browser.page.window().await.unwrap();
    let second = browser.page.new_window(true).await.unwrap().handle;
    browser.page.switch_to_window(second).await.unwrap();
    browser.open(question.as_str()).await;
    browser.wait_for("approve").await;
    browser.page.switch_to_window(first).await.unwrap();
    scene.allow(asked).await;
    let second = browser.page.windows().await.unwrap().pop().unwrap();
    browser.page.switch_to_window(second).await.unwrap();
    browser.press("approve").await;
    scene.assert_problem(ANSWERED).await;
    scene.callback.assert_nothing_more().await;

    // A double click on a question.
    let asked = scene.ask();
    browser.open(asked.url.as_str()).await;
    browser.wait_for("approve").await;
    scene.press_twice("approve").await;
    let answer = scene.callback.answer().await;
    scene.redeem(asked, &answer).await;
    scene.callback.assert_nothing_more().await;

    browser
        .open(&format!("{}/logout", scene.server.issuer))
        .await;
    scene.press_twice("logout").await;
    browser.wait_for("sign_in").await;
    scene.browser.close().await;
}

#[tokio::test]
async fn who_presses_again_while_the_answer_is_under_way_is_told_and_gets_in_by_starting_again() {
    let scene = Scene::open().await;
    let browser = &scene.browser;
    let asked = scene.ask();
    browser.open(asked.url.as_str()).await;
    log_in(browser, PASSWORD).await;
    browser.wait_for("approve").await;

    // The first press counts, but its answer is on its way when the second one is sent.
    browser.wait_for_answers(1_000).await;
    let twice = "const button = document.getElementById('approve');
                 button.click(); setTimeout(() => button.click(), 100);";
    browser.run(twice).await;
    scene.assert_problem(ANSWERED).await;
    browser.wait_for_answers(0).await;
    scene.callback.assert_nothing_more().await;

    // What was allowed is remembered: the next time nothing is asked.
    let asked = scene.application.ask(&["profile"]);
    let (answer, ()) = tokio::join!(scene.callback.answer(), browser.open(asked.url.as_str()));
    scene.redeem(asked, &answer).await;
    scene.browser.close().await;
}

#[tokio::test]
async fn a_change_of_password_counts_once_and_going_back_to_it_leads_on() {
    let scene = Scene::open().await;
    let browser = &scene.browser;
    let login = format!("{}/login", scene.server.issuer);
    let own = "a quite different sentence";
    browser.open(&login).await;
    browser.fill("username", "admin").await;
    let made = scene.server.administrator_password();
    browser.fill("password", &made).await;
    browser.press("login").await;
    // The change is due wherever the back button leads.
    browser.page.back().await.unwrap();
    browser.wait_for("change_password").await;

    for field in ["new_password", "repeat_password"] {
        browser.fill(field, own).await;
    }
    scene.press_twice("change_password").await;
    browser.wait_for("sign_out").await;
    // Back at the form of the change: nothing is due any more, whether it is shown from memory or not.
    browser.page.back().await.unwrap();
    let is_in_memory = "return document.getElementById('change_password') !== null";
    if browser.run(is_in_memory).await == true {
        for field in ["new_password", "repeat_password"] {
            browser.fill(field, "some other sentence").await;
        }
        browser.press("change_password").await;
    }
    browser.wait_for("sign_out").await;

    browser.press("sign_out").await;
    browser.press("logout").await;
    browser.open(&login).await;
    browser.fill("username", "admin").await;
    browser.fill("password", own).await;
    browser.press("login").await;
    browser.wait_for("sign_out").await;
    scene.browser.close().await;
}

#[tokio::test]
async fn two_tabs_ask_at_once_and_each_gets_its_own_answer() {
    let scene = Scene::open().await;
    let browser = &scene.browser;
    let (one, other) = (scene.ask(), scene.ask());
    browser.open(one.url.as_str()).await;
    let first = browser.page.window().await.unwrap();
    let second = browser.page.new_window(true).await.unwrap().handle;
    browser.page.switch_to_window(second.clone()).await.unwrap();
    browser.open(other.url.as_str()).await;

    // Both show the login page by now; each goes on by itself.
    log_in(browser, PASSWORD).await;
    browser.wait_for("approve").await;
    browser.page.switch_to_window(first.clone()).await.unwrap();
    log_in(browser, PASSWORD).await;
    browser.wait_for("approve").await;
    browser.page.switch_to_window(second).await.unwrap();
    scene.allow(other).await;
    browser.page.switch_to_window(first).await.unwrap();
    scene.allow(one).await;
    scene.callback.assert_nothing_more().await;
    scene.browser.close().await;
}

#[tokio::test]
async fn a_login_page_whose_request_is_over_says_so() {
    let scene = Scene::open().await;
    let browser = &scene.browser;
    let asked = scene.ask();
    browser.open(asked.url.as_str()).await;
    let login = browser.page.current_url().await.unwrap();
    let first = browser.page.window().await.unwrap();
    let second = browser.page.new_window(true).await.unwrap().handle;
    browser.page.switch_to_window(second).await.unwrap();
    browser.open(login.as_str()).await;
    let (answer, ()) = tokio::join!(scene.callback.answer(), browser.press("cancel"));
    assert_eq!(
        answer.get("error").map(String::as_str),
        Some("access_denied")
    );

    browser.page.switch_to_window(first).await.unwrap();
    log_in(browser, PASSWORD).await;
    scene.assert_problem(ANSWERED).await;
    // The login itself counts.
    browser
        .open(&format!("{}/login", scene.server.issuer))
        .await;
    browser.wait_for("sign_out").await;

    // A page whose request is gone altogether.
    let mut gone = login;
    gone.set_query(Some("request=gone"));
    browser.open(gone.as_str()).await;
    scene.assert_problem(EXPIRED).await;
    scene.callback.assert_nothing_more().await;
    scene.browser.close().await;
}
