//! Authly inside another actix application.
//!
//! ```sh
//! cargo run -p authly-examples --example embedded_server # needs nothing but PostgreSQL's binaries
//! ISSUER=http://localhost:8001/auth examples/walkthrough.sh
//! ```
//!
//! Its code is in `src/embedded_server`; here are its settings. The database lives as long as the
//! process, so that nothing stays.

#![expect(
    clippy::print_stdout,
    reason = "an example talks to the person at the terminal"
)]

use std::net::TcpListener;
use std::path::PathBuf;

use authly_embedded_postgres::{Cluster, Options, SearchPath};
use authly_examples::Complaint;
use authly_examples::embedded_server::{Authorization, server};
use clap::Parser;

/// Authly inside another actix application.
#[derive(Debug, Parser)]
struct Arguments {
    /// The address of the authorization server, whose path is where the application mounts it.
    #[arg(
        long,
        env = "ISSUER",
        value_name = "URL",
        default_value = "http://localhost:8001/auth"
    )]
    issuer: String,

    /// Scopes, users and clients to begin with.
    #[arg(long, value_name = "FILE", default_value = "examples/seed.toml")]
    seed: PathBuf,

    /// Where the application listens.
    #[arg(
        long,
        env = "LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8001"
    )]
    listen: String,
}

#[actix_web::main]
async fn main() -> Result<(), Complaint> {
    let arguments = Arguments::parse();
    let seed = toml::from_str(&std::fs::read_to_string(&arguments.seed)?)?;
    let listener = TcpListener::bind(&arguments.listen)?;

    let search = SearchPath::new(std::env::var_os("PG_BIN_DIR"), std::env::var_os("PATH"));
    let cluster = Cluster::start(&Options::ephemeral(std::env::temp_dir(), search))?;
    let authorization = Authorization::open(&cluster, arguments.issuer.parse()?, &seed).await?;

    println!("The application is at http://{}/", listener.local_addr()?);
    println!("Its authorization server is {}", arguments.issuer);
    println!("Try ISSUER={} examples/walkthrough.sh", arguments.issuer);
    server(listener, &authorization)?.await?;
    cluster.stop()?;
    Ok(())
}
