//! Resource servers: who may have tokens for them, on which node, and from when on not any more.

mod admin;
mod consents;
mod introspection;

use authly_domain::audit::AuditAction;
use authly_domain::clients::GrantType;
use authly_domain::id::ResourceServerId;
use authly_domain::resource_servers::{OpenTo, ResourceServerChange};
use authly_domain::scopes::Resource;
use authly_services::authorizations::{AuthorizationErrorCode, AuthorizeStep};
use authly_services::resource_servers::{InUse, ResourceServerAdminError};
use authly_services::tokens::{
    ClientCredentialsGrant, InvalidTarget, IssuedTokens, TokenError, TokenGrant,
};
use authly_testing::TestServices;
use authly_testing::answer::claims;
use authly_testing::fixtures::{TestClient, TestUser};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use self::admin::{aim, disable, enable, registered};
use crate::flow::{self, Code};

const API: &str = "https://api.example.com";
const OTHER: &str = "https://other.example.com/v1";

fn audience(tokens: &IssuedTokens) -> Value {
    claims(tokens.access_token.expose())["aud"].clone()
}

/// A code for these resources, which the user approves where they have not before.
async fn code(
    services: &TestServices,
    (client, user): (&TestClient, &TestUser),
    resources: &[&str],
) -> Result<Code, Option<AuthorizationErrorCode>> {
    let browser = flow::logged_in(services, user).await;
    let (mut parameters, verifier) = flow::request(services, client, "notes:read");
    parameters.resources = resources.iter().map(ToString::to_string).collect();
    let authorizations = &services.deps.authorizations;
    let asked = authorizations
        .authorize(parameters, &browser)
        .await
        .unwrap();
    if let Some(error) = flow::error_in(&asked) {
        return Err(Some(error));
    }
    let step = match asked {
        AuthorizeStep::AskConsent(handle) => {
            flow::approve(services, &handle, &browser, "notes:read").await
        }
        remembered => remembered,
    };
    let code = flow::code_in(&step).ok_or_else(|| flow::error_in(&step))?;
    Ok(Code {
        code: code.to_owned(),
        verifier,
    })
}

/// A token that the client gets for itself.
async fn own(
    services: &TestServices,
    client: &TestClient,
    resources: &[&str],
) -> Result<IssuedTokens, TokenError> {
    let rp = flow::authenticated(services, client).await;
    let resources = resources.iter().map(|text| text.parse().unwrap());
    let grant = ClientCredentialsGrant {
        scope: Some("notes:read".parse().unwrap()),
        resources: resources.collect::<Vec<Resource>>(),
    };
    flow::exchange(services, &rp, TokenGrant::ClientCredentials(grant)).await
}

#[track_caller]
fn refused_as(answer: Result<IssuedTokens, TokenError>, expected: InvalidTarget) {
    match answer {
        Err(TokenError::InvalidTarget(why, _)) => assert_eq!(why, expected),
        other => panic!("not refused as {expected:?}: {other:?}"),
    }
}

#[tokio::test]
async fn whatever_the_spelling_the_registered_one_is_the_audience() {
    let services = TestServices::start().await;
    let client = services.client().resources(&[API, OTHER]).create().await;
    let alice = services.user("alice").create().await;
    let spelled = [
        "https://api.example.com/",
        "HTTPS://OTHER.example.com/v1",
        API,
    ];
    let tokens = own(&services, &client, &spelled).await.unwrap();
    assert_eq!(audience(&tokens), json!([API, OTHER]));

    let code = code(&services, (&client, &alice), &spelled).await.unwrap();
    let rp = flow::authenticated(&services, &client).await;
    let tokens = flow::redeem(&services, &rp, &code).await.unwrap();
    assert_eq!(audience(&tokens), json!([API, OTHER]));
    let next = flow::refresh(&services, &rp, flow::refresh_token(&tokens));
    assert_eq!(audience(&next.await.unwrap()), json!([API, OTHER]));
    refused_as(
        own(&services, &client, &["https://other.example.com/V1"]).await,
        InvalidTarget::Unknown,
    );
}

#[tokio::test]
async fn every_client_may_ask_for_one_that_is_open_and_only_who_lists_it_for_another() {
    let services = TestServices::start().await;
    services
        .client()
        .id("owner")
        .resources(&[OTHER])
        .create()
        .await;
    services.open_resource_server(API).await;
    let client = services.client().create().await;
    let alice = services.user("alice").create().await;
    let pair = (&client, &alice);
    assert_eq!(
        audience(&own(&services, &client, &[API]).await.unwrap()),
        API
    );
    let code_for_open = code(&services, pair, &[API]).await.unwrap();
    let rp = flow::authenticated(&services, &client).await;
    let tokens = flow::redeem(&services, &rp, &code_for_open).await.unwrap();
    assert_eq!(audience(&tokens), API);

    let before = services.stored().protocol_state().await;
    refused_as(
        own(&services, &client, &[OTHER]).await,
        InvalidTarget::NotAllowed,
    );
    refused_as(
        own(&services, &client, &[API, OTHER]).await,
        InvalidTarget::NotAllowed,
    );
    assert_eq!(services.stored().protocol_state().await, before);
    let refused = code(&services, pair, &[API, OTHER]).await;
    assert_eq!(
        refused.err(),
        Some(Some(AuthorizationErrorCode::InvalidTarget))
    );

    // From now on it is for clients that list it, which this one does not.
    let (by, id) = (admin::person(&services), admin::id_of(&services, API).await);
    let closed = ResourceServerChange {
        open_to: Some(OpenTo::ListedClients),
        ..ResourceServerChange::default()
    };
    let servers = &services.deps.resource_server_admin;
    let action = AuditAction::ResourceServerUpdated;
    servers.change(aim(id, &by), action, closed).await.unwrap();
    let next = flow::refresh(&services, &rp, flow::refresh_token(&tokens)).await;
    refused_as(next, InvalidTarget::TakenAway);
}

#[tokio::test]
async fn nothing_is_issued_for_one_that_is_disabled_until_it_is_enabled() {
    let services = TestServices::start().await;
    let client = services.client().resources(&[API]).create().await;
    let alice = services.user("alice").create().await;
    let pair = (&client, &alice);
    let rp = flow::authenticated(&services, &client).await;
    let spent = code(&services, pair, &[API]).await.unwrap();
    let tokens = flow::redeem(&services, &rp, &spent).await.unwrap();
    let refresh_token = flow::refresh_token(&tokens).to_owned();
    let waiting = code(&services, pair, &[API]).await.unwrap();
    let id = admin::id_of(&services, API).await;
    disable(&services, id).await;

    let before = services.stored().protocol_state().await;
    let disabled = InvalidTarget::Disabled;
    refused_as(flow::redeem(&services, &rp, &waiting).await, disabled);
    refused_as(
        flow::refresh(&services, &rp, &refresh_token).await,
        disabled,
    );
    refused_as(own(&services, &client, &[API]).await, disabled);
    assert_eq!(services.stored().protocol_state().await, before);
    let refused = code(&services, pair, &[API]).await;
    assert_eq!(
        refused.err(),
        Some(Some(AuthorizationErrorCode::InvalidTarget))
    );
    // What was issued before is good until it expires.
    assert!(flow::is_active(&services, &rp, tokens.access_token.expose()).await);

    enable(&services, id).await;
    flow::redeem(&services, &rp, &waiting).await.unwrap();
    let next = flow::refresh(&services, &rp, &refresh_token).await.unwrap();
    assert_eq!(audience(&next), API);
}

#[tokio::test]
async fn a_default_audience_that_is_disabled_is_not_replaced_by_the_issuer() {
    let services = TestServices::start().await;
    let client = services.client().with(|client| {
        client.default_audience = vec![API.parse().unwrap(), OTHER.parse().unwrap()];
    });
    let client = client.create().await;
    assert_eq!(
        audience(&own(&services, &client, &[]).await.unwrap()),
        json!([API, OTHER])
    );
    let id = admin::id_of(&services, API).await;
    disable(&services, id).await;
    assert_eq!(
        audience(&own(&services, &client, &[]).await.unwrap()),
        OTHER
    );
    let id = admin::id_of(&services, OTHER).await;
    disable(&services, id).await;
    let before = services.stored().protocol_state().await;
    refused_as(own(&services, &client, &[]).await, InvalidTarget::Disabled);
    assert_eq!(services.stored().protocol_state().await, before);

    // Nor is one that is deleted.
    let (servers, by) = (
        &services.deps.resource_server_admin,
        admin::person(&services),
    );
    let gone = admin::id_of(&services, API).await;
    servers.delete(aim(gone, &by), InUse::Take).await.unwrap();
    let before = services.stored().registry().await;
    let refused = servers.delete(aim(id, &by), InUse::Take).await;
    let Err(ResourceServerAdminError::OnlyAudience(left)) = refused else {
        panic!("not refused: {refused:?}");
    };
    assert_eq!(left, std::slice::from_ref(&client.record.id));
    assert_eq!(services.stored().registry().await, before);
    refused_as(own(&services, &client, &[]).await, InvalidTarget::Disabled);
    enable(&services, id).await;
    assert_eq!(
        audience(&own(&services, &client, &[]).await.unwrap()),
        OTHER
    );
}

#[tokio::test]
async fn of_several_that_were_granted_the_rest_is_left() {
    let services = TestServices::start().await;
    let client = services.client().resources(&[API, OTHER]).create().await;
    let alice = services.user("alice").create().await;
    let both = code(&services, (&client, &alice), &[API, OTHER]).await;
    let rp = flow::authenticated(&services, &client).await;
    let tokens = flow::redeem(&services, &rp, &both.unwrap()).await.unwrap();
    let id = admin::id_of(&services, API).await;
    disable(&services, id).await;
    let refresh_token = flow::refresh_token(&tokens);
    let next = flow::refresh(&services, &rp, refresh_token).await.unwrap();
    assert_eq!(audience(&next), OTHER);
    // The grant keeps what it had.
    enable(&services, id).await;
    let next = flow::refresh(&services, &rp, flow::refresh_token(&next)).await;
    assert_eq!(audience(&next.unwrap()), json!([API, OTHER]));
}

#[tokio::test]
async fn a_request_that_waits_for_its_user_is_not_granted_any_more() {
    let services = TestServices::start().await;
    let client = services.client().resources(&[API]).create().await;
    let alice = services.user("alice").create().await;
    let browser = flow::logged_in(&services, &alice).await;
    let (mut parameters, _verifier) = flow::request(&services, &client, "notes:read");
    parameters.resources = vec![API.to_owned()];
    let authorizations = &services.deps.authorizations;
    let asked = authorizations
        .authorize(parameters, &browser)
        .await
        .unwrap();
    let handle = flow::consent_asked(asked);
    authorizations
        .consent_view(&handle, &browser)
        .await
        .unwrap();
    services.disable_resource_server(API).await;
    let before = services.stored().protocol_state().await;
    let ticked = "notes:read".parse().unwrap();
    let refused = authorizations.approve(&handle, &browser, ticked).await;
    assert!(refused.is_err());
    assert_eq!(services.stored().protocol_state().await, before);
}

#[tokio::test]
async fn another_node_serves_a_new_one_at_once_and_notices_its_end_when_it_looks() {
    let here = TestServices::start().await;
    let client = here.client().resources(&[OTHER]).create().await;
    let there = here.another_node().await;
    own(&there, &client, &[OTHER]).await.unwrap();

    // New, and for every client: the other node makes sure before it refuses.
    refused_as(own(&there, &client, &[API]).await, InvalidTarget::Unknown);
    let id = registered(&here, API, OpenTo::EveryClient).await;
    assert_eq!(audience(&own(&there, &client, &[API]).await.unwrap()), API);
    disable(&here, id).await;
    refused_as(own(&here, &client, &[API]).await, InvalidTarget::Disabled);
    let registry = there.deps.resource_server_admin.registry();
    registry.refresh().await.unwrap();
    refused_as(own(&there, &client, &[API]).await, InvalidTarget::Disabled);
    // Enabled again: at once.
    enable(&here, id).await;
    own(&there, &client, &[API]).await.unwrap();
    let by = admin::person(&here);
    let servers = &here.deps.resource_server_admin;
    servers.delete(aim(id, &by), InUse::Keep).await.unwrap();
    registry.refresh().await.unwrap();
    refused_as(own(&there, &client, &[API]).await, InvalidTarget::Unknown);
}

#[tokio::test]
async fn what_is_stored_counts_also_where_the_database_has_gone_back() {
    let services = TestServices::start().await;
    let client = services.client().resources(&[API]).create().await;
    own(&services, &client, &[API]).await.unwrap();
    services.restore_resource_servers(API, 0).await;
    let registry = services.deps.resource_server_admin.registry();
    registry.refresh().await.unwrap();
    refused_as(
        own(&services, &client, &[API]).await,
        InvalidTarget::Disabled,
    );
    // What it has read once it does not read again.
    let (refreshed, round_trips) = services.round_trips_of(registry.refresh()).await;
    refreshed.unwrap();
    assert_eq!(round_trips, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_that_is_under_way_when_it_is_disabled_gets_nothing() {
    let services = TestServices::start().await;
    let client = services.client().resources(&[API]).create().await;
    let alice = services.user("alice").create().await;
    let granted = code(&services, (&client, &alice), &[API]).await.unwrap();
    let rp = flow::authenticated(&services, &client).await;
    let tokens = flow::redeem(&services, &rp, &granted).await.unwrap();
    let id = admin::id_of(&services, API).await;
    let before = services.stored().protocol_state().await;
    let session = services.database().session().await;
    let hold = "BEGIN; SELECT FROM tokens FOR UPDATE";
    session.batch_execute(hold).await.unwrap();

    let refresh = flow::refresh(&services, &rp, flow::refresh_token(&tokens));
    let disable = async {
        services.database().until_waiting_for_rows(1).await;
        disable(&services, id).await;
        session.batch_execute("COMMIT").await.unwrap();
    };
    let (refreshed, ()) = tokio::join!(refresh, disable);
    refused_as(refreshed, InvalidTarget::Disabled);
    assert_eq!(services.stored().protocol_state().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_names_one_while_it_is_deleted_is_refused() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    registered(&services, API, OpenTo::ListedClients).await;
    let by = admin::person(&services);
    let session = services.database().session().await;
    let delete = "BEGIN; DELETE FROM resource_servers";
    session.batch_execute(delete).await.unwrap();
    let change = authly_domain::clients::ClientChange {
        resources: Some(vec![API.parse().unwrap()]),
        ..authly_domain::clients::ClientChange::default()
    };
    let aim = crate::clients::registry::aim(client.record.key, &by);
    let name = services.deps.client_admin.update(aim, change);
    let release = async {
        services.database().until_waiting_for_rows(1).await;
        session.batch_execute("COMMIT").await.unwrap();
    };
    let (named, ()) = tokio::join!(name, release);
    assert!(named.is_err());
    let conn = services.db.connect().await.unwrap();
    let found = conn.reads().clients().find(&client.record.id).await;
    assert_eq!(found.unwrap().unwrap(), client.record);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_are_a_default_audience_together_one_is_deleted_at_the_same_moment() {
    let services = TestServices::start().await;
    let client = services.client().with(|client| {
        client.default_audience = vec![API.parse().unwrap(), OTHER.parse().unwrap()];
    });
    let client = client.create().await;
    let (servers, by) = (
        &services.deps.resource_server_admin,
        admin::person(&services),
    );
    let ids = [
        admin::id_of(&services, API).await,
        admin::id_of(&services, OTHER).await,
    ];
    let session = services.database().session().await;
    let hold = "BEGIN; SELECT FROM clients FOR UPDATE";
    session.batch_execute(hold).await.unwrap();
    let release = async {
        services.database().until_waiting_for_rows(1).await;
        session.batch_execute("COMMIT").await.unwrap();
    };
    let (one, other, ()) = tokio::join!(
        servers.delete(aim(ids[0], &by), InUse::Take),
        servers.delete(aim(ids[1], &by), InUse::Take),
        release,
    );
    let deleted = [&one, &other].iter().filter(|one| one.is_ok()).count();
    assert_eq!(deleted, 1, "{one:?} {other:?}");
    let audience = audience(&own(&services, &client, &[]).await.unwrap());
    assert_eq!(audience, if one.is_ok() { OTHER } else { API });
}

#[tokio::test]
async fn a_node_that_knows_them_issues_in_as_many_round_trips_as_without() {
    let services = TestServices::start().await;
    let grants = [
        GrantType::AuthorizationCode,
        GrantType::RefreshToken,
        GrantType::ClientCredentials,
    ];
    let client = services.client().resources(&[API]).grants(&grants);
    let client = client.create().await;
    let alice = services.user("alice").create().await;
    own(&services, &client, &[API]).await.unwrap();
    let (again, round_trips) = services
        .round_trips_of(own(&services, &client, &[API]))
        .await;
    again.unwrap();
    assert_eq!(round_trips, 1);
    let granted = code(&services, (&client, &alice), &[API]).await.unwrap();
    let rp = flow::authenticated(&services, &client).await;
    let redeem = flow::redeem(&services, &rp, &granted);
    let (tokens, round_trips) = services.round_trips_of(redeem).await;
    assert_eq!(round_trips, 4);
    let tokens = tokens.unwrap();
    let refresh = flow::refresh(&services, &rp, flow::refresh_token(&tokens));
    let (refreshed, round_trips) = services.round_trips_of(refresh).await;
    refreshed.unwrap();
    assert_eq!(round_trips, 4);
    // Making sure takes one.
    let unknown = own(&services, &client, &[OTHER]);
    let (refused, round_trips) = services.round_trips_of(unknown).await;
    refused_as(refused, InvalidTarget::Unknown);
    assert_eq!(round_trips, 1);
}

#[tokio::test]
async fn a_refusal_of_administration_leaves_everything_as_it_was() {
    let services = TestServices::start().await;
    services.client().resources(&[API]).create().await;
    let (by, id) = (admin::person(&services), admin::id_of(&services, API).await);
    let servers = &services.deps.resource_server_admin;
    let before = services.stored().registry().await;
    let used = servers.delete(aim(id, &by), InUse::Keep).await;
    assert!(matches!(used, Err(ResourceServerAdminError::InUse)));
    let mut stale = aim(id, &by);
    stale.version = Some(7);
    let stale = servers.delete(stale, InUse::Take).await;
    assert!(matches!(
        stale,
        Err(ResourceServerAdminError::VersionMismatch)
    ));
    let nobody = ResourceServerId::generate(services.context.now(), &*services.context.entropy);
    let gone = servers.delete(aim(nobody, &by), InUse::Take).await;
    assert!(matches!(gone, Err(ResourceServerAdminError::NotFound)));
    assert_eq!(services.stored().registry().await, before);
    own(
        &services,
        &services.client().id("b").resources(&[API]).create().await,
        &[API],
    )
    .await
    .unwrap();
}
