//! The look of the pages: templates, texts and brand, read and checked once, at start.

use std::path::PathBuf;
use std::sync::Arc;

use authly_domain::issuer::Issuer;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use super::UI_LOCALES;
use super::brand::{Brand, Branded, Branding};
use super::contexts::Page;
use super::directory::Sources;
use super::language::Language;
use super::samples::{Visit, visit_samples};
use super::theme_error::{Problems, ThemeError};
use super::tongue::{Chosen, Tongue, Tongues};
use crate::assets::StaticFile;

/// How the pages look and what they speak.
#[derive(Debug, Clone)]
pub struct PageSettings {
    /// Templates, texts and style that take the place of those in the binary.
    pub directory: Option<PathBuf>,
    /// The language of those who ask for none that is there: the tag of one that is.
    pub default_language: String,
    /// Whose service it is.
    pub branding: Branding,
}

impl Default for PageSettings {
    fn default() -> Self {
        Self {
            directory: None,
            default_language: "en".to_owned(),
            branding: Branding::default(),
        }
    }
}

/// The look of the pages, ready to be used: every template is compiled and every text read, and
/// all of them have been tried with samples.
pub struct Theme {
    issuer: Issuer,
    tongues: Tongues,
    brand: Brand,
    stylesheet: String,
    files: Vec<StaticFile>,
}

/// A language to choose at the foot of a page.
#[derive(Debug, Serialize)]
struct Choice<'t> {
    #[serde(flatten)]
    language: &'t Language,
    /// The page in that language.
    address: String,
}

/// What every template is told, and the page's own part.
#[derive(Serialize)]
struct Framed<'p, P> {
    stylesheet: &'p str,
    brand: &'p Brand,
    language: &'p Language,
    languages: &'p [Choice<'p>],
    page: &'p P,
}

impl Theme {
    /// Reads everything for the pages of this issuer, and tries every page in every language.
    ///
    /// # Errors
    /// Everything that is wrong with templates, texts, logo or settings, each with its file.
    pub fn load(issuer: &Issuer, settings: &PageSettings) -> Result<Self, ThemeError> {
        let mut problems = Problems::default();
        let mut sources = Sources::embedded();
        if let Some(directory) = &settings.directory {
            sources.read_over(directory, &mut problems);
        }
        let address = |file: &StaticFile| format!("{}{}", issuer.path(), file.path());
        let branded = Branded::of(&settings.branding, address, &mut problems);
        let style = format!("{}{}", sources.stylesheet, branded.style);
        let style = StaticFile::new("authly", "css", "text/css; charset=utf-8", style.into());
        let tongues = Tongues::of(&sources, &settings.default_language, &mut problems);
        let Some(tongues) = tongues else {
            return Err(problems.into_error());
        };
        let theme = Self {
            issuer: issuer.clone(),
            tongues,
            stylesheet: address(&style),
            brand: branded.brand,
            files: branded.logo.into_iter().chain([style]).collect(),
        };
        theme.check(&sources, &mut problems);
        problems.unless_any(theme)
    }

    /// Whose pages they are.
    pub(super) const fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The file of this name among those that pages refer to.
    pub(crate) fn file(&self, name: &str) -> Option<&StaticFile> {
        self.files.iter().find(|file| file.name() == name)
    }

    /// The languages of the pages, by tag (BCP 47).
    pub(crate) fn languages(&self) -> Vec<String> {
        let all = self.tongues.all().iter();
        all.map(|tongue| tongue.language.tag.clone()).collect()
    }

    /// The language for somebody whose client asks by `ui_locales`, and whose browser by
    /// `Accept-Language`.
    pub(super) fn choose(
        &self,
        ui_locales: Option<&str>,
        accept_language: Option<&str>,
    ) -> (Arc<Tongue>, Chosen) {
        self.tongues.choose(ui_locales, accept_language)
    }

    /// The page in this language.
    pub(super) fn render<P: Page>(
        &self,
        tongue: &Tongue,
        page: &P,
    ) -> Result<String, minijinja::Error> {
        let choices = self.choices(page);
        tongue.render(P::TEMPLATE, &self.framed(tongue, page, &choices))
    }

    fn framed<P: Page>(&self, tongue: &Tongue, page: &P, languages: &[Choice<'_>]) -> Value {
        let framed = Framed {
            stylesheet: &self.stylesheet,
            brand: &self.brand,
            language: &tongue.language,
            languages,
            page,
        };
        Value::from(Serde(&framed))
    }

    /// The page in every language, where it has an address and there is a choice.
    fn choices<P: Page>(&self, page: &P) -> Vec<Choice<'_>> {
        let Some(address) = page.address() else {
            return Vec::new();
        };
        let all = self.tongues.all();
        let choices = all.iter().map(|tongue| Choice {
            address: in_language(address, &tongue.language.tag),
            language: &tongue.language,
        });
        choices.filter(|_choice| all.len() > 1).collect()
    }

    /// Renders every sample in every language.
    fn check(&self, sources: &Sources, problems: &mut Problems) {
        let mut trial = Trial {
            theme: self,
            sources,
            problems,
        };
        visit_samples(SAMPLE_WORD, &mut trial);
    }
}

/// What stands in samples for what people and clients write.
const SAMPLE_WORD: &str = "sample";

/// Tries samples.
struct Trial<'t> {
    theme: &'t Theme,
    sources: &'t Sources,
    problems: &'t mut Problems,
}

impl Visit for Trial<'_> {
    fn page<P: Page>(&mut self, page: &P) {
        let choices = self.theme.choices(page);
        for tongue in self.theme.tongues.all() {
            let context = self.theme.framed(tongue, page, &choices);
            match tongue.render_own(P::TEMPLATE, &context) {
                Ok(html) => self.hold_needs::<P>(&html),
                Err(error) => self.problems.add(self.sources.locate(&error)),
            }
        }
    }
}

impl Trial<'_> {
    /// Notes what a page lacks without which it does not work.
    fn hold_needs<P: Page>(&mut self, html: &str) {
        for need in P::NEEDS.iter().filter(|need| !html.contains(**need)) {
            let place = self.sources.place(P::TEMPLATE);
            self.problems
                .add(format!("{place}: the page does not work without {need}"));
        }
    }
}

/// The address with the wish for a language in it, in the place of another.
fn in_language(address: &str, tag: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let rest = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != UI_LOCALES);
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(rest)
        .append_pair(UI_LOCALES, tag)
        .finish();
    format!("{path}?{query}")
}

#[cfg(test)]
mod tests;
