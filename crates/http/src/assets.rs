//! Files that pages refer to.

use std::fmt::Write as _;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest as _, Sha256};

use crate::places::Surface;
use crate::respond::{Trouble, trouble};

/// The one stylesheet. Its name changes with its content, so that browsers keep it for ever.
#[derive(Debug, Clone)]
pub(crate) struct Stylesheet {
    file_name: String,
}

/// The stylesheet's text.
const TEXT: &str = include_str!("../../../templates/authly.css");

impl Stylesheet {
    /// The stylesheet in the binary.
    pub(crate) fn embedded() -> Self {
        let mut file_name = "authly.".to_owned();
        for byte in Sha256::digest(TEXT).iter().take(8) {
            // Writing to a string cannot fail.
            let _written = write!(file_name, "{byte:02x}");
        }
        file_name.push_str(".css");
        Self { file_name }
    }

    /// Its path below the issuer's.
    pub(crate) fn path(&self) -> String {
        format!("/static/{}", self.file_name)
    }
}

/// `GET /static/authly.<hash>.css`
pub(crate) async fn stylesheet(
    request: HttpRequest,
    stylesheet: web::Data<Stylesheet>,
) -> Result<HttpResponse, actix_web::Error> {
    if request.match_info().query("file") != stylesheet.file_name {
        return Err(trouble(Surface::Page, Trouble::NotFound));
    }
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((CONTENT_TYPE, "text/css; charset=utf-8"))
        .body(TEXT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_carries_the_digest_of_the_content() {
        let path = Stylesheet::embedded().path();
        let digest = path
            .strip_prefix("/static/authly.")
            .and_then(|rest| rest.strip_suffix(".css"))
            .unwrap();
        assert_eq!(digest.len(), 16);
        assert!(digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }

    #[test]
    fn the_stylesheet_refers_to_nothing_outside() {
        assert!(!TEXT.contains("url("));
        assert!(!TEXT.contains("@import"));
    }
}
