//! What a first start does: the scopes that everything needs, the first administrator, and the seed.

use std::path::Path;

use anyhow::{Context, bail};
use authly_domain::secret::Password;
use authly_domain::users::PasswordChange;
use authly_outbound::secrets::FileSecrets;
use authly_services::bootstrap::{Bootstrap, BootstrapError, NewAdministrator};
use authly_services::ports::SecretProvider;

use crate::private_file;
use crate::settings::BootstrapSettings;

/// Where the first administrator's password comes from.
enum Source<'s> {
    /// The operator chose it.
    Chosen(&'s Password),
    /// It is made, and written to this file.
    Made(&'s Path),
}

/// Does what is missing; on later starts nothing.
///
/// # Errors
/// When storage fails, or an administrator is needed and there is no way to give a password.
pub(crate) async fn prepare(
    bootstrap: &Bootstrap,
    settings: &BootstrapSettings,
) -> anyhow::Result<()> {
    bootstrap.ensure_scopes().await?;
    bootstrap.ensure_command_line().await?;
    if !bootstrap.needs_administrator().await? {
        return Ok(());
    }
    let source = match (&settings.password, &settings.password_file) {
        (Some(password), _) => Source::Chosen(password),
        (None, Some(path)) => Source::Made(path),
        (None, None) => bail!(
            "there is no administrator yet: give bootstrap.password, or bootstrap.password_file \
             for a password that is made and written there"
        ),
    };
    let (password, password_change) = match source {
        Source::Chosen(password) => {
            let copy = Password::new(password.expose().to_owned());
            (copy, PasswordChange::NotRequired)
        }
        Source::Made(path) => (
            made_password(bootstrap, path).await?,
            PasswordChange::Required,
        ),
    };
    let administrator = NewAdministrator {
        username: settings.username.clone(),
        email: settings.email.clone(),
        password,
        password_change,
    };
    let is_ours = match bootstrap.create_administrator(&administrator).await {
        Err(BootstrapError::NameTaken) => bail!(
            "there is no administrator yet, and the name or the address of the first one belongs \
             to somebody else: choose others in bootstrap.username and bootstrap.email"
        ),
        created => created.context("the first administrator was not created")?,
    };
    if is_ours {
        tracing::info!(user.name = %settings.username, "the first administrator was created");
    } else if let Source::Made(path) = source {
        // Another node was faster: nobody has this password.
        std::fs::remove_file(path).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// A new password in a new file; or what an earlier start, which did not get any further, has
/// written there.
async fn made_password(bootstrap: &Bootstrap, path: &Path) -> anyhow::Result<Password> {
    let name = path
        .to_str()
        .context("bootstrap.password_file is not UTF-8 text")?;
    if path.exists() {
        let text = FileSecrets
            .read(name)
            .await
            .with_context(|| name.to_owned())?;
        return Ok(Password::new(text.expose().to_owned()));
    }
    let password = bootstrap.generate_password();
    private_file::write_new(path, password.expose())
        .with_context(|| format!("the administrator's password cannot be written to {name}"))?;
    Ok(password)
}
