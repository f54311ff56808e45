//! A process of its own that holds a cluster, to be killed by the tests.
//!
//! It is this same program, started again with the one test `a_process_holds_the_cluster_it_is_told`,
//! which finds its order in the environment.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use authly_embedded_postgres::{Cluster, Kind, Options};

use crate::support::search;

const ORDER: &str = "AUTHLY_TEST_CLUSTER";
const ANSWER: &str = "the home is ";

/// The process.
pub(crate) struct Owner {
    child: Child,
    /// The home of its cluster.
    pub(crate) home: PathBuf,
}

impl Owner {
    /// Starts a process that holds a cluster, and waits until that answers.
    pub(crate) fn start(kind: Kind, folder: &Path) -> Self {
        let mut child = Self::spawn(kind, folder);
        let output = BufReader::new(child.stdout.take().unwrap());
        let home = output
            .lines()
            .map(|line| line.unwrap())
            .find_map(|line| line.split_once(ANSWER).map(|(_, home)| PathBuf::from(home)))
            .expect("the owner has a cluster");
        Self { child, home }
    }

    /// Starts such a process without waiting for its cluster.
    pub(crate) fn spawn(kind: Kind, folder: &Path) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "owner::a_process_holds_the_cluster_it_is_told",
                "--nocapture",
            ])
            .env(ORDER, format!("{kind:?} {}", folder.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Kills the process so that it can do nothing about it (SIGKILL).
    pub(crate) fn kill(mut self) -> PathBuf {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.home
    }
}

/// Does nothing but where a test has started this program with an order.
#[test]
fn a_process_holds_the_cluster_it_is_told() {
    let Some(order) = std::env::var_os(ORDER) else {
        return;
    };
    let order = order.into_string().unwrap();
    let options = match order.split_once(' ').unwrap() {
        ("Persistent", folder) => Options::persistent(folder, search()),
        ("Ephemeral", folder) => Options::ephemeral(folder, search()),
        other => panic!("{other:?}"),
    };
    let cluster = Cluster::start(&options).unwrap();
    print_line(&format!("{ANSWER}{}", cluster.directory().display()));
    // Until it is killed, or whoever started it has died.
    std::io::stdin().lines().for_each(drop);
}

#[expect(
    clippy::print_stdout,
    reason = "this is how the process answers the one that started it"
)]
fn print_line(line: &str) {
    println!("{line}");
}
