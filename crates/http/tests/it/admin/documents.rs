//! `docs/admin-api.md` says what there is.

use std::collections::BTreeSet;
use std::path::Path;

use authly_protocol::admin::ALL;
use authly_protocol::endpoint::Access;
use pretty_assertions::assert_eq;

/// What a row of a table begins with: method and path, then the scope.
fn row(line: &str) -> Option<(String, String)> {
    let mut cells = line.strip_prefix("| `")?.split("` | `");
    let call = cells.next()?.to_owned();
    let scope = cells.next()?.split('`').next()?.to_owned();
    call.contains(" /admin/").then_some((call, scope))
}

#[test]
fn the_page_on_the_admin_api_names_every_endpoint_with_its_scope() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/admin-api.md");
    let page = std::fs::read_to_string(page).unwrap();
    let documented: BTreeSet<_> = page.lines().filter_map(row).collect();
    let all = ALL.iter().filter_map(|one| match one.access {
        Access::AnyToken => None,
        Access::Scope(scope) => {
            let call = format!("{} {}", one.method.as_str(), one.path);
            Some((call, scope.as_str().to_owned()))
        }
    });
    assert_eq!(documented, all.collect::<BTreeSet<_>>());
}
