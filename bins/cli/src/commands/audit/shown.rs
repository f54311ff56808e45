//! Events as people see them.

use authly_admin_client::admin::audit::{Actor, Event};

use crate::output::{Cell, Row};

impl Row for Event {
    const HEADINGS: &'static [&'static str] =
        &["at", "action", "outcome", "by", "concerns", "address"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::plain(self.at.to_string()),
            Cell::plain(&self.action),
            match self.outcome.as_str() {
                "refused" => Cell::bad("refused"),
                outcome => Cell::plain(outcome),
            },
            Cell::plain(by(&self.actor)),
            concerns(self),
            Cell::maybe(self.address.as_ref()),
        ]
    }
}

/// Who did it: by name while they are there, else by id.
fn by(actor: &Actor) -> String {
    let id = actor.id.map(|id| id.to_string());
    actor
        .name
        .clone()
        .or(id)
        .unwrap_or_else(|| actor.kind.clone())
}

/// Whom and what it concerns.
fn concerns(event: &Event) -> Cell {
    let user = event.user.as_ref().map(|user| {
        let id = user.id.to_string();
        user.username.clone().unwrap_or(id)
    });
    let client = event.client.as_ref().map(|client| {
        let id = client.id.to_string();
        client.client_id.clone().unwrap_or(id)
    });
    let all: Vec<_> = [user, client, event.target.clone()]
        .into_iter()
        .flatten()
        .collect();
    if all.is_empty() {
        return Cell::plain("-");
    }
    Cell::plain(all.join(", "))
}
