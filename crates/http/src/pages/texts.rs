//! The texts of the pages in every language ([Fluent](https://projectfluent.org)), read once.

mod usage;

use std::collections::BTreeMap;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use super::language::Language;
use super::theme_error::Problems;
use usage::Messages;

type Bundle = FluentBundle<FluentResource>;

/// The language whose texts are complete: others fall back to it.
const COMPLETE: &str = "en";

/// One file of texts.
#[derive(Debug)]
pub(super) struct TextFile {
    /// Where it is, for people.
    pub(super) place: String,
    /// The language's tag: the file's name without its ending.
    pub(super) tag: String,
    /// What stands in it.
    pub(super) source: String,
}

/// Why a text cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum TextError {
    /// No language has it.
    #[error("there is no text `{0}`")]
    Missing(String),
    /// It needs an argument that it is not given, or refers to what is not there.
    #[error("the text `{key}`: {problem}")]
    Unwritable { key: String, problem: String },
}

/// Every language with its texts.
#[derive(Default)]
pub(super) struct Catalogue {
    bundles: BTreeMap<String, Arc<Bundle>>,
    messages: BTreeMap<String, Messages>,
}

/// The texts of one language, and of those that help out where it has none.
#[derive(Clone)]
pub(super) struct Texts {
    bundles: Vec<Arc<Bundle>>,
}

impl Catalogue {
    /// Reads the files in order: what a later one says takes the place of what an earlier one says
    /// in the same language.
    pub(super) fn read(files: &[TextFile], problems: &mut Problems) -> Self {
        let mut bundles = BTreeMap::<String, Bundle>::new();
        let mut messages = BTreeMap::<String, Messages>::new();
        for file in files {
            let Ok(identifier) = file.tag.parse::<LanguageIdentifier>() else {
                let tag = &file.tag;
                problems.add(format!("{}: `{tag}` is no language tag", file.place));
                continue;
            };
            let Some(resource) = parse(file, problems) else {
                continue;
            };
            let tag = identifier.to_string();
            let known = messages.entry(tag.clone()).or_default();
            known.read(&resource, file, problems);
            let bundle = bundles.entry(tag).or_insert_with(|| {
                let mut bundle = Bundle::new_concurrent(vec![identifier]);
                // The pages isolate what is inserted by markup.
                bundle.set_use_isolating(false);
                bundle
            });
            bundle.add_resource_overriding(resource);
        }
        let bundles = bundles.into_iter();
        Self {
            bundles: bundles.map(|(tag, one)| (tag, Arc::new(one))).collect(),
            messages,
        }
    }

    /// Says which texts of these languages cannot be written: they use what the pages do not tell
    /// them, or refer to what is not there.
    pub(super) fn check(&self, problems: &mut Problems) {
        let Some(complete) = self.messages.get(COMPLETE) else {
            problems.add(format!("the texts in `{COMPLETE}` are missing"));
            return;
        };
        for messages in self.messages.values() {
            messages.check_against(complete, problems);
        }
    }

    /// The languages, by tag.
    pub(super) fn languages(&self) -> Vec<LanguageIdentifier> {
        let tags = self.bundles.keys();
        tags.filter_map(|tag| tag.parse().ok()).collect()
    }

    /// The texts of a language: its own, then those of the language without its region, of the
    /// default language, and of the complete one.
    pub(super) fn texts(
        &self,
        language: &LanguageIdentifier,
        default: &LanguageIdentifier,
    ) -> Texts {
        let without_region = language.language.to_string();
        let order = [
            language.to_string(),
            without_region,
            default.to_string(),
            COMPLETE.to_owned(),
        ];
        let mut bundles = Vec::<Arc<Bundle>>::new();
        for bundle in order.iter().filter_map(|tag| self.bundles.get(tag)) {
            if !bundles.iter().any(|one| Arc::ptr_eq(one, bundle)) {
                bundles.push(Arc::clone(bundle));
            }
        }
        Texts { bundles }
    }

    /// How many texts of the complete language this one lacks.
    pub(super) fn lacks(&self, language: &LanguageIdentifier) -> usize {
        let of = |tag: &str| self.messages.get(tag);
        let own = of(&language.to_string());
        let (Some(own), Some(complete)) = (own, of(COMPLETE)) else {
            return 0;
        };
        complete.keys().filter(|key| !own.has(key)).count()
    }
}

impl Texts {
    /// Whether there is a text of this key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.bundles.iter().any(|bundle| bundle.has_message(key))
    }

    /// The text of this key.
    pub(super) fn write(&self, key: &str, arguments: &FluentArgs<'_>) -> Result<String, TextError> {
        let mut found = self.bundles.iter().filter_map(|bundle| {
            let pattern = bundle.get_message(key)?.value()?;
            Some((bundle, pattern))
        });
        let Some((bundle, pattern)) = found.next() else {
            return Err(TextError::Missing(key.to_owned()));
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(arguments), &mut errors);
        match errors.first() {
            None => Ok(text.into_owned()),
            Some(error) => Err(TextError::Unwritable {
                key: key.to_owned(),
                problem: error.to_string(),
            }),
        }
    }

    /// What is known of the language.
    pub(super) fn language(&self, identifier: LanguageIdentifier) -> Language {
        let name = self.write("language-name", &FluentArgs::new());
        let name = name.unwrap_or_else(|_missing| identifier.to_string());
        Language::new(identifier, name)
    }
}

fn parse(file: &TextFile, problems: &mut Problems) -> Option<FluentResource> {
    match FluentResource::try_new(file.source.clone()) {
        Ok(resource) => Some(resource),
        Err((_partial, errors)) => {
            for error in errors {
                let before = file.source.get(..error.pos.start).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                problems.add(format!("{}:{line}: {}", file.place, error.kind));
            }
            None
        }
    }
}

#[cfg(test)]
mod tests;
