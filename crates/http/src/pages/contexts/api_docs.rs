//! The reference of the admin API.

use serde::Serialize;

use super::Page;

/// The reference of the admin API.
#[derive(Debug, Serialize)]
pub(crate) struct ApiDocsPage {
    /// This page.
    pub(crate) address: String,
    /// The OpenAPI document.
    pub(crate) download: String,
    /// The server's version.
    pub(crate) version: String,
    /// What the API is.
    pub(crate) about: String,
    /// The endpoints by feature.
    pub(crate) groups: Vec<ApiGroup>,
    /// The documents that travel.
    pub(crate) schemas: Vec<ApiSchema>,
}

/// The endpoints of a feature.
#[derive(Debug, Serialize)]
pub(crate) struct ApiGroup {
    /// The feature.
    pub(crate) name: String,
    /// Its endpoints.
    pub(crate) operations: Vec<ApiOperation>,
}

/// An endpoint.
#[derive(Debug, Serialize)]
pub(crate) struct ApiOperation {
    /// Its name.
    pub(crate) id: String,
    /// How it is called.
    pub(crate) method: String,
    /// Where.
    pub(crate) path: String,
    /// What it does, in one sentence.
    pub(crate) summary: String,
    /// What it does.
    pub(crate) about: String,
    /// The scope that it asks for.
    pub(crate) scope: Option<String>,
    /// What varies in path, query and headers.
    pub(crate) parameters: Vec<ApiMember>,
    /// The document that is sent.
    pub(crate) body: Option<String>,
    /// The status of its answer.
    pub(crate) status: String,
    /// The document that comes back.
    pub(crate) answer: Option<String>,
    /// The statuses of its refusals.
    pub(crate) refusals: String,
}

/// A document that travels.
#[derive(Debug, Serialize)]
pub(crate) struct ApiSchema {
    /// Its name.
    pub(crate) name: String,
    /// What it is.
    pub(crate) about: String,
    /// The texts that it may be.
    pub(crate) values: Vec<ApiMember>,
    /// Its members.
    pub(crate) members: Vec<ApiMember>,
}

/// A member of a document, or a parameter.
#[derive(Debug, Serialize)]
pub(crate) struct ApiMember {
    /// Its name.
    pub(crate) name: String,
    /// What it is.
    pub(crate) kind: String,
    /// The document that describes it further.
    pub(crate) schema: Option<String>,
    /// Whether it has to be there.
    pub(crate) is_required: bool,
    /// What it says.
    pub(crate) about: String,
}

impl Page for ApiDocsPage {
    const TEMPLATE: &'static str = "api_docs.html";

    fn address(&self) -> Option<&str> {
        Some(&self.address)
    }
}
