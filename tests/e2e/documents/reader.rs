//! Somebody who does what a page says.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use authly_embedded_postgres::{Cluster, Options, SearchPath};
use authly_testing::address::free_address;
use tempfile::TempDir;

use super::page::{Page, Step};
use crate::application::Callback;
use crate::browser::Browser;
use crate::program::{Program, binary, folder};
use crate::sign_in::log_in;

/// The ports that pages name: of the server, of an application, of an API.
const PORTS: [&str; 3] = [":8000", ":9000", ":9001"];

/// Where pages put what they make.
const DEMO: &str = "/tmp/authly-demo";

/// The pipe into which a program writes the address that it would have a browser open.
const OPENED: &str = "opened";

/// What the first administrator chooses.
const NEW_PASSWORD: &str = "four entirely other words";

/// What a command prints when it listens.
const READY: [(&str, &str); 3] = [
    ("relying_party", "The user of"),
    ("resource_server", "The first is refused"),
    ("embedded_server", "Try ISSUER"),
];

/// The reader, with a terminal.
pub(super) struct Reader {
    shell: Shell,
    /// In terminals of their own, by their names.
    servers: BTreeMap<&'static str, (Program, TempDir)>,
    ports: [String; 3],
    /// What the browser and the token endpoint gave.
    copied: Vec<(&'static str, String)>,
    /// The last of the addresses to open, answered by the application's page.
    callback: Option<Callback>,
    folder: TempDir,
    _cluster: Cluster,
}

impl Reader {
    /// A reader with a clone of the repository, and a PostgreSQL of their own.
    pub(super) async fn begin(root: &Path, page: &Page) -> Self {
        let folder = folder();
        let ports = [(); 3].map(|()| {
            let address = free_address();
            address
                .rsplit_once(':')
                .map(|(_, port)| format!(":{port}"))
                .unwrap()
        });
        let search = SearchPath::new(std::env::var_os("PG_BIN_DIR"), std::env::var_os("PATH"));
        let options = Options::ephemeral(std::env::temp_dir(), search);
        let cluster = tokio::task::spawn_blocking(move || Cluster::start(&options))
            .await
            .unwrap()
            .unwrap();
        let reader = Self {
            shell: Shell::open(folder.path(), &environment(&folder, &ports, &cluster)),
            servers: BTreeMap::new(),
            ports,
            copied: Vec::new(),
            callback: None,
            folder,
            _cluster: cluster,
        };
        reader.clone_repository(root, page);
        reader
    }

    /// Does what the page says, in order.
    pub(super) async fn follow(mut self, page: &Page) {
        for step in &page.steps {
            match step {
                Step::Run(commands) => {
                    let commands = self.in_own_words(commands);
                    let said = self.shell.run(&commands);
                    let said = said.unwrap_or_else(|said| {
                        panic!("{} fails at\n{commands}\nwith\n{said}", page.path)
                    });
                    // Except where a refusal is what one asks for.
                    let refusal = "\"error\":";
                    let is_refused = said.contains(refusal) && !commands.contains("authly explain");
                    assert!(!is_refused, "{}: {commands}\n{said}", page.path);
                    self.copy_tokens(&said);
                }
                Step::Serve(command) => self.serve(command),
                Step::LogIn(command) => self.administer(command).await,
                Step::Compare { command, answer } => {
                    // What is compared may be a refusal.
                    let command = self.in_own_words(command);
                    let said = self
                        .shell
                        .run(&format!("{{ {command}\n}} || true"))
                        .unwrap();
                    let expected = self.in_own_words(answer);
                    assert_eq!(said.trim(), expected.trim(), "{}: {command}", page.path);
                }
                Step::Open(address) => {
                    let address = self.in_own_words(address);
                    self.sign_in(&address).await;
                }
                Step::Settings(text) => {
                    let folder = self.shell.folder();
                    let text = self.in_own_words(text);
                    std::fs::write(folder.join("server.toml"), text).unwrap();
                }
                // Part of the seed already.
                Step::Seed(_) => {}
            }
        }
    }

    /// The text with this reader's ports, folder and tokens.
    fn in_own_words(&self, text: &str) -> String {
        let mut text = text.replace(DEMO, &self.folder.path().join("demo").to_string_lossy());
        for (theirs, own) in PORTS.iter().zip(&self.ports) {
            text = text.replace(theirs, own);
        }
        for (placeholder, value) in &self.copied {
            text = text.replace(placeholder, value);
        }
        assert!(!text.contains("THE_"), "nothing to put into {text}");
        text
    }

    /// What of the repository a page needs. The clients that the page registers are in the seed.
    fn clone_repository(&self, root: &Path, page: &Page) {
        let examples = self.folder.path().join("examples");
        std::fs::create_dir(&examples).unwrap();
        let seed = std::fs::read_to_string(root.join("examples/seed.toml")).unwrap();
        let added = page.steps.iter().filter_map(|step| match step {
            Step::Seed(text) => Some(text.as_str()),
            _ => None,
        });
        let seed = std::iter::once(seed.as_str()).chain(added);
        let seed = self.in_own_words(&seed.collect::<Vec<_>>().join("\n"));
        std::fs::write(examples.join("seed.toml"), seed).unwrap();
        let script = std::fs::read_to_string(root.join("examples/walkthrough.sh")).unwrap();
        executable(&examples.join("walkthrough.sh"), &script);
    }

    fn serve(&mut self, command: &str) {
        let command = self.in_own_words(command);
        let known = READY.iter().find(|(name, _)| command.contains(name));
        let ready = known.map_or("Ctrl-C stops it.", |(_, ready)| *ready);
        let name = match known {
            Some((name, _)) => *name,
            None => "authly-server",
        };
        // Whoever starts the same again has stopped it before.
        drop(self.servers.remove(&name));
        let folder = folder();
        let mut shell = self.shell.another();
        shell.args(["-c", &format!("exec {command}")]);
        let program = Program::start(&mut shell, &folder, ready);
        self.servers.insert(name, (program, folder));
    }

    /// Opens an authorization request in Chromium, signs in as alice, allows what is asked, and
    /// copies the code.
    async fn sign_in(&mut self, address: &str) {
        let [_, application, _] = &self.ports;
        let port = application.trim_start_matches(':').parse().unwrap();
        let callback = Callback::listen_on(port).await;
        let browser = Browser::start().await;
        browser.open(address).await;
        log_in(&browser, "correct horse battery staple").await;
        let (answer, ()) = tokio::join!(callback.answer(), browser.press("approve"));
        browser.close().await;
        let code = answer.get("code").expect("a code");
        self.copied.push(("THE_CODE", code.clone()));
        self.callback = Some(callback);
    }

    /// Logs in at the command line as the first administrator: opens the address that it sends the
    /// browser to in Chromium, changes the password that was made, and allows what is asked.
    async fn administer(&mut self, command: &str) {
        let mut shell = self.shell.another();
        let program = shell.args(["-c", command]).stdin(Stdio::null());
        let program = program.stderr(Stdio::piped()).spawn().unwrap();
        let opened = self.folder.path().join(OPENED);
        let address = tokio::task::spawn_blocking(move || std::fs::read_to_string(opened));
        let address = address.await.unwrap().unwrap();
        let password = self.folder.path().join("demo/admin-password");
        let password = std::fs::read_to_string(password).unwrap();

        let browser = Browser::start().await;
        browser.open(address.trim()).await;
        browser.fill("username", "admin").await;
        browser.fill("password", password.trim()).await;
        browser.press("login").await;
        browser.fill("new_password", NEW_PASSWORD).await;
        browser.fill("repeat_password", NEW_PASSWORD).await;
        browser.press("change_password").await;
        browser.press("approve").await;
        let shown = browser.text().await;
        assert!(shown.contains("You are logged in"), "{shown}");
        browser.close().await;
        let ended = program.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(said.contains("as admin"), "{command}: {said}");
    }

    /// Copies the tokens of an answer of the token endpoint.
    fn copy_tokens(&mut self, said: &str) {
        let answer = said
            .lines()
            .find(|line| line.starts_with("{\"access_token\""));
        let Some(answer) = answer else {
            return;
        };
        let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
        for (placeholder, member) in [
            ("THE_ACCESS_TOKEN", "access_token"),
            ("THE_REFRESH_TOKEN", "refresh_token"),
        ] {
            if let Some(token) = answer.get(member).and_then(serde_json::Value::as_str) {
                self.copied.push((placeholder, token.to_owned()));
            }
        }
    }
}

/// The variables of the reader's terminals, and the programs on their path.
fn environment(folder: &TempDir, ports: &[String; 3], cluster: &Cluster) -> Vec<(String, String)> {
    let programs = folder.path().join("programs");
    std::fs::create_dir(&programs).unwrap();
    let beside = binary("authly-server", "authly-server");
    let beside = beside.parent().unwrap();
    for name in ["authly-server", "authly"] {
        std::os::unix::fs::symlink(beside.join(name), programs.join(name)).unwrap();
    }
    // What is built already is not built again; other targets have to be there.
    let [server, application, api] = ports;
    let make = format!(
        "#!/bin/sh\ncase $1 in\n\
         run) for word in \"$@\"; do case $word in ARGS=*) args=${{word#ARGS=}} ;; esac; done\n\
         exec authly-server --embedded --bind 127.0.0.1{server} $args ;;\n\
         *) exec /usr/bin/make --dry-run --directory \"$REPOSITORY\" \"$@\" ;;\nesac\n"
    );
    executable(&programs.join("make"), &make);
    let cargo = format!(
        "#!/bin/sh\n[ \"$1 $2 $3 $4\" = 'run -p authly-examples --example' ] || exit 1\n\
         name=$5; shift 5\n\
         case $name in relying_party) export LISTEN=127.0.0.1{application} ;;\n\
         resource_server) export LISTEN=127.0.0.1{api} ;; esac\n\
         exec {}/examples/\"$name\" \"$@\"\n",
        beside.display()
    );
    executable(&programs.join("cargo"), &cargo);

    let opened = folder.path().join(OPENED);
    let fifo = Command::new("mkfifo").arg(&opened).status().unwrap();
    assert!(fifo.success());
    let open = format!("#!/bin/sh\nprintf %s \"$1\" > {}\n", opened.display());
    executable(&programs.join("xdg-open"), &open);

    // Its progress is for terminals.
    std::fs::write(folder.path().join(".curlrc"), "no-progress-meter\n").unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let access = cluster.access();
    let database = format!(
        "postgres://{}:{}@{}:{}/{}",
        access.user(),
        secrecy::ExposeSecret::expose_secret(access.password()),
        access.socket_dir().to_string_lossy().replace('/', "%2F"),
        access.port(),
        access.database()
    );
    let own = [
        ("HOME", folder.path().display().to_string()),
        ("PATH", format!("{}:{}", programs.display(), path.display())),
        ("REPOSITORY", format!("{}/..", env!("CARGO_MANIFEST_DIR"))),
        ("DATABASE_URL", database),
        ("ISSUER", format!("http://localhost{server}")),
        ("AUTHLY_SERVER", format!("http://localhost{server}")),
        (
            "REDIRECT_URI",
            format!("http://localhost{application}/callback"),
        ),
        ("API", format!("http://127.0.0.1{api}/notes")),
    ];
    own.map(|(name, value)| (name.to_owned(), value)).into()
}

fn executable(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A shell that keeps its variables and its folder from one block to the next.
struct Shell {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    environment: Vec<(String, String)>,
}

/// Ends what a block has said.
const END: &str = "--- end of block";

impl Shell {
    fn open(folder: &Path, environment: &[(String, String)]) -> Self {
        let mut process = Command::new("bash")
            .arg("-s")
            .current_dir(folder)
            .envs(environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut shell = Self {
            input: process.stdin.take().unwrap(),
            output: BufReader::new(process.stdout.take().unwrap()),
            process,
            environment: environment.to_owned(),
        };
        // The first command that fails ends the shell.
        shell
            .input
            .write_all(b"exec 2>&1\nset -e -o pipefail\n")
            .unwrap();
        shell
    }

    /// Runs a block, and tells what it said; `Err` if a command of it failed.
    fn run(&mut self, block: &str) -> Result<String, String> {
        writeln!(self.input, "{}\necho; echo '{END}'", block.trim_end()).unwrap();
        self.input.flush().unwrap();
        let mut said = String::new();
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line).unwrap() == 0 {
                return Err(said);
            }
            if line.trim_end() == END {
                return Ok(said);
            }
            said.push_str(&line);
        }
    }

    /// The folder that it is in.
    fn folder(&mut self) -> PathBuf {
        PathBuf::from(self.run("pwd").unwrap().trim())
    }

    /// Another terminal in the same folder.
    fn another(&mut self) -> Command {
        let mut command = Command::new("bash");
        command
            .current_dir(self.folder())
            .envs(self.environment.iter().cloned());
        command
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
