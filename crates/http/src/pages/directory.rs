//! What a deployer puts in the place of what is in the binary.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::embedded;
use super::texts::TextFile;
use super::theme_error::Problems;

/// The most bytes of one file.
const MOST_BYTES: u64 = 1_024 * 1_024;
/// The folder of the texts.
const TEXTS: &str = "texts";
/// The stylesheet's name.
const STYLESHEET: &str = "authly.css";

/// Templates, texts and style: those in the binary, or what stands in their place.
pub(super) struct Sources {
    /// By name; with the file that it was read from, unless it is in the binary.
    pub(super) templates: BTreeMap<String, Source>,
    /// Those in the binary first.
    pub(super) texts: Vec<TextFile>,
    pub(super) stylesheet: String,
}

/// One template.
pub(super) struct Source {
    pub(super) text: String,
    pub(super) file: Option<PathBuf>,
}

impl Sources {
    /// What is in the binary.
    pub(super) fn embedded() -> Self {
        let templates = embedded::TEMPLATES.iter().map(|(name, text)| {
            let source = Source {
                text: (*text).to_owned(),
                file: None,
            };
            ((*name).to_owned(), source)
        });
        let texts = embedded::TEXTS.iter().map(|(name, text)| TextFile {
            place: format!("templates/texts/{name}"),
            tag: name.trim_end_matches(".ftl").to_owned(),
            source: (*text).to_owned(),
        });
        Self {
            templates: templates.collect(),
            texts: texts.collect(),
            stylesheet: embedded::STYLESHEET.to_owned(),
        }
    }

    /// Whether anything stands in the place of what is in the binary.
    pub(super) fn is_changed(&self) -> bool {
        let mut templates = self.templates.values();
        templates.any(|source| source.file.is_some()) || self.texts.len() > embedded::TEXTS.len()
    }

    /// What is wrong with a template, with its file and line.
    pub(super) fn locate(&self, error: &minijinja::Error) -> String {
        let name = error.name().unwrap_or_default();
        let place = self.place(name);
        let line = error.line().unwrap_or_default();
        let what = error
            .detail()
            .map_or_else(|| error.kind().to_string(), str::to_owned);
        format!("{place}:{line}: {what}")
    }

    /// Where a template is, for people.
    pub(super) fn place(&self, name: &str) -> String {
        let source = self.templates.get(name);
        let file = source.and_then(|source| source.file.as_ref());
        file.map_or_else(
            || format!("templates/{name}"),
            |file| file.display().to_string(),
        )
    }

    /// Puts in what the directory holds: `*.html`, `authly.css` and `texts/*.ftl`.
    pub(super) fn read_over(&mut self, directory: &Path, problems: &mut Problems) {
        for path in files(directory, problems) {
            let name = name(&path);
            if name == STYLESHEET {
                if let Some(text) = read(&path, problems) {
                    self.stylesheet = text;
                }
            } else if path.extension().is_some_and(|ending| ending == "html") {
                if let Some(text) = read(&path, problems) {
                    let file = Some(path);
                    self.templates.insert(name, Source { text, file });
                }
            } else if name != TEXTS {
                ignore(&path);
            }
        }
        let texts = directory.join(TEXTS);
        if !texts.exists() {
            return;
        }
        for path in files(&texts, problems) {
            let name = name(&path);
            let Some(tag) = name.strip_suffix(".ftl") else {
                ignore(&path);
                continue;
            };
            if let Some(source) = read(&path, problems) {
                self.texts.push(TextFile {
                    place: path.display().to_string(),
                    tag: tag.to_owned(),
                    source,
                });
            }
        }
    }
}

/// What is in a folder, in order, without what is hidden.
fn files(folder: &Path, problems: &mut Problems) -> Vec<PathBuf> {
    let mut complain = |error| problems.add(format!("{}: {error}", folder.display()));
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            complain(error);
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => found.push(entry.path()),
            Err(error) => complain(error),
        }
    }
    found.retain(|path| !name(path).starts_with('.'));
    found.sort();
    found
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn read(path: &Path, problems: &mut Problems) -> Option<String> {
    let read = std::fs::metadata(path).and_then(|metadata| {
        if metadata.len() > MOST_BYTES {
            let message = format!("has more than {MOST_BYTES} bytes");
            return Err(std::io::Error::other(message));
        }
        std::fs::read_to_string(path)
    });
    read.map_err(|error| problems.add(format!("{}: {error}", path.display())))
        .ok()
}

fn ignore(path: &Path) {
    tracing::warn!(
        file = %path.display(),
        "a file in pages.directory is neither a template, nor authly.css, nor texts/*.ftl: it is \
         not used"
    );
}
