//! What the page is told that has clients sign their users out in the browser.

use serde::Serialize;

use super::Page;

/// Signed out here, and about to be so at clients: each in a frame of its own.
#[derive(Debug, Serialize)]
pub(crate) struct SigningOutPage {
    /// Where each client signs its user out.
    pub(crate) frames: Vec<String>,
    /// Where the browser goes then; `None` where it stays.
    pub(crate) onward: Option<Onward>,
    /// The login page.
    pub(crate) login: String,
    /// The script that goes on; its digest is in the page's policy.
    pub(crate) script: &'static str,
}

/// The way back to the application that asked.
#[derive(Debug, Serialize)]
pub(crate) struct Onward {
    /// Its address.
    pub(crate) address: String,
    /// In words that a person can check.
    pub(crate) destination: String,
}

impl Page for SigningOutPage {
    const TEMPLATE: &'static str = "signing_out.html";
    const NEEDS: &'static [&'static str] = &["<iframe"];
}
