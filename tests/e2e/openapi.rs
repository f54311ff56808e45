//! The document of the admin API before a validator that is not ours: the Python package
//! openapi-spec-validator, which `.ci/setup test` puts into the target folder.

use std::path::Path;
use std::process::{Command, Output};

use authly_testing::rp::{http_client, send};
use serde_json::{Value, json};

use crate::program::{folder, target_folder};
use crate::server::Server;

/// What the validator says of a document.
fn validated(document: &Value, place: &Path) -> Output {
    let packages = target_folder().join("openapi");
    let hint = ".ci/setup test installs the validator";
    assert!(
        packages.is_dir(),
        "{} is missing: {hint}",
        packages.display()
    );
    std::fs::write(place, document.to_string()).unwrap();
    let mut validator = Command::new("python3");
    validator
        .args(["-m", "openapi_spec_validator", "--schema", "3.1.0"])
        .arg(place)
        .env("PYTHONPATH", packages);
    validator.output().unwrap()
}

fn text(output: &Output) -> String {
    let said = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}

/// Ways to break a document: where what is written instead, and a word that the validator says of it.
fn broken() -> [(&'static str, Value, &'static str); 4] {
    let answer = "/paths/~1admin~1whoami/get/responses/200/content/application~1json/schema";
    let nowhere = json!({ "$ref": "#/components/schemas/nowhere" });
    [
        ("/info", json!({ "version": "1" }), "'title' is a required"),
        (answer, nowhere, "nowhere"),
        (
            "/paths/~1admin~1clients~1{client}/get/parameters",
            json!([]),
            "'client'",
        ),
        (
            "/components/securitySchemes/accessToken/type",
            json!("words"),
            "words",
        ),
    ]
}

#[tokio::test]
async fn a_validator_of_pypi_finds_the_document_right_and_sees_what_is_broken() {
    let server = Server::start("");
    let place = folder();
    let place = place.path().join("openapi.json");
    let address = format!("{}/openapi.json", server.issuer);
    let document = send(http_client().get(address)).await.json();

    let whole = validated(&document, &place);
    assert!(whole.status.success(), "{}", text(&whole));

    for (place_in, instead, word) in broken() {
        let mut broken = document.clone();
        *broken.pointer_mut(place_in).expect(place_in) = instead;
        let found = validated(&broken, &place);
        assert!(!found.status.success(), "{word}: {}", text(&found));
        assert!(text(&found).contains(word), "{word}: {}", text(&found));
    }
}
