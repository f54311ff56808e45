//! What a server does beside requests.

use std::fs;
use std::path::Path;
use std::time::Duration;

use authly_domain::jobs::{JobName, JobOutcome, JobRecord};
use authly_repositories::{Db, DbAddress, PoolSettings, StatementMode, TlsMode};
use pretty_assertions::assert_eq;
use tokio::runtime::Handle;

use crate::program::{Folder, Server};

/// Where the database of an embedded server is.
pub(crate) fn url_of(data: &Path) -> String {
    let password = fs::read_to_string(data.join("postgres/password"));
    let password = password.expect("embedded mode keeps its password");
    let socket = data.join("postgres/socket");
    let socket = socket.to_string_lossy().replace('/', "%2F");
    format!("postgres://authly:{}@{socket}/authly", password.trim())
}

/// The database of an embedded server.
pub(crate) fn database_of(data: &Path) -> Db {
    let url = url_of(data);
    let settings = PoolSettings {
        address: DbAddress::parse(&url).expect("the text is an address"),
        size: 1,
        statements: StatementMode::Unnamed,
        tls: TlsMode::Off,
    };
    Db::new(settings, Handle::current()).expect("the settings are usable")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_runs_every_job_and_stops_at_once() {
    let folder = Folder::new();
    let data = folder.path("data");
    let server = Server::start(&data, &[]);
    let db = database_of(&data);
    let conn = db.connect().await.unwrap();
    let have_run = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        loop {
            let jobs = conn.reads().jobs().all().await.unwrap();
            if jobs.iter().all(|job| job.last_end.is_some()) {
                break jobs;
            }
            ticks.tick().await;
        }
    };
    let jobs = tokio::time::timeout(Duration::from_mins(1), have_run).await;
    let end = |job: JobRecord| (job.name, job.last_end.map(|(_, outcome)| outcome));
    let ends: Vec<_> = jobs.expect("the jobs run").into_iter().map(end).collect();
    let succeeded = |job| (job, Some(JobOutcome::Succeeded));
    assert_eq!(ends, JobName::ALL.map(succeeded));

    drop(conn);
    db.close();
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
}
