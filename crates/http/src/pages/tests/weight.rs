//! Pages are light, and ask nobody else for anything.

use super::*;

/// What a page may weigh with its stylesheet.
const MOST_BYTES: usize = 30_000;

#[test]
fn no_page_weighs_more_than_thirty_kilobytes_with_its_style() {
    // Names and addresses as long as they come.
    let long = "Donaudampfschifffahrtsgesellschaft ".repeat(8);
    let mut heaviest = (0, "");
    for page in every_page(&long) {
        let weight = page.html.len() + embedded::STYLESHEET.len();
        assert!(weight < MOST_BYTES, "{}: {weight}", page.template);
        heaviest = heaviest.max((weight, page.template));
    }
    assert!(heaviest.0 > embedded::STYLESHEET.len(), "{heaviest:?}");
}

#[test]
fn no_page_loads_anything_from_elsewhere() {
    for page in every_page("https://elsewhere.example/") {
        let (name, html) = (page.template, page.html);
        for tag in html.split('<').filter(|tag| tag.starts_with("link ")) {
            let ours = tag.contains(r#"href="/auth/static/"#) || tag.contains(r#"href="data:"#);
            assert!(ours, "{name}: {tag}");
        }
        for loader in [
            " src=",
            " srcset=",
            " data=",
            " poster=",
            " background=",
            "<base",
            "http-equiv",
        ] {
            // The frames in which clients sign their users out.
            let is_framed = name == "signing_out.html" && loader == " src=";
            let found = html.matches(loader).count();
            let frames = html.matches("<iframe src=").count();
            let allowed = if is_framed { frames } else { 0 };
            assert_eq!(found, allowed, "{name}: {loader}");
        }
    }
    for loader in ["url(", "@import", "image-set("] {
        assert!(!embedded::STYLESHEET.contains(loader), "{loader}");
    }
}
