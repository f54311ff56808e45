//! Asking the person: only where there is one.

use std::io::{self, BufRead, IsTerminal, Write};

use authly_admin_client::secret::Password;

use crate::args::Destruction;
use crate::failure::Failure;
use crate::output::printable;

impl Destruction {
    /// Asks before something is destroyed: `question` names it, as in "Delete the client reports?".
    /// A dry run destroys nothing, so that nobody is asked.
    pub(crate) fn confirm(self, question: &str) -> Result<(), Failure> {
        if self.yes || self.change.dry_run {
            return Ok(());
        }
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            return Err(
                Failure::usage(format!("{question} Nobody can be asked here.")).hint(
                    "To do it without being asked, add --yes; to see what it would do, --dry-run.",
                ),
            );
        }
        let answer = ask(&format!("{question} [y/N] "))?;
        match answer.trim().to_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Failure::refused("nothing was changed")),
        }
    }
}

/// Asks for a line.
fn ask(question: &str) -> Result<String, Failure> {
    let mut answer = String::new();
    // Names of what it is about come from the server.
    let question = printable(question);
    let asked = write!(io::stderr(), "{question}").and_then(|()| io::stderr().flush());
    asked
        .and_then(|()| io::stdin().lock().read_line(&mut answer))
        .map_err(|error| Failure::refused(format!("nobody can be asked: {error}")))?;
    Ok(answer)
}

/// Asks for a password, which the terminal does not show.
pub(crate) fn password(question: &str) -> Result<Password, Failure> {
    let typed = rpassword::prompt_password(printable(question));
    typed.map(Password::new).map_err(|_no_terminal| {
        Failure::usage("there is no terminal to type the password on")
            .hint("To give it otherwise, add --password-stdin.")
    })
}

/// Reads a secret from standard input: all of it, but for the end of the last line.
pub(crate) fn secret_from_stdin() -> Result<String, Failure> {
    let text = io::read_to_string(io::stdin().lock());
    let text = text.map_err(|error| {
        Failure::usage(format!(
            "the secret on standard input cannot be read: {error}"
        ))
    })?;
    Ok(without_line_end(&text).to_owned())
}

/// The text, but for the end of its last line.
pub(crate) fn without_line_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}
