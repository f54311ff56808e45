//! The command line of `authly user …`.

use authly_admin_client::admin::Moment;
use clap::{Args, Subcommand, ValueEnum};

use super::claims::{ClaimArguments, Clearable};
use crate::args::{Change, Destruction, Paging};

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum YesNo {
    /// Those who are.
    Yes,
    /// Those who are not.
    No,
}

impl YesNo {
    /// As the API says it.
    pub(super) fn is_yes(self) -> bool {
        self == Self::Yes
    }
}

/// One user.
#[derive(Debug, Args)]
pub(crate) struct OneUser {
    /// The user: name, e-mail address or id.
    #[arg(value_name = "USER")]
    pub(super) user: String,
}

/// One user who is changed.
#[derive(Debug, Args)]
pub(crate) struct TouchUser {
    #[command(flatten)]
    pub(super) one: OneUser,
    #[command(flatten)]
    pub(super) change: Change,
}

/// One user from whom something is taken.
#[derive(Debug, Args)]
pub(crate) struct DestroyUser {
    #[command(flatten)]
    pub(super) one: OneUser,
    #[command(flatten)]
    pub(super) destruction: Destruction,
}

/// Which users are listed.
#[derive(Debug, Args)]
pub(crate) struct ListUsers {
    /// Those whose name, e-mail address or user name begins with this.
    #[arg(long, value_name = "TEXT", conflicts_with_all = [
        "sort", "created_from", "created_before", "last_login_from", "last_login_before"])]
    pub(super) search: Option<String>,
    /// Whether they are enabled.
    #[arg(long, value_name = "YES|NO", value_enum, hide_possible_values = true)]
    pub(super) active: Option<YesNo>,
    /// Whether they are administrators.
    #[arg(long, value_name = "YES|NO", value_enum, hide_possible_values = true)]
    pub(super) admin: Option<YesNo>,
    /// Whether their e-mail address is verified.
    #[arg(long, value_name = "YES|NO", value_enum, hide_possible_values = true)]
    pub(super) verified: Option<YesNo>,
    /// Whether they have to change their password.
    #[arg(long, value_name = "YES|NO", value_enum, hide_possible_values = true)]
    pub(super) password_change_due: Option<YesNo>,
    /// Made at this time or later, such as 2026-01-31T12:00:00Z.
    #[arg(long, value_name = "TIME")]
    pub(super) created_from: Option<Moment>,
    /// Made before this time.
    #[arg(long, value_name = "TIME")]
    pub(super) created_before: Option<Moment>,
    /// Last logged in at this time or later.
    #[arg(long, value_name = "TIME")]
    pub(super) last_login_from: Option<Moment>,
    /// Last logged in before this time, or never.
    #[arg(long, value_name = "TIME")]
    pub(super) last_login_before: Option<Moment>,
    /// The order: username, email, `created_at` or `last_login_at`; with - in front from the end.
    #[arg(long, value_name = "ORDER", allow_hyphen_values = true)]
    pub(super) sort: Option<String>,
    #[command(flatten)]
    pub(super) paging: Paging,
}

/// Where a password comes from. It is typed unless one of these is said.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct PasswordFrom {
    /// Read the password from standard input.
    #[arg(long, conflicts_with = "temporary")]
    pub(super) password_stdin: bool,
    /// Have the server make a password, which is shown once and changed at the first login.
    #[arg(long)]
    pub(super) temporary: bool,
    /// The user has to change the password at the next login.
    #[arg(long)]
    pub(super) require_change: bool,
}

/// A user to be made.
#[derive(Debug, Args)]
pub(crate) struct CreateUser {
    /// What the user logs in with.
    #[arg(value_name = "USERNAME")]
    pub(super) username: String,
    /// The e-mail address.
    #[arg(long)]
    pub(super) email: Option<String>,
    /// The address is verified already.
    #[arg(long, requires = "email")]
    pub(super) verified: bool,
    /// The user is an administrator.
    #[arg(long)]
    pub(super) admin: bool,
    #[command(flatten)]
    pub(super) password: PasswordFrom,
    #[command(flatten)]
    pub(super) change: Change,
    #[command(flatten)]
    pub(super) claims: ClaimArguments,
}

/// A change of a user.
#[derive(Debug, Args)]
pub(crate) struct UpdateUser {
    #[command(flatten)]
    pub(super) one: OneUser,
    /// Another user name.
    #[arg(long)]
    pub(super) username: Option<String>,
    /// Another e-mail address; it is not verified, unless that is said as well.
    #[arg(long)]
    pub(super) email: Option<String>,
    /// Whether the e-mail address is verified.
    #[arg(long, value_name = "YES|NO", value_enum, hide_possible_values = true)]
    pub(super) verified: Option<YesNo>,
    /// What is taken away, such as nickname; may be said several times.
    #[arg(long, value_name = "FIELD", value_enum)]
    pub(super) clear: Vec<Clearable>,
    #[command(flatten)]
    pub(super) change: Change,
    #[command(flatten)]
    pub(super) claims: ClaimArguments,
}

/// Another password for a user.
#[derive(Debug, Args)]
pub(crate) struct ResetPassword {
    #[command(flatten)]
    pub(super) one: OneUser,
    #[command(flatten)]
    pub(super) password: PasswordFrom,
    #[command(flatten)]
    pub(super) destruction: Destruction,
}

/// What a user has agreed to.
#[derive(Debug, Subcommand)]
pub(crate) enum ConsentCommand {
    /// List what a user has agreed to, application by application.
    List(ListConsents),
    /// Forget what a user has agreed to for an application, and end what was granted to it.
    Revoke(RevokeConsent),
}

/// Whose consents are listed.
#[derive(Debug, Args)]
pub(crate) struct ListConsents {
    #[command(flatten)]
    pub(super) one: OneUser,
    #[command(flatten)]
    pub(super) paging: Paging,
}

/// The consent that is revoked.
#[derive(Debug, Args)]
pub(crate) struct RevokeConsent {
    #[command(flatten)]
    pub(super) one: OneUser,
    /// The application: its `client_id` or id.
    #[arg(value_name = "CLIENT")]
    pub(super) client: String,
    #[command(flatten)]
    pub(super) destruction: Destruction,
}
