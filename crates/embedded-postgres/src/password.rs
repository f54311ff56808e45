//! The superuser's password: random, and kept in a file that only the cluster's account reads.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::OFlag;
use secrecy::SecretString;

use crate::error::{EmbeddedPostgresError, io_error};
use crate::home::Home;

/// The password of the cluster that is in this home.
pub(crate) fn of_cluster(home: &Home) -> Result<SecretString, EmbeddedPostgresError> {
    let path = home.password();
    let password = read(&path).map_err(io_error("read", &path))?;
    password.ok_or_else(|| EmbeddedPostgresError::PasswordMissing {
        directory: home.directory.clone(),
        password: path,
    })
}

/// Reads the password in `path`. `None` if there is no such file, or nothing in it after a crash.
fn read(path: &Path) -> io::Result<Option<SecretString>> {
    // The folder is the account's: root must not be led elsewhere by a link in it.
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlag::O_NOFOLLOW.bits())
        .open(path);
    let mut text = String::new();
    match file {
        Ok(file) => file.take(1024).read_to_string(&mut text)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let password = text.trim_end();
    Ok((!password.is_empty()).then(|| password.to_owned().into()))
}

/// A new password of 256 bits.
pub(crate) fn generate() -> io::Result<SecretString> {
    Ok(random_hex::<32>()?.into())
}

/// As many random bytes as asked for, in hexadecimal.
pub(crate) fn random_hex<const BYTES: usize>() -> io::Result<String> {
    let mut bytes = [0; BYTES];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(hex(&bytes))
}

/// Hexadecimal digits of `bytes`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
