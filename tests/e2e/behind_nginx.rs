//! `deploy/nginx/authly.conf` in a real nginx, with a real server behind it that has the settings which
//! the file names.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use authly_testing::TestDatabase;
use authly_testing::address::free_address;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::PublicKeyData as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use url::Url;

use crate::application::{CLIENT_ID, Callback, SECRET};
use crate::browser::Browser;
use crate::program::{Program, binary, folder};
use crate::sign_in::{PASSWORD, log_in, seed};

/// The name in the example, which stays: browsers and curl are told where it is.
const NAME: &str = "auth.example.com";
pub(crate) const ISSUER: &str = "https://auth.example.com";

/// The verifier and challenge of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// nginx with the example, and what it was given.
pub(crate) struct Proxy {
    folder: TempDir,
    /// Where it listens, with TLS and without.
    secure: String,
    plain: String,
    /// The server behind it.
    upstream: String,
    /// The SHA-256 of the certificate's public key, by which a browser is told to trust it.
    fingerprint: String,
}

impl Proxy {
    /// Writes the example down with ports, files and a certificate of this test's own; nothing else
    /// of it is changed.
    fn prepare() -> Self {
        let folder = folder();
        let proxy = Self {
            fingerprint: write_certificate(folder.path()),
            folder,
            secure: free_address(),
            plain: free_address(),
            upstream: free_address(),
        };
        let own = |file: &str| proxy.path(file);
        let changes = [
            ("listen 80;", format!("listen {};", proxy.plain)),
            ("listen [::]:80;", on_ipv6("")),
            ("listen 443 ssl;", format!("listen {} ssl;", proxy.secure)),
            ("listen [::]:443 ssl;", on_ipv6(" ssl")),
            (
                "server 127.0.0.1:8000;",
                format!("server {};", proxy.upstream),
            ),
            ("/etc/ssl/authly/fullchain.pem", own("certificate.pem")),
            ("/etc/ssl/authly/privkey.pem", own("key.pem")),
            ("/var/log/nginx/authly.log", own("access.log")),
        ];
        let mut site = example();
        for (theirs, ours) in &changes {
            assert_eq!(site.matches(theirs).count(), 1, "{theirs}");
            site = site.replace(theirs, ours);
        }
        let around = format!(
            "pid {};\nerror_log stderr notice;\nevents {{}}\nhttp {{\n{}    include {};\n}}\n",
            own("nginx.pid"),
            ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map(|kind| format!("    {kind}_temp_path {};\n", own(kind)))
                .concat(),
            own("authly.conf"),
        );
        std::fs::write(own("authly.conf"), site).unwrap();
        std::fs::write(own("nginx.conf"), around).unwrap();
        proxy
    }

    fn path(&self, file: &str) -> String {
        self.folder.path().join(file).display().to_string()
    }

    /// nginx with this configuration. It writes to standard output what it would write to its log.
    fn nginx(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("sh");
        let script = "PATH=$PATH:/usr/sbin; exec nginx -p . -c nginx.conf \"$@\" 2>&1";
        command
            .args(["-c", script, "nginx"])
            .args(arguments)
            .current_dir(self.folder.path());
        command
    }

    /// `nginx -t`.
    fn check(&self) {
        let checked = self.nginx(&["-t", "-q"]).output().unwrap();
        let said = String::from_utf8_lossy(&checked.stdout);
        let missing = "apt-get install nginx-light";
        assert!(checked.status.success(), "{said} (not there? {missing})");
        assert_eq!(said, "", "nginx has something to say");
    }

    /// What curl says to these arguments, which knows the certificate and where the name is.
    pub(crate) fn curl(&self, arguments: &[&str]) -> Answer {
        let ports = [(443, &self.secure), (80, &self.plain)];
        let ports = ports.map(|(port, address)| format!("{NAME}:{port}:{address}"));
        let output = Command::new("curl")
            .args(["-q", "--silent", "--show-error", "--include"])
            .args(["--noproxy", "*", "--cacert", &self.path("certificate.pem")])
            .args(["--connect-to", &ports[0], "--connect-to", &ports[1]])
            .args(arguments)
            .output()
            .expect("curl is there");
        Answer::of(&output)
    }

    /// A browser that finds the name here and trusts the certificate, and is started with `more` and these
    /// preferences.
    pub(crate) async fn browser(&self, rules: &str, more: &[&str], preferences: Value) -> Browser {
        let rules = format!(
            "--host-resolver-rules=MAP {NAME}:443 {}{rules}",
            self.secure
        );
        let trust = format!("--ignore-certificate-errors-spki-list={}", self.fingerprint);
        Browser::start_with(&[&[&rules[..], &trust], more].concat(), preferences).await
    }

    /// The lines of the access log about requests of this path.
    fn logged(&self, path: &str) -> Vec<String> {
        let log = std::fs::read_to_string(self.path("access.log")).unwrap();
        let is_about = |line: &&str| line.contains(&format!(" {path}\""));
        log.lines().filter(is_about).map(str::to_owned).collect()
    }
}

/// What the server answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    fn of(output: &Output) -> Self {
        let trouble = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "curl: {trouble}");
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Self {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}\n{}", self.head, self.body))
    }
}

/// The example as it stands in the repository.
fn example() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/nginx/authly.conf");
    std::fs::read_to_string(file).unwrap()
}

/// The settings of the server that the example names in its head.
fn settings_in(example: &str) -> String {
    let (_, rest) = example.split_once("# The server's side of it:\n").unwrap();
    let lines = rest.lines().map_while(|line| line.strip_prefix("#   "));
    lines.map(|line| line.to_owned() + "\n").collect()
}

/// The other line that makes nginx listen, where this machine has IPv6 at all.
fn on_ipv6(rest: &str) -> String {
    let free = TcpListener::bind("[::1]:0").and_then(|listener| listener.local_addr());
    free.map_or_else(|_| String::new(), |free| format!("listen {free}{rest};"))
}

/// Makes a certificate for the example's name; the SHA-256 of its public key.
fn write_certificate(folder: &Path) -> String {
    let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
    let certificate = pem("CERTIFICATE", made.cert.der());
    let key = pem("PRIVATE KEY", &made.signing_key.serialize_der());
    std::fs::write(folder.join("certificate.pem"), certificate).unwrap();
    std::fs::write(folder.join("key.pem"), key).unwrap();
    STANDARD.encode(Sha256::digest(made.signing_key.subject_public_key_info()))
}

pub(crate) fn pem(label: &str, bytes: &[u8]) -> String {
    // A multiple of three bytes on each line needs no padding but at the end.
    let lines = bytes.chunks(48).map(|line| STANDARD.encode(line) + "\n");
    let lines: String = lines.collect();
    format!("-----BEGIN {label}-----\n{lines}-----END {label}-----\n")
}

/// Both running, on a database of their own.
pub(crate) struct Installation {
    /// In the order in which they stop.
    _nginx: Program,
    _server: Program,
    pub(crate) proxy: Proxy,
    _folder: TempDir,
    _database: TestDatabase,
}

impl Installation {
    async fn start(redirect_uri: &str) -> Self {
        Self::seeded(&seed(redirect_uri)).await
    }

    /// An installation with this seed.
    pub(crate) async fn seeded(seed: &str) -> Self {
        let proxy = Proxy::prepare();
        proxy.check();
        let database = TestDatabase::create_empty().await;
        let folder = folder();
        let path = |file: &str| folder.path().join(file);
        let settings = settings_in(&example());
        assert!(settings.contains(ISSUER) && settings.contains("127.0.0.1:8000"));
        let settings = settings.replace("127.0.0.1:8000", &proxy.upstream);
        std::fs::write(path("server.toml"), settings).unwrap();
        std::fs::write(path("seed.toml"), seed).unwrap();
        let mut command = Command::new(binary("authly-server", "authly-server"));
        command
            .arg("--config")
            .arg(path("server.toml"))
            .arg("--seed")
            .arg(path("seed.toml"))
            .env("AUTHLY_DATABASE__URL", database.url())
            .env("AUTHLY_KEYS__MASTER_KEY", STANDARD.encode([7; 32]))
            .env("AUTHLY_BOOTSTRAP__PASSWORD_FILE", path("admin-password"))
            .env("AUTHLY_THROTTLE__CLIENT_SECRET", "2");
        let server = Program::start(&mut command, &folder, "Ctrl-C stops it.");
        let mut nginx = proxy.nginx(&["-g", "daemon off;"]);
        let nginx = Program::start(&mut nginx, &proxy.folder, "start worker process ");
        Self {
            _nginx: nginx,
            _server: server,
            proxy,
            _folder: folder,
            _database: database,
        }
    }
}

#[test]
fn nginx_accepts_the_example() {
    Proxy::prepare().check();
}

#[tokio::test]
async fn people_sign_in_and_applications_get_tokens_through_the_example_for_nginx() {
    let callback = Callback::listen().await;
    let installation = Installation::start(&callback.uri).await;
    let proxy = &installation.proxy;
    let browser = proxy.browser("", &[], json!({})).await;
    let parameters = [
        ("client_id", CLIENT_ID),
        ("redirect_uri", &callback.uri),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("state", "the-state"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let authorize = format!("{ISSUER}/api/v1/oauth/authorize");
    let asking = Url::parse_with_params(&authorize, parameters).unwrap();

    browser.open(asking.as_str()).await;
    let login = browser.page.current_url().await.unwrap();
    assert!(login.as_str().starts_with(&format!("{ISSUER}/login?")));
    log_in(&browser, PASSWORD).await;
    let cookies = browser.page.get_all_cookies().await.unwrap();
    let (answer, ()) = tokio::join!(callback.answer(), browser.press("approve"));
    browser.close().await;

    let is_safe = |name: &str, secure| name.starts_with("__Host-") && secure == Some(true);
    let are_safe = cookies
        .iter()
        .all(|cookie| is_safe(cookie.name(), cookie.secure()));
    assert!(!cookies.is_empty() && are_safe, "{cookies:?}");
    assert_eq!(answer.get("iss").map(String::as_str), Some(ISSUER));
    let credentials = format!("{CLIENT_ID}:{SECRET}");
    let fields = [
        "grant_type=authorization_code".to_owned(),
        format!("code={}", answer.get("code").unwrap()),
        format!("redirect_uri={}", callback.uri),
        format!("code_verifier={VERIFIER}"),
    ];
    let mut arguments = vec!["-u", &credentials];
    for field in &fields {
        arguments.extend(["--data-urlencode", field]);
    }
    let token_endpoint = format!("{ISSUER}/api/v1/oauth/token");
    let tokens = proxy.curl(&[&arguments[..], &[&token_endpoint]].concat());
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    let token = tokens.json();
    let token = token.get("access_token").and_then(Value::as_str).unwrap();
    let bearer = format!("Authorization: Bearer {token}");
    let user = proxy.curl(&["-H", &bearer, &format!("{ISSUER}/oidc/userinfo")]);
    assert_eq!(user.json().get("preferred_username"), Some(&json!("alice")));

    // Nobody reads in nginx's log what was asked for.
    let logged = proxy.logged("/api/v1/oauth/authorize");
    assert_eq!(logged.len(), 1);
    assert!(!logged[0].contains("the-state") && !logged[0].contains(CLIENT_ID));
}

#[tokio::test]
async fn the_example_for_nginx_says_who_asks_and_leads_everybody_to_https() {
    let installation = Installation::start("http://127.0.0.1/callback").await;
    let proxy = &installation.proxy;

    let metadata = proxy.curl(&[&format!("{ISSUER}/.well-known/openid-configuration")]);
    assert!(
        metadata
            .header("strict-transport-security")
            .starts_with("max-age=")
    );
    let metadata = metadata.json();
    assert_eq!(metadata.get("issuer"), Some(&json!(ISSUER)));
    let token_endpoint = metadata.get("token_endpoint").and_then(Value::as_str);
    let token_endpoint = token_endpoint.unwrap();
    assert!(token_endpoint.starts_with(ISSUER), "{token_endpoint}");

    let plain = proxy.curl(&["http://auth.example.com/login?code=of-somebody"]);
    assert_eq!(plain.status, 308);
    assert_eq!(plain.header("location"), "https://auth.example.com/");

    // Who guesses waits, whatever they claim about themselves; others are let in.
    let guess = |from: &str, claim: &str| {
        let credentials = format!("{CLIENT_ID}:wrong");
        let claim = format!("X-Forwarded-For: {claim}");
        let form = "grant_type=client_credentials";
        let caller = ["--interface", from, "-H", &claim, "-u", &credentials];
        proxy.curl(&[&caller[..], &["-d", form, token_endpoint]].concat())
    };
    let answers = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(|claim| guess("127.0.0.2", claim));
    assert_eq!(
        answers.each_ref().map(|answer| answer.status),
        [401, 401, 429]
    );
    assert_eq!(guess("127.0.0.3", "127.0.0.2").status, 401);

    // One number for the request in both logs.
    let [first, ..] = &answers;
    let id = first.header("x-request-id");
    let logged = proxy.logged("/api/v1/oauth/token");
    assert_eq!(logged.len(), 4);
    assert!(
        logged[0].starts_with("127.0.0.2 ") && logged[0].ends_with(id),
        "{id}: {logged:?}"
    );

    // What is too much for the server is refused by the server, in words that clients understand.
    std::fs::write(proxy.path("much"), "a".repeat(100_000)).unwrap();
    let much = format!("@{}", proxy.path("much"));
    let refused = proxy.curl(&["--data-binary", &much, token_endpoint]);
    assert_eq!(refused.status, 413);
    assert_eq!(refused.json().get("error"), Some(&json!("invalid_request")));
    let long = format!("{ISSUER}/login?{}", "a".repeat(20_000));
    assert_eq!(proxy.curl(&[&long]).status, 200);
}
