//! Clients that are not ours: openid-client, Authlib and idpyoidc, each in a small program of its own
//! (`interop`) that signs a user in and uses everything that it gets. `.ci/setup test` puts the
//! libraries into the target folder. Apache's module, which needs no program, is in `interop/apache.rs`.

mod apache;
mod registration;

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use authly_testing::signer::Signer;
use serde_json::{Value, json};
use url::Url;

use crate::application::{CLIENT_ID, Callback, SECRET};
use crate::browser::Browser;
use crate::program::target_folder;
use crate::server::Server;
use crate::sign_in::{PASSWORD, log_in, seed};

/// A program that says `GO` and an address, reads the address that the browser comes back to, and says
/// `DONE` and what it has seen.
struct Program {
    process: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Program {
    fn start(command: &mut Command) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, said }
    }

    /// What it says after this word.
    fn says(&mut self, word: &str) -> String {
        let line = self.said.next().expect("the program goes on").unwrap();
        let rest = line.strip_prefix(word);
        rest.unwrap_or_else(|| panic!("{line}")).trim().to_owned()
    }

    fn tell(&mut self, line: &str) {
        let input = self.process.stdin.as_mut().unwrap();
        writeln!(input, "{line}").unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The folder that the libraries are in.
fn libraries() -> PathBuf {
    let folder = target_folder().join("interop");
    let hint = ".ci/setup test installs the libraries";
    assert!(folder.is_dir(), "{} is missing: {hint}", folder.display());
    folder
}

fn source(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("e2e/interop")
        .join(name)
}

/// Leads alice through the pages for a program, and holds what it has seen.
async fn signs_in_with(command: &mut Command) {
    signs_in_by(command, SECRET, |seed| seed).await;
}

/// Likewise, for a client that is seeded otherwise and proves itself by this.
async fn signs_in_by(command: &mut Command, proof: &str, change: impl FnOnce(String) -> String) {
    let callback = Callback::listen().await;
    let server = Server::start(&change(seed(&callback.uri)));
    signs_in_at(&server, &callback, command.args([CLIENT_ID, proof])).await;
}

/// Likewise, at this server.
async fn signs_in_at(server: &Server, callback: &Callback, command: &mut Command) {
    let program = Program::start(command.args([server.issuer.as_str(), &callback.uri]));
    let expected = json!({
        "id_token_email": "alice@example.com", "name": "alice", "alive": true, "ended": false,
    });
    assert_eq!(lead(program, callback).await, expected);
}

/// Leads alice through the pages for a program, and answers what it has seen.
async fn lead(mut program: Program, callback: &Callback) -> Value {
    let asked = program.says("GO");

    let browser = Browser::start().await;
    browser.open(&asked).await;
    log_in(&browser, PASSWORD).await;
    let (answer, ()) = tokio::join!(callback.answer(), browser.press("approve"));
    browser.close().await;
    let back = Url::parse_with_params(&callback.uri, &answer).unwrap();
    program.tell(back.as_str());

    serde_json::from_str(&program.says("DONE")).unwrap()
}

/// The program that uses openid-client, beside its libraries: Node finds them there.
fn openid_client(name: &str) -> Command {
    let program = libraries().join(name);
    std::fs::copy(source("openid_client.mjs"), &program).unwrap();
    let mut command = Command::new("node");
    command.arg(program);
    command
}

#[tokio::test]
async fn openid_client_of_npm_signs_in_without_special_cases() {
    signs_in_with(&mut openid_client("openid_client.mjs")).await;
}

/// The seed whose client has a key in the place of a secret, and these members more.
fn seed_by_key(seed: &str, signer: &Signer, more: &str) -> String {
    let jwk = signer.jwk();
    let member = |name: &str| format!("{name} = {}", jwk.get(name).unwrap());
    let key = ["kty", "crv", "x", "y"].map(member).join(", ");
    let secret = format!("client_secret = \"{SECRET}\"");
    let method = "token_endpoint_auth_method = \"client_secret_basic\"";
    assert!(seed.contains(&secret) && seed.contains(method));
    let keys = format!("jwks = {{ keys = [{{ {key} }}] }}\n{more}");
    let by_key = "token_endpoint_auth_method = \"private_key_jwt\"";
    seed.replace(&secret, &keys).replacen(method, by_key, 1)
}

#[tokio::test]
async fn openid_client_of_npm_signs_in_with_a_key_in_the_place_of_a_secret() {
    let signer = Signer::es256();
    let proof = format!("pkcs8:{}", signer.pkcs8());
    let mut command = openid_client("openid_client_by_key.mjs");
    let by_key = |seed: String| seed_by_key(&seed, &signer, "");
    signs_in_by(&mut command, &proof, by_key).await;
}

#[tokio::test]
async fn openid_client_of_npm_registers_itself_and_signs_in_with_its_key() {
    let callback = Callback::listen().await;
    let settings = [
        ("AUTHLY_REGISTRATION__MODE", "open"),
        (
            "AUTHLY_REGISTRATION__OPEN_SCOPE",
            "openid,profile,email,offline_access",
        ),
    ];
    let server = Server::start_with(&seed(&callback.uri), &settings);
    let mut command = openid_client("openid_client_registered.mjs");
    signs_in_at(&server, &callback, command.args(["none", "register"])).await;
}

#[tokio::test]
async fn openid_client_of_npm_signs_its_requests() {
    let signer = Signer::es256();
    let proof = format!("pkcs8-for-requests:{}", signer.pkcs8());
    let mut command = openid_client("openid_client_signing.mjs");
    let required = "require_signed_request_object = true";
    let by_key = |seed: String| seed_by_key(&seed, &signer, required);
    signs_in_by(&mut command, &proof, by_key).await;
}

#[tokio::test]
async fn authlib_of_pypi_signs_in_without_special_cases() {
    let packages = libraries().join("python");
    let mut command = Command::new("python3");
    let command = command.arg(source("authlib_client.py"));
    signs_in_with(command.env("PYTHONPATH", packages)).await;
}

/// It goes by the profile `oidc`: its assertions are for the token endpoint.
#[tokio::test]
async fn idpyoidc_of_pypi_proves_itself_and_signs_its_requests_by_a_key() {
    let signer = Signer::es256();
    let packages = libraries().join("idpyoidc");
    let mut command = Command::new("python3");
    // What it imports warns of its own dependencies.
    let command = command
        .args(["-W", "ignore"])
        .arg(source("idpyoidc_client.py"));
    let registered = "profile = \"oidc\"\nrequire_signed_request_object = true";
    let by_key = |seed: String| seed_by_key(&seed, &signer, registered);
    let command = command.env("PYTHONPATH", packages);
    signs_in_by(command, &signer.pkcs8(), by_key).await;
}

#[tokio::test]
async fn authlib_of_pypi_decrypts_whatever_is_encrypted_to_its_keys() {
    let packages = libraries().join("python");
    let callback = Callback::listen().await;
    let mut command = Command::new("python3");
    command
        .arg(source("authlib_encrypted.py"))
        .arg(&callback.uri)
        .env("PYTHONPATH", packages);
    let mut program = Program::start(&mut command);
    let clients: Value = serde_json::from_str(&program.says("CLIENTS")).unwrap();
    let count = clients.as_array().unwrap().len();
    let clients = toml::to_string(&json!({ "clients": clients })).unwrap();
    let server = Server::start(&format!("{}\n{clients}", seed(&callback.uri)));
    program.tell(&server.issuer);

    let browser = Browser::start().await;
    for number in 0..count {
        let asked = program.says("GO");
        let answer = async {
            browser.open(&asked).await;
            if number == 0 {
                log_in(&browser, PASSWORD).await;
            }
        };
        let (answer, ()) = tokio::join!(callback.answer(), answer);
        let back = Url::parse_with_params(&callback.uri, &answer).unwrap();
        program.tell(back.as_str());
    }
    browser.close().await;
    assert_eq!(program.says("DONE"), count.to_string());
}
