//! Settings that can be changed while the server runs.

use actix_web::web::Data;
use authly_domain::settings::SettingValue as Value;
use authly_protocol::admin::settings::{
    Change, ChangedBy, List, Read, Setting, SettingSource, SettingValue, Settings,
};
use authly_protocol::admin::{FieldError, Id, Moment, ProblemCode};
use authly_services::settings::{
    ChangeError, Changer, Force, Origin, SettingState, SettingsChange, SettingsList,
    SettingsService, Source,
};

use super::fields::{Fields, invalid_body};
use super::read::pointer_to;
use super::{AdminCall, Answer};
use crate::extract::CallerAddress;
use crate::respond::{AdminProblem, IsUnavailable};

/// `GET /admin/settings`
pub(super) async fn list(
    _call: AdminCall<List>,
    settings: Data<SettingsService>,
) -> Result<Answer<List>, AdminProblem> {
    let list = settings.list().await.map_err(ChangeError::from)?;
    let version = list.version;
    Ok(Answer::of(document(list)).in_version(version))
}

/// `GET /admin/settings/{setting}`
pub(super) async fn read(
    call: AdminCall<Read>,
    settings: Data<SettingsService>,
) -> Result<Answer<Read>, AdminProblem> {
    let found = settings.one(&call.path.setting).await;
    let found = found.map_err(ChangeError::from)?;
    let (version, state) = found.ok_or_else(|| AdminProblem::not_found("setting"))?;
    Ok(Answer::of(setting(state)).in_version(version))
}

/// `PATCH /admin/settings`
pub(super) async fn change(
    call: AdminCall<Change>,
    (settings, from): (Data<SettingsService>, CallerAddress),
) -> Result<Answer<Change>, AdminProblem> {
    let mut fields = Fields::default();
    let managed_by = fields.parse_opt("/managed_by", call.body.managed_by.as_deref());
    let managed_by = fields.finish(Some(managed_by))?;
    let change = SettingsChange {
        managed_by,
        values: call.body.values,
        expected: call.if_match,
        force: if call.query.force {
            Force::Forced
        } else {
            Force::Careful
        },
    };
    let by = &call.caller.identity;
    let list = settings.change(&change, by, from.0, call.run).await?;
    let version = list.version;
    Ok(Answer::of(document(list)).in_version(version))
}

impl From<ChangeError> for AdminProblem {
    fn from(error: ChangeError) -> Self {
        match &error {
            ChangeError::Wrong(values) => {
                let errors = values.iter().map(|wrong| FieldError {
                    pointer: format!("/values{}", pointer_to(&wrong.setting)),
                    detail: wrong.why.clone(),
                });
                invalid_body(errors.collect())
            }
            ChangeError::VersionMismatch { expected } => Self::new(
                ProblemCode::VersionMismatch,
                format!("The settings have changed since version {expected}."),
            ),
            ChangeError::ShutsOut => Self::new(
                ProblemCode::Conflict,
                "The change would shut you out of the admin API: it would be off, or not admit your \
                 address any more. Force it if that is meant.",
            ),
            ChangeError::Storage(storage) => {
                let is_unavailable = IsUnavailable(storage.is_unavailable());
                Self::storage(is_unavailable, error)
            }
        }
    }
}

fn document(list: SettingsList) -> Settings {
    Settings {
        version: list.version,
        items: list.settings.into_iter().map(setting).collect(),
    }
}

fn setting(state: SettingState) -> Setting {
    let (source, origin) = match state.source {
        Source::Default => (SettingSource::Default, None),
        Source::Application => (SettingSource::Application, None),
        Source::Start(Origin::File(path)) => (SettingSource::File, Some(path)),
        Source::Start(Origin::Variable(name)) => (SettingSource::Environment, Some(name)),
        Source::Start(Origin::Flag(name)) => (SettingSource::Flag, Some(name)),
        Source::Stored => (SettingSource::Stored, None),
    };
    let managed_by = state
        .stored
        .as_ref()
        .and_then(|row| row.managed_by.as_ref());
    let managed_by = managed_by.map(ToString::to_string);
    let (changed_at, changed_by) = match state.stored {
        Some(stored) => (
            Some(Moment(stored.changed_at)),
            Some(changed_by(stored.changed_by)),
        ),
        None => (None, None),
    };
    Setting {
        name: state.setting.path.to_owned(),
        about: state.setting.about.to_owned(),
        expected: state.setting.kind.expected(),
        value: value(state.value),
        source,
        origin,
        configured: value(state.configured),
        default: value(state.default),
        changed_at,
        changed_by,
        managed_by,
        ignored_because: state.ignored,
    }
}

fn value(value: Value) -> SettingValue {
    match value {
        Value::Switch(on) => SettingValue::Switch(on),
        Value::Number(number) => SettingValue::Number(number),
        Value::Text(text) => SettingValue::Text(text),
        Value::List(entries) => SettingValue::List(entries),
    }
}

fn changed_by(who: Changer) -> ChangedBy {
    match who {
        Changer::User { id, username } => ChangedBy {
            user: Some(Id(id)),
            username: Some(username),
            ..ChangedBy::default()
        },
        Changer::Client { key, client_id } => ChangedBy {
            client: Some(Id(key)),
            client_id: Some(client_id),
            ..ChangedBy::default()
        },
        Changer::Nobody => ChangedBy::default(),
    }
}
