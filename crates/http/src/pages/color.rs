//! The accent colour: one that a deployer likes, kept readable on our grounds.

use std::str::FromStr;

/// A colour, as `#2350a0` or `#25a`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccentColor {
    red: u8,
    green: u8,
    blue: u8,
}

/// This is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is # with six or three hexadecimal digits, such as #2350a0")]
pub struct ParseColorError;

impl FromStr for AccentColor {
    type Err = ParseColorError;

    fn from_str(text: &str) -> Result<Self, ParseColorError> {
        let digits = text.strip_prefix('#').ok_or(ParseColorError)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ParseColorError);
        }
        let doubled: String = match digits.len() {
            6 => digits.to_owned(),
            3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
            _ => return Err(ParseColorError),
        };
        let value = u32::from_str_radix(&doubled, 16);
        let [_, red, green, blue] = value.map_err(|_impossible| ParseColorError)?.to_be_bytes();
        Ok(Self { red, green, blue })
    }
}

impl std::fmt::Display for AccentColor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

const BLACK: AccentColor = AccentColor {
    red: 0,
    green: 0,
    blue: 0,
};
const WHITE: AccentColor = AccentColor {
    red: 255,
    green: 255,
    blue: 255,
};
/// The darkest ground of the light scheme on which the accent stands (`--sunk` in the stylesheet).
const LIGHT_GROUND: AccentColor = AccentColor {
    red: 0xf4,
    green: 0xf5,
    blue: 0xf7,
};
/// The lightest ground of the dark scheme.
const DARK_GROUND: AccentColor = AccentColor {
    red: 0x25,
    green: 0x29,
    blue: 0x33,
};
/// What WCAG 2.2 asks for between text and its ground (1.4.3, level AA).
const LEAST_CONTRAST: f64 = 4.5;
/// In so many steps a colour becomes black or white.
const STEPS: u8 = 40;

/// The accent of both colour schemes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Accent {
    /// On light grounds.
    pub(super) light: AccentColor,
    /// On dark ones.
    pub(super) dark: AccentColor,
}

impl Accent {
    /// The wanted colour, where it can be read; else the nearest darker one on light grounds, and
    /// the nearest lighter one on dark grounds.
    pub(super) fn of(wanted: AccentColor) -> Self {
        Self {
            light: readable(wanted, LIGHT_GROUND, BLACK),
            dark: readable(wanted, DARK_GROUND, WHITE),
        }
    }

    /// What the stylesheet says in addition.
    pub(super) fn style(self) -> String {
        let light_strong = mix(self.light, BLACK, STEPS / 5);
        let dark_strong = mix(self.dark, WHITE, STEPS / 4);
        format!(
            "\n:root {{\n  --accent: {};\n  --accent-strong: {light_strong};\n}}\n\n\
             @media (prefers-color-scheme: dark) {{\n  :root {{\n    --accent: {};\n    \
             --accent-strong: {dark_strong};\n  }}\n}}\n",
            self.light, self.dark
        )
    }
}

fn readable(wanted: AccentColor, ground: AccentColor, towards: AccentColor) -> AccentColor {
    let mut mixed = (0..=STEPS).map(|step| mix(wanted, towards, step));
    let fits = |color: &AccentColor| contrast(*color, ground) >= LEAST_CONTRAST;
    mixed.find(fits).unwrap_or(towards)
}

/// The colour after so many steps to another.
fn mix(from: AccentColor, to: AccentColor, step: u8) -> AccentColor {
    let channel = |from: u8, to: u8| {
        let (step, steps) = (u16::from(step), u16::from(STEPS));
        let sum = u16::from(from) * (steps - step) + u16::from(to) * step;
        u8::try_from(sum / steps).unwrap_or(u8::MAX)
    };
    AccentColor {
        red: channel(from.red, to.red),
        green: channel(from.green, to.green),
        blue: channel(from.blue, to.blue),
    }
}

/// The contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio).
fn contrast(one: AccentColor, other: AccentColor) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(color: AccentColor) -> f64 {
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.040_45 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::super::embedded::STYLESHEET;
    use super::*;

    #[test]
    fn a_colour_is_read_in_both_of_its_forms() {
        assert_eq!(
            "#25A".parse::<AccentColor>().unwrap().to_string(),
            "#2255aa"
        );
        assert_eq!(
            "#2350a0".parse::<AccentColor>().unwrap().to_string(),
            "#2350a0"
        );
        for text in [
            "", "#", "2350a0", "#2350a", "#2350ag", "#2350a0f", "red", "#+12",
        ] {
            assert_eq!(text.parse::<AccentColor>(), Err(ParseColorError), "{text}");
        }
    }

    #[test]
    fn what_can_be_read_stays_and_what_cannot_is_moved() {
        let blue: AccentColor = "#2350a0".parse().unwrap();
        assert_eq!(Accent::of(blue).light, blue);
        let yellow: AccentColor = "#ffcc00".parse().unwrap();
        let accent = Accent::of(yellow);
        assert_eq!(accent.dark, yellow);
        assert_ne!(accent.light, yellow);
    }

    /// The colours that the stylesheet gives this name: of the light scheme, then of the dark one.
    fn declared(name: &str) -> Vec<AccentColor> {
        let lines = STYLESHEET.lines();
        let values = lines.filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix(": "));
        values
            .filter_map(|value| value.trim_end_matches(';').parse().ok())
            .collect()
    }

    #[test]
    fn every_text_of_the_stylesheet_can_be_read_on_its_ground() {
        for (text, ground) in [
            ("--text", "--ground"),
            ("--text", "--card"),
            ("--text", "--sunk"),
            ("--soft", "--ground"),
            ("--soft", "--card"),
            ("--soft", "--sunk"),
            ("--accent", "--card"),
            ("--accent", "--sunk"),
            ("--accent", "--ground"),
            ("--accent-strong", "--sunk"),
            ("--on-accent", "--accent"),
            ("--on-accent", "--accent-strong"),
            ("--problem", "--problem-ground"),
            ("--problem", "--card"),
        ] {
            let (text_colors, grounds) = (declared(text), declared(ground));
            assert_eq!(
                (text_colors.len(), grounds.len()),
                (2, 2),
                "{text} {ground}"
            );
            for (one, other) in text_colors.into_iter().zip(grounds) {
                let contrast = contrast(one, other);
                assert!(
                    contrast >= LEAST_CONTRAST,
                    "{text} on {ground}: {contrast:.2}"
                );
            }
        }
        // The edges of fields (WCAG 2.2, 1.4.11).
        for (edge, card) in declared("--edge").into_iter().zip(declared("--card")) {
            assert!(contrast(edge, card) >= 3.0, "{edge} on {card}");
        }
        assert_eq!(declared("--sunk"), [LIGHT_GROUND, DARK_GROUND]);
    }

    proptest! {
        #[test]
        fn every_wish_can_be_read(red: u8, green: u8, blue: u8) {
            let accent = Accent::of(AccentColor { red, green, blue });
            let [_, dark_text] = declared("--on-accent").try_into().unwrap();
            for (color, ground) in [
                (accent.light, LIGHT_GROUND),
                (accent.light, WHITE),
                (accent.dark, DARK_GROUND),
                (accent.dark, dark_text),
            ] {
                prop_assert!(contrast(color, ground) >= LEAST_CONTRAST);
            }
        }
    }
}
