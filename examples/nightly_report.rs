//! A service that calls an API in its own name.
//!
//! ```sh
//! make run ARGS="--seed examples/seed.toml"              # in one terminal: the server
//! cargo run -p authly-examples --example resource_server # in another: the API
//! cargo run -p authly-examples --example nightly_report  # in a third: this service
//! ```
//!
//! Its code is in `src/nightly_report`; here are its settings.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example talks to the person at the terminal"
)]

use std::path::PathBuf;

use authly_examples::nightly_report::access_tokens::AccessTokens;
use authly_examples::nightly_report::report;
use authly_examples::{Complaint, Outgoing, client_secret};
use clap::Parser;
use openidconnect::{ClientId, ClientSecret, IssuerUrl, Scope};

/// The secret that the seed file gives to the client: known to everyone.
const DEVELOPMENT_SECRET: &str = "development-only-secret-change-me-0002";

/// A service that calls an API in its own name.
///
/// The client's secret comes from the file of --client-secret-file or the variable `CLIENT_SECRET`.
/// Without either it is that of examples/seed.toml.
#[derive(Debug, Parser)]
struct Arguments {
    /// Who gives the token.
    #[arg(
        long,
        env = "ISSUER",
        value_name = "URL",
        default_value = "http://localhost:8000"
    )]
    issuer: String,

    /// The service's name at the server, registered with `client_secret_post`.
    #[arg(
        long,
        env = "CLIENT_ID",
        value_name = "ID",
        default_value = "nightly-report"
    )]
    client_id: String,

    /// A file that holds the client's secret.
    #[arg(long, env = "CLIENT_SECRET_FILE", value_name = "FILE")]
    client_secret_file: Option<PathBuf>,

    /// The API that is called.
    #[arg(
        long,
        env = "API",
        value_name = "URL",
        default_value = "http://127.0.0.1:9001/notes"
    )]
    api: String,
}

#[actix_web::main]
async fn main() -> Result<(), Complaint> {
    let arguments = Arguments::parse();
    let secret = client_secret(arguments.client_secret_file.as_deref())?;
    let tokens = AccessTokens::discover(
        IssuerUrl::new(arguments.issuer)?,
        ClientId::new(arguments.client_id),
        secret.unwrap_or_else(development_secret),
        vec![Scope::new("notes:read".to_owned())],
    )
    .await?;

    let notes = report::read(&arguments.api, &tokens, &Outgoing::new()?).await?;
    println!(
        "{} was let in as {} and found {} notes.",
        arguments.api,
        notes.subject,
        notes.notes.len()
    );
    Ok(())
}

fn development_secret() -> ClientSecret {
    eprintln!(
        "Warning: the client secret is the well-known one of examples/seed.toml. \
         Set CLIENT_SECRET or --client-secret-file for any other server."
    );
    ClientSecret::new(DEVELOPMENT_SECRET.to_owned())
}
