//! Clients are told of a logout although the server that ended the session is killed in the midst, and
//! by nobody else.

use std::path::Path;

use authly_testing::Stranger;
use authly_testing::stranger::{Answer, Conduct};
use tokio::net::TcpListener;
use tokio_postgres::Client;

use crate::installation::Installation;
use crate::wait::until;

/// Servers that believe this host.
async fn installation(host: &Stranger, folder: &Path) -> Installation {
    let authority = folder.join("authority.pem");
    std::fs::write(&authority, host.authority()).unwrap();
    let settings = [
        ("OUTGOING__CA_FILE", authority.to_str().unwrap()),
        ("OUTGOING__ALLOW", "127.0.0.0/8"),
    ];
    Installation::with(&settings).await
}

/// The application of the seed is told of logouts there.
async fn tell_at(database: &Client, host: &Stranger) {
    let wish = "UPDATE clients SET backchannel_logout_uri = $1, version = version + 1
                 WHERE client_id = 'web'";
    let url = host.url_at("127.0.0.1", "/told");
    database.execute(wish, &[&url.as_str()]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_told_of_a_logout_although_the_server_is_killed_while_it_tells() {
    let host = Stranger::start().await;
    let folder = tempfile::tempdir().unwrap();
    let installation = installation(&host, folder.path()).await;
    let mut victim = installation.node().await;
    let database = installation.postgres.connect().await;
    tell_at(&database, &host).await;
    let application = installation.application(&victim).await;
    application.refresh_token(&victim.url).await;

    // It takes the call and says nothing: the server dies while it waits.
    host.at("/told", Conduct::Silent);
    application.log_out(&victim.url).await;
    host.was_asked(1).await;
    victim.kill();

    host.at("/told", Answer::json("").into());
    let _survivor = installation.node().await;
    host.was_asked(2).await;
    let is_noted = async || {
        let left = database
            .query_one("SELECT count(*) FROM logout_calls", &[])
            .await;
        (left.unwrap().get::<_, i64>(0) == 0).then_some(())
    };
    until("the call is noted", is_noted).await;
    assert_eq!(host.received().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_proxy_that_the_environment_names_is_told_anything() {
    let host = Stranger::start().await;
    host.at("/told", Answer::json("").into());
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = format!("http://{}", proxy.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let installation = installation(&host, folder.path()).await;
    let proxies = [("HTTPS_PROXY", at.as_str()), ("ALL_PROXY", &at)];
    let installation = installation.in_environment(&proxies);
    let node = installation.node().await;
    let database = installation.postgres.connect().await;
    tell_at(&database, &host).await;
    let application = installation.application(&node).await;
    application.refresh_token(&node.url).await;
    application.log_out(&node.url).await;
    tokio::select! {
        () = host.was_asked(1) => {}
        asked = proxy.accept() => panic!("the proxy was asked: {asked:?}"),
    }
}
