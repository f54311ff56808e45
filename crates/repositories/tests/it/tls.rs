//! The way to a database elsewhere is encrypted and leads to the right server, or there is none.

use std::error::Error as _;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use authly_repositories::{Db, DbAddress, PoolSettings, StatementMode, TlsMode};
use authly_testing::runtime;
use pretty_assertions::assert_eq;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection};

/// The question whether the server speaks TLS, before anything else is sent (`SSLRequest`).
const QUESTION: [u8; 8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F];

/// Somebody who listens where a database is expected, and a pool for that database.
fn impostor() -> (TcpListener, Db) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("postgres://authly:s3cret@localhost:{port}/authly?hostaddr=127.0.0.1");
    let settings = PoolSettings {
        address: DbAddress::parse(&url).unwrap(),
        size: 1,
        statements: StatementMode::Prepared,
        tls: TlsMode::verified().unwrap(),
    };
    (
        listener,
        Db::new(settings, runtime::lasting().clone()).unwrap(),
    )
}

/// Takes a connection, and answers its first question.
fn answer(listener: &TcpListener, answer: u8) -> TcpStream {
    let (mut stream, _) = listener.accept().unwrap();
    let mut asked = [0; 8];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(asked, QUESTION);
    stream.write_all(&[answer]).unwrap();
    stream
}

#[tokio::test]
async fn a_server_that_declines_tls_learns_neither_name_nor_password() {
    let (listener, db) = impostor();
    let server = thread::spawn(move || {
        let mut more = Vec::new();
        answer(&listener, b'N').read_to_end(&mut more).unwrap();
        more
    });
    assert!(db.connect().await.is_err());
    assert_eq!(server.join().unwrap(), b"");
}

#[tokio::test]
async fn a_certificate_that_the_system_does_not_trust_is_refused() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    let (listener, db) = impostor();
    let server = thread::spawn(move || {
        let mut stream = answer(&listener, b'S');
        let mut tls = ServerConnection::new(Arc::new(config)).unwrap();
        tls.complete_io(&mut stream).unwrap_err();
    });
    let Err(refused) = db.connect().await else {
        panic!("the certificate was taken");
    };
    let mut reasons = vec![refused.to_string()];
    let mut cause = refused.source();
    while let Some(error) = cause {
        reasons.push(error.to_string());
        cause = error.source();
    }
    let reasons = reasons.join(": ");
    assert!(reasons.contains("UnknownIssuer"), "{reasons}");
    server.join().unwrap();
}
