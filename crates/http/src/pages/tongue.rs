//! Each language with the templates that speak it.

use std::sync::Arc;

use minijinja::{Environment, Error};
use unic_langid::LanguageIdentifier;

use super::directory::Sources;
use super::engine::engine;
use super::language::{Language, choose, of_accept_language, of_ui_locales};
use super::texts::Catalogue;
use super::theme_error::Problems;

/// One language with its templates.
pub(super) struct Tongue {
    pub(super) language: Language,
    templates: Environment<'static>,
    /// What is in the binary, where `templates` is not that: it steps in for a page that cannot be
    /// rendered.
    embedded: Option<Environment<'static>>,
}

/// All of them.
pub(super) struct Tongues {
    all: Vec<Arc<Tongue>>,
    languages: Vec<LanguageIdentifier>,
    default: Arc<Tongue>,
}

/// How a language came to be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chosen {
    /// By `ui_locales` in the page's address: the pages that follow carry it on.
    ByAddress,
    /// By the browser, or for want of a better one.
    ByBrowser,
}

impl Tongue {
    /// Renders a template. One that fails although all of them were tried at start gives way to the
    /// one in the binary.
    pub(super) fn render(
        &self,
        template: &str,
        context: &minijinja::Value,
    ) -> Result<String, Error> {
        let rendered = self.render_own(template, context);
        match (&self.embedded, rendered) {
            (Some(embedded), Err(error)) => {
                tracing::error!(
                    cause = %error,
                    "a page from pages.directory cannot be rendered: the one in the binary is shown"
                );
                embedded.get_template(template)?.render(context)
            }
            (_, rendered) => rendered,
        }
    }

    /// Renders a template without a second try.
    pub(super) fn render_own(
        &self,
        template: &str,
        context: &minijinja::Value,
    ) -> Result<String, Error> {
        self.templates.get_template(template)?.render(context)
    }
}

impl Tongues {
    /// Every language that there are texts of, each with its templates; `None` where the default
    /// language has none.
    pub(super) fn of(
        sources: &Sources,
        default_language: &str,
        problems: &mut Problems,
    ) -> Option<Self> {
        let catalogue = Catalogue::read(&sources.texts, problems);
        catalogue.check(problems);
        let languages = catalogue.languages();
        let wanted = default_language.parse();
        let default = wanted.ok().filter(|wanted| languages.contains(wanted));
        let Some(default) = default else {
            let tags: Vec<_> = languages.iter().map(ToString::to_string).collect();
            problems.add(format!(
                "the default language `{default_language}` has no texts: there are {}",
                tags.join(", ")
            ));
            return None;
        };
        let all: Vec<_> = languages
            .iter()
            .map(|language| Arc::new(tongue(language, &default, &catalogue, sources, problems)))
            .collect();
        let is_default = |tongue: &&Arc<Tongue>| tongue.language.identifier == default;
        let default = Arc::clone(all.iter().find(is_default)?);
        Some(Self {
            all,
            languages,
            default,
        })
    }

    /// The languages, by tag.
    pub(super) fn all(&self) -> &[Arc<Tongue>] {
        &self.all
    }

    /// The language for somebody whose client asks by `ui_locales`, and whose browser by
    /// `Accept-Language`.
    pub(super) fn choose(
        &self,
        ui_locales: Option<&str>,
        accept_language: Option<&str>,
    ) -> (Arc<Tongue>, Chosen) {
        let asked = ui_locales.map(of_ui_locales).unwrap_or_default();
        if let Some(tongue) = self.first_of(&asked) {
            return (tongue, Chosen::ByAddress);
        }
        let accepted = accept_language.map(of_accept_language).unwrap_or_default();
        let tongue = self.first_of(&accepted);
        let tongue = tongue.unwrap_or_else(|| Arc::clone(&self.default));
        (tongue, Chosen::ByBrowser)
    }

    fn first_of(&self, wanted: &[LanguageIdentifier]) -> Option<Arc<Tongue>> {
        if wanted.is_empty() {
            return None;
        }
        let chosen = choose(wanted, &self.languages)?;
        let mut all = self.all.iter();
        all.find(|tongue| tongue.language.identifier == *chosen)
            .cloned()
    }
}

fn tongue(
    language: &LanguageIdentifier,
    default: &LanguageIdentifier,
    catalogue: &Catalogue,
    sources: &Sources,
    problems: &mut Problems,
) -> Tongue {
    let lacks = catalogue.lacks(language);
    if lacks > 0 {
        tracing::warn!(%language, "{lacks} texts are missing in a language: another helps out");
    }
    let texts = Arc::new(catalogue.texts(language, default));
    let templates = sources.templates.iter();
    let templates = templates.map(|(name, source)| (name.as_str(), source.text.as_str()));
    let (templates, errors) = engine(templates, &texts);
    for error in errors {
        problems.add(sources.locate(&error));
    }
    Tongue {
        language: texts.language(language.clone()),
        templates,
        embedded: sources.is_changed().then(|| embedded(language)),
    }
}

/// The templates and texts in the binary, in this language or the complete one.
fn embedded(language: &LanguageIdentifier) -> Environment<'static> {
    let sources = Sources::embedded();
    let catalogue = Catalogue::read(&sources.texts, &mut Problems::default());
    let texts = Arc::new(catalogue.texts(language, language));
    let templates = sources.templates.iter();
    let templates = templates.map(|(name, source)| (name.as_str(), source.text.as_str()));
    engine(templates, &texts).0
}
