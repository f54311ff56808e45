//! What the browser shows when it has brought the answer.

use tokio::io::{AsyncWriteExt, BufWriter};
use tokio::net::TcpStream;

/// A page of a few words.
pub(super) struct Page {
    status: &'static str,
    title: &'static str,
    text: &'static str,
}

/// All went well.
pub(super) const DONE: Page = Page {
    status: "200 OK",
    title: "You are logged in",
    text: "Go back to the command line. You can close this page.",
};

/// The server, or the person, said no.
pub(super) const REFUSED: Page = Page {
    status: "400 Bad Request",
    title: "You are not logged in",
    text: "The command line says why. You can close this page.",
};

/// Somebody else's answer.
pub(super) const STRAY: Page = Page {
    status: "400 Bad Request",
    title: "This answer belongs to no login",
    text: "The command line waits for the answer to its own request, and this is not it.",
};

/// Another path.
pub(super) const NOTHING_HERE: Page = Page {
    status: "404 Not Found",
    title: "Nothing is here",
    text: "The command line waits for the answer to a login.",
};

/// Shows a page, and hangs up. A browser that has gone away misses nothing.
pub(super) async fn show(browser: &mut TcpStream, page: Page) {
    let Page {
        status,
        title,
        text,
    } = page;
    let body = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 30rem; \
         margin: 20vh auto; padding: 0 1rem; text-align: center }}</style>\n\
         <main><h1>{title}</h1><p>{text}</p></main>\n</html>\n"
    );
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Length: {}\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
         X-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; \
         frame-ancestors 'none'\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut browser = BufWriter::new(browser);
    let written = async {
        browser.write_all(head.as_bytes()).await?;
        browser.write_all(body.as_bytes()).await?;
        browser.shutdown().await
    };
    let _ = written.await;
}
