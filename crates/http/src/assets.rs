//! Files that pages refer to.

use std::fmt::Write as _;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest as _, Sha256};

use crate::pages::Theme;
use crate::places::Surface;
use crate::respond::{Trouble, trouble};

/// A file whose name changes with its content, so that browsers keep it for ever.
#[derive(Debug, Clone)]
pub(crate) struct StaticFile {
    name: String,
    content_type: &'static str,
    policy: Option<&'static str>,
    bytes: Bytes,
}

impl StaticFile {
    /// A file named `stem.<digest>.ending`.
    pub(crate) fn new(
        stem: &str,
        ending: &str,
        content_type: &'static str,
        bytes: Vec<u8>,
    ) -> Self {
        let mut name = format!("{stem}.");
        for byte in Sha256::digest(&bytes).iter().take(8) {
            // Writing to a string cannot fail.
            let _written = write!(name, "{byte:02x}");
        }
        Self {
            name: format!("{name}.{ending}"),
            content_type,
            policy: None,
            bytes: bytes.into(),
        }
    }

    /// The same with a content security policy of its own.
    pub(crate) fn with_policy(mut self, policy: Option<&'static str>) -> Self {
        self.policy = policy;
        self
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its path below the issuer's.
    pub(crate) fn path(&self) -> String {
        format!("/static/{}", self.name)
    }
}

/// `GET /static/<name>.<digest>.<ending>`
pub(crate) async fn file(
    request: HttpRequest,
    theme: web::Data<Theme>,
) -> Result<HttpResponse, actix_web::Error> {
    let file = theme.file(request.match_info().query("file"));
    let file = file.ok_or_else(|| trouble(Surface::Page, Trouble::NotFound))?;
    let mut response = HttpResponse::Ok();
    if let Some(policy) = file.policy {
        response.insert_header((CONTENT_SECURITY_POLICY, policy));
    }
    Ok(response
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((CONTENT_TYPE, file.content_type))
        .body(file.bytes.clone()))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn the_name_carries_the_digest_of_the_content() {
        let file = |text: &str| StaticFile::new("authly", "css", "text/css", text.into());
        // printf a | sha256sum
        assert_eq!(file("a").path(), "/static/authly.ca978112ca1bbdca.css");
        assert_ne!(file("a").name(), file("b").name());
    }
}
