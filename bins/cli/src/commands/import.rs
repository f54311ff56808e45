//! `authly import`: what another server had.

use std::fmt::Write as _;
use std::path::PathBuf;

use authly_admin_client::admin::users::{
    ImportReport, ImportUsers, ImportedUser, MAX_IMPORTED_USERS, SkippedUser,
};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::args::{Change, Destruction};
use crate::caller::Caller;
use crate::configuration::{Outcome, added, execute, make_added};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::keycloak::{self, Note};
use crate::output::{Output, printable};

/// What is imported.
#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// Take clients, client scopes and users of a Keycloak realm.
    ///
    /// What is here already stays as it is. First it shows what would be added and what cannot be taken,
    /// and asks.
    Keycloak(KeycloakArguments),
}

/// Which realm.
#[derive(Debug, Args)]
pub(crate) struct KeycloakArguments {
    /// The export: kc.sh export --realm NAME --users `same_file` --file FILE.
    file: PathBuf,
    #[command(flatten)]
    destruction: Destruction,
}

/// What came of an import, for programs.
#[derive(Debug, Serialize)]
struct Imported<'i> {
    #[serde(flatten)]
    configuration: Outcome<'i>,
    users_added: u64,
    users_skipped: &'i [SkippedUser],
    notes: &'i [Note],
}

/// What to do after a break-off.
const AGAIN: &str = "Import the file again: it adds the rest, and nothing twice.";

/// Does it.
pub(crate) async fn run(command: &ImportCommand, caller: &Caller) -> Result<Exit, Failure> {
    let ImportCommand::Keycloak(arguments) = command;
    let mut taken = keycloak::read(&arguments.file)?;
    let desired = added(&taken.scopes, &taken.clients)?;
    let mut plan = make_added(&desired, caller).await?;
    taken.notes.extend(plan.take_notes());
    let tried = import_users(&taken.users, Change { dry_run: true }, caller).await?;
    let is_dry = arguments.destruction.change.dry_run;
    let text = text(&plan.text(), &tried, &taken.notes);
    let nothing = plan.changes() == 0 && tried.added == 0;
    if is_dry || nothing {
        let document = Imported {
            configuration: plan.outcome(0, &[]),
            users_added: tried.added,
            users_skipped: &tried.skipped,
            notes: &taken.notes,
        };
        caller.output.text(&text, &document)?;
        return Ok(Exit::Ok);
    }
    if caller.output.is_for_people() {
        Output::script(text.as_bytes())?;
    } else if !arguments.destruction.yes {
        Output::ask(&text);
    }
    let question = format!("Take this of the realm {}?", taken.realm);
    arguments.destruction.confirm(&question)?;
    let users = import_users(&taken.users, arguments.destruction.change, caller).await?;
    let done = execute(&plan, caller).await;
    let document = Imported {
        configuration: plan.outcome(done.steps, &done.secrets),
        users_added: users.added,
        users_skipped: &users.skipped,
        notes: &taken.notes,
    };
    caller.output.text("", &document)?;
    if let Some(failure) = done.failure {
        let (mut added, open) = plan.parted(done.steps);
        added.insert(0, format!("{} users", users.added));
        return Err(failure.hint(&format!(
            "It broke off. Added: {}. Not added, the first perhaps in part: {}. {AGAIN}",
            added.join(", "),
            open.join(", ")
        )));
    }
    let note = format!("imported the realm {}", taken.realm);
    caller.output.note(&note);
    Ok(Exit::Ok)
}

/// Imports users, as many at once as the server takes: those are added all together or not at all.
async fn import_users(
    users: &[ImportedUser],
    change: Change,
    caller: &Caller,
) -> Result<ImportReport, Failure> {
    let mut whole = ImportReport {
        added: 0,
        skipped: Vec::new(),
    };
    for part in users.chunks(MAX_IMPORTED_USERS) {
        let part = ImportUsers {
            users: part.to_vec(),
        };
        let call = change.apply(caller.client.import_users(&part));
        let report = call.await.map_err(|error| {
            let failure = Failure::from(error);
            if change.dry_run {
                return failure;
            }
            let added = whole.added;
            let next = match failure.exit {
                Exit::Unreachable => {
                    "Whether the next ones were, all of them or none, is not known"
                }
                _ => "None of the next ones was",
            };
            failure.hint(&format!(
                "It broke off. Added: {added} users. {next}; no scope and no client was. {AGAIN}"
            ))
        })?;
        whole.added += report.added;
        whole.skipped.extend(report.skipped);
    }
    Ok(whole)
}

/// For people: what is added, and what is not.
fn text(plan: &str, users: &ImportReport, notes: &[Note]) -> String {
    let mut text = plan.to_owned();
    let _written = writeln!(text, "{} users to add", users.added);
    if !users.skipped.is_empty() || !notes.is_empty() {
        text.push_str("not taken:\n");
    }
    for SkippedUser { username, taken } in &users.skipped {
        let line = format!("  user {username}: another user here has the {taken}");
        let _written = writeln!(text, "{}", printable(&line));
    }
    for Note { what, why } in notes {
        let _written = writeln!(text, "{}", printable(&format!("  {what}: {why}")));
    }
    text
}
