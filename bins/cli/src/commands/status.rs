//! `authly status`.

use authly_admin_client::AdminClient;
use authly_admin_client::health::{Health, Status};
use serde::Serialize;

use crate::args::CommonArguments;
use crate::caller::{USER_AGENT, server_of};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Output, Sheet};
use crate::profiles::Profiles;

/// The health document, with the server that it is from.
#[derive(Debug, Serialize)]
struct StatusReport<'a> {
    server: &'a str,
    #[serde(flatten)]
    health: Health,
}

/// Asks the server how it is and prints that, whatever it is. Nobody has to be logged in: a profile is
/// asked for the address of the server alone, where the command line does not say it.
pub(crate) async fn status(common: &CommonArguments, output: &Output) -> Result<Exit, Failure> {
    let profile = match &common.server {
        Some(_named) => None,
        None => Profiles::of_this_person()?.load(&common.profile)?,
    };
    let server = server_of(common, profile.as_ref())?;
    let client = AdminClient::builder(server)
        .user_agent(USER_AGENT)
        .build()?;
    let health = client.health().await?;
    let report = StatusReport {
        server: client.server().as_str(),
        health,
    };
    output.sheet(&report)?;
    match report.health.status {
        Status::Up => Ok(Exit::Ok),
        Status::Down => Err(Failure::refused(report.complaint())),
    }
}

impl StatusReport<'_> {
    fn parts(&self) -> [(&'static str, Status); 3] {
        let parts = &self.health.parts;
        [
            ("database", parts.database),
            ("migrations", parts.migrations),
            ("keys", parts.keys),
        ]
    }

    fn complaint(&self) -> String {
        let down = self.parts().into_iter();
        let down = down.filter(|(_, status)| *status == Status::Down);
        let names = down.map(|(name, _)| name).collect::<Vec<_>>();
        format!(
            "{} is not healthy ({}). The server's log says why.",
            self.server,
            names.join(", ")
        )
    }
}

impl Sheet for StatusReport<'_> {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        let mut lines = vec![
            ("server", Cell::plain(self.server)),
            ("status", cell(self.health.status)),
            ("version", Cell::plain(&self.health.version)),
        ];
        lines.extend(self.parts().map(|(name, status)| (name, cell(status))));
        let panics = self.health.panics;
        lines.push(match panics {
            0 => ("panics", Cell::plain("0")),
            _ => ("panics", Cell::bad(panics.to_string())),
        });
        lines
    }
}

fn cell(status: Status) -> Cell {
    match status {
        Status::Up => Cell::good("up"),
        Status::Down => Cell::bad("down"),
    }
}
