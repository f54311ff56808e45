//! Values as they were written.

use authly_domain::settings::Given;

/// A value as it was written. It may be a secret, hence no `Debug`.
pub(crate) enum Raw {
    /// In a file, where it has a type.
    Toml(toml::Value),
    /// In a variable or a flag, where everything is text.
    Text(String),
}

impl Raw {
    /// As settings read it.
    pub(crate) fn given(&self) -> Given<'_> {
        match self {
            Self::Text(text) => Given::Untyped(text),
            Self::Toml(toml::Value::String(text)) => Given::Text(text),
            Self::Toml(toml::Value::Integer(number)) => Given::Integer(*number),
            Self::Toml(toml::Value::Boolean(value)) => Given::Switch(*value),
            Self::Toml(toml::Value::Array(entries)) => {
                Given::List(entries.iter().map(toml::Value::as_str).collect())
            }
            Self::Toml(toml::Value::Float(_)) => Given::Other("a number with a fraction"),
            Self::Toml(toml::Value::Datetime(_)) => Given::Other("a date"),
            Self::Toml(toml::Value::Table(_)) => Given::Other("a table"),
        }
    }
}
