//! The audit trail, looked at and tampered with behind the server's back.

use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::Stored;

/// A stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its id, as the admin API writes it.
    pub id: String,
    /// What happened.
    pub action: String,
    /// How it ended.
    pub outcome: String,
    /// What kind of actor did it.
    pub actor_kind: String,
    /// The user who did it.
    pub actor_user: Option<Uuid>,
    /// The user it concerns.
    pub user: Option<Uuid>,
    /// The client it concerns.
    pub client: Option<Uuid>,
    /// The session it concerns.
    pub session: Option<Uuid>,
    /// What else it concerns.
    pub target: Option<String>,
    /// What else there is to say.
    pub details: Option<String>,
    /// The number of the request.
    pub request: Option<String>,
    /// Its place in the chain.
    pub position: Option<i64>,
    /// Where the request came from, unless that was erased.
    pub address: Option<String>,
    /// Which account was tried, unless that was erased.
    pub username: Option<String>,
}

impl Stored<'_> {
    /// All events, in the order in which they happened.
    pub async fn events(&self) -> Vec<StoredEvent> {
        let sql = "SELECT e.id, e.action, e.outcome, e.actor_kind, e.actor_user_id, e.user_id,
                          e.client_id, e.session_id, e.target, e.details, e.request_id, e.position,
                          host(p.address) AS address, p.username
                     FROM audit_events e LEFT JOIN audit_personal p ON p.event_id = e.id
                    ORDER BY e.position, e.occurred_at, e.id";
        let rows = self.query(sql, &[]).await;
        let events = rows.iter().map(|row| StoredEvent {
            id: row.get::<_, Uuid>("id").to_string(),
            action: row.get("action"),
            outcome: row.get("outcome"),
            actor_kind: row.get("actor_kind"),
            actor_user: row.get("actor_user_id"),
            user: row.get("user_id"),
            client: row.get("client_id"),
            session: row.get("session_id"),
            target: row.get("target"),
            details: row.get("details"),
            request: row.get("request_id"),
            position: row.get("position"),
            address: row.get("address"),
            username: row.get("username"),
        });
        events.collect()
    }

    /// What the events of an action have said beside whom it concerned, sorted.
    pub async fn details_of(&self, action: &str) -> Vec<String> {
        let mut events = self.events().await;
        events.retain(|event| event.action == action);
        let details = events.into_iter().map(|event| event.details);
        let mut details: Vec<_> = details.map(Option::unwrap_or_default).collect();
        details.sort();
        details
    }

    /// What happened beside logins, logouts and consents, in order.
    pub async fn audit_actions_beside_logins(&self) -> Vec<String> {
        let mut actions = self.audit_actions().await;
        let routine = ["login.succeeded", "logout", "consent.given"];
        actions.retain(|action| !routine.contains(&action.as_str()));
        actions
    }

    /// Changes what an event says.
    pub async fn alter_event(&self, position: i64) {
        let sql = "UPDATE audit_events SET action = 'nothing.happened' WHERE position = $1";
        self.tamper(sql, &[&position]).await;
    }

    /// Changes the hash of an event.
    pub async fn alter_hash_of_event(&self, position: i64) {
        let sql = "UPDATE audit_events SET hash = decode(repeat('ab', 32), 'hex')
                    WHERE position = $1";
        self.tamper(sql, &[&position]).await;
    }

    /// Changes on which event another hangs.
    pub async fn alter_link_of_event(&self, position: i64) {
        let sql = "UPDATE audit_events SET previous = decode(repeat('ab', 32), 'hex')
                    WHERE position = $1";
        self.tamper(sql, &[&position]).await;
    }

    /// Changes where an event came from.
    pub async fn alter_address_of_event(&self, position: i64) {
        let sql = "UPDATE audit_personal SET address = '198.51.100.99'
                    WHERE event_id = (SELECT id FROM audit_events WHERE position = $1)";
        self.tamper(sql, &[&position]).await;
    }

    /// Removes an event and leaves its place empty.
    pub async fn remove_event(&self, position: i64) {
        let sql = "DELETE FROM audit_events WHERE position = $1";
        self.tamper(sql, &[&position]).await;
    }

    /// Moves all events from a place on, by so many places.
    pub async fn move_events(&self, from: i64, by: i64) {
        // Out of the way first: no two may stand at one place in between.
        let away = "UPDATE audit_events SET position = -position WHERE position >= $1";
        let back = "UPDATE audit_events SET position = -position + $1 WHERE position < 0";
        let session = self.database.session().await;
        session
            .execute(away, &[&from])
            .await
            .expect("they move away");
        session.execute(back, &[&by]).await.expect("they come back");
    }

    /// Lets two events change their places.
    pub async fn swap_events(&self, one: i64, other: i64) {
        let session = self.database.session().await;
        let place = "UPDATE audit_events SET position = $2 WHERE position = $1";
        for (from, to) in [(one, -1), (other, one), (-1, other)] {
            let moved = session.execute(place, &[&from, &to]).await;
            assert_eq!(moved.expect("the event moves"), 1);
        }
    }

    /// Puts an event at a place that is free, hung on the event before it.
    pub async fn insert_event(&self, position: i64) {
        let sql = "INSERT INTO audit_events
                       (id, occurred_at, action, position, previous, hash)
                   SELECT gen_random_uuid(), occurred_at, 'nothing.happened', $1::bigint, hash,
                          decode(repeat('cd', 32), 'hex')
                     FROM audit_events WHERE position = $1::bigint - 1";
        self.tamper(sql, &[&position]).await;
    }

    /// Moves the head of the chain to the event at a place.
    pub async fn move_head(&self, position: i64) {
        let sql = "UPDATE audit_chain c SET position = e.position, hash = e.hash
                     FROM audit_events e WHERE e.position = $1";
        self.tamper(sql, &[&position]).await;
    }

    /// Lets the chain hang on the event at a place, and removes all up to it.
    pub async fn move_anchor(&self, position: i64) {
        let sql = "WITH gone AS (DELETE FROM audit_events WHERE position <= $1
                                 RETURNING position, hash)
                   UPDATE audit_chain c SET anchor_position = g.position, anchor_hash = g.hash
                     FROM gone g WHERE g.position = $1";
        self.tamper(sql, &[&position]).await;
    }

    /// Removes everything up to a place as if the server had let it go, with an event that says so, and lets
    /// the rest wait to be sealed once more: a whole new chain.
    pub async fn rebuild_chain_after(&self, position: i64) {
        let trimmed = "INSERT INTO audit_events (id, occurred_at, action, details)
                       SELECT gen_random_uuid(), occurred_at, 'trail.trimmed',
                              json_build_object('hash', repeat('ab', 32), 'up_to', $1::bigint::text)
                         FROM audit_events WHERE position = $1::bigint";
        let anchored = "UPDATE audit_chain
                           SET anchor_position = $1, anchor_hash = decode(repeat('ab', 32), 'hex'),
                               position = $1, hash = decode(repeat('ab', 32), 'hex')";
        self.tamper(trimmed, &[&position]).await;
        self.tamper(anchored, &[&position]).await;
        let session = self.database.session().await;
        let gone = "DELETE FROM audit_events WHERE position <= $1";
        session.execute(gone, &[&position]).await.expect("they go");
        let unsealed = "UPDATE audit_events SET position = NULL, previous = NULL, hash = NULL";
        session.execute(unsealed, &[]).await.expect("they wait");
    }

    /// Removes what an event tells of a person.
    pub async fn remove_personal_of_event(&self, position: i64) {
        let sql = "DELETE FROM audit_personal
                    WHERE event_id = (SELECT id FROM audit_events WHERE position = $1)";
        self.tamper(sql, &[&position]).await;
    }

    /// Changes the hashes of all events.
    pub async fn alter_all_hashes(&self) {
        let sql = "UPDATE audit_events SET hash = sha256('x')";
        let session = self.database.session().await;
        session
            .execute(sql, &[])
            .await
            .expect("they can be changed");
    }

    /// Both ends of the chain: their places.
    pub async fn chain_ends(&self) -> (i64, i64) {
        let sql = "SELECT anchor_position, position FROM audit_chain";
        let rows = self.query(sql, &[]).await;
        let row = rows.first().expect("there is a chain");
        (row.get("anchor_position"), row.get("position"))
    }

    async fn tamper(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) {
        let session = self.database.session().await;
        let changed = session.execute(sql, params).await;
        assert_eq!(changed.expect("the row can be changed"), 1);
    }
}
