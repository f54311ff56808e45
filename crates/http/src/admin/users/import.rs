//! Users whom another server had.

use authly_domain::id::UserId;
use authly_domain::secret::SecretText;
use authly_domain::users::{PasswordChange, Subject};
use authly_protocol::admin::Id;
use authly_protocol::admin::users::{
    Import, ImportReport, ImportedUser as Wire, MAX_IMPORTED_USERS, SkippedUser,
};
use authly_services::users::{ImportedUser, TakenBy};

use super::Users;
use super::claims::given_claims;
use crate::admin::fields::Fields;
use crate::admin::{AdminCall, Answer};
use crate::respond::AdminProblem;

/// `POST /admin/user-imports`
pub(super) async fn import(
    call: AdminCall<Import>,
    users: Users,
) -> Result<Answer<Import>, AdminProblem> {
    let mut fields = Fields::default();
    if call.body.users.len() > MAX_IMPORTED_USERS {
        let detail = format!("an import has at most {MAX_IMPORTED_USERS} users");
        fields.wrong("/users", detail);
        return fields.finish(None);
    }
    let numbered = call.body.users.iter().enumerate();
    let read = numbered.filter_map(|(at, wire)| {
        fields.within(&format!("/users/{at}"), |fields| imported(fields, wire))
    });
    let read: Vec<_> = read.collect();
    let read = fields.finish(Some(read))?;
    let by = &call.caller.identity;
    let done = users.import(&read, by, call.run).await?;
    let skipped = done.skipped.iter().filter_map(|(at, taken)| {
        let user = read.get(*at)?;
        Some(SkippedUser {
            username: user.username.as_str().to_owned(),
            taken: word(*taken).to_owned(),
        })
    });
    Ok(Answer::of(ImportReport {
        added: done.added,
        skipped: skipped.collect(),
    }))
}

const fn word(taken: TakenBy) -> &'static str {
    match taken {
        TakenBy::Username => "username",
        TakenBy::Email => "email",
        TakenBy::Subject => "sub",
    }
}

fn imported(fields: &mut Fields, wire: &Wire) -> Option<ImportedUser> {
    let subject = wire.sub.as_deref().and_then(|sub| subject(fields, sub));
    let said = wire.user.clone();
    let (username, email, profile) = fields.within("/user", |fields| {
        if said.is_admin {
            fields.wrong("/is_admin", "an import makes no administrator");
        }
        if said.password.is_some() || said.temporary_password {
            fields.wrong("/password", "an import takes hashes, in password_hash");
        }
        let username = fields.parse("/username", &said.username);
        let email = fields.parse_opt("/email", said.email.as_deref());
        (username, email, given_claims(fields, said))
    });
    let hash = wire.password_hash.as_ref();
    Some(ImportedUser {
        username: username?,
        email,
        is_verified: wire.user.is_verified,
        is_active: wire.is_active.unwrap_or(true),
        subject,
        hash: hash.map(|hash| SecretText::new(hash.expose().to_owned())),
        change: if wire.user.requires_password_change {
            PasswordChange::Required
        } else {
            PasswordChange::NotRequired
        },
        profile,
    })
}

/// A subject in the one form in which we write them.
fn subject(fields: &mut Fields, text: &str) -> Option<Subject> {
    let read = text.parse::<Id<UserId>>();
    let is_ours = read.is_ok_and(|id| id.to_string() == text);
    if !is_ours {
        fields.wrong("/sub", "it is a UUID in small letters, with hyphens");
    }
    is_ours.then(|| Subject::new(text.to_owned()))
}
