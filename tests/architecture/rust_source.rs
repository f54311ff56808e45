//! Rust code taken apart, as far as these tests need: code, and the text of string literals.

/// A Rust file without its comments, its string literals kept apart.
#[derive(Default)]
pub(crate) struct Source {
    /// The code, with `""` where a string literal was. Line breaks stay where they were.
    pub(crate) code: String,
    /// The string literals in order.
    pub(crate) literals: Vec<Literal>,
}

/// A string literal.
pub(crate) struct Literal {
    /// What it says, with `\n` and escaped line ends resolved.
    pub(crate) text: String,
    /// Where its opening quote stands in [`Source::code`].
    at: usize,
}

impl Source {
    /// Takes a file apart.
    pub(crate) fn parse(text: &str) -> Self {
        let mut source = Self::default();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            rest = if rest.starts_with("//") {
                rest.trim_start_matches(|c| c != '\n')
            } else if rest.starts_with("/*") {
                source.skip_block_comment(rest)
            } else if next == '"' {
                source.take_literal(rest)
            } else if next == '\'' {
                skip_character(rest)
            } else {
                source.code.push(next);
                after(rest, next)
            };
        }
        source
    }

    /// The code that stands before a literal.
    pub(crate) fn before(&self, literal: &Literal) -> &str {
        self.code.get(..literal.at).unwrap_or_default()
    }

    /// The line that a literal begins in, counted from 1.
    pub(crate) fn line(&self, literal: &Literal) -> usize {
        self.before(literal).matches('\n').count() + 1
    }

    fn skip_block_comment<'t>(&mut self, text: &'t str) -> &'t str {
        let mut depth = 0;
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if let Some(inner) = rest.strip_prefix("/*") {
                depth += 1;
                rest = inner;
            } else if let Some(outer) = rest.strip_prefix("*/") {
                depth -= 1;
                rest = outer;
            } else {
                self.keep_line_break(next);
                rest = after(rest, next);
            }
            if depth == 0 {
                break;
            }
        }
        rest
    }

    /// Reads the literal whose opening quote begins `text`; returns what follows it.
    fn take_literal<'t>(&mut self, text: &'t str) -> &'t str {
        let at = self.code.len();
        let hashes = self.raw_hashes();
        self.code.push_str("\"\"");
        let body = after(text, '"');
        let (said, rest) = match hashes {
            Some(count) => {
                let end = format!("\"{}", "#".repeat(count));
                body.split_once(end.as_str())
                    .map_or((body.to_owned(), ""), |(said, rest)| {
                        (said.to_owned(), rest)
                    })
            }
            None => unescape(body),
        };
        for character in body
            .get(..body.len() - rest.len())
            .unwrap_or_default()
            .chars()
        {
            self.keep_line_break(character);
        }
        self.literals.push(Literal { text: said, at });
        rest
    }

    /// The number of `#` if the code ends in the beginning of a raw string: `r`, `br##`.
    fn raw_hashes(&self) -> Option<usize> {
        let before = self.code.trim_end_matches('#');
        let prefix = before.strip_suffix('r')?;
        let prefix = prefix.strip_suffix(['b', 'c']).unwrap_or(prefix);
        let is_word = prefix.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        (!is_word).then(|| self.code.len() - before.len())
    }

    fn keep_line_break(&mut self, character: char) {
        if character == '\n' {
            self.code.push('\n');
        }
    }
}

/// Reads an ordinary literal up to its closing quote; returns its text and what follows it.
fn unescape(body: &str) -> (String, &str) {
    let mut said = String::new();
    let mut rest = body;
    while let Some(next) = rest.chars().next() {
        rest = after(rest, next);
        match next {
            '"' => break,
            '\\' => {
                let escaped = rest.chars().next().unwrap_or('\\');
                rest = after(rest, escaped);
                match escaped {
                    'n' => said.push('\n'),
                    '\n' => rest = rest.trim_start(),
                    other => said.push(other),
                }
            }
            other => said.push(other),
        }
    }
    (said, rest)
}

/// Skips a character literal, or the mark of a lifetime.
fn skip_character(text: &str) -> &str {
    let body = after(text, '\'');
    if let Some(escaped) = body.strip_prefix('\\') {
        let skipped = escaped
            .chars()
            .next()
            .map_or(escaped, |first| after(escaped, first));
        return skipped.split_once('\'').map_or("", |(_, rest)| rest);
    }
    let mut characters = body.chars();
    characters.next();
    characters.as_str().strip_prefix('\'').unwrap_or(body)
}

fn after(text: &str, first: char) -> &str {
    text.get(first.len_utf8()..).unwrap_or_default()
}

#[test]
fn comments_are_no_code_and_literals_stand_apart() {
    let source = Source::parse(concat!(
        "// \"no\" literal\n",
        "/* nor /* \"here\" */ */ let quote = '\"'; let tick: &'static str = \"a\\\"b\\nc\";\n",
        "let raw = r#\"say \"d\"\"#; let bytes = br\"e\";\n",
    ));

    let texts = source
        .literals
        .iter()
        .map(|literal| literal.text.as_str())
        .collect::<Vec<_>>();
    assert_eq!(texts, ["a\"b\nc", "say \"d\"", "e"]);
    assert!(!source.code.contains("nor"));
    assert!(source.code.contains("let raw = r#\"\"; let bytes"));
}

#[test]
fn a_literal_knows_its_line_and_the_code_before_it() {
    let source = Source::parse("let a = \"one\ntwo\";\nformat!(\n    \"three\"\n)");

    let last = source.literals.last().expect("there are two literals");
    assert_eq!(source.line(last), 4);
    assert!(source.before(last).trim_end().ends_with("format!("));
}
