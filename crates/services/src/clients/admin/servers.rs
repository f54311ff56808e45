//! The resource servers that clients name are registered.

use authly_domain::clients::{Client, ClientChange, Flaw};
use authly_domain::scopes::Resource;

/// Those that a change names.
pub(super) fn named_by(change: &ClientChange) -> Vec<Resource> {
    let lists = [&change.resources, &change.default_audience];
    lists.into_iter().flatten().flatten().cloned().collect()
}

/// Lets the client name them in the registered spelling. Answers those of `named` that are not
/// registered; `held` are those that are.
pub(super) fn name_registered(
    client: &mut Client,
    named: &[Resource],
    held: &[Resource],
) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for (member, list) in [
        ("resources", &mut client.resources),
        ("default_audience", &mut client.default_audience),
    ] {
        for one in list {
            if let Some(registered) = held.iter().find(|held| *held == one) {
                one.clone_from(registered);
            } else if named.contains(one) {
                let what = format!("there is no resource server {one}");
                flaws.push(Flaw::of(member, what));
            }
        }
    }
    flaws
}
