//! `grant_type=authorization_code` (OAuth 2.1 §4.1.3): four round trips, `BEGIN` and `COMMIT`
//! counted.

use authly_crypto::{opaque, pkce};
use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::authorizations::{
    CodeChallenge, CodeRecord, CodeRedemption, VerifierCheck, verifier_is_well_formed,
};
use authly_domain::clients::{Client, GrantType};
use authly_domain::clock::Timestamp;
use authly_domain::grants::{NewGrant, Revocation};
use authly_domain::id::GrantId;
use authly_domain::scopes::{Resource, Scope};
use authly_domain::secret::CodeVerifier;
use authly_domain::tokens::narrow_resources;
use authly_domain::users::{GrantedClaims, Subject};
use authly_repositories::UnitOfWork;
use authly_repositories::grants::GrantWithTokens;

use super::id_token::IdOrder;
use super::issue::{AccessOrder, OnBehalfOf, still_allowed};
use super::service::Attempt;
use super::{AuthorizationCodeGrant, InvalidGrant, IssuedTokens, TokenError, TokenService, facts};

pub(super) async fn redeem(
    service: &TokenService,
    client: &Client,
    asked: &AuthorizationCodeGrant,
    from: &Origin,
) -> Result<Attempt<IssuedTokens>, TokenError> {
    let now = service.context.now();
    let mut conn = service.context.db.connect().await?;
    let work = conn.begin("tokens.redeem").await?;
    let digest = opaque::digest(asked.code.expose());
    let record = work.authorization_codes().lock_by_digest(&digest).await?;
    let record = record.ok_or(InvalidGrant::UnknownCode)?;
    if record.code.client == client.key && record.client_version != client.version {
        return Ok(Attempt::StaleClient);
    }

    let verifier = check_verifier(
        record.code.code_challenge.as_ref(),
        asked.code_verifier.as_ref(),
    );
    match record.plan_redemption(client.key, asked.redirect_uri.as_deref(), verifier, now) {
        CodeRedemption::Proceed => {
            let resources =
                narrow_resources(&record.code.resources, &asked.resources).map_err(|_refused| {
                    facts::other_resource(&record.code.resources, &asked.resources)
                })?;
            let scope = still_allowed(client, &record.code.scope)?;
            let audience = service.audience(&work, client, &resources).await?;
            let allowed = (scope, audience);
            let (redeemed, tokens) = tokens_for(service, client, &record, &allowed, now)?;
            let codes = work.authorization_codes();
            if !codes
                .redeem(record.code.id, &redeemed, (from.address, now))
                .await?
            {
                // The row is locked, so this cannot be; the statement would have stored nothing.
                return Err(InvalidGrant::UnknownCode.into());
            }
            work.commit().await?;
            Ok(Attempt::Done(tokens))
        }
        CodeRedemption::Replayed(grant) => {
            revoke_replayed(service, work, &record, grant, from, now).await?;
            let facts = facts::of_replay(&record, now);
            Err(TokenError::InvalidGrant(
                InvalidGrant::CodeReplay { grant },
                facts.into(),
            ))
        }
        CodeRedemption::Refused(reason) => {
            let facts = facts::of_code(&record, reason, asked, now);
            Err(TokenError::InvalidGrant(
                InvalidGrant::Code(reason),
                facts.into(),
            ))
        }
    }
}

/// The verifier is there if and only if a challenge was, and belongs to it (RFC 7636 §4.6).
fn check_verifier(
    challenge: Option<&CodeChallenge>,
    shown: Option<&CodeVerifier>,
) -> VerifierCheck {
    let matches = match (challenge, shown) {
        (None, None) => true,
        (Some(challenge), Some(shown)) => {
            verifier_is_well_formed(shown) && pkce::verifier_matches(shown, challenge.as_str())
        }
        (Some(_), None) | (None, Some(_)) => false,
    };
    if matches {
        VerifierCheck::Matches
    } else {
        VerifierCheck::Differs
    }
}

/// The rows that the redemption stores, and the answer.
fn tokens_for(
    service: &TokenService,
    client: &Client,
    record: &CodeRecord,
    (scope, audience): &(Scope, Vec<Resource>),
    now: Timestamp,
) -> Result<(GrantWithTokens, IssuedTokens), TokenError> {
    let (maker, code) = (&service.issuer, &record.code);
    let is_offline = code.scope.contains("offline_access");
    let pairwise_subject = maker.pairwise_subject(client, &record.user.subject);
    let claims = granted_claims(record, pairwise_subject.as_ref());
    let grant = NewGrant {
        id: GrantId::generate(now, &*service.context.entropy),
        client: client.key,
        user: code.user,
        session: (!is_offline).then_some(code.session),
        scope: code.scope.clone(),
        resources: code.resources.clone(),
        claims: code.claims.clone(),
        pairwise_subject,
        authentication: code.authentication.clone(),
        created_at: now,
    };
    let user = OnBehalfOf {
        user: code.user,
        subject: &claims.user.subject,
        grant: grant.id,
        authentication: &code.authentication,
    };
    let order = AccessOrder {
        client,
        user: Some(user),
        scope: scope.clone(),
        audience,
    };
    let (access_token, access) = maker.access_token(order, now)?;
    let granted = (&code.scope, code.resources.as_slice());
    let refresh = client
        .may_use(GrantType::RefreshToken)
        .then(|| maker.refresh_token(&user, client, granted, now, now));
    let id_order = IdOrder {
        client,
        user,
        scope,
        sid: Some(maker.sid(code.session, grant.pairwise_subject.as_ref())),
        nonce: code.nonce.as_deref(),
        claims: &claims,
        access_token: &access_token,
    };
    let id_token = maker.id_token(&id_order, now)?;
    let (refresh_token, refresh) = refresh.unzip();
    let tokens = IssuedTokens {
        access_token,
        expires_in: access.expires_at.since(now),
        scope: scope.clone(),
        refresh_token,
        id_token,
    };
    Ok((
        GrantWithTokens {
            grant,
            access,
            refresh,
        },
        tokens,
    ))
}

/// What the client may know of the user, by the name that it knows.
fn granted_claims(record: &CodeRecord, pairwise_subject: Option<&Subject>) -> GrantedClaims {
    let mut user = record.user.clone();
    if let Some(subject) = pairwise_subject {
        user.subject = subject.clone();
    }
    GrantedClaims {
        user,
        requested: record.code.claims.clone(),
    }
}

/// Ends what the first redemption made (OAuth 2.1 §4.1.3): the commit outlives the refusal.
async fn revoke_replayed(
    service: &TokenService,
    work: UnitOfWork<'_>,
    record: &CodeRecord,
    grant: GrantId,
    from: &Origin,
    now: Timestamp,
) -> Result<(), TokenError> {
    if work
        .grants()
        .revoke(grant, Revocation::CodeReplay, now)
        .await?
    {
        let actor = Actor::Client(record.code.client);
        let event = service
            .context
            .event(AuditAction::CodeReplay, actor, from.clone())
            .of_user(record.code.user)
            .of_client(record.code.client)
            .of_grant(grant)
            .of_session(record.code.session)
            .refused();
        service.context.note(&work, &event).await?;
    }
    work.commit().await?;
    Ok(())
}
