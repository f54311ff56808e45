//! `authly status`.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::home::Home;
use crate::program::{Ended, authly, end_of};
use crate::stand_in::{answering, healthy, nobody, without_database};

fn status(server: &str, form: &str) -> Ended {
    end_of(&mut authly(&[
        "status", "--server", server, "--output", form,
    ]))
}

#[test]
fn a_healthy_server_is_shown_in_columns_without_colours() {
    let server = healthy();

    let ended = end_of(&mut authly(&["status", "--server", &server]));

    assert_eq!(
        ended,
        Ended {
            status: 0,
            results: format!(
                "server      {server}\n\
                 status      up\n\
                 version     0.1.0\n\
                 database    up\n\
                 migrations  up\n\
                 keys        up\n\
                 panics      0\n"
            ),
            messages: String::new(),
        }
    );
}

#[test]
fn json_is_the_health_document_with_the_server() {
    let server = healthy();

    let ended = status(&server, "json");

    assert_eq!(ended.status, 0);
    assert_eq!(
        serde_json::from_str::<Value>(&ended.results).unwrap(),
        json!({
            "server": server,
            "status": "up",
            "version": "0.1.0",
            "parts": {"database": "up", "migrations": "up", "keys": "up"},
            "panics": 0,
        })
    );
}

#[test]
fn yaml_is_the_same_document() {
    let server = healthy();

    let ended = status(&server, "yaml");

    assert_eq!(
        ended,
        Ended {
            status: 0,
            results: format!(
                "server: {server}\n\
                 status: up\n\
                 version: \"0.1.0\"\n\
                 parts:\n  database: up\n  migrations: up\n  keys: up\n\
                 panics: 0\n"
            ),
            messages: String::new(),
        }
    );
}

#[test]
fn an_unhealthy_server_is_shown_all_the_same_and_ends_with_1() {
    let server = without_database();
    for form in ["table", "json", "yaml"] {
        let ended = status(&server, form);

        assert_eq!(ended.status, 1);
        assert!(ended.results.contains("down"), "{}", ended.results);
        assert_eq!(
            ended.messages,
            format!(
                "authly: {server} is not healthy (database, migrations). \
                 The server's log says why.\n"
            )
        );
    }
}

#[test]
fn a_refusal_ends_with_1_and_says_what_the_server_said() {
    let server = answering("429 Too Many Requests", "");

    let ended = status(&server, "json");

    assert_eq!(
        ended,
        Ended {
            status: 1,
            results: String::new(),
            messages: format!("authly: {server} refused: status 429\n"),
        }
    );
}

#[test]
fn another_kind_of_server_ends_with_1_and_the_advice_to_check_the_address() {
    let server = answering("200 OK", "<!doctype html>");

    let ended = status(&server, "table");

    assert_eq!((ended.status, ended.results.as_str()), (1, ""));
    assert!(
        ended.messages.contains("Check the address"),
        "{}",
        ended.messages
    );
}

#[test]
fn a_server_that_cannot_be_reached_ends_with_4_and_says_what_to_do() {
    let server = nobody();

    let ended = status(&server, "json");

    assert_eq!((ended.status, ended.results.as_str()), (4, ""));
    let begin = format!("authly: {server} cannot be reached: Connection refused");
    assert!(ended.messages.starts_with(&begin), "{}", ended.messages);
    assert!(ended.messages.contains("Is the server running?"));
}

#[test]
fn the_server_may_come_from_the_environment() {
    let server = healthy();

    let ended = end_of(authly(&["status"]).env("AUTHLY_SERVER", &server));

    assert_eq!(ended.status, 0);
    assert!(ended.results.contains(&server), "{}", ended.results);
}

#[test]
#[cfg(target_os = "linux")]
fn a_result_that_cannot_be_written_is_not_taken_for_success() {
    let full = std::fs::File::create("/dev/full").unwrap();
    let server = healthy();

    let ended = end_of(authly(&["status", "--server", &server]).stdout(full));

    assert_eq!(ended.status, 1);
    assert!(
        ended
            .messages
            .starts_with("authly: the result cannot be written")
    );
}

#[test]
fn a_profile_that_cannot_be_read_does_not_matter_where_the_server_is_named() {
    let (home, server) = (Home::new(), healthy());
    let path = home.profile_path("default");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, "damaged").unwrap();
    let named = end_of(home.authly(&["status"]).env("AUTHLY_SERVER", &server));
    assert_eq!((named.status, named.messages.as_str()), (0, ""));

    let unnamed = end_of(&mut home.authly(&["status"]));
    assert_eq!((unnamed.status, unnamed.results.as_str()), (1, ""));
    let path = path.display().to_string();
    assert!(unnamed.messages.contains(&path), "{}", unnamed.messages);
}

#[test]
fn a_server_on_this_machine_is_asked_without_reading_certificates() {
    let (home, server) = (Home::new(), healthy());
    let nothing = home.path().join("nothing");
    let status = |server: &str| {
        let mut command = home.authly(&["status", "--server", server]);
        let command = command.env("SSL_CERT_FILE", &nothing);
        end_of(command.env("SSL_CERT_DIR", &nothing))
    };

    assert_eq!(status(&server).status, 0);

    let encrypted = status("https://127.0.0.1:9");
    assert_eq!(encrypted.status, 1);
    let said = "No CA certificates";
    assert!(encrypted.messages.contains(said), "{}", encrypted.messages);
}
