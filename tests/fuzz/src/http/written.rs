//! A request as a case writes it down: method and address, then headers, a line each, then an empty
//! line and the body. The header `peer` is no header but the address that the request comes from.

use std::net::SocketAddr;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, Uri};
use actix_web::test::TestRequest;

use crate::first_line;

/// A request that can be made.
pub(super) struct Written {
    pub(super) asked: Asked,
    headers: Vec<(HeaderName, HeaderValue)>,
    peer: SocketAddr,
    body: String,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) address: Uri,
}

impl Written {
    /// Reads a case; `None` where the web server would not let the request through.
    pub(super) fn read(case: &str) -> Option<Self> {
        let (head, body) = case.split_once("\n\n").unwrap_or((case, ""));
        let (line, lines) = first_line(head);
        let (method, address) = line.split_once(' ')?;
        let asked = Asked {
            method: method.parse().ok()?,
            address: address.parse().ok()?,
        };
        let mut peer = SocketAddr::from(([10, 0, 0, 1], 1));
        let mut headers = Vec::new();
        for line in lines.lines() {
            let (name, value) = line.split_once(':')?;
            let value = value.trim();
            if name == "peer" {
                peer = SocketAddr::new(value.parse().ok()?, 1);
            } else {
                let value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
                headers.push((name.parse().ok()?, value));
            }
        }
        Some(Self {
            asked,
            headers,
            peer,
            body: body.to_owned(),
        })
    }

    /// The request itself.
    pub(super) fn made(self) -> TestRequest {
        let mut request = TestRequest::default()
            .method(self.asked.method)
            .uri(&self.asked.address.to_string())
            .peer_addr(self.peer)
            .set_payload(self.body);
        for header in self.headers {
            request = request.append_header(header);
        }
        request
    }
}
