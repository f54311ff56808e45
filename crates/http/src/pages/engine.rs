//! The template engine of one language: what templates can call.
//!
//! * `t(text, name=value, …)`: a text, by its key or as Rust made it. What is inserted is escaped
//!   unless it is markup already.
//! * `describe(scope)`: what a scope means, in this language if there are words for it, else in
//!   those of its registration.
//! * `value|strong`: the value, set off from the sentence around it.

use std::sync::Arc;

use fluent_bundle::{FluentArgs, FluentValue};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, HtmlEscape, Output, State, UndefinedBehavior,
};

use super::texts::Texts;

/// Stand around the number of a piece of markup while a text is written; private use, so that no
/// language needs them.
const MARK_BEGIN: char = '\u{E000}';
const MARK_END: char = '\u{E001}';

/// An engine with these templates, by name, and what was wrong with some.
pub(super) fn engine<'t>(
    templates: impl Iterator<Item = (&'t str, &'t str)>,
    texts: &Arc<Texts>,
) -> (Environment<'static>, Vec<Error>) {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut errors = Vec::new();
    // A line that holds a statement alone leaves nothing behind.
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    match syntax {
        Ok(syntax) => engine.set_syntax(syntax),
        Err(error) => errors.push(error),
    }
    engine.set_formatter(write_escaped);
    engine.add_filter("strong", strong);
    let own = Arc::clone(texts);
    engine.add_function("t", move |text: &Value, named: Kwargs| {
        translate(&own, text, &named)
    });
    let own = Arc::clone(texts);
    engine.add_function("describe", move |scope: &Value| describe(&own, scope));
    for (name, source) in templates {
        if let Err(error) = engine.add_template_owned(name.to_owned(), source.to_owned()) {
            errors.push(error);
        }
    }
    (engine, errors)
}

/// Escapes as minijinja does, but for the slash, which needs it nowhere in a page and would make
/// addresses hard to read. What is taken back can only come from a slash: `&` is escaped itself.
fn escape(text: &str) -> String {
    HtmlEscape(text).to_string().replace("&#x2f;", "/")
}

fn write_escaped(
    output: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() && *state.auto_escape() == AutoEscape::Html => {
            Ok(output.write_str(&escape(text))?)
        }
        _ => minijinja::escape_formatter(output, state, value),
    }
}

/// Isolated, so that a name in a script of the other direction cannot turn the sentence around.
fn strong(text: &str) -> Value {
    let escaped = escape(text);
    Value::from_safe_string(format!("<bdi><strong>{escaped}</strong></bdi>"))
}

fn translate(texts: &Texts, text: &Value, named: &Kwargs) -> Result<Value, Error> {
    let mut arguments = Arguments::default();
    for name in named.args() {
        arguments.add(name, &named.get::<Value>(name)?)?;
    }
    if let Some(key) = text.as_str() {
        return arguments.write(texts, key);
    }
    let made = text.get_attr("arguments")?;
    for name in made.try_iter()? {
        let value = made.get_item(&name)?;
        arguments.add(&name.to_string(), &value)?;
    }
    let key = text.get_attr("key")?;
    let key = key.as_str().ok_or_else(|| refused("this is no text"))?;
    arguments.write(texts, key)
}

fn describe(texts: &Texts, scope: &Value) -> Result<Value, Error> {
    let name = scope.get_attr("name")?.to_string();
    let key = scope_key(&name);
    if texts.has(&key) {
        return Arguments::default().write(texts, &key);
    }
    scope.get_attr("description")
}

/// The key of the text about a scope: what no key can hold becomes an underscore.
fn scope_key(scope: &str) -> String {
    let fit = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let letters = scope.chars();
    let name: String = letters
        .map(|one| if fit(one) { one } else { '_' })
        .collect();
    format!("scope-{name}")
}

fn refused(detail: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, detail)
}

/// The arguments of a text. Markup among them waits outside until the rest is escaped.
#[derive(Default)]
struct Arguments {
    values: FluentArgs<'static>,
    markup: Vec<String>,
}

impl Arguments {
    fn add(&mut self, name: &str, value: &Value) -> Result<(), Error> {
        let value = match value.as_str() {
            Some(markup) if value.is_safe() => {
                let number = self.markup.len();
                self.markup.push(markup.to_owned());
                FluentValue::from(format!("{MARK_BEGIN}{number}{MARK_END}"))
            }
            Some(text) => FluentValue::from(text.replace([MARK_BEGIN, MARK_END], "")),
            None => {
                let number = value.as_i64();
                number
                    .map(FluentValue::from)
                    .ok_or_else(|| refused(format!("the argument `{name}` is no text or number")))?
            }
        };
        self.values.set(name.to_owned(), value);
        Ok(())
    }

    fn write(&self, texts: &Texts, key: &str) -> Result<Value, Error> {
        let text = texts
            .write(key, &self.values)
            .map_err(|error| refused(error.to_string()))?;
        let mut text = escape(&text);
        for (number, markup) in self.markup.iter().enumerate() {
            text = text.replace(&format!("{MARK_BEGIN}{number}{MARK_END}"), markup);
        }
        Ok(Value::from_safe_string(text))
    }
}

#[cfg(test)]
mod tests;
