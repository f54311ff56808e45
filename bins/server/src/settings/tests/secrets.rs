//! Settings that nobody may see.

use pretty_assertions::assert_eq;

use super::*;

#[tokio::test]
async fn a_secret_is_a_text_or_in_a_file_or_in_a_variable() {
    let key = Scratch::new("key", 0o600, &format!("{KEY}\n"));
    let file = Scratch::new(
        "forms",
        0o600,
        &format!(
            "[keys]\nmaster_key = {{ file = \"{}\" }}\n[database]\n\
             url = {{ value = \"postgres://db.example.com/authly\" }}\n[bootstrap]\n\
             password = {{ env = \"CARGO_PKG_NAME\" }}\n",
            key.path()
        ),
    );
    let layers = Layers::gather(sources(Some(&file.0), &NEEDED[..1]));
    let settings = Settings::read(&layers).await.unwrap();
    assert!(settings.keys.master_key.is_some() && settings.database.address.is_some());
    let password = settings.bootstrap.password.unwrap();
    assert_eq!(password.expose(), "authly-server");
}

#[tokio::test]
async fn a_variable_may_name_the_file_of_a_secret() {
    let key = Scratch::new("named-key", 0o400, KEY);
    let layers = Layers::gather(sources(
        None,
        &[
            NEEDED[0],
            NEEDED[1],
            ("AUTHLY_KEYS__MASTER_KEY__FILE", key.path()),
        ],
    ));
    assert_eq!(problems(&layers).await, Vec::<String>::new());
    let line = format!(
        "keys.master_key = {{ file = \"{}\" }}  # variable AUTHLY_KEYS__MASTER_KEY__FILE",
        key.path()
    );
    assert!(show(&layers).contains(&line), "{}", show(&layers));
}

#[tokio::test]
async fn a_secret_that_others_may_read_is_refused() {
    let key = Scratch::new("wide-key", 0o640, KEY);
    let url = "postgres://db.example.com/authly";
    let file = Scratch::new("wide", 0o644, &format!("[database]\nurl = \"{url}\"\n"));
    let variables = [NEEDED[0], ("AUTHLY_KEYS__MASTER_KEY__FILE", key.path())];
    let said = problems(&Layers::gather(sources(Some(&file.0), &variables))).await;
    assert_eq!(
        said,
        [
            format!(
                "database.url (file {}): is a secret in a settings file that others may read: \
                 `chmod 600` that file, or keep the secret in a file of its own and write \
                 {{ file = \"…\" }}",
                file.path()
            ),
            format!(
                "keys.master_key (variable AUTHLY_KEYS__MASTER_KEY__FILE): file `{}`: the \
                 secret's file may be read by others: its mode has to be 0600 or 0400",
                key.path()
            ),
        ]
    );
}

#[tokio::test]
async fn a_secret_that_cannot_be_found_or_read_is_refused_without_its_text() {
    let file = Scratch::new(
        "refused",
        0o600,
        "[database]\nurl = { vault = \"s3cret\" }\n[keys]\nmaster_key = \"s3cret\"\n\
         [bootstrap]\npassword = { file = \"no/such/file\" }\n",
    );
    let layers = Layers::gather(sources(Some(&file.0), &NEEDED[..1]));
    let said = problems(&layers).await;
    let path = file.path();
    assert_eq!(
        said,
        [
            format!(
                "database.url (file {path}): expected a text or one of {{ value = \"…\" }}, \
                 {{ file = \"…\" }}, {{ env = \"…\" }}"
            ),
            format!(
                "bootstrap.password (file {path}): file `no/such/file`: there is no such secret"
            ),
            format!(
                "keys.master_key (file {path}): the master key is not base64 text: make one \
                 with `openssl rand -base64 32`"
            ),
        ]
    );
    assert!(!show(&layers).contains("s3cret"), "{}", show(&layers));
}

#[tokio::test]
async fn a_secret_is_given_in_one_way_only() {
    let said = problems(&with(&[("AUTHLY_KEYS__MASTER_KEY__ENV", "KEY")])).await;
    assert_eq!(
        said,
        [
            "keys.master_key (variable AUTHLY_KEYS__MASTER_KEY__ENV): AUTHLY_KEYS__MASTER_KEY \
             gives it too: keep one of them"
        ]
    );
}

#[test]
fn shown_settings_have_no_secret_in_them() {
    let file = Scratch::new(
        "masked",
        0o600,
        "[bootstrap]\npassword = { value = \"from-the-file\" }\n[database]\nurl = [\"odd-one\"]\n",
    );
    let shown = show(&Layers::gather(sources(Some(&file.0), &NEEDED[2..])));
    for secret in ["from-the-file", "odd-one", KEY] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("bootstrap.password = \"********\"  # file"));
    let masked = "keys.master_key = \"********\"  # variable AUTHLY_KEYS__MASTER_KEY";
    assert!(shown.contains(masked), "{shown}");
}

#[test]
fn shown_settings_are_toml() {
    let shown = show(&with(&[]));
    let table: toml::Table = shown.parse().unwrap();
    assert_eq!(table["listen"]["max_body_bytes"].as_integer(), Some(65_536));
}
