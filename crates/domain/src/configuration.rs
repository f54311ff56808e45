//! Configuration that is kept as code: which file looks after what.

use std::fmt;
use std::str::FromStr;

/// The most characters of a name.
const MAX_NAME: usize = 64;

/// The name of a configuration, by which things say that they are looked after by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigurationName(String);

/// A text that is no name of a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of a configuration has 1 to 64 letters, digits, dots, hyphens and underscores")]
pub struct ConfigurationNameError;

impl ConfigurationName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ConfigurationName {
    type Err = ConfigurationNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if text.is_empty() || text.len() > MAX_NAME || !text.bytes().all(fits) {
            return Err(ConfigurationNameError);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ConfigurationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        for text in ["default", "team-a", "a.b_c", &"x".repeat(64)] {
            let read = text.parse::<ConfigurationName>();
            assert_eq!(read.as_ref().map(ConfigurationName::as_str), Ok(text));
        }
        for text in ["", "team a", "ä", "a/b", "a\0", &"x".repeat(65)] {
            let read = text.parse::<ConfigurationName>();
            assert_eq!(read, Err(ConfigurationNameError), "{text}");
        }
    }
}
