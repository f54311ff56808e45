//! `authly apply`, `authly export` and `authly schema`: configuration as code.

use std::path::PathBuf;

use clap::Args;

use crate::args::Destruction;
use crate::caller::Caller;
use crate::configuration::{Notation, Prune, desired, execute, export, make, schema};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// What is applied, and how.
#[derive(Debug, Args)]
pub(crate) struct ApplyArguments {
    /// A file, or a folder whose files that end in .yaml, .yml or .toml count; give it several times
    /// for several.
    #[arg(long = "file", short = 'f', value_name = "FILE|DIR", required = true)]
    files: Vec<PathBuf>,
    /// Remove what the configuration managed before and does not name any more.
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    destruction: Destruction,
}

/// What is exported, and how.
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// How it is written.
    #[arg(long, value_name = "FORM", value_enum, default_value = "yaml")]
    format: Notation,
    /// The name that the configuration gives itself.
    #[arg(long, value_name = "NAME", default_value = "default")]
    name: String,
}

/// Makes things as the files say, after it has shown what that changes.
pub(crate) async fn apply(arguments: &ApplyArguments, caller: &Caller) -> Result<Exit, Failure> {
    let desired = desired(&arguments.files)?;
    let prune = if arguments.prune {
        Prune::Remove
    } else {
        Prune::Keep
    };
    let plan = make(&desired, prune, caller).await?;
    let is_dry = arguments.destruction.change.dry_run;
    let text = plan.text();
    if is_dry || plan.changes() == 0 {
        caller.output.text(&text, &plan.outcome(0, &[]))?;
        let drifts = is_dry && plan.changes() > 0;
        return Ok(if drifts { Exit::Drift } else { Exit::Ok });
    }
    if caller.output.is_for_people() {
        Output::script(text.as_bytes())?;
    } else if !arguments.destruction.yes {
        Output::ask(&text);
    }
    let question = format!("Make these changes for the configuration {}?", desired.name);
    arguments.destruction.confirm(&question)?;
    let done = execute(&plan, caller).await;
    let outcome = plan.outcome(done.steps, &done.secrets);
    caller.output.text("", &outcome)?;
    if let Some(failure) = done.failure {
        let stop = plan.stop(done.steps);
        return Err(failure.hint(&format!("{stop} Apply it again to do the rest.")));
    }
    let note = format!("applied the configuration {}", desired.name);
    caller.output.note(&note);
    Ok(Exit::Ok)
}

/// Prints what is there as a configuration.
pub(crate) async fn print(arguments: &ExportArguments, caller: &Caller) -> Result<Exit, Failure> {
    let text = export(&arguments.name, arguments.format, caller).await?;
    Output::script(text.as_bytes())?;
    caller.output.note("secrets of clients are not in it");
    Ok(Exit::Ok)
}

/// Prints the JSON Schema of a configuration.
pub(crate) fn print_schema() -> Result<Exit, Failure> {
    let text = serde_json::to_string_pretty(&schema());
    let text = text.map_err(|error| Failure::refused(error.to_string()))?;
    Output::script((text + "\n").as_bytes())?;
    Ok(Exit::Ok)
}
