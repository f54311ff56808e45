use pretty_assertions::assert_eq;

use super::super::texts::{Catalogue, TextFile};
use super::super::theme_error::Problems;
use super::*;
use crate::pages::text::Text;

const TEXTS: &str = "
plain = Salt & <pepper>
greeting = Hello { $name }, & welcome to { $place }
count = { $count ->
    [one] one thing
   *[other] { $count } things
}
scope-notes_read = Read what you wrote
";

/// A template of this source, rendered.
fn rendered(source: &str, context: impl serde::Serialize) -> Result<String, Error> {
    let mut problems = Problems::default();
    let file = TextFile {
        place: "en.ftl".to_owned(),
        tag: "en".to_owned(),
        source: TEXTS.to_owned(),
    };
    let catalogue = Catalogue::read(&[file], &mut problems);
    problems.unless_any(()).unwrap();
    let english = "en".parse().unwrap();
    let texts = Arc::new(catalogue.texts(&english, &english));
    let templates = [("page.html", source)];
    let (engine, errors) = engine(templates.into_iter(), &texts);
    assert!(errors.is_empty(), "{errors:?}");
    let template = engine.get_template("page.html").unwrap();
    template.render(minijinja::value::Serde(context))
}

#[test]
fn text_is_escaped_but_for_the_slash() {
    let rendered =
        |text: &str| rendered("{{ page }}", serde_json::json!({ "page": text })).unwrap();
    assert_eq!(rendered("https://a/b?c&d"), "https://a/b?c&amp;d");
    assert_eq!(rendered("</b>\"'"), "&lt;/b&gt;&quot;&#x27;");
    assert_eq!(rendered("&#x2f;"), "&amp;#x2f;");
}

#[test]
fn a_text_is_escaped_and_so_is_what_it_is_told() {
    let hostile = "<script>\"'\u{E000}0\u{E001}";
    let context = serde_json::json!({ "name": hostile });
    let source = r#"{{ t("greeting", name=name, place=name|strong) }}|{{ t("plain") }}"#;
    let html = rendered(source, context).unwrap();
    assert_eq!(
        html,
        "Hello &lt;script&gt;&quot;&#x27;0, &amp; welcome to \
         <bdi><strong>&lt;script&gt;&quot;&#x27;\u{E000}0\u{E001}</strong></bdi>|\
         Salt &amp; &lt;pepper&gt;"
    );
}

#[test]
fn what_rust_says_is_written_with_its_numbers() {
    let said = |count| {
        let text = Text::key("count").with("count", count);
        rendered("{{ t(page) }}", serde_json::json!({ "page": text })).unwrap()
    };
    assert_eq!(said(1), "one thing");
    assert_eq!(said(12), "12 things");
}

#[test]
fn a_scope_is_described_by_the_texts_or_else_by_its_registration() {
    let said = |name: &str| {
        let scope = serde_json::json!({ "name": name, "description": "<its own>" });
        rendered("{{ describe(page) }}", serde_json::json!({ "page": scope })).unwrap()
    };
    assert_eq!(said("notes:read"), "Read what you wrote");
    assert_eq!(said("notes:write"), "&lt;its own&gt;");
}

#[test]
fn a_text_that_is_not_there_or_not_told_enough_is_an_error() {
    let nothing = serde_json::json!({ "page": 1 });
    for (source, what) in [
        (r#"{{ t("nothing") }}"#, "there is no text `nothing`"),
        (r#"{{ t("greeting", name="x") }}"#, "place"),
        ("{{ t(page) }}", "this is no text"),
        ("{{ page.nothing.more }}", "undefined"),
    ] {
        let error = rendered(source, &nothing).unwrap_err().to_string();
        assert!(error.contains(what), "{source}: {error}");
    }
}
