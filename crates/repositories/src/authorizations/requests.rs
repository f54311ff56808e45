//! `authorization_requests`.

use std::net::IpAddr;

use authly_domain::authorizations::{
    AcrWish, AuthorizationRequest, StoredRequest, StoredRequestState,
};
use authly_domain::clients::RedirectUri;
use authly_domain::clock::Timestamp;
use authly_domain::id::{AuthorizationRequestId, ClientKey, SessionId};
use authly_domain::scopes::Resource;
use authly_domain::secret::SecretDigest;
use authly_domain::users::Subject;

use crate::DbError;
use crate::params::{address, as_texts, bytes, number, seconds, text, texts, time, uuid};
use crate::row::Columns;

repository! {
    /// Requests that wait for the user.
    AuthorizationRequests
}

/// By what a stored request is found: its handle, in the browser that began it.
#[derive(Debug, Clone, Copy)]
pub struct RequestKey {
    /// Digest of the handle in the page's address.
    pub handle: SecretDigest,
    /// Digest of the browser's cookie.
    pub browser: SecretDigest,
}

/// A request about to be stored.
#[derive(Debug)]
pub struct NewRequest<'a> {
    /// Its key.
    pub id: AuthorizationRequestId,
    /// By what it will be found.
    pub key: RequestKey,
    /// The request.
    pub request: &'a AuthorizationRequest,
    /// The version of the client for which the request was found to be right.
    pub client_version: i64,
    /// Where it came from: a network, as throttles count them.
    pub network: IpAddr,
    /// When it stops waiting.
    pub expires_at: Timestamp,
}

/// How many requests may wait (decisions 9).
#[derive(Debug, Clone, Copy)]
pub struct RequestCaps {
    /// From one network.
    pub per_network: u32,
    /// In all.
    pub in_all: u32,
}

/// What became of a request that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It waits.
    Stored,
    /// It does not: too many of its network wait.
    NetworkFull,
    /// It does not: too many wait in all.
    Full,
    /// It does not: the client is no longer active in this version.
    OfAnotherVersion,
}

impl AuthorizationRequests<'_> {
    /// Stores a request, unless too many wait or the client is no longer active in this version. Under a flood of parallel requests the caps can be
    /// passed by as many as there are connections to the database: each sees what was there when its
    /// statement began. What waits already stays.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn insert(
        &self,
        new: &NewRequest<'_>,
        caps: RequestCaps,
    ) -> Result<Admission, DbError> {
        const SQL: &str = "-- authorizations.insert_request
            INSERT INTO authorization_requests (id, digest, browser_digest, client_id,
                redirect_uri, response_mode, scope, resources, state, nonce, code_challenge,
                prompt, max_age, login_hint, address, requested_at, expires_at, claims,
                acr_values, required_acr, wanted_subjects)
            SELECT $1, $2, $3, c.id, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                   $20, $21, $22, $23
              FROM clients c
             WHERE c.id = $4 AND c.is_active AND c.version = $24
               AND (SELECT count(*) FROM authorization_requests
                     WHERE address = $15 AND answered_at IS NULL AND expires_at > $16) < $18
               AND (SELECT count(*) FROM (
                        SELECT 1 FROM authorization_requests
                         WHERE answered_at IS NULL AND expires_at > $16
                         LIMIT $19) AS waiting) < $19";
        let request = new.request;
        let resources: Vec<&str> = request.resources.iter().map(Resource::as_str).collect();
        let params = [
            uuid(new.id.as_uuid()),
            bytes(new.key.handle.as_bytes().as_slice()),
            bytes(new.key.browser.as_bytes().as_slice()),
            uuid(request.client.as_uuid()),
            text(request.redirect_uri.as_str()),
            text(request.response_mode.as_str()),
            text(request.scope.to_string()),
            texts(&resources),
            text(&request.state),
            text(&request.nonce),
            text(
                request
                    .code_challenge
                    .as_ref()
                    .map(authly_domain::authorizations::CodeChallenge::as_str),
            ),
            text(request.prompt.as_str()),
            number(request.max_age.map(seconds)),
            text(&request.login_hint),
            address(new.network),
            time(request.requested_at.as_date_time()),
            time(new.expires_at.as_date_time()),
            number(i64::from(caps.per_network)),
            number(i64::from(caps.in_all)),
            texts(as_texts(&request.claims)),
            texts(&request.acr.wanted),
            texts(&request.acr.required),
            texts(as_texts(&request.subjects)),
            number(new.client_version),
        ];
        if self.conn.execute(SQL, &params).await? == 1 {
            Ok(Admission::Stored)
        } else {
            self.why_not(new, caps).await
        }
    }

    /// Why a request was not stored.
    async fn why_not(&self, new: &NewRequest<'_>, caps: RequestCaps) -> Result<Admission, DbError> {
        const SQL: &str = "-- authorizations.why_not_stored
            SELECT (SELECT count(*) FROM authorization_requests
                     WHERE address = $1 AND answered_at IS NULL AND expires_at > $2) AS waiting
              FROM clients c
             WHERE c.id = $3 AND c.is_active AND c.version = $4";
        let params = [
            address(new.network),
            time(new.request.requested_at.as_date_time()),
            uuid(new.request.client.as_uuid()),
            number(new.client_version),
        ];
        let Some(row) = self.conn.query_opt(SQL, &params).await? else {
            return Ok(Admission::OfAnotherVersion);
        };
        let waiting: i64 = Columns::of("authorization_requests", &row).get("waiting")?;
        Ok(if waiting < i64::from(caps.per_network) {
            Admission::Full
        } else {
            Admission::NetworkFull
        })
    }

    /// The request of this key, with the name of its client on the wire.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find(
        &self,
        key: &RequestKey,
        now: Timestamp,
    ) -> Result<Option<StoredRequest>, DbError> {
        const SQL: &str = "-- authorizations.find_request
            SELECT r.id, r.client_id, c.client_id AS client_name_on_wire, r.redirect_uri,
                   r.response_mode, r.scope, r.resources, r.state, r.nonce, r.code_challenge,
                   r.prompt, r.max_age, r.login_hint, r.requested_at, r.expires_at, r.shown_to,
                   r.answered_at, r.claims, r.acr_values, r.required_acr, r.wanted_subjects
              FROM authorization_requests r
              JOIN clients c ON c.id = r.client_id
             WHERE r.digest = $1 AND r.browser_digest = $2";
        let params = [
            bytes(key.handle.as_bytes().as_slice()),
            bytes(key.browser.as_bytes().as_slice()),
        ];
        let row = self.conn.query_opt(SQL, &params).await?;
        row.map(|row| stored(&Columns::of("authorization_requests", &row), now))
            .transpose()
    }

    /// Notes which session sees the consent page: its answer alone counts.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn note_shown(
        &self,
        request: AuthorizationRequestId,
        session: SessionId,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- authorizations.note_shown
            UPDATE authorization_requests
               SET shown_to = (SELECT id FROM sessions WHERE id = $2 FOR KEY SHARE)
             WHERE id = $1 AND answered_at IS NULL";
        self.conn
            .execute(SQL, &[uuid(request.as_uuid()), uuid(session.as_uuid())])
            .await?;
        Ok(())
    }

    /// Marks the request as answered. Answers whether it was still open: of two answers at once,
    /// one counts. The user who was shown it stays until the unit of work ends, and is locked before
    /// the request, as by whoever removes a user or takes a consent back: neither waits for the other
    /// in turn.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn answer(
        &self,
        request: AuthorizationRequestId,
        now: Timestamp,
    ) -> Result<bool, DbError> {
        const SQL: &str = "-- authorizations.answer
            WITH answering AS (
                SELECT u.id
                  FROM authorization_requests r
                  JOIN sessions s ON s.id = r.shown_to
                  JOIN users u ON u.id = s.user_id
                 WHERE r.id = $1
                   FOR KEY SHARE OF u
            )
            UPDATE authorization_requests
               SET answered_at = $2
             WHERE id = $1 AND answered_at IS NULL AND expires_at > $2
               AND (shown_to IS NULL OR EXISTS (SELECT 1 FROM answering))";
        let params = [uuid(request.as_uuid()), time(now.as_date_time())];
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }
}

fn stored(row: &Columns<'_>, now: Timestamp) -> Result<StoredRequest, DbError> {
    let subjects: Vec<String> = row.get("wanted_subjects")?;
    let request = AuthorizationRequest {
        client: ClientKey::from_uuid(row.uuid("client_id")?),
        redirect_uri: RedirectUri::from_stored(row.get("redirect_uri")?),
        response_mode: row.parse("response_mode")?,
        scope: row.parse("scope")?,
        resources: row.parse_all("resources")?,
        state: row.get("state")?,
        nonce: row.get("nonce")?,
        code_challenge: row.parse_opt("code_challenge")?,
        prompt: row.parse("prompt")?,
        max_age: row.seconds_opt("max_age")?,
        login_hint: row.get("login_hint")?,
        claims: row.parse_all("claims")?,
        acr: AcrWish {
            wanted: row.get("acr_values")?,
            required: row.get("required_acr")?,
        },
        subjects: subjects.into_iter().map(Subject::new).collect(),
        requested_at: row.time("requested_at")?,
    };
    let state = if row.time_opt("answered_at")?.is_some() {
        StoredRequestState::Answered
    } else if now >= row.time("expires_at")? {
        StoredRequestState::Expired
    } else {
        StoredRequestState::Open
    };
    let shown_to: Option<uuid::Uuid> = row.get("shown_to")?;
    Ok(StoredRequest {
        id: AuthorizationRequestId::from_uuid(row.uuid("id")?),
        client_id: row.parse("client_name_on_wire")?,
        request,
        shown_to: shown_to.map(SessionId::from_uuid),
        state,
    })
}
