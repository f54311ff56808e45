//! Languages: what is known of one, and which of them a person reads.

use fluent_langneg::{NegotiationStrategy, negotiate_languages};
use serde::Serialize;
use unic_langid::{CharacterDirection, LanguageIdentifier};

/// The most languages of a request that are looked at.
const MOST_WANTED: usize = 32;

/// A language that the pages speak.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Language {
    #[serde(skip)]
    pub(super) identifier: LanguageIdentifier,
    /// For `lang`, and for `Content-Language`.
    pub(super) tag: String,
    /// For `dir`.
    direction: &'static str,
    /// What it calls itself.
    pub(super) name: String,
}

impl Language {
    /// What is known of a language that calls itself `name`.
    pub(super) fn new(identifier: LanguageIdentifier, name: String) -> Self {
        let direction = match identifier.character_direction() {
            CharacterDirection::RTL => "rtl",
            CharacterDirection::LTR | CharacterDirection::TTB => "ltr",
        };
        Self {
            tag: identifier.to_string(),
            identifier,
            direction,
            name,
        }
    }
}

/// The first of the wanted languages that is there, or is there in another region's form.
pub(super) fn choose<'a>(
    wanted: &[LanguageIdentifier],
    available: &'a [LanguageIdentifier],
) -> Option<&'a LanguageIdentifier> {
    negotiate_languages(wanted, available, None, NegotiationStrategy::Lookup)
        .first()
        .copied()
}

/// What `ui_locales` wants, in its order (OpenID Connect Core §3.1.2.1). What is no language is
/// left out: a wish that cannot be granted is no error.
pub(super) fn of_ui_locales(ui_locales: &str) -> Vec<LanguageIdentifier> {
    let tags = ui_locales.split(' ').take(MOST_WANTED);
    tags.filter_map(|tag| tag.parse().ok()).collect()
}

/// What `Accept-Language` wants, the most wanted first (RFC 9110 §12.5.4).
pub(super) fn of_accept_language(header: &str) -> Vec<LanguageIdentifier> {
    let ranges = header.split(',').take(MOST_WANTED);
    let mut wanted: Vec<_> = ranges.filter_map(weighted).collect();
    // What is wanted alike stays in its order.
    wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    wanted
        .into_iter()
        .map(|(_, identifier)| identifier)
        .collect()
}

/// A language with its weight in thousandths; `None` for one that is not wanted, or is none.
fn weighted(range: &str) -> Option<(u16, LanguageIdentifier)> {
    let mut parts = range.split(';').map(str::trim);
    let identifier = parts.next()?.parse().ok()?;
    let weight = parts.find_map(|part| part.strip_prefix("q="));
    let weight = match weight {
        Some(text) => thousandths(text)?,
        None => 1_000,
    };
    (weight > 0).then_some((weight, identifier))
}

/// `0.125` as 125.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 {
        return None;
    }
    let whole: u16 = whole.parse().ok().filter(|whole| *whole <= 1)?;
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    Some((whole * 1_000 + fraction).min(1_000))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::*;

    fn chosen(wanted: &[LanguageIdentifier]) -> Option<String> {
        let available = ["de", "en", "pt-BR"].map(|tag| tag.parse().unwrap());
        choose(wanted, &available).map(LanguageIdentifier::to_string)
    }

    fn by_header(header: &str) -> Option<String> {
        chosen(&of_accept_language(header))
    }

    #[test]
    fn the_most_wanted_language_that_is_there_is_chosen() {
        for (header, expected) in [
            ("de", Some("de")),
            ("de-AT,de;q=0.9,en;q=0.8", Some("de")),
            ("en;q=0.8, de;q=0.9", Some("de")),
            ("fr-FR, fr;q=0.9, en;q=0.5, de;q=0.4", Some("en")),
            ("DE-ch", Some("de")),
            ("de;q=0, en;q=0.1", Some("en")),
            ("de; q=0.5 , en ; q=0.6", Some("en")),
            ("pt", Some("pt-BR")),
            ("fr", None),
            ("*", None),
            ("", None),
            (";q=1,,;", None),
            ("de;q=2, en;q=0.5", Some("en")),
            ("de;q=0.0001, en;q=0.5", Some("en")),
        ] {
            assert_eq!(by_header(header).as_deref(), expected, "{header}");
        }
    }

    #[test]
    fn the_client_s_wish_counts_in_its_order() {
        for (ui_locales, expected) in [
            ("de en", Some("de")),
            ("en de", Some("en")),
            ("fr-CA fr de-LI en", Some("de")),
            ("fr", None),
            ("no_language! de", Some("de")),
            ("  de ", Some("de")),
            ("", None),
        ] {
            let wanted = of_ui_locales(ui_locales);
            assert_eq!(chosen(&wanted).as_deref(), expected, "{ui_locales}");
        }
    }

    #[test]
    fn the_direction_of_writing_is_known() {
        for (tag, direction) in [
            ("en", "ltr"),
            ("ar", "rtl"),
            ("he-IL", "rtl"),
            ("ja", "ltr"),
        ] {
            let language = Language::new(tag.parse().unwrap(), tag.to_owned());
            assert_eq!(language.direction, direction, "{tag}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_choice_fail(text in any::<String>()) {
            let _chosen = (by_header(&text), chosen(&of_ui_locales(&text)));
        }
    }
}
