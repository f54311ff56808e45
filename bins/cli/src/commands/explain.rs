//! `authly explain`.

use authly_admin_client::admin::refusals::{ListQuery, Refusal};
use clap::{ArgGroup, Args};

use crate::args::Paging;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Cell, Row, Sheet};

/// What to explain.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["request", "last", "list"]))]
pub(crate) struct ExplainArguments {
    /// The id of the request, as its answer or its error page showed it.
    #[arg(value_name = "ID")]
    request: Option<String>,
    /// Explain the last request that was refused.
    #[arg(long)]
    last: bool,
    /// List the requests that were refused, the newest first.
    #[arg(long)]
    list: bool,
    /// Only requests about this client, by the id that they gave for it.
    #[arg(long, value_name = "CLIENT_ID", conflicts_with = "request")]
    client: Option<String>,
    #[command(flatten)]
    paging: Paging,
}

/// Does it.
pub(crate) async fn run(arguments: ExplainArguments, caller: &Caller) -> Result<Exit, Failure> {
    if let Some(request) = &arguments.request {
        let refusal = caller.client.explain(request).await?;
        caller.output.sheet(&refusal)?;
        return Ok(Exit::Ok);
    }
    let page = |cursor, limit| {
        caller.client.list_refusals().query(&ListQuery {
            client: arguments.client.clone(),
            limit: Some(limit),
            cursor,
        })
    };
    if arguments.last {
        let newest = page(None, 1).await?.items.into_iter().next();
        let newest = newest.ok_or_else(|| Failure::refused("no refused request is kept"))?;
        caller.output.sheet(&newest)?;
        return Ok(Exit::Ok);
    }
    let page = |cursor, size| page(cursor, u64::from(size));
    let refusals: Vec<Refusal> = caller.gather(&arguments.paging, page).await?;
    caller.output.list(&refusals)?;
    Ok(Exit::Ok)
}

impl Row for Refusal {
    const HEADINGS: &'static [&'static str] =
        &["request", "at", "endpoint", "status", "reason", "client"];

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::plain(&self.request_id),
            Cell::plain(self.at.to_string()),
            Cell::plain(&self.endpoint),
            Cell::plain(self.status.to_string()),
            Cell::plain(&self.reason),
            Cell::maybe(self.client_id.as_ref()),
        ]
    }
}

impl Sheet for Refusal {
    fn lines(&self) -> Vec<(&'static str, Cell)> {
        vec![
            ("request", Cell::plain(&self.request_id)),
            ("at", Cell::plain(self.at.to_string())),
            (
                "asked",
                Cell::plain(format!("{} {}", self.method, self.endpoint)),
            ),
            (
                "answered",
                Cell::plain(format!("{} {}", self.status, self.error)),
            ),
            ("reason", Cell::plain(&self.reason)),
            ("explanation", Cell::plain(&self.explanation)),
            ("expected", Cell::maybe(self.expected.as_ref())),
            ("came", Cell::maybe(self.came.as_ref())),
            ("client", Cell::maybe(self.client_id.as_ref())),
            ("user id", Cell::maybe(self.user)),
            ("address", Cell::maybe(self.address.as_ref())),
        ]
    }
}
