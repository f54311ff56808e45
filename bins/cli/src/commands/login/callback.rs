//! The loopback redirect (RFC 8252 §7.3): one answer is waited for, checked and shown as done.

use std::collections::BTreeMap;
use std::time::Duration;

use authly_admin_client::ServerUrl;
use authly_admin_client::secret::{AuthorizationCode, SecretText};
use subtle::ConstantTimeEq as _;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::page;
use crate::failure::Failure;
use crate::output::Output;

/// Where the answer comes to. The port is free (RFC 8252 §7.3).
const PATH: &str = "/callback";
/// How long a person may take.
const PATIENCE: Duration = Duration::from_mins(15);
/// How long a browser may take to send its request.
const REQUEST_TIME: Duration = Duration::from_secs(10);
/// How much of a request is read.
const REQUEST_SIZE: usize = 16 * 1024;

/// What was brought to the redirect URI, with the browser that waits for a page.
struct Visit {
    parameters: BTreeMap<String, String>,
    browser: TcpStream,
}

/// What an answer is worth.
enum Verdict {
    /// The code that was waited for.
    Code(AuthorizationCode),
    /// It belongs to no login that is under way here: whoever sent it, the wait goes on.
    Stray,
    /// It ends the login.
    End(Failure),
}

/// A listener for the one answer.
pub(super) struct Callback {
    listener: TcpListener,
    redirect_uri: String,
}

impl Callback {
    /// Listens on this machine alone.
    pub(super) async fn open() -> Result<Self, Failure> {
        let closed = |error| Failure::refused(format!("no port can be listened on: {error}"));
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(closed)?;
        let address = listener.local_addr().map_err(closed)?;
        Ok(Self {
            listener,
            redirect_uri: format!("http://{address}{PATH}"),
        })
    }

    /// Where the server is to send the browser.
    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Waits for the answer to the request with this `state`, from this server.
    pub(super) async fn wait(
        &self,
        server: &ServerUrl,
        state: &SecretText,
        output: &Output,
    ) -> Result<AuthorizationCode, Failure> {
        let waiting = self.answer(server, state, output);
        let answer = timeout(PATIENCE, waiting).await;
        answer.unwrap_or_else(|_elapsed| Err(Failure::refused("nobody logged in: given up")))
    }

    async fn answer(
        &self,
        server: &ServerUrl,
        state: &SecretText,
        output: &Output,
    ) -> Result<AuthorizationCode, Failure> {
        let (sender, mut visits) = mpsc::channel(1);
        loop {
            let visit = tokio::select! {
                // Browsers open connections that they send nothing on: none holds up another.
                accepted = self.listener.accept() => {
                    if let Ok((browser, _)) = accepted {
                        tokio::spawn(receive(browser, sender.clone()));
                    }
                    continue;
                }
                visit = visits.recv() => visit,
            };
            let Some(Visit {
                parameters,
                mut browser,
            }) = visit
            else {
                continue;
            };
            match judge(&parameters, server, state) {
                Verdict::Code(code) => {
                    page::show(&mut browser, page::DONE).await;
                    return Ok(code);
                }
                Verdict::Stray => {
                    page::show(&mut browser, page::STRAY).await;
                    output.warn("an answer came that belongs to no login from here: still waiting");
                }
                Verdict::End(failure) => {
                    page::show(&mut browser, page::REFUSED).await;
                    return Err(failure);
                }
            }
        }
    }
}

/// Whether it is the answer that was waited for: to our request by `state`, from our server by
/// `iss` (RFC 9207 §2.4).
fn judge(parameters: &BTreeMap<String, String>, server: &ServerUrl, state: &SecretText) -> Verdict {
    let of = |name: &str| parameters.get(name).map(String::as_str);
    let shown = of("state").unwrap_or_default().as_bytes();
    if !bool::from(shown.ct_eq(state.expose().as_bytes())) {
        return Verdict::Stray;
    }
    let issuer = of("iss").unwrap_or("somebody unnamed");
    if issuer != server.as_str() {
        let message = format!("the answer comes from {issuer}, not from {server}: it is not used");
        let hint = "If that is the same server, name it like this: --server and the first address.";
        return Verdict::End(Failure::refused(message).hint(hint));
    }
    match (of("code"), of("error")) {
        (Some(code), None) => Verdict::Code(AuthorizationCode::new(code.to_owned())),
        (_, error) => {
            let error = error.unwrap_or("neither code nor error");
            let description = of("error_description").unwrap_or_default();
            let message = format!("{server} refused: {error} {description}");
            Verdict::End(Failure::refused(message.trim_end()))
        }
    }
}

/// Reads a request. One that is none for the redirect URI is sent away here.
async fn receive(mut browser: TcpStream, visits: mpsc::Sender<Visit>) {
    let head = timeout(REQUEST_TIME, head_of(&mut browser)).await;
    let Ok(Some(head)) = head else {
        return;
    };
    match parameters_of(&head) {
        Some(parameters) => {
            let visit = Visit {
                parameters,
                browser,
            };
            // Nobody waits any more where this fails.
            let _ = visits.send(visit).await;
        }
        None => page::show(&mut browser, page::NOTHING_HERE).await,
    }
}

/// The head of a request, if it is one of usual size.
async fn head_of(browser: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        if head.len() > REQUEST_SIZE || browser.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    String::from_utf8(head).ok()
}

/// What the query of `GET /callback?…` says; `None` for any other request. A parameter that comes
/// twice counts for nothing (OAuth 2.1 §3.1).
fn parameters_of(head: &str) -> Option<BTreeMap<String, String>> {
    let target = head.strip_prefix("GET ")?.split(' ').next()?;
    let query = target.strip_prefix(PATH)?.strip_prefix('?')?;
    let mut parameters = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let repeated = parameters.insert(name.clone().into_owned(), value.into_owned());
        if repeated.is_some() {
            parameters.insert(name.into_owned(), String::new());
        }
    }
    Some(parameters)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn judged(query: &str) -> String {
        let head = format!("GET /callback?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        let server = "https://auth.example.com".parse().unwrap();
        let state = SecretText::new("s1".to_owned());
        match judge(&parameters_of(&head).unwrap(), &server, &state) {
            Verdict::Code(code) => format!("code {}", code.expose()),
            Verdict::Stray => "stray".to_owned(),
            Verdict::End(failure) => failure.message,
        }
    }

    #[test]
    fn an_answer_counts_with_our_state_and_from_our_server() {
        let iss = "iss=https%3A%2F%2Fauth.example.com";
        assert_eq!(judged(&format!("code=c&state=s1&{iss}")), "code c");
        for stray in [
            "",
            "code=c",
            "code=c&state=",
            "code=c&state=s2",
            "state=s1&state=s1",
        ] {
            assert_eq!(judged(&format!("{stray}&{iss}")), "stray", "{stray}");
        }
        for elsewhere in [
            "code=c&state=s1",
            "code=c&state=s1&iss=https%3A%2F%2Fevil.example",
        ] {
            assert!(judged(elsewhere).contains("it is not used"), "{elsewhere}");
        }
    }

    #[test]
    fn a_refusal_is_told_in_the_words_of_the_server() {
        let iss = "iss=https%3A%2F%2Fauth.example.com";
        let said = judged(&format!(
            "error=access_denied&error_description=The+user+said+no.&state=s1&{iss}"
        ));
        assert_eq!(
            said,
            "https://auth.example.com refused: access_denied The user said no."
        );
        assert!(judged(&format!("code=c&error=x&state=s1&{iss}")).contains("refused"));
    }

    #[test]
    fn only_the_redirect_uri_is_answered() {
        for head in [
            "GET /favicon.ico HTTP/1.1\r\n\r\n",
            "GET /callback HTTP/1.1\r\n\r\n",
            "GET /callbacks?code=c HTTP/1.1\r\n\r\n",
            "POST /callback?code=c HTTP/1.1\r\n\r\n",
            "",
        ] {
            assert_eq!(parameters_of(head), None, "{head}");
        }
    }
}
