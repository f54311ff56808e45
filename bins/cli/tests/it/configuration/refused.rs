//! Configurations that are wrong.

use pretty_assertions::assert_eq;

use super::Folder;
use crate::desk::Desk;
use crate::program::Ended;

/// Holds a configuration to be refused with exactly these lines, and nothing to be stored.
async fn refuse(desk: &Desk, folder: &Folder, arguments: &[&str], status: i32, lines: &[&str]) {
    let before = desk.app.stored().registry().await;
    let Ended {
        status: ended,
        results,
        messages,
    } = desk.run(arguments);
    assert_eq!((ended, results.as_str()), (status, ""), "{messages}");
    let base = folder.path("");
    let said: Vec<_> = messages
        .lines()
        .skip(1)
        .map(|line| line.trim().replace(&base, ""))
        .collect();
    assert_eq!(said, lines);
    assert_eq!(desk.app.stored().registry().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_wrong_in_any_file_is_named_with_its_place() {
    let desk = Desk::new().await;
    let folder = Folder::of(&[
        (
            "a.yaml",
            "configuration: one\nusers: []\nscopes:\n  - name: s\n    describtion: x\n    \
             is_default: maybe\n  - {name: twice, description: x}\n  - 7\nclients: {}\n",
        ),
        (
            "b.toml",
            "configuration = \"two\"\n[[scopes]]\nname = \"twice\"\ndescription = \"y\"\n\
             [[clients]]\nclient_secret = \"s3cret\"\n[[clients]]\nclient_name = \"x\"\n\
             redirect_uris = \"https://a\"\nmanaged_by = \"me\"\n\
             [[clients]]\nclient_id = \"c\"\nclient_secret = {}\n",
        ),
    ]);
    let lines = [
        "a.yaml: clients: it has to be a list",
        "a.yaml: scopes[0].describtion: there is no member of the name describtion",
        "a.yaml: scopes[0].is_default: invalid type: string \"maybe\", expected a boolean",
        "a.yaml: scopes[2]: it has to consist of names with values",
        "a.yaml: users: there are configuration, scopes, resource_servers, clients and settings, and nothing else",
        "b.toml: clients[0].client_secret: a secret does not stand here: say where it is, as {env: \
         NAME} or {file: PATH}",
        "b.toml: clients[1].managed_by: the mark is made by apply, with the name of the configuration",
        "b.toml: clients[1].client_id: it is missing",
        "b.toml: clients[1].redirect_uris: invalid type: string \"https://a\", expected a sequence",
        "b.toml: clients[2].client_secret: name either env or file",
        "b.toml: configuration: DIR/a.yaml gives the configuration another name, one",
        "b.toml: scopes[0]: the scope twice stands in DIR/a.yaml too, at scopes[1]",
    ];
    let arguments = ["apply", "-f", &folder.path("."), "--yes"];
    let before = desk.app.stored().registry().await;
    let ended = desk.run(&arguments);
    assert_eq!(
        (ended.status, ended.results.as_str()),
        (2, ""),
        "{}",
        ended.messages
    );
    assert!(!ended.messages.contains("s3cret"), "{}", ended.messages);
    let base = folder.path(".");
    let said: Vec<_> = ended
        .messages
        .lines()
        .skip(1)
        .map(|line| {
            let line = line.trim().replacen(&format!("{base}/"), "", 1);
            line.replace(&base, "DIR")
        })
        .collect();
    assert_eq!(said, lines);
    assert_eq!(desk.app.stored().registry().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_the_server_would_refuse_is_named_with_its_place_before_anything_changes() {
    let desk = Desk::new().await;
    desk.app.bootstrap().ensure_command_line().await.unwrap();
    desk.result(&[
        "client",
        "create",
        "there",
        "--redirect-uri",
        "https://a.example/cb",
    ]);
    let folder = Folder::of(&[
        (
            "a.yaml",
            "configuration: a\nscopes:\n  - {name: new}\n  - {name: openid, description: Mine}\n  \
         - {name: fine, description: Fine}\n\
         clients:\n  - client_id: there\n    client_type: public\n    \
         redirect_uris: ['https://a.example/#x', 'nonsense']\n    client_secret: {env: NOT_SET}\n  \
         - {client_id: web, scope: openid fine nowhere, redirect_uris: ['https://w.example/cb']}\n  - {client_id: authly-cli}\n  \
         - {client_id: short, grant_types: [client_credentials], client_secret: {file: short}}\n\
         settings:\n  tokens: {code_lifetime: 11m, colour: red}\n",
        ),
        ("short", "too short"),
    ]);
    let file = folder.path("a.yaml");
    let ended = desk.run(&["apply", "-f", &file, "--dry-run"]);
    assert_eq!(
        (ended.status, ended.results.as_str()),
        (1, ""),
        "{}",
        ended.messages
    );
    for part in [
        "scopes[0].description: it is missing, and the scope is not there yet",
        "scopes[1]: the scope is the server's own",
        "clients[0].client_type: the client is confidential, and stays so",
        "clients[0].redirect_uris[0]: ",
        "clients[0].redirect_uris[1]: ",
        "clients[1].scope: there is no scope nowhere",
        "clients[2]: the client is the server's own",
        "clients[3].client_secret: a client secret has 32 to 512 characters",
        "settings.tokens.code_lifetime: ",
        "settings.tokens.colour: ",
    ] {
        let line = format!("{file}: {part}");
        assert!(ended.messages.contains(&line), "{part}: {}", ended.messages);
    }
    assert!(
        !ended.messages.contains("there is no scope fine"),
        "{}",
        ended.messages
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_not_where_the_file_says_changes_nothing() {
    let desk = Desk::new().await;
    let folder = Folder::of(&[(
        "a.yaml",
        "clients:\n  - client_id: c\n    grant_types: [client_credentials]\n    \
         client_secret: {env: NOT_SET}\n  - client_id: d\n    grant_types: [client_credentials]\n    \
         client_secret: {file: gone}\n",
    )]);
    let lines = [
        "a.yaml: clients[0].client_secret: the variable NOT_SET of the environment is not set",
        "a.yaml: clients[1].client_secret: gone cannot be read: No such file or directory (os error 2)",
    ];
    let file = folder.path("a.yaml");
    refuse(&desk, &folder, &["apply", "-f", &file, "--yes"], 1, &lines).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_cannot_be_read_are_refused() {
    let desk = Desk::new().await;
    let folder = Folder::of(&[
        ("broken.yaml", "scopes: [\n"),
        ("twice.yaml", "scopes: []\nscopes: []\n"),
        ("broken.toml", "scopes = [\n"),
        ("list.yaml", "- a\n"),
        ("name.json", "{}"),
        (
            "bomb.yaml",
            "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
            c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
            e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n\
            g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\nscopes: [*g,*g,*g,*g,*g,*g,*g,*g,*g]\n",
        ),
    ]);
    for name in [
        "broken.yaml",
        "twice.yaml",
        "broken.toml",
        "list.yaml",
        "name.json",
        "gone.yaml",
        "bomb.yaml",
    ] {
        let file = folder.path(name);
        let ended = desk.run(&["apply", "-f", &file, "--yes"]);
        ended.expect_failure(2, name);
    }
    let empty = Folder::of(&[]);
    let ended = desk.run(&["apply", "-f", &empty.path("."), "--yes"]);
    ended.expect_failure(2, "there is no file that ends in .yaml, .yml or .toml");
    desk.run(&["apply"]).expect_failure(2, "--file");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_administer_applies_nothing() {
    let desk = Desk::new().await;
    let folder = Folder::of(&[("a.yaml", "scopes:\n  - {name: s, description: S}\n")]);
    let file = folder.path("a.yaml");
    let mut command = desk.command(&["apply", "-f", &file, "--yes", "--profile", "nobody"]);
    let server = desk.app.url("");
    command.env("AUTHLY_SERVER", server);
    let ended = tokio::task::block_in_place(|| crate::program::end_of(&mut command));
    ended.expect_failure(3, "you are not logged in");
}
