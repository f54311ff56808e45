//! How a client is told that a session has ended.

use crate::network::FetchUrl;

/// What a client has registered for that (OpenID Connect Back-Channel Logout §2.2, Front-Channel Logout §2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogoutMetadata {
    /// Where logout tokens are posted; `None` for a client that is not told.
    pub backchannel_uri: Option<FetchUrl>,
    /// Whether it needs `sid` in them; ours always have it.
    pub backchannel_session_required: bool,
    /// What is opened in a frame, so that it signs its user out in the browser; `None` where nothing is.
    pub frontchannel_uri: Option<FetchUrl>,
    /// Whether it needs `iss` and `sid` there; they always stand there.
    pub frontchannel_session_required: bool,
}
