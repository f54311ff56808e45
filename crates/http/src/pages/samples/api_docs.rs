//! The reference of the admin API.

use super::Visit;
use crate::pages::contexts::{ApiDocsPage, ApiGroup, ApiMember, ApiOperation, ApiSchema};

/// Shows it with much and with little to say.
pub(super) fn visit(word: &str, visitor: &mut impl Visit) {
    visitor.page(&page(word, Some(word)));
    visitor.page(&page(word, None));
}

fn page(word: &str, some: Option<&str>) -> ApiDocsPage {
    let text = || word.to_owned();
    let members = |some: Option<&str>| some.iter().map(|_| member(word, some)).collect();
    let operation = ApiOperation {
        id: "sample.operation".to_owned(),
        method: "PATCH".to_owned(),
        path: "/admin/sample".to_owned(),
        summary: text(),
        about: text(),
        scope: some.map(str::to_owned),
        parameters: members(some),
        body: some.map(str::to_owned),
        status: "200".to_owned(),
        answer: some.map(str::to_owned),
        refusals: "400, 401".to_owned(),
    };
    ApiDocsPage {
        address: "/api-docs".to_owned(),
        download: "/openapi.json".to_owned(),
        version: text(),
        about: text(),
        groups: vec![ApiGroup {
            name: "sample".to_owned(),
            operations: vec![operation],
        }],
        schemas: vec![ApiSchema {
            name: "Sample".to_owned(),
            about: text(),
            values: members(some),
            members: vec![member(word, some), member(word, None)],
        }],
    }
}

fn member(word: &str, some: Option<&str>) -> ApiMember {
    ApiMember {
        name: word.to_owned(),
        kind: some.unwrap_or_default().to_owned(),
        schema: some.map(str::to_owned),
        is_required: some.is_some(),
        about: word.to_owned(),
    }
}
