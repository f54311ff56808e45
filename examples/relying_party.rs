//! A web application whose users log in at Authly.
//!
//! ```sh
//! make run ARGS="--seed examples/seed.toml"            # in one terminal: the server
//! cargo run -p authly-examples --example relying_party # in another: this application
//! ```
//!
//! Its code is in `src/relying_party`; here are its settings.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example talks to the person at the terminal"
)]

use std::net::TcpListener;
use std::path::PathBuf;

use authly_examples::relying_party::login::{Registration, RelyingParty};
use authly_examples::relying_party::server;
use authly_examples::{Complaint, Outgoing, client_secret};
use clap::Parser;
use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl};

/// The secret that the seed file gives to the client: known to everyone.
const DEVELOPMENT_SECRET: &str = "development-only-secret-change-me-0001";

/// A web application whose users log in at Authly.
///
/// The client's secret comes from the file of --client-secret-file or the variable `CLIENT_SECRET`.
/// Without either it is that of examples/seed.toml.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where users log in.
    #[arg(
        long,
        env = "ISSUER",
        value_name = "URL",
        default_value = "http://localhost:8000"
    )]
    issuer: String,

    /// The application's name at the server.
    #[arg(
        long,
        env = "CLIENT_ID",
        value_name = "ID",
        default_value = "notes-web"
    )]
    client_id: String,

    /// A file that holds the client's secret.
    #[arg(long, env = "CLIENT_SECRET_FILE", value_name = "FILE")]
    client_secret_file: Option<PathBuf>,

    /// Where users come back to; the client must be registered with it. Its path is /callback.
    #[arg(
        long,
        env = "REDIRECT_URI",
        value_name = "URL",
        default_value = "http://localhost:9000/callback"
    )]
    redirect_uri: String,

    /// The notes of the example `resource_server`, such as <http://localhost:9001/notes>: the page then
    /// has a button that deletes them, for which the API wants a recent login (RFC 9470).
    #[arg(long, env = "API", value_name = "URL")]
    api: Option<String>,

    /// Where the application listens.
    #[arg(
        long,
        env = "LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:9000"
    )]
    listen: String,
}

#[actix_web::main]
async fn main() -> Result<(), Complaint> {
    let arguments = Arguments::parse();
    let client_secret = client_secret(arguments.client_secret_file.as_deref())?;
    let registration = Registration {
        issuer: IssuerUrl::new(arguments.issuer)?,
        client_id: ClientId::new(arguments.client_id),
        client_secret: client_secret.unwrap_or_else(development_secret),
        redirect_uri: RedirectUrl::new(arguments.redirect_uri)?,
        api: arguments.api,
    };

    let home = registration.redirect_uri.url().join("/")?;
    println!("Users log in at {}.", registration.issuer.as_str());
    println!("Open {home} in a browser, and stop the application with Ctrl-C.");
    println!("The user of examples/seed.toml is alice, her password: correct horse battery staple");

    let relying_party = RelyingParty::new(registration, Outgoing::new()?);
    server(TcpListener::bind(&arguments.listen)?, relying_party)?.await?;
    Ok(())
}

fn development_secret() -> ClientSecret {
    eprintln!(
        "Warning: the client secret is the well-known one of examples/seed.toml. \
         Set CLIENT_SECRET or --client-secret-file for any other server."
    );
    ClientSecret::new(DEVELOPMENT_SECRET.to_owned())
}
