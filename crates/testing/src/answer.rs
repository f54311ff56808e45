//! What came back from the server.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub body: String,
}

/// What a token request yields.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// The access token.
    pub access_token: String,
    /// The refresh token, where there is one.
    pub refresh_token: Option<String>,
    /// The ID token, where there is one.
    pub id_token: Option<String>,
    /// The whole answer.
    pub json: Value,
}

impl Tokens {
    /// The refresh token, which has to be there.
    #[must_use]
    pub fn refresh(&self) -> &str {
        self.refresh_token.as_deref().expect("a refresh token")
    }
}

impl Answer {
    /// Reads an answer to its end.
    pub async fn read(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.text().await.expect("the answer can be read");
        Self {
            status,
            headers,
            body,
        }
    }

    /// A header's value, empty where it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {} {}", self.status, self.body))
    }

    /// The tokens in it.
    #[must_use]
    pub fn expect_tokens(&self) -> Tokens {
        assert_eq!(self.status, 200, "{}", self.body);
        let json = self.json();
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        Tokens {
            access_token: text("access_token").expect("an access token"),
            refresh_token: text("refresh_token"),
            id_token: text("id_token"),
            json,
        }
    }

    /// Holds the answer to be this OAuth error, in the form of the specification.
    pub fn expect_error(&self, status: u16, code: &str) {
        let found = self.json();
        let error = found.get("error").and_then(Value::as_str);
        assert_eq!((self.status, error), (status, Some(code)), "{}", self.body);
        assert_eq!(
            self.header("cache-control"),
            "no-store",
            "{:?}",
            self.headers
        );
        if status == 401 {
            assert!(
                !self.header("www-authenticate").is_empty(),
                "{:?}",
                self.headers
            );
        }
    }
}

/// The claims of a JWT, unchecked.
#[must_use]
pub fn claims(jwt: &str) -> Value {
    part(jwt, 1)
}

/// The header of a JWT, unchecked.
#[must_use]
pub fn jose_header(jwt: &str) -> Value {
    part(jwt, 0)
}

fn part(jwt: &str, index: usize) -> Value {
    use base64::Engine as _;
    let part = jwt.split('.').nth(index).expect("a JWT has three parts");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part);
    serde_json::from_slice(&bytes.expect("base64url")).expect("JSON")
}
