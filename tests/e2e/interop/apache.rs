//! Apache with Debian's `libapache2-mod-auth-openidc`: a web server that lets nobody see a page before
//! they have logged in here, and hands their claims to the page. `.ci/setup test` installs it.

use std::net::TcpListener;
use std::process::Command;

use authly_testing::address::free_address;
use tempfile::TempDir;

use crate::application::{CLIENT_ID, SECRET};
use crate::browser::Browser;
use crate::program::{Program, folder};
use crate::server::Server;
use crate::sign_in::{PASSWORD, log_in, seed};

/// Where Debian has them.
const MODULES: &str = "/usr/lib/apache2/modules";

/// What the module tells a page: the claims that it has got, and the access token.
const PAGE: &str = r#"<!DOCTYPE html><title>Protected</title>
<p id="user"><!--#echo var="REMOTE_USER" --></p>
<p id="sub"><!--#echo var="OIDC_CLAIM_sub" --></p>
<p id="name"><!--#echo var="OIDC_CLAIM_preferred_username" --></p>
<p id="email"><!--#echo var="OIDC_CLAIM_email" --></p>
<p id="issuer"><!--#echo var="OIDC_CLAIM_iss" --></p>
"#;

/// Apache that protects two pages, of which alice may see the first.
struct Apache {
    /// Stopped before its folder goes.
    _program: Program,
    site: String,
    _folder: TempDir,
}

impl Apache {
    /// Starts it in this place, as a client of this issuer.
    fn start(place: TcpListener, issuer: &str) -> Self {
        let address = &place.local_addr().unwrap().to_string();
        let folder = folder();
        let own = |name: &str| folder.path().join(name).display().to_string();
        std::fs::create_dir(own("pages")).unwrap();
        std::fs::write(own("pages/claims.shtml"), PAGE).unwrap();
        std::fs::write(own("pages/bob.shtml"), "This is for Bob.").unwrap();
        std::fs::write(own("apache.conf"), configuration(address, issuer, &own)).unwrap();
        let missing = "apt-get install apache2-bin libapache2-mod-auth-openidc";
        let module = format!("{MODULES}/mod_auth_openidc.so");
        assert!(std::path::Path::new(&module).exists(), "{missing}");
        let mut command = Command::new("sh");
        drop(place);
        let script = "PATH=$PATH:/usr/sbin; exec apache2 -d . -f apache.conf -DFOREGROUND 2>&1";
        command.args(["-c", script]).current_dir(folder.path());
        Self {
            _program: Program::start(&mut command, &folder, "resuming normal operations"),
            site: format!("http://{address}"),
            _folder: folder,
        }
    }
}

fn configuration(address: &str, issuer: &str, own: &dyn Fn(&str) -> String) -> String {
    let loaded = [
        "mpm_event",
        "authn_core",
        "authz_core",
        "authz_user",
        "auth_openidc",
        "include",
        "mime",
    ];
    let loaded = loaded.map(|name| format!("LoadModule {name}_module {MODULES}/mod_{name}.so\n"));
    let pages = own("pages");
    format!(
        r#"{}
Listen {address}
ServerName {address}
PidFile {pid}
DefaultRuntimeDir {runtime}
ErrorLog /dev/stdout
# Only root can take on the account of Debian's web server, and has to.
User www-data
Group www-data
StartServers 1
DocumentRoot {pages}
TypesConfig /dev/null
AddType text/html .shtml
AddOutputFilter INCLUDES .shtml

OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {CLIENT_ID}
OIDCClientSecret {SECRET}
OIDCRedirectURI http://{address}/callback
OIDCCryptoPassphrase {pages}
OIDCScope "openid profile email"
OIDCPKCEMethod S256
OIDCRemoteUserClaim preferred_username

<Directory {pages}>
    Options +Includes
    AuthType openid-connect
    Require claim email:alice@example.com
</Directory>
<Location /bob.shtml>
    Require claim email:bob@example.com
</Location>
<Location /callback>
    AuthType openid-connect
    Require valid-user
</Location>
"#,
        loaded.concat(),
        pid = own("pid"),
        runtime = own(""),
    )
}

#[tokio::test]
async fn mod_auth_openidc_of_debian_hands_claims_to_a_protected_page() {
    // The server has to know the address before Apache listens there.
    let place = TcpListener::bind(free_address()).unwrap();
    let address = place.local_addr().unwrap();
    let server = Server::start(&seed(&format!("http://{address}/callback")));
    let apache = Apache::start(place, &server.issuer);
    let browser = Browser::start().await;

    browser.open(&format!("{}/claims.shtml", apache.site)).await;
    assert_eq!(browser.path().await, "/login");
    log_in(&browser, PASSWORD).await;
    browser.press("approve").await;

    browser.read("user", "alice").await;
    assert_eq!(browser.path().await, "/claims.shtml");
    browser.read("name", "alice").await;
    browser.read("email", "alice@example.com").await;
    browser.read("issuer", &server.issuer).await;
    let subject = browser.wait_for("sub").await.text().await.unwrap();
    assert!(subject.parse::<uuid::Uuid>().is_ok(), "{subject}");

    // Another claim than she has opens nothing.
    browser.open(&format!("{}/bob.shtml", apache.site)).await;
    let said = browser.text().await;
    assert!(said.contains("Unauthorized") && !said.contains("This is for Bob"));
    browser.close().await;
}
