//! Profiles: where they are, and that nobody else reads them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use pretty_assertions::assert_eq;
use serde_json::json;

use crate::home::Home;
use crate::program::{Ended, end_of};
use crate::stand_in::{answering, healthy};

impl Home {
    /// Somebody has logged in to this server.
    fn log_in(&self, profile: &str, server: &str) {
        let kept = json!({
            "server": server,
            "client_id": "authly-cli",
            "access_token": "at.secret",
            "expires_at": "2096-01-01T00:00:00Z",
            "scope": "openid",
            "refresh_token": "rt.secret",
        });
        self.keep(profile, &kept);
    }
}

#[test]
fn profiles_are_listed_with_their_servers_and_without_their_secrets() {
    let home = Home::new();
    home.log_in("work", "https://auth.example.com");
    home.log_in("default", "http://localhost:8000");

    let table = end_of(&mut home.authly(&["profile", "list"]));
    let json = end_of(&mut home.authly(&["profile", "list", "--output", "json"]));

    assert_eq!(
        table,
        Ended {
            status: 0,
            results: "PROFILE  SERVER                    CLIENT\n\
                      default  http://localhost:8000     authly-cli\n\
                      work     https://auth.example.com  authly-cli\n"
                .to_owned(),
            messages: String::new(),
        }
    );
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&json.results).unwrap(),
        json!([
            {"name": "default", "server": "http://localhost:8000", "client_id": "authly-cli"},
            {"name": "work", "server": "https://auth.example.com", "client_id": "authly-cli"},
        ])
    );
}

#[test]
fn without_profiles_the_list_is_empty() {
    let home = Home::new();

    let ended = end_of(&mut home.authly(&["profile", "list", "--output", "json"]));

    assert_eq!((ended.status, ended.results.as_str()), (0, "[]\n"));
}

#[test]
fn the_profile_says_which_server_is_asked_unless_the_command_line_does() {
    let (home, server, other) = (Home::new(), healthy(), healthy());
    home.log_in("work", &server);

    let by_profile = end_of(&mut home.authly(&["status", "--profile", "work"]));
    let by_flag = end_of(&mut home.authly(&["status", "--profile", "work", "--server", &other]));
    let by_environment = end_of(home.authly(&["status"]).env("AUTHLY_PROFILE", "work"));

    assert!(by_profile.results.contains(&server), "{by_profile:?}");
    assert!(by_flag.results.contains(&other), "{by_flag:?}");
    assert!(by_environment.results.contains(&server));
}

#[test]
fn credentials_go_to_no_other_server_than_the_one_that_gave_them() {
    let (home, other) = (Home::new(), answering("200 OK", "{}"));
    home.log_in("default", "https://auth.example.com");

    let ended = end_of(&mut home.authly(&["whoami", "--server", &other]));

    assert_eq!((ended.status, ended.results.as_str()), (3, ""));
    assert_eq!(
        ended.messages,
        format!("authly: you are not logged in to {other}\nLog in with: authly login\n")
    );
}

#[test]
fn a_profile_that_others_may_read_is_not_used() {
    let (home, server) = (Home::new(), healthy());
    home.log_in("default", &server);
    let path = home.profile_path("default");
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();

    for command in [&["whoami"][..], &["profile", "list"]] {
        let ended = end_of(&mut home.authly(command));

        assert_eq!((ended.status, ended.results.as_str()), (1, ""));
        let chmod = format!("chmod 600 {}", path.display());
        assert!(ended.messages.contains(&chmod), "{}", ended.messages);
    }
}

#[test]
fn profiles_that_cannot_be_read_do_not_hide_the_others() {
    let home = Home::new();
    for profile in ["broken", "default", "spoilt"] {
        home.log_in(profile, "https://auth.example.com");
    }
    let damaged = ["broken", "spoilt"].map(|name| home.profile_path(name));
    for path in &damaged {
        fs::write(path, "{").unwrap();
    }

    let ended = end_of(&mut home.authly(&["profile", "list"]));

    let listed = "PROFILE  SERVER                    CLIENT\n\
                  default  https://auth.example.com  authly-cli\n";
    assert_eq!((ended.status, ended.results.as_str()), (1, listed));
    for path in damaged {
        let says = format!("{} is damaged", path.display());
        assert!(ended.messages.contains(&says), "{}", ended.messages);
    }
}

#[test]
fn a_damaged_profile_is_named_and_none_of_it_shown() {
    let home = Home::new();
    home.log_in("default", "https://auth.example.com");
    let path = home.profile_path("default");
    fs::write(&path, "{\"access_token\": \"at.secret\", }").unwrap();

    let ended = end_of(&mut home.authly(&["whoami"]));

    assert_eq!(ended.status, 1);
    let says = format!("{} is damaged", path.display());
    assert!(ended.messages.contains(&says), "{}", ended.messages);
    assert!(!ended.messages.contains("at.secret"));
}
