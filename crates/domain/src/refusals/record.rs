//! Refusals as they are kept for a while.

use std::net::IpAddr;

use crate::clock::Timestamp;
use crate::id::UserId;

/// The most refusals that are kept: with more, the oldest go.
pub const MAX_REFUSALS: i64 = 100_000;

/// One refused request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalRecord {
    /// The id of the request, as its answer carried it.
    pub request_id: String,
    /// When it was answered.
    pub at: Timestamp,
    /// The method of the request.
    pub method: String,
    /// The line of the URL table that answered.
    pub endpoint: String,
    /// The HTTP status of the answer.
    pub status: u16,
    /// What the answer said: the code of OAuth or of the admin API, or the name of the page.
    pub error: String,
    /// The reason, by its stable name; a newer server may have written one that is not known here.
    pub reason: String,
    /// What happened, in plain words.
    pub sentence: String,
    /// What would have been right.
    pub expected: Option<String>,
    /// What came instead.
    pub came: Option<String>,
    /// Which client it was about, as the request named it.
    pub client_id: Option<String>,
    /// Whose request it was.
    pub user: Option<UserId>,
    /// Where it came from.
    pub address: Option<IpAddr>,
}

/// A refusal as it stands in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRefusal {
    /// Its number: of two, the later one has the greater.
    pub number: i64,
    /// What was kept.
    pub refusal: RefusalRecord,
}
