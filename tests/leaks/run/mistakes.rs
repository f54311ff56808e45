//! Mistakes of operators: secrets in the wrong place, in the wrong form, and wrong ones.

use super::{Installation, PLANTED};
use crate::programs::{Folder, program, said_by};
use crate::record::Record;
use crate::search::Place;

/// A key that is one, but not that of the database.
const OTHER_KEY: &str = "YW5vdGhlciBtYXN0ZXIga2V5LCAzMiBieXRlcyBsb25n";

/// Secrets in the wrong form, or under the wrong name.
const MISTAKES: [(&str, &str); 11] = [
    (
        "AUTHLY_KEYS__MASTER_KEY",
        "a-master-key-of-the-wrong-length",
    ),
    ("AUTHLY_KEYS__MASTER_KEY", "c2hvcnQgYnV0IGJhc2U2NA=="),
    (
        "AUTHLY_KEYS__MASTER_KEYS",
        "a-misnamed-master-key-0123456789",
    ),
    (
        "AUTHLY_DATABASE__URL",
        "postgres://u:pa%ss-in-url@host/authly",
    ),
    (
        "AUTHLY_DATABASE__URL",
        "postgres://u:port-pass-word@host:port/authly",
    ),
    (
        "AUTHLY_DATABASE__URL",
        "host=x password='unclosed-pass-word",
    ),
    ("AUTHLY_DATABASE__URL", "host=x pasword=misnamed-pass-word"),
    (
        "AUTHLY_DATABASE__URI",
        "postgres://u:misnamed-url@host/authly",
    ),
    ("AUTHLY_DATABASE", "postgres://u:section-url@host/authly"),
    ("AUTHLY_BOOTSTRAP__PASSWORD", "shrt-pw-1"),
    ("AUTHLY_BOOTSTRAP__PASSWORD", "nul-is-not-here-but-\u{7}-is"),
];

/// Makes them all. Answers what the programs said.
pub(super) fn make(record: &Record, installation: &Installation) -> Vec<Place> {
    let mut said = settings(record, installation);
    said.extend(files(record, &installation.folder));
    said.extend(databases(record, installation));
    said.extend(command_line_tool(record, installation));
    said
}

/// Settings that are shown, and settings with mistakes in them.
fn settings(record: &Record, installation: &Installation) -> Vec<Place> {
    let url = installation.postgres.url(&installation.postgres.password);
    let good = [
        ("AUTHLY_ISSUER", "http://localhost:1"),
        ("AUTHLY_DATABASE__URL", url.as_str()),
        ("AUTHLY_KEYS__MASTER_KEY", installation.master_key.as_str()),
        ("AUTHLY_BOOTSTRAP__PASSWORD", "the operator's own choice"),
        ("AUTHLY_BOOTSTRAP__USERNAME", PLANTED),
    ];
    record.secret("a password of the operator", "the operator's own choice");
    let mut said = Vec::new();
    for command in ["show", "check"] {
        let mut program = program("authly-server", &["config", command], &good);
        let (done, place) = said_by(command, &mut program);
        assert!(done, "{}", place.text);
        said.push(place);
    }
    for (name, secret) in MISTAKES {
        record.secret("a secret in a setting", secret);
        if let Some((_, rest)) = secret.split_once("://u:") {
            let password = rest.split('@').next().unwrap_or_default();
            record.secret("a password in an address", password);
        }
        let mut variables = good.to_vec();
        variables.retain(|(other, _)| *other != name);
        variables.push((name, secret));
        for arguments in [&["config", "check"], &["config", "show"]] {
            let mut program = program("authly-server", arguments, &variables);
            said.push(said_by(name, &mut program).1);
        }
    }
    said
}

/// Files of settings and seeds that cannot be read, each for a reason beside a secret.
fn files(record: &Record, folder: &Folder) -> Vec<Place> {
    let mut said = Vec::new();
    for (index, text) in [
        "master_key = \"S\n",
        "[keys]\nmaster_key = S\n",
        "[keys]\nmaster_key = \"S\" S\n",
        "[keys]\nmaster_key = [\"S\"]\n",
        "[keys]\nmaster_key = { value = \"S\", file = \"S\" }\n",
        "[keys]\nmaster_key = { text = \"S\" }\n",
        "[keys]\nmaster_key = \"S\"\nmaster_key = \"S\"\n",
        "[keys.master_key]\nvalue = 20251125123\n",
        "[database]\nurl = 20251125123\n",
        "[bootstrap]\npassword = 20251125123\n",
    ]
    .iter()
    .enumerate()
    {
        let secret = format!("file-secret-{index}-0123456789abcdefghij");
        record.secret("a secret in a file of settings", &secret);
        let text = text.replace('S', &secret);
        let file = folder.file(&format!("mistake-{index}.toml"), &text);
        for command in ["check", "show"] {
            let arguments = ["config", command, "--config", &file];
            let (done, place) = said_by(&file, &mut program("authly-server", &arguments, &[]));
            assert!(!done, "{}", place.text);
            said.push(place);
        }
    }
    for (index, text) in [
        "[[users]]\nusername = \"x\"\npassword = 20251125123\n",
        "[[users]]\nusername = \"x\"\npassword = 2025.1125123\n",
        "[[users]]\nusername = \"x\"\npassword = S\n",
        "[[users]]\nusername = \"x\"\npassword = [\"S\"]\n",
        "[[users]]\nusername = \"x\"\npassword = { value = \"S\" }\n",
        "[[users]]\nusername = \"x\"\npasword = \"S\"\n",
        "[[users]]\nusername = \"x\"\npassword = \"S\"\npassword = \"S\"\n",
        "[[clients]]\nclient_id = \"x\"\nclient_secret = 20251125123\n",
        "[[clients]]\nclient_id = \"x\"\nclient_secret = \"S\n",
        "users = \"S\"\n",
    ]
    .iter()
    .enumerate()
    {
        let secret = format!("seed-secret-{index}-0123456789abcdefghij");
        record.secret("a secret in a seed", &secret);
        let seed = folder.file(
            &format!("mistake-{index}.seed"),
            &text.replace('S', &secret),
        );
        let data = folder.path("no-data");
        let data = data.to_str().expect("a path of ours is text");
        let arguments = ["--embedded", "--data-dir", data, "--seed", &seed];
        let (done, place) = said_by(&seed, &mut program("authly-server", &arguments, &[]));
        assert!(!done, "{}", place.text);
        said.push(place);
    }
    record.secret("a number that is a secret", "20251125123");
    record.secret("a number that is a secret", "2025.1125123");
    said
}

/// A database that is away or refuses the password, and a key that is not its own.
fn databases(record: &Record, installation: &Installation) -> Vec<Place> {
    let (postgres, key) = (&installation.postgres, installation.master_key.as_str());
    let away = "postgres://authly:pass-word-of-a-database-away@127.0.0.1:1/authly";
    record.secret("a password of a database", "pass-word-of-a-database-away");
    record.secret("a password of a database", "wrong-pass-word-of-authly");
    record.secret("another master key", OTHER_KEY);
    let mut said = Vec::new();
    for (url, key) in [
        (away.to_owned(), key),
        (postgres.url("wrong-pass-word-of-authly"), key),
        (postgres.url(&postgres.password), OTHER_KEY),
    ] {
        let variables = [
            ("AUTHLY_ISSUER", "http://localhost:1"),
            ("AUTHLY_DATABASE__URL", url.as_str()),
            ("AUTHLY_KEYS__MASTER_KEY", key),
            ("AUTHLY_LOG__LEVEL", "trace"),
        ];
        for arguments in [
            &["--bind", "127.0.0.1:0"][..],
            &["keys", "rotate"],
            &["migrate"],
        ] {
            let mut program = program("authly-server", arguments, &variables);
            let (done, place) = said_by(&format!("{arguments:?}"), &mut program);
            // The schema alone can be migrated under any key.
            assert!(!done || arguments == ["migrate"], "{}", place.text);
            said.push(place);
        }
    }
    said
}

/// The command line tool, with a password in the address of the server.
fn command_line_tool(record: &Record, installation: &Installation) -> Vec<Place> {
    let plain = installation.embedded.issuer.clone();
    let secret = "pass-word-in-an-address";
    record.secret("a password in the address of a server", secret);
    let with = plain.replace("http://", &format!("http://admin:{secret}@"));
    let mut said = Vec::new();
    for (server, is_good) in [(plain.as_str(), true), (&with, false)] {
        let as_flag = program("authly", &["status", "--server", server], &[]);
        let as_variable = program("authly", &["status"], &[("AUTHLY_SERVER", server)]);
        for mut program in [as_flag, as_variable] {
            let (done, place) = said_by("the command line tool", &mut program);
            assert_eq!(done, is_good, "{}", place.text);
            said.push(place);
        }
    }
    said
}
