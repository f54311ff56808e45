//! What a request has to be, whatever it asks for: the same at every endpoint that takes a form of a
//! client.

use authly_testing::TestApp;
use authly_testing::fixtures::TestClient;
use authly_testing::rp::{http_client, send};
use pretty_assertions::assert_eq;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};

use crate::machine_support::{
    FORM, INTROSPECT, REVOKE, TOKEN, assert_issued, assert_refused, basic, post, post_form,
    unchanged,
};

/// Each endpoint, with the methods that work there.
const ENDPOINTS: [(&str, &str); 3] = [
    (TOKEN, "POST, OPTIONS"),
    (INTROSPECT, "POST"),
    (REVOKE, "POST, OPTIONS"),
];

async fn started() -> (TestApp, TestClient, String) {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let header = basic(format!(
        "{}:{}",
        client.id,
        client.secret.as_deref().unwrap()
    ));
    (app, client, header)
}

#[tokio::test]
async fn a_grant_type_that_is_not_known_is_unsupported() {
    let (app, _client, header) = started().await;
    for body in [
        "grant_type=password&username=alice&password=secret",
        "grant_type=implicit",
        "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=e30.e30.e30",
        "grant_type=Client_Credentials",
        "grant_type=client_credentials+",
        "grant_type=%C3%A9",
    ] {
        let answer = unchanged(&app, post_form(&app, TOKEN, Some(&header), body)).await;
        assert_refused(&answer, 400, "unsupported_grant_type");
    }
    for body in ["", "grant_type=", "scope=notes%3Aread", "grant_type"] {
        let answer = unchanged(&app, post_form(&app, TOKEN, Some(&header), body)).await;
        assert_refused(&answer, 400, "invalid_request");
    }
}

#[tokio::test]
async fn every_other_method_is_told_the_ones_that_work() {
    let (app, _client, header) = started().await;
    for (path, allowed) in ENDPOINTS {
        for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
            let asked = format!("{}?grant_type=client_credentials&token=t", app.url(path));
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = http_client().request(method.clone(), asked);
            let request = request.header(AUTHORIZATION, &header);
            let answer = unchanged(&app, send(request)).await;
            assert_eq!(
                (answer.status, answer.header("allow")),
                (405, allowed),
                "{method} {path}"
            );
            if method != Method::HEAD {
                assert_refused(&answer, 405, "invalid_request");
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_is_no_form_is_refused() {
    let (app, _client, header) = started().await;
    let json = r#"{"grant_type":"client_credentials","token":"t"}"#;
    let form = "grant_type=client_credentials&token=t";
    for (path, _allowed) in ENDPOINTS {
        for (content_type, body) in [
            (Some("application/json"), json),
            (Some("text/plain"), form),
            (Some("multipart/form-data; boundary=b"), form),
            (Some("application/x-www-form-urlencoded-not"), form),
            (Some("x; application/x-www-form-urlencoded"), form),
            (Some(""), form),
            (None, form),
        ] {
            let mut request = post(&app, path).header(AUTHORIZATION, &header).body(body);
            if let Some(value) = content_type {
                request = request.header(CONTENT_TYPE, value);
            }
            let answer = unchanged(&app, send(request)).await;
            assert_refused(&answer, 415, "invalid_request");
        }
    }
}

#[tokio::test]
async fn a_content_type_may_name_a_charset() {
    let (app, _client, header) = started().await;
    for content_type in [
        "application/x-www-form-urlencoded; charset=UTF-8",
        "Application/X-WWW-Form-URLEncoded;charset=utf-8",
    ] {
        let request = post(&app, TOKEN)
            .header(AUTHORIZATION, &header)
            .header(CONTENT_TYPE, content_type)
            .body("grant_type=client_credentials");
        assert_issued(&send(request).await);
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_announced_or_not() {
    let (app, _client, header) = started().await;
    for (path, _allowed) in ENDPOINTS {
        let body = format!(
            "grant_type=client_credentials&token=t&x={}",
            "a".repeat(65_536)
        );
        let answer = unchanged(&app, post_form(&app, path, Some(&header), &body)).await;
        assert_refused(&answer, 413, "invalid_request");

        let announced = post(&app, path)
            .header(AUTHORIZATION, &header)
            .header(CONTENT_TYPE, FORM)
            .header(CONTENT_LENGTH, body.len())
            .body(body);
        assert_refused(
            &unchanged(&app, send(announced)).await,
            413,
            "invalid_request",
        );
    }
    let fits = format!("grant_type=client_credentials&x={}", "a".repeat(60_000));
    assert_issued(&post_form(&app, TOKEN, Some(&header), &fits).await);
}

#[tokio::test]
async fn what_is_not_well_encoded_is_refused_instead_of_repaired() {
    let (app, _client, header) = started().await;
    for (path, _allowed) in ENDPOINTS {
        for broken in [
            &b"%"[..],
            b"%4",
            b"%zz",
            b"%C3",
            b"%FF%FE",
            b"%ED%A0%80",
            b"\xFF",
            b"\xC3(",
            b"%00",
            b"\0",
        ] {
            for body in [
                [&b"grant_type=client_credentials&token=t"[..], broken].concat(),
                [&b"grant_type=client_credentials&token=t&x="[..], broken].concat(),
                [
                    &b"grant_type=client_credentials&token=t&"[..],
                    broken,
                    b"=x",
                ]
                .concat(),
            ] {
                let request = post(&app, path)
                    .header(AUTHORIZATION, &header)
                    .header(CONTENT_TYPE, FORM)
                    .body(body);
                let answer = unchanged(&app, send(request)).await;
                assert_refused(&answer, 400, "invalid_request");
            }
        }
    }
}

#[tokio::test]
async fn a_parameter_that_stands_twice_is_refused_whatever_it_is() {
    let (app, client, header) = started().await;
    let right = "grant_type=client_credentials&token=t";
    for (path, _allowed) in ENDPOINTS {
        for again in [
            "grant_type=client_credentials",
            "token=t",
            "scope=&scope=",
            "unknown=1&unknown=1",
            "client_id=web&client_id=web",
            "&=&=",
        ] {
            let body = format!("{right}&{again}");
            let answer = unchanged(&app, post_form(&app, path, Some(&header), &body)).await;
            assert_refused(&answer, 400, "invalid_request");
        }
    }
    let id = format!("{right}&client_id={0}&client_id={0}", client.id);
    let answer = unchanged(&app, post_form(&app, TOKEN, None, &id)).await;
    assert_refused(&answer, 400, "invalid_request");
}

#[tokio::test]
async fn unknown_parameters_and_the_query_are_ignored() {
    let (app, _client, header) = started().await;
    let path = format!("{TOKEN}?grant_type=password&scope=notes%3Awrite&%zz&a=1&a=2");
    let body = "grant_type=client_credentials&audience=x&request=y&state=z&";
    let tokens = post_form(&app, &path, Some(&header), body)
        .await
        .expect_tokens();
    assert_eq!(tokens.json["scope"], "notes:read");
}

#[tokio::test]
async fn a_path_that_is_not_there_is_said_so_in_the_same_form() {
    let (app, _client, header) = started().await;
    for path in [
        "/api/v1/oauth/tokens",
        "/api/v1/oauth/token/",
        "/api/v1/",
        "/oidc/nothing",
    ] {
        let answer = post_form(&app, path, Some(&header), "grant_type=client_credentials").await;
        assert_refused(&answer, 404, "invalid_request");
    }
}
