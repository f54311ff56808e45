//! A lint is never switched off without a reason that can be read, and noticed when it is stale.

use crate::rust_source::Source;
use crate::{assert_none_in, tree};

/// Finds `allow` attributes, also inner and conditional ones.
fn allows(path: &str, text: &str) -> Vec<String> {
    let code = Source::parse(text).code;
    code.lines()
        .enumerate()
        .filter(|(_, line)| {
            let line = line.replace(' ', "");
            line.contains("#[allow(")
                || line.contains("#![allow(")
                || (line.contains("cfg_attr(") && line.contains(",allow("))
        })
        .map(|(index, _)| {
            format!(
                "{path}:{}: write #[expect(…, reason = \"…\")] instead of allow",
                index + 1
            )
        })
        .collect()
}

#[test]
fn no_lint_is_allowed_silently() {
    assert_none_in(&tree::rust_files(), allows);
}

#[test]
fn an_allow_is_found_wherever_it_hides() {
    for sample in [
        "#[allow(dead_code)]\nfn f() {}",
        "#![allow(clippy::panic)]",
        "#[cfg_attr(test, allow(dead_code))]",
    ] {
        assert_eq!(allows("sample.rs", sample).len(), 1, "{sample}");
    }
    assert!(
        allows(
            "sample.rs",
            "// #[allow(dead_code)] is refused\nfn allow() {}"
        )
        .is_empty()
    );
}
