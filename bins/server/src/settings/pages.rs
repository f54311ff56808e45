//! `[pages]` and `[branding]`: how the pages look and what they speak.

use authly_http::{Branding, PageSettings};

use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};

const DIRECTORY: Setting = Setting {
    path: "pages.directory",
    kind: Kind::Text("the path of a folder"),
    default: DefaultValue::Words("none: the pages in the program"),
    about: "Templates, stylesheet and texts that take the place of those in the program, as \
            [pages.md](pages.md) says. All of it is checked at start.",
};
const DEFAULT_LANGUAGE: Setting = Setting {
    path: "pages.default_language",
    kind: Kind::Text("the tag of a language that there are texts of, such as en or de"),
    default: DefaultValue::Is("en"),
    about: "The language of the pages for those who ask for none that is there.",
};

pub(super) const SETTINGS: &[Setting] = &[DIRECTORY, DEFAULT_LANGUAGE];

const NAME: Setting = Setting {
    path: "branding.name",
    kind: Kind::Text("1 to 60 characters"),
    default: DefaultValue::Is("Authly"),
    about: "The name of the service, on every page and in the title of its window.",
};
const LOGO: Setting = Setting {
    path: "branding.logo",
    kind: Kind::Text("the path of a PNG, WebP or SVG file of at most 128 kB"),
    default: DefaultValue::Words("none: a small sign and the name"),
    about: "A picture that takes the name's place on the pages.",
};
const ACCENT_COLOR: Setting = Setting {
    path: "branding.accent_color",
    kind: Kind::Text("a colour such as #2350a0"),
    default: DefaultValue::Words("a blue"),
    about: "The colour of buttons and links. Where text in it could not be read, it is made darker \
            on light pages and lighter on dark ones, and the log says so.",
};

pub(super) const BRANDING: &[Setting] = &[NAME, LOGO, ACCENT_COLOR];

/// How the pages look and what they speak.
pub(super) fn read(reader: &mut Reader) -> PageSettings {
    PageSettings {
        directory: reader.path(&DIRECTORY),
        default_language: reader.parsed(&DEFAULT_LANGUAGE).unwrap_or_default(),
        branding: Branding {
            name: reader.parsed(&NAME).unwrap_or_default(),
            logo: reader.path(&LOGO),
            accent_color: reader.parsed(&ACCENT_COLOR),
        },
    }
}
