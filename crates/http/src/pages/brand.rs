//! Whose service it is: name, logo and colour on every page.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::color::{Accent, AccentColor};
use super::theme_error::Problems;
use crate::assets::StaticFile;

/// The most bytes of a logo: it comes with the first page that a person sees.
const MOST_LOGO_BYTES: u64 = 128 * 1_024;

/// The most characters of a name.
const LONGEST_NAME: usize = 60;

/// The policy of a logo in SVG: opened by itself, it runs nothing and loads nothing.
const SVG_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// The sign of a service without a logo, for the browser's tab.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E\
     %3Crect width='24' height='24' rx='7' fill='COLOR'/%3E\
     %3Cpath d='M12 5.25a4 4 0 0 0-1.9 7.52L9 18.5h6l-1.1-5.73A4 4 0 0 0 12 5.25z' fill='%23fff'/%3E\
     %3C/svg%3E";

/// The accent of the stylesheet's light scheme.
const USUAL_ACCENT: &str = "#2350a0";

/// Whose service it is.
#[derive(Debug, Clone)]
pub struct Branding {
    /// The name on every page, and in the browser's tab.
    pub name: String,
    /// A picture that takes the name's place: a file in PNG, WebP or SVG.
    pub logo: Option<PathBuf>,
    /// The colour of buttons and links.
    pub accent_color: Option<AccentColor>,
}

impl Default for Branding {
    fn default() -> Self {
        Self {
            name: "Authly".to_owned(),
            logo: None,
            accent_color: None,
        }
    }
}

/// What templates are told of it.
#[derive(Debug, Serialize)]
pub(super) struct Brand {
    name: String,
    /// Address of the logo.
    logo: Option<String>,
    /// Address of the sign in the browser's tab.
    icon: String,
}

/// The brand, with the logo as a file of its own and what the stylesheet says in addition.
pub(super) struct Branded {
    pub(super) brand: Brand,
    pub(super) logo: Option<StaticFile>,
    pub(super) style: String,
}

impl Branded {
    /// Reads the logo and makes the colour readable. `address` makes a file's address from its
    /// path.
    pub(super) fn of(
        branding: &Branding,
        address: impl Fn(&StaticFile) -> String,
        problems: &mut Problems,
    ) -> Self {
        check_name(&branding.name, problems);
        let accent = branding.accent_color.map(|wanted| {
            let accent = Accent::of(wanted);
            warn_of_changes(wanted, accent);
            accent
        });
        let logo = branding.logo.as_deref().and_then(|path| {
            let read = read_logo(path);
            let complain = |problem| problems.add(format!("{}: {problem}", path.display()));
            read.map_err(complain).ok()
        });
        let logo_address = logo.as_ref().map(address);
        let color = accent.map_or(USUAL_ACCENT.to_owned(), |accent| accent.light.to_string());
        let icon = ICON.replace("COLOR", &color.replace('#', "%23"));
        Self {
            brand: Brand {
                name: branding.name.clone(),
                icon: logo_address.clone().unwrap_or(icon),
                logo: logo_address,
            },
            logo,
            style: accent.map(Accent::style).unwrap_or_default(),
        }
    }
}

fn check_name(name: &str, problems: &mut Problems) {
    let is_blank = name.trim().is_empty();
    if is_blank || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        problems.add(format!(
            "the name `{}` has to have 1 to {LONGEST_NAME} characters, none of them a control \
             character",
            name.escape_debug()
        ));
    }
}

fn warn_of_changes(wanted: AccentColor, accent: Accent) {
    for (scheme, used) in [("light", accent.light), ("dark", accent.dark)] {
        if used != wanted {
            tracing::warn!(
                "the accent colour {wanted} cannot be read in the {scheme} colour scheme: {used} \
                 is used there"
            );
        }
    }
}

fn read_logo(path: &Path) -> Result<StaticFile, String> {
    let file = std::fs::File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    let mut bytes = Vec::new();
    file.take(MOST_LOGO_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > MOST_LOGO_BYTES {
        return Err(format!("a logo has at most {MOST_LOGO_BYTES} bytes"));
    }
    let kind = Kind::of(&bytes).ok_or("a logo is a PNG, WebP or SVG file, and this is none")?;
    let (ending, content_type, policy) = match kind {
        Kind::Png => ("png", "image/png", None),
        Kind::Webp => ("webp", "image/webp", None),
        Kind::Svg => ("svg", "image/svg+xml", Some(SVG_POLICY)),
    };
    let logo = StaticFile::new("logo", ending, content_type, bytes);
    Ok(logo.with_policy(policy))
}

/// What a picture is, by its content alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Png,
    Webp,
    Svg,
}

impl Kind {
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Some(Self::Png);
        }
        if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            return Some(Self::Webp);
        }
        let text = std::str::from_utf8(bytes).ok()?;
        let start = text.trim_start_matches('\u{FEFF}').trim_start();
        let is_svg = start.starts_with('<') && text.contains("<svg") && !is_html(start);
        is_svg.then_some(Self::Svg)
    }
}

fn is_html(start: &str) -> bool {
    let begins = |with: &str| {
        let head = start.get(..with.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(with))
    };
    begins("<!doctype html") || begins("<html")
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_picture_is_known_by_its_content() {
        let svg = "<svg xmlns='http://www.w3.org/2000/svg'/>";
        for (bytes, kind) in [
            (b"\x89PNG\r\n\x1a\nrest".to_vec(), Some(Kind::Png)),
            (b"RIFF\0\0\0\0WEBPVP8 ".to_vec(), Some(Kind::Webp)),
            (svg.as_bytes().to_vec(), Some(Kind::Svg)),
            (
                format!("\u{FEFF} <?xml version='1.0'?>\n<!-- x -->{svg}").into_bytes(),
                Some(Kind::Svg),
            ),
            (format!("<!DOCTYPE html><body>{svg}").into_bytes(), None),
            (format!("<HTML>{svg}").into_bytes(), None),
            (b"RIFF\0\0\0\0WAVE".to_vec(), None),
            (b"GIF89a".to_vec(), None),
            (b"\xff\xfe<svg".to_vec(), None),
            (Vec::new(), None),
        ] {
            assert_eq!(Kind::of(&bytes), kind, "{bytes:?}");
        }
    }

    fn problems(branding: &Branding) -> Vec<String> {
        let mut problems = Problems::default();
        let _branded = Branded::of(branding, |_file| String::new(), &mut problems);
        let error = problems.unless_any(()).err();
        error.map_or(Vec::new(), |error| error.problems().to_vec())
    }

    #[test]
    fn a_name_is_short_and_readable() {
        for (name, fine) in [
            ("Müller & Söhne", true),
            ("", false),
            ("  ", false),
            ("a\u{7}", false),
            (&"x".repeat(61), false),
            (&"ä".repeat(60), true),
        ] {
            let branding = Branding {
                name: name.to_owned(),
                ..Branding::default()
            };
            assert_eq!(problems(&branding).is_empty(), fine, "{name:?}");
        }
    }

    #[test]
    fn a_logo_that_cannot_be_used_is_named_with_the_reason() {
        let folder = std::env::temp_dir();
        let branding = |path: PathBuf| Branding {
            logo: Some(path),
            ..Branding::default()
        };
        let missing = problems(&branding(folder.join("no-such-logo.png")));
        assert!(
            missing[0].contains("no-such-logo.png: cannot be read"),
            "{missing:?}"
        );
        let own = problems(&branding(PathBuf::from(
            file!().rsplit('/').next().unwrap(),
        )));
        assert_eq!(own.len(), 1);
    }
}
