//! The application follows what the API says of the login (RFC 9470).

use authly_examples::Outgoing;
use authly_examples::relying_party::login::{Registration, RelyingParty};
use authly_examples::relying_party::notes::{Called, delete};
use authly_examples::relying_party::step_up::StepUp;
use jsonwebtoken::get_current_timestamp;
use openidconnect::{AccessToken, ClientId, ClientSecret, IssuerUrl, RedirectUrl};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::api::Api;
use crate::authorization_server::{AuthorizationServer, PUBLISHED, header, signed};

#[actix_web::test]
async fn an_old_login_leads_to_a_request_for_a_new_one() {
    let server = AuthorizationServer::start();
    let api = Api::local(&server).await;
    let outgoing = Outgoing::new().unwrap();
    let logged_in = |ago: u64| {
        let mut claims = server.claims();
        claims["scope"] = json!("notes:write");
        claims["auth_time"] = json!(get_current_timestamp() - ago);
        AccessToken::new(signed(&header(), &claims, PUBLISHED))
    };

    let called = delete(api.notes(), &logged_in(3_600), &outgoing).await;
    let Called::After(wanted) = called.unwrap() else {
        panic!("the API was content with an old login")
    };

    let registration = Registration {
        issuer: IssuerUrl::new(server.issuer.clone()).unwrap(),
        client_id: ClientId::new("notes-web".to_owned()),
        client_secret: ClientSecret::new("secret".to_owned()),
        redirect_uri: RedirectUrl::new("http://localhost:9000/callback".to_owned()).unwrap(),
        api: Some(api.notes().to_owned()),
    };
    let relying_party = RelyingParty::new(registration, outgoing.clone());
    let (asked, _pending) = relying_party.begin(&wanted).await.unwrap();
    let parameter = |name: &str| {
        let mut pairs = asked.query_pairs();
        pairs
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.into_owned())
    };
    assert_eq!(parameter("max_age").as_deref(), Some("300"));
    assert_eq!(
        parameter("scope").as_deref(),
        Some("openid profile email notes:write")
    );
    let (plain, _pending) = relying_party.begin(&StepUp::default()).await.unwrap();
    assert!(!plain.as_str().contains("max_age"), "{plain}");

    let called = delete(api.notes(), &logged_in(0), &outgoing).await;
    assert_eq!(called.unwrap(), Called::Done);
}
