//! Sessions.

use authly_domain::id;
use authly_protocol::admin::sessions::{End, EndAll, Get, List, SessionPath};
use authly_protocol::admin::{Id, UserPath};
use authly_protocol::endpoint::NoPath;

use crate::{AdminClient, Call};

impl AdminClient {
    /// A page of sessions, the newest first.
    pub fn list_sessions(&self) -> Call<'_, List> {
        self.call(&NoPath)
    }

    /// One session.
    pub fn get_session(&self, session: id::SessionId) -> Call<'_, Get> {
        let session = Id(session);
        self.call(&SessionPath { session })
    }

    /// Ends a session, and what hangs on it.
    pub fn end_session(&self, session: id::SessionId) -> Call<'_, End> {
        let session = Id(session);
        self.call(&SessionPath { session })
    }

    /// Ends the sessions of a user.
    pub fn end_sessions_of_user(&self, user: id::UserId) -> Call<'_, EndAll> {
        let user = Id(user);
        self.call(&UserPath { user })
    }
}
