//! `initial_access_tokens`, `client_registrations`: clients that register themselves.

use authly_domain::clients::{GrantType, NonceRule, PkceRule};
use authly_domain::clock::Timestamp;
use authly_domain::id::{ClientKey, InitialAccessTokenId};
use authly_domain::registration::{
    Declaration, InitialAccessToken, RegistrationBounds, RegistrationPolicy,
};
use authly_domain::scopes::{Scope, ScopeToken};
use authly_domain::secret::SecretDigest;
use tokio_postgres::types::Json;
use uuid::Uuid;

use crate::DbError;
use crate::params::{as_texts, bytes, flag, json, number, text, texts, time, uuid};
use crate::row::Columns;

/// Under this number those wait who register a client without a token. It means nothing else.
const OPEN_LOCK: i64 = 0x7265_6769_7374;

repository! {
    /// Tokens that let clients register themselves, and the clients that have.
    Registrations
}

/// A client that has registered itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The client.
    pub client: ClientKey,
    /// The token that let it; `None` where none was needed.
    pub initial: Option<InitialAccessTokenId>,
    /// What it may register.
    pub bounds: RegistrationBounds,
    /// What it says of itself that nothing here depends on.
    pub said: Declaration,
}

/// The columns that [`record`] reads.
macro_rules! columns {
    () => {
        "i.id, i.name, i.scope, i.grant_types, i.redirect_hosts, i.profile, i.require_pkce,
                   i.require_nonce, i.clients_left, i.clients_made, i.expires_at, i.created_at"
    };
}

impl Registrations<'_> {
    /// Stores a token that lets clients register.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn insert_token(
        &self,
        token: &InitialAccessToken,
        digest: &SecretDigest,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- initial_access_tokens.insert
            INSERT INTO initial_access_tokens (id, token_digest, name, scope, profile, require_pkce,
                require_nonce, clients_left, clients_made, expires_at, created_at, grant_types,
                redirect_hosts)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        let policy = &token.policy;
        let [scope, grant_types, redirect_hosts] = columns_of(&policy.bounds);
        let params = [
            uuid(token.id.as_uuid()),
            bytes(digest.as_bytes().as_slice()),
            text(&token.name),
            texts(scope),
            text(policy.profile.as_str()),
            flag(policy.pkce == PkceRule::Required),
            flag(policy.nonce == NonceRule::Required),
            number(i64::from(token.clients_left)),
            number(i64::from(token.clients_made)),
            time(token.expires_at.as_date_time()),
            time(token.created_at.as_date_time()),
            texts(grant_types),
            texts(redirect_hosts),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// A page of tokens, the newest first, from the one behind `after` on.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn list_tokens(
        &self,
        after: Option<InitialAccessTokenId>,
        rows: i64,
    ) -> Result<Vec<InitialAccessToken>, DbError> {
        const SQL: &str = concat!(
            "-- initial_access_tokens.list
            SELECT ",
            columns!(),
            "
              FROM initial_access_tokens i
             WHERE $1::uuid IS NULL OR i.id < $1
             ORDER BY i.id DESC
             LIMIT $2"
        );
        let after = after.map(|after| *after.as_uuid());
        let rows = self.conn.query(SQL, &[uuid(after), number(rows)]).await?;
        rows.iter()
            .map(|row| record(&Columns::of("initial_access_tokens", row)))
            .collect()
    }

    /// Removes a token. Clients that it has let register stay. Answers whether it was there.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn delete_token(&self, token: InitialAccessTokenId) -> Result<bool, DbError> {
        const SQL: &str = "-- initial_access_tokens.delete
            DELETE FROM initial_access_tokens WHERE id = $1";
        Ok(self.conn.execute(SQL, &[uuid(token.as_uuid())]).await? == 1)
    }

    /// The token of this digest, if it lets a client register at this moment.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find_token(
        &self,
        digest: &SecretDigest,
        now: Timestamp,
    ) -> Result<Option<InitialAccessToken>, DbError> {
        const SQL: &str = concat!(
            "-- initial_access_tokens.find
            SELECT ",
            columns!(),
            "
              FROM initial_access_tokens i
             WHERE i.token_digest = $1 AND i.expires_at > $2 AND i.clients_left > 0"
        );
        let params = [
            bytes(digest.as_bytes().as_slice()),
            time(now.as_date_time()),
        ];
        let row = self.conn.query_opt(SQL, &params).await?;
        row.map(|row| record(&Columns::of("initial_access_tokens", &row)))
            .transpose()
    }

    /// Takes one client from what a token lets register. Answers whether there was one left, and time.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn spend_token(
        &self,
        token: InitialAccessTokenId,
        now: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- initial_access_tokens.spend
            UPDATE initial_access_tokens
               SET clients_left = clients_left - 1, clients_made = clients_made + 1
             WHERE id = $1 AND expires_at > $2 AND clients_left > 0";
        let params = [uuid(token.as_uuid()), time(now.as_date_time())];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }

    /// Makes others who are about to register a client without a token wait until this unit of work
    /// ends, so that whoever counts counts them all.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn take_turns(&self) -> Result<(), DbError> {
        const SQL: &str = "-- client_registrations.take_turns
            SELECT pg_advisory_xact_lock($1)";
        self.conn.query(SQL, &[number(OPEN_LOCK)]).await?;
        Ok(())
    }

    /// Whether there are as many clients that have registered without a token.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn is_full(&self, most: u32) -> Result<bool, DbError> {
        const SQL: &str = "-- client_registrations.is_full
            SELECT 1 FROM client_registrations WHERE initial_id IS NULL OFFSET $1 - 1 LIMIT 1";
        let params = [number(i64::from(most))];
        Ok(self.conn.query_opt(SQL, &params).await?.is_some())
    }

    /// Notes that a client has registered itself.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn insert(
        &self,
        registration: &Registration,
        digest: &SecretDigest,
        now: Timestamp,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- client_registrations.insert
            INSERT INTO client_registrations (client_id, token_digest, initial_id, scope,
                grant_types, redirect_hosts, said, registered_at, used_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
        let [scope, grant_types, redirect_hosts] = columns_of(&registration.bounds);
        let params = [
            uuid(registration.client.as_uuid()),
            bytes(digest.as_bytes().as_slice()),
            uuid(registration.initial.map(|token| *token.as_uuid())),
            texts(scope),
            texts(grant_types),
            texts(redirect_hosts),
            json(Json(&registration.said)),
            time(now.as_date_time()),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Replaces what a client says of itself that nothing here depends on.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn replace_said(&self, client: ClientKey, said: &Declaration) -> Result<(), DbError> {
        const SQL: &str = "-- client_registrations.replace_said
            UPDATE client_registrations SET said = $2 WHERE client_id = $1";
        let params = [uuid(client.as_uuid()), json(Json(said))];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Makes what an administrator has said a client may ask for, and the grants that it may use, the
    /// bounds of its registration, if it has registered itself. `None` leaves them.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn bound(
        &self,
        client: ClientKey,
        scope: Option<&Scope>,
        grants: Option<&[GrantType]>,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- client_registrations.bound
            UPDATE client_registrations
               SET scope = coalesce($2, scope), grant_types = coalesce($3, grant_types)
             WHERE client_id = $1";
        let scope = scope.map(|scope| as_texts(&scope.iter().collect::<Vec<_>>()));
        let grants = grants.map(grants_of);
        let params = [uuid(client.as_uuid()), texts(scope), texts(grants)];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// The active client whose registration access token has this digest.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find(&self, digest: &SecretDigest) -> Result<Option<Registration>, DbError> {
        const SQL: &str = "-- client_registrations.find
            SELECT r.client_id, r.initial_id, r.scope, r.grant_types, r.redirect_hosts, r.said
              FROM client_registrations r
              JOIN clients c ON c.id = r.client_id
             WHERE r.token_digest = $1 AND c.is_active";
        let params = [bytes(digest.as_bytes().as_slice())];
        let row = self.conn.query_opt(SQL, &params).await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let row = Columns::of("client_registrations", &row);
        let Json(said) = row.get("said")?;
        let initial: Option<Uuid> = row.get("initial_id")?;
        Ok(Some(Registration {
            client: ClientKey::from_uuid(row.uuid("client_id")?),
            initial: initial.map(InitialAccessTokenId::from_uuid),
            bounds: bounds(&row)?,
            said,
        }))
    }
}

/// `scope`, `grant_types` and `redirect_hosts`.
fn columns_of(bounds: &RegistrationBounds) -> [Vec<String>; 3] {
    [
        as_texts(&bounds.scope.iter().collect::<Vec<_>>()),
        grants_of(&bounds.grant_types),
        bounds.redirect_hosts.clone(),
    ]
}

fn grants_of(grants: &[GrantType]) -> Vec<String> {
    let names = grants.iter().map(|grant| grant.as_str().to_owned());
    names.collect()
}

fn bounds(row: &Columns<'_>) -> Result<RegistrationBounds, DbError> {
    let scope = row.parse_all::<ScopeToken>("scope")?;
    Ok(RegistrationBounds {
        scope: scope.into_iter().collect(),
        grant_types: row.parse_all::<GrantType>("grant_types")?,
        redirect_hosts: row.get("redirect_hosts")?,
    })
}

fn record(row: &Columns<'_>) -> Result<InitialAccessToken, DbError> {
    let count = |column| {
        let count: i64 = row.get(column)?;
        u32::try_from(count).map_err(|_too_many| row.corrupt(column))
    };
    Ok(InitialAccessToken {
        id: InitialAccessTokenId::from_uuid(row.uuid("id")?),
        name: row.get("name")?,
        policy: RegistrationPolicy {
            bounds: bounds(row)?,
            profile: row.parse("profile")?,
            pkce: PkceRule::from(row.get::<bool>("require_pkce")?),
            nonce: NonceRule::from(row.get::<bool>("require_nonce")?),
        },
        clients_left: count("clients_left")?,
        clients_made: count("clients_made")?,
        expires_at: row.time("expires_at")?,
        created_at: row.time("created_at")?,
    })
}
