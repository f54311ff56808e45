//! Resource servers that are there, and what befalls them elsewhere.

use authly_domain::id::ResourceServerId;
use authly_domain::resource_servers::{OpenTo, ResourceServer};

use super::TestServices;

impl TestServices {
    /// Registers a resource server that every client may have tokens for.
    pub async fn open_resource_server(&self, resource: &str) {
        let server = ResourceServer {
            id: ResourceServerId::generate(self.context.now(), &*self.context.entropy),
            resource: resource.parse().expect("a resource"),
            name: format!("The API {resource}"),
            open_to: OpenTo::EveryClient,
            is_active: true,
        };
        let conn = self.db.connect().await.expect("the database is there");
        let servers = conn.reads().resource_servers();
        let stored = servers.insert(&server, self.context.now()).await;
        assert!(stored.expect("the resource server can be stored"));
    }

    /// Disables a resource server, as an administrator does at another node, and lets this one notice.
    pub async fn disable_resource_server(&self, resource: &str) {
        let sql = "UPDATE resource_servers SET is_active = false WHERE resource = $1";
        let session = self.database().session().await;
        let done = session.execute(sql, &[&resource]).await;
        assert_eq!(done.expect("the resource server can be disabled"), 1);
        let noticed = self.deps.resource_server_admin.registry().refresh().await;
        noticed.expect("the resource servers are read");
    }

    /// Makes the resource servers as they were at another moment, as a restored database does: one is
    /// disabled, and their revision is this.
    pub async fn restore_resource_servers(&self, disabled: &str, revision: i64) {
        let session = self.database().session().await;
        let sql = "UPDATE resource_servers SET is_active = false WHERE resource = $1";
        let done = session.execute(sql, &[&disabled]).await;
        assert_eq!(done.expect("the resource server can be disabled"), 1);
        let sql = "UPDATE revisions SET resource_servers = $1";
        let done = session.execute(sql, &[&revision]).await;
        assert_eq!(done.expect("the revision can be set"), 1);
    }

    /// Makes every consent one of the time before they said for which resource servers they are.
    pub async fn forget_shown_resource_servers(&self) {
        let sql = "UPDATE consents SET resources = DEFAULT";
        let session = self.database().session().await;
        let done = session.execute(sql, &[]).await;
        assert_ne!(done.expect("consents can be changed"), 0);
    }
}
