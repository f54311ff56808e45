//! `authly profile …`.

use clap::Subcommand;
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Row};
use crate::profiles::Profiles;

/// What to do with profiles.
#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// List the profiles with the servers that they are logged in to.
    List,
}

/// A profile, without its credentials.
#[derive(Debug, Serialize)]
struct Listed {
    name: String,
    server: String,
    client_id: String,
}

impl Row for Listed {
    const HEADINGS: &'static [&'static str] = &["profile", "server", "client"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::plain(&self.name),
            Cell::plain(&self.server),
            Cell::plain(&self.client_id),
        ]
    }
}

/// Does it. No server is asked.
pub(crate) fn run(command: &ProfileCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        ProfileCommand::List => list(output),
    }
}

fn list(output: &Output) -> Result<Exit, Failure> {
    let profiles = Profiles::of_this_person()?;
    let (mut listed, mut unreadable) = (Vec::new(), Vec::new());
    for name in profiles.names()? {
        match profiles.load(&name) {
            Ok(Some(profile)) => listed.push(Listed {
                name: name.as_str().to_owned(),
                server: profile.server,
                client_id: profile.client_id,
            }),
            Ok(None) => {}
            Err(error) => unreadable.push(Failure::from(error)),
        }
    }
    let last = unreadable.pop();
    if last.is_none() || !listed.is_empty() {
        output.list(&listed)?;
    }
    for failure in &unreadable {
        output.complain(&failure.message);
    }
    last.map_or(Ok(Exit::Ok), Err)
}
