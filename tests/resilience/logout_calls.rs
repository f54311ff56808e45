//! Clients are told of a logout although the server that ended the session is killed in the midst.

use authly_testing::Stranger;
use authly_testing::stranger::{Answer, Conduct};

use crate::installation::Installation;
use crate::wait::until;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_told_of_a_logout_although_the_server_is_killed_while_it_tells() {
    let host = Stranger::start().await;
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("authority.pem");
    std::fs::write(&authority, host.authority()).unwrap();
    let settings = [
        ("OUTGOING__CA_FILE", authority.to_str().unwrap()),
        ("OUTGOING__ALLOW", "127.0.0.0/8"),
    ];
    let installation = Installation::with(&settings).await;
    let mut victim = installation.node().await;
    let database = installation.postgres.connect().await;
    let wish = "UPDATE clients SET backchannel_logout_uri = $1, version = version + 1
                 WHERE client_id = 'web'";
    let url = host.url_at("127.0.0.1", "/told");
    database.execute(wish, &[&url.as_str()]).await.unwrap();
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
