//! What the texts of a language use: arguments, and one another.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use super::TextFile;
use crate::pages::theme_error::Problems;

/// What one text uses.
#[derive(Debug, Default)]
struct Usage {
    /// The file that it stands in.
    place: String,
    variables: BTreeSet<String>,
    /// Other texts, by key.
    texts: BTreeSet<String>,
    /// Terms: what begins with a hyphen.
    terms: BTreeSet<String>,
    functions: BTreeSet<String>,
}

/// The texts of one language by their keys.
#[derive(Debug, Default)]
pub(super) struct Messages {
    texts: BTreeMap<String, Usage>,
    terms: BTreeSet<String>,
}

impl Messages {
    /// Adds those of a file.
    pub(super) fn read(
        &mut self,
        resource: &FluentResource,
        file: &TextFile,
        problems: &mut Problems,
    ) {
        let mut here = BTreeSet::new();
        for entry in resource.entries() {
            match entry {
                Entry::Message(message) => {
                    let key = message.id.name;
                    if !here.insert(key) {
                        let place = &file.place;
                        problems.add(format!("{place}: `{key}` stands there more than once"));
                    }
                    let mut usage = Usage {
                        place: file.place.clone(),
                        ..Usage::default()
                    };
                    if let Some(pattern) = &message.value {
                        usage.of_pattern(pattern);
                    }
                    self.texts.insert(key.to_owned(), usage);
                }
                Entry::Term(term) => {
                    self.terms.insert(term.id.name.to_owned());
                }
                Entry::Comment(_)
                | Entry::GroupComment(_)
                | Entry::ResourceComment(_)
                | Entry::Junk { .. } => {}
            }
        }
    }

    /// The keys.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// Whether there is a text of this key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.texts.contains_key(key)
    }

    /// The arguments that a text uses, by itself and through others.
    pub(super) fn variables(&self, key: &str) -> BTreeSet<&str> {
        let mut variables = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut next = vec![key];
        while let Some(key) = next.pop() {
            if let (true, Some(usage)) = (seen.insert(key), self.texts.get(key)) {
                variables.extend(usage.variables.iter().map(String::as_str));
                next.extend(usage.texts.iter().map(String::as_str));
            }
        }
        variables
    }

    /// Says what cannot be written, given that the pages tell each text what they tell the one of
    /// the complete language.
    pub(super) fn check_against(&self, complete: &Self, problems: &mut Problems) {
        for (key, usage) in &self.texts {
            let place = &usage.place;
            let mut complain = |what: String| problems.add(format!("{place}: `{key}` {what}"));
            for text in usage.texts.iter().filter(|text| !self.has(text)) {
                complain(format!("refers to `{text}`, which this language lacks"));
            }
            for term in usage.terms.difference(&self.terms) {
                complain(format!("refers to `-{term}`, which this language lacks"));
            }
            for function in &usage.functions {
                complain(format!("uses the function {function}, which is not there"));
            }
            if !complete.has(key) {
                continue;
            }
            let told = complete.variables(key);
            for variable in &usage.variables {
                if !told.contains(variable.as_str()) {
                    complain(format!("uses `${variable}`, which it is not told"));
                }
            }
        }
    }

    /// What the texts of other keys refer to.
    #[cfg(test)]
    pub(super) fn referred(&self) -> BTreeSet<&str> {
        let all = self.texts.values().flat_map(|usage| &usage.texts);
        all.map(String::as_str).collect()
    }
}

impl Usage {
    fn of_pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.of_expression(expression);
            }
        }
    }

    fn of_expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.of_inline(inline),
            Expression::Select { selector, variants } => {
                self.of_inline(selector);
                for variant in variants {
                    self.of_pattern(&variant.value);
                }
            }
        }
    }

    fn of_inline(&mut self, expression: &InlineExpression<&str>) {
        match expression {
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            InlineExpression::MessageReference { id, .. } => {
                self.texts.insert(id.name.to_owned());
            }
            InlineExpression::TermReference { id, .. } => {
                self.terms.insert(id.name.to_owned());
            }
            InlineExpression::FunctionReference { id, .. } => {
                self.functions.insert(id.name.to_owned());
            }
            InlineExpression::Placeable { expression } => self.of_expression(expression),
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        }
    }
}
