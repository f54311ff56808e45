//! Apache with Debian's `libapache2-mod-auth-openidc`: a web server that lets nobody see a page before
//! they have logged in here, and hands their claims to the page. `.ci/setup test` installs it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use authly_testing::address::free_address;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::json;
use tempfile::TempDir;

use crate::application::{CLIENT_ID, SECRET};
use crate::behind_nginx::pem;
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

/// A certificate for this machine, with the authority behind it; both in files.
struct Certificate {
    authority: PathBuf,
    own: PathBuf,
    key: PathBuf,
}

impl Certificate {
    fn write(folder: &Path) -> Self {
        let key = || KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, key()).unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let own = key();
        let certificate = params.signed_by(&own, &authority).unwrap();
        let write = |name: &str, label: &str, der: &[u8]| {
            let file = folder.join(name);
            std::fs::write(&file, pem(label, der)).unwrap();
            file
        };
        Self {
            authority: write("authority.pem", "CERTIFICATE", authority.der()),
            own: write("certificate.pem", "CERTIFICATE", certificate.der()),
            key: write("key.pem", "PRIVATE KEY", &own.serialize_der()),
        }
    }

    /// What makes Apache show it.
    fn shown(&self) -> String {
        format!(
            "LoadModule ssl_module {MODULES}/mod_ssl.so\nSSLEngine on\nSSLSessionCache none\n\
             SSLCertificateFile {}\nSSLCertificateKeyFile {}\n",
            self.own.display(),
            self.key.display()
        )
    }
}

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
        let site = format!("http://{}", place.local_addr().unwrap());
        Self::at(place, site, issuer, "")
    }

    /// The same by https with this certificate.
    fn start_secure(place: TcpListener, issuer: &str, certificate: &Certificate) -> Self {
        let site = format!("https://{}", place.local_addr().unwrap());
        Self::at(place, site, issuer, &certificate.shown())
    }

    fn at(place: TcpListener, site: String, issuer: &str, more: &str) -> Self {
        let folder = folder();
        let own = |name: &str| folder.path().join(name).display().to_string();
        std::fs::create_dir(own("pages")).unwrap();
        std::fs::write(own("pages/claims.shtml"), PAGE).unwrap();
        std::fs::write(own("pages/bob.shtml"), "This is for Bob.").unwrap();
        let written = more.to_owned() + &configuration(&site, issuer, &own);
        std::fs::write(own("apache.conf"), written).unwrap();
        let missing = "apt-get install apache2-bin libapache2-mod-auth-openidc";
        let module = format!("{MODULES}/mod_auth_openidc.so");
        assert!(Path::new(&module).exists(), "{missing}");
        let mut command = Command::new("sh");
        drop(place);
        let script = "PATH=$PATH:/usr/sbin; exec apache2 -d . -f apache.conf -DFOREGROUND 2>&1";
        command.args(["-c", script]).current_dir(folder.path());
        Self {
            _program: Program::start(&mut command, &folder, "resuming normal operations"),
            site,
            _folder: folder,
        }
    }
}

fn configuration(site: &str, issuer: &str, own: &dyn Fn(&str) -> String) -> String {
    let (_, address) = site.split_once("://").unwrap();
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
OIDCRedirectURI {site}/callback
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

/// Signs alice in at Apache in a browser of her own.
async fn signed_in(apache: &Apache) -> Browser {
    let trusting = ["--ignore-certificate-errors"];
    let browser = Browser::start_with(&trusting, json!({})).await;
    browser.open(&format!("{}/claims.shtml", apache.site)).await;
    log_in(&browser, PASSWORD).await;
    if browser.path().await == "/consent" {
        browser.press("approve").await;
    }
    browser.read("user", "alice").await;
    browser
}

/// Whether Apache lets this browser see its page, rather than sending it to log in.
async fn is_let_in(apache: &Apache, browser: &Browser) -> bool {
    browser.open(&format!("{}/claims.shtml", apache.site)).await;
    browser.path().await == "/claims.shtml"
}

/// Waits until Apache has been told.
async fn is_signed_out(apache: &Apache, browser: &Browser) {
    let told = async {
        while is_let_in(apache, browser).await {
            tokio::task::yield_now().await;
        }
    };
    let told = tokio::time::timeout(Duration::from_mins(1), told).await;
    assert!(told.is_ok(), "Apache still lets the user in");
    assert_eq!(browser.path().await, "/login");
}

#[tokio::test]
async fn mod_auth_openidc_of_debian_is_told_by_the_back_channel_that_a_session_has_ended() {
    let place = TcpListener::bind(free_address()).unwrap();
    let address = place.local_addr().unwrap();
    let files = folder();
    let certificate = Certificate::write(files.path());
    let own = format!("https://{address}/callback");
    let told = format!("backchannel_logout_uri = \"{own}?logout=backchannel\"\n");
    let registered = format!("client_id = \"{CLIENT_ID}\"\n");
    let seed = seed(&own).replace(&registered, &(registered.clone() + &told));
    let authority = certificate.authority.display().to_string();
    let settings = [
        ("AUTHLY_OUTGOING__CA_FILE", authority.as_str()),
        ("AUTHLY_OUTGOING__ALLOW", "127.0.0.0/8"),
    ];
    let server = Server::start_with(&seed, &settings);
    let apache = Apache::start_secure(place, &server.issuer, &certificate);
    let (first, second) = (signed_in(&apache).await, signed_in(&apache).await);

    // The user ends the other session from the account page: that one, and not this one.
    first.open(&format!("{}/account", server.issuer)).await;
    first.press("end_others").await;
    is_signed_out(&apache, &second).await;
    assert!(is_let_in(&apache, &first).await);

    // The user signs out here, without a word to Apache.
    first.open(&format!("{}/logout", server.issuer)).await;
    first.press("logout").await;
    is_signed_out(&apache, &first).await;
    first.close().await;
    second.close().await;
}
