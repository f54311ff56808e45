//! What a page tells its reader to do.

use std::path::Path;

/// A page of the documentation.
pub(super) struct Page {
    pub(super) path: String,
    pub(super) steps: Vec<Step>,
}

/// One thing to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Commands for the shell.
    Run(String),
    /// A command that goes on until it is stopped, in a terminal of its own.
    Serve(String),
    /// A login of the command line, which sends the reader to the browser.
    LogIn(String),
    /// A command, and what it answers.
    Compare { command: String, answer: String },
    /// An address to open in a browser, up to where it leads back to the application.
    Open(String),
    /// The server's settings, to be written into `server.toml`.
    Settings(String),
    /// Clients to be added to the seed.
    Seed(String),
}

/// How commands begin that go on until they are stopped.
const SERVERS: [&str; 6] = [
    "make run",
    "cargo run -p authly-examples --example relying_party",
    "cargo run -p authly-examples --example resource_server",
    "cargo run -p authly-examples --example embedded_server",
    "authly-server --config",
    "authly-server --embedded",
];

impl Page {
    pub(super) fn read(root: &Path, path: &str) -> Self {
        let text = std::fs::read_to_string(root.join(path)).unwrap();
        Self {
            path: path.to_owned(),
            steps: steps(&text),
        }
    }

    pub(super) fn has_commands(&self) -> bool {
        let is_command =
            |step: &Step| matches!(step, Step::Run(_) | Step::Serve(_) | Step::Compare { .. });
        self.steps.iter().any(is_command)
    }
}

/// The fenced blocks that tell the reader to do something, in order.
fn steps(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(kind) = line.trim_start().strip_prefix("```") else {
            continue;
        };
        let indent = line.len() - line.trim_start().len();
        let inside = lines.by_ref().take_while(|line| line.trim() != "```");
        let block: Vec<&str> = inside
            .map(|line| line.get(indent..).unwrap_or_default())
            .collect();
        match kind {
            "sh" => commands(&block, &mut steps),
            "console" => transcript(&block, &mut steps),
            "toml" if block.contains(&"[[clients]]") => steps.push(Step::Seed(block.join("\n"))),
            "toml" => steps.push(Step::Settings(block.join("\n"))),
            "text"
                if block
                    .iter()
                    .any(|line| line.contains("/authorize?response_type=")) =>
            {
                steps.push(Step::Open(block.concat()));
            }
            // For people to read, or for programs of others.
            "" | "text" | "yaml" => {}
            other => panic!("nobody knows what a reader does with a block of {other:?}"),
        }
    }
    steps
}

/// Commands, and among them those that serve.
fn commands(block: &[&str], steps: &mut Vec<Step>) {
    let mut script = String::new();
    for line in block {
        if SERVERS.iter().any(|server| line.starts_with(server)) {
            if !script.is_empty() {
                steps.push(Step::Run(std::mem::take(&mut script)));
            }
            steps.push(Step::Serve((*line).to_owned()));
        } else if *line == "authly login" {
            if !script.is_empty() {
                steps.push(Step::Run(std::mem::take(&mut script)));
            }
            steps.push(Step::LogIn((*line).to_owned()));
        } else {
            script.push_str(line);
            script.push('\n');
        }
    }
    if !script.trim().is_empty() {
        steps.push(Step::Run(script));
    }
}

/// Commands after `$`, each with what it answers.
fn transcript(block: &[&str], steps: &mut Vec<Step>) {
    for part in block.join("\n").split("$ ").skip(1) {
        let mut command = String::new();
        let mut rest = part.lines();
        for line in rest.by_ref() {
            command.push_str(line);
            command.push('\n');
            if !line.ends_with('\\') {
                break;
            }
        }
        let answer: Vec<&str> = rest.collect();
        steps.push(Step::Compare {
            command,
            answer: answer.join("\n"),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_its_reader_would() {
        let text = "1. Start:\n\n   ```sh\n   make run\n   curl x \\\n     -d y\n   ```\n\n\
                    ```console\n$ authly-server config check\nall is well\n```\n";
        let expected = [
            Step::Serve("make run".to_owned()),
            Step::Run("curl x \\\n  -d y\n".to_owned()),
            Step::Compare {
                command: "authly-server config check\n".to_owned(),
                answer: "all is well".to_owned(),
            },
        ];
        assert_eq!(steps(text), expected);
    }
}
