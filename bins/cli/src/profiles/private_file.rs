//! Files that nobody else reads: not through their mode, and not through a link that somebody has
//! put in their place.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use authly_admin_client::StoreError;

use super::unusable;

/// The text of the file, if there is one. One that others may read or write is refused: whoever
/// could read it may have the credentials.
pub(super) fn read(path: &Path) -> Result<Option<String>, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true);
    let mut file = match without_following(&mut options).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable(path, "cannot be read", error)),
    };
    check(&file, path)?;
    let mut text = String::new();
    let read = file.read_to_string(&mut text);
    read.map_err(|error| unusable(path, "cannot be read", error))?;
    Ok(Some(text))
}

/// Puts a file with this text in place of the one before: whole, or not at all.
pub(super) fn write(path: &Path, text: &str) -> Result<(), StoreError> {
    let unwritable = |error| unusable(path, "cannot be written", error);
    let folder = folder_of(path)?;
    // Made for this person alone, under a name that nobody can have guessed.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
    file.write_all(text.as_bytes()).map_err(unwritable)?;
    file.as_file().sync_all().map_err(unwritable)?;
    let placed = file.persist(path);
    placed.map_err(|error| unwritable(error.error))?;
    Ok(())
}

/// Opens a file that is there to be locked.
pub(super) fn open_lock(path: &Path) -> Result<File, StoreError> {
    folder_of(path)?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    let opened = without_following(private(&mut options)).open(path);
    opened.map_err(|error| unusable(path, "cannot be locked", error))
}

/// The folder of the file, which is made where it is missing.
fn folder_of(path: &Path) -> Result<&Path, StoreError> {
    let folder = path.parent().unwrap_or(path);
    let mut builder = DirBuilder::new();
    let made = private_folder(builder.recursive(true)).create(folder);
    made.map_err(|error| unusable(folder, "cannot be made", error))?;
    Ok(folder)
}

#[cfg(unix)]
fn check(file: &File, path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::MetadataExt;

    let facts = file.metadata();
    let facts = facts.map_err(|error| unusable(path, "cannot be read", error))?;
    let place = path.display();
    if !facts.is_file() {
        return Err(StoreError::new(format!("{place} is no file")));
    }
    if facts.uid() != nix::unistd::geteuid().as_raw() {
        return Err(StoreError::new(format!(
            "{place} belongs to another account, so it is not used"
        )));
    }
    if facts.mode() & 0o077 != 0 {
        return Err(StoreError::new(format!(
            "{place} is open to other accounts, so it is not used. If nobody else has read it: \
             chmod 600 {place}"
        )));
    }
    Ok(())
}

#[cfg(unix)]
fn without_following(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    options.custom_flags(nix::fcntl::OFlag::O_NOFOLLOW.bits())
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;

    options.mode(0o600)
}

#[cfg(unix)]
fn private_folder(builder: &mut DirBuilder) -> &mut DirBuilder {
    use std::os::unix::fs::DirBuilderExt;

    builder.mode(0o700)
}

// Elsewhere a person's folder for settings is closed to others by the system.
#[cfg(not(unix))]
fn check(_file: &File, _path: &Path) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(not(unix))]
fn without_following(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(not(unix))]
fn private_folder(builder: &mut DirBuilder) -> &mut DirBuilder {
    builder
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use pretty_assertions::assert_eq;

    use super::*;

    fn mode_of(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_written_is_read_and_for_nobody_else() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("authly/profiles/default.json");
        assert_eq!(read(&path).unwrap(), None);

        write(&path, "one").unwrap();
        write(&path, "two").unwrap();

        assert_eq!(read(&path).unwrap().as_deref(), Some("two"));
        assert_eq!(mode_of(&path), 0o600);
        let folder = path.parent().unwrap();
        assert_eq!(mode_of(folder), 0o700);
        assert_eq!(mode_of(folder.parent().unwrap()), 0o700);
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_others_may_read_is_refused_with_what_to_do() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("default.json");
        for mode in [0o640, 0o604, 0o620, 0o644] {
            write(&path, "one").unwrap();
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();

            let refusal = read(&path).unwrap_err().to_string();

            assert!(refusal.contains("chmod 600"), "{refusal}");
        }
    }

    #[test]
    fn a_link_is_not_followed_and_is_replaced_not_written_through() {
        let place = tempfile::tempdir().unwrap();
        let (path, elsewhere) = (
            place.path().join("default.json"),
            place.path().join("elsewhere"),
        );
        write(&elsewhere, "mine").unwrap();
        symlink(&elsewhere, &path).unwrap();

        read(&path).unwrap_err();
        open_lock(&path).unwrap_err();
        write(&path, "one").unwrap();

        assert_eq!(read(&path).unwrap().as_deref(), Some("one"));
        assert_eq!(read(&elsewhere).unwrap().as_deref(), Some("mine"));
    }

    #[test]
    fn a_folder_in_place_of_the_file_is_refused() {
        let place = tempfile::tempdir().unwrap();
        read(place.path()).unwrap_err();
    }
}
