//! An API that admits callers by access tokens of Authly.
//!
//! ```sh
//! make run ARGS="--seed examples/seed.toml"              # in one terminal: the server
//! cargo run -p authly-examples --example resource_server # in another: this API
//! ```
//!
//! Its code is in `src/resource_server`; here are its settings.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example talks to the person at the terminal"
)]

use std::error::Error;
use std::net::TcpListener;
use std::path::PathBuf;

use authly_examples::resource_server::introspection::Introspection;
use authly_examples::resource_server::keys::KeySet;
use authly_examples::resource_server::local::LocalCheck;
use authly_examples::resource_server::metadata::Metadata;
use authly_examples::resource_server::{Tokens, server};
use authly_examples::{Complaint, Outgoing, client_secret};
use clap::Parser;
use openidconnect::ClientSecret;

/// The secret that the seed file gives to the client: known to everyone.
const DEVELOPMENT_SECRET: &str = "development-only-secret-change-me-0002";

/// An API that admits callers by access tokens of Authly.
///
/// It verifies the tokens itself, or asks the server about each with --introspect. Only then it
/// needs to be a client; its secret comes from the file of --client-secret-file or the variable
/// `CLIENT_SECRET`. Without either it is that of examples/seed.toml.
#[derive(Debug, Parser)]
struct Arguments {
    /// Whose tokens are admitted.
    #[arg(
        long,
        env = "ISSUER",
        value_name = "URL",
        default_value = "http://localhost:8000"
    )]
    issuer: String,

    /// For whom tokens must be; the issuer unless said, since that is what tokens are for when
    /// nobody asked for another audience.
    #[arg(long, env = "AUDIENCE", value_name = "URL")]
    audience: Option<String>,

    /// Ask the server about each token, so that revoked ones are refused at once.
    #[arg(long)]
    introspect: bool,

    /// With --introspect: the client that asks, registered with `client_secret_post`.
    #[arg(
        long,
        env = "CLIENT_ID",
        value_name = "ID",
        default_value = "nightly-report"
    )]
    client_id: String,

    /// With --introspect: a file that holds the client's secret.
    #[arg(long, env = "CLIENT_SECRET_FILE", value_name = "FILE")]
    client_secret_file: Option<PathBuf>,

    /// Where the API listens.
    #[arg(
        long,
        env = "LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:9001"
    )]
    listen: String,
}

#[actix_web::main]
async fn main() -> Result<(), Complaint> {
    let arguments = Arguments::parse();
    let tokens = tokens(&arguments).await?;
    let listener = TcpListener::bind(&arguments.listen)?;

    let notes = format!("http://{}/notes", listener.local_addr()?);
    let issuer = &arguments.issuer;
    println!("Tokens of {issuer} open {notes}. Try it, and stop the API with Ctrl-C:");
    println!();
    println!("  curl -i {notes}");
    println!("  TOKEN=$(ISSUER={issuer} examples/walkthrough.sh token)");
    println!("  curl -i -H \"Authorization: Bearer $TOKEN\" {notes}");
    println!("  curl -i -H \"Authorization: Bearer $TOKEN\" -d '' {notes}");
    println!();
    println!(
        "The first is refused for want of a token, the last for want of the scope notes:write."
    );

    server(listener, tokens)?.await?;
    Ok(())
}

async fn tokens(arguments: &Arguments) -> Result<Tokens, Box<dyn Error>> {
    let outgoing = Outgoing::new()?;
    let metadata = Metadata::discover(&arguments.issuer, &outgoing).await?;
    let audience = arguments
        .audience
        .as_ref()
        .unwrap_or(&metadata.issuer)
        .clone();
    if !arguments.introspect {
        let keys = KeySet::new(metadata.jwks_uri, outgoing);
        return Ok(Tokens::Local(LocalCheck::new(
            metadata.issuer,
            audience,
            keys,
        )));
    }
    let client_secret = client_secret(arguments.client_secret_file.as_deref())?;
    Ok(Tokens::Introspected(Introspection {
        endpoint: metadata
            .introspection_endpoint
            .ok_or("the server does not tell about tokens")?,
        client_id: arguments.client_id.clone(),
        client_secret: client_secret.unwrap_or_else(development_secret),
        audience,
        outgoing,
    }))
}

fn development_secret() -> ClientSecret {
    eprintln!(
        "Warning: the client secret is the well-known one of examples/seed.toml. \
         Set CLIENT_SECRET or --client-secret-file for any other server."
    );
    ClientSecret::new(DEVELOPMENT_SECRET.to_owned())
}
