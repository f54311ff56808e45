//! Secrets and rights of clients.

use std::time::Duration;

use authly_domain::scopes::AdminScope;
use authly_domain::secret::ClientSecret;
use authly_protocol::admin::clients::{Entitle, KeptSecret, Rotate, SetSecret};
use authly_services::clients::{RotatedSecret, Rotation};

use super::write::aim;
use super::{AdminCall, Answer, Clients, document};
use crate::admin::fields::Fields;
use crate::admin::repeated::{document_of, written};
use crate::respond::AdminProblem;

/// `POST /admin/clients/{client}/secrets`
pub(super) async fn rotate_secret(
    call: AdminCall<Rotate>,
    clients: Clients,
) -> Result<Answer<Rotate>, AdminProblem> {
    let rights = call.caller.admin_scopes();
    let rotation = Rotation {
        old_valid_for: Duration::from_secs(call.body.old_secret_valid_for),
        rights: &rights,
    };
    let write = |rotated: &RotatedSecret| written(&document::new_secret(rotated));
    let keyed = call.keyed(&write);
    let answered = clients.rotate_secret(aim(&call), rotation, keyed.as_ref());
    let document = document_of(answered.await?, document::new_secret)?;
    let version = document.version;
    Ok(Answer::of(document).in_version(version))
}

/// `PUT /admin/clients/{client}/secrets`
pub(super) async fn set_secret(
    call: AdminCall<SetSecret>,
    clients: Clients,
) -> Result<Answer<SetSecret>, AdminProblem> {
    let mut fields = Fields::default();
    let secret = ClientSecret::new(call.body.client_secret.expose().to_owned());
    if let Err(why) = secret.check_form() {
        fields.wrong("/client_secret", why);
    }
    let secret = fields.finish(Some(secret))?;
    let rights = call.caller.admin_scopes();
    let rotation = Rotation {
        old_valid_for: Duration::from_secs(call.body.old_secret_valid_for),
        rights: &rights,
    };
    let given = clients.set_secret(aim(&call), &secret, rotation).await?;
    let version = given.client.client.version;
    let document = KeptSecret {
        client_id: given.client.client.id.as_str().to_owned(),
        was_known: given.was_known,
        version,
    };
    Ok(Answer::of(document).in_version(version))
}

/// `PUT /admin/clients/{client}/entitled_admin_scopes`
pub(super) async fn entitle(
    call: AdminCall<Entitle>,
    clients: Clients,
) -> Result<Answer<Entitle>, AdminProblem> {
    let mut fields = Fields::default();
    let texts = &call.body.entitled_admin_scopes;
    let to: Vec<AdminScope> = fields.parse_all("/entitled_admin_scopes", texts);
    let to = fields.finish(Some(to))?;
    let rights = call.caller.admin_scopes();
    let client = clients.entitle(aim(&call), &to, &rights).await?;
    let version = client.client.version;
    Ok(Answer::of(document::client(&client)).in_version(version))
}
