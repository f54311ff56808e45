//! `authly man FOLDER`, for those who package the program.

use std::path::Path;

use clap::CommandFactory;

use crate::args::Arguments;
use crate::exit::Exit;
use crate::failure::Failure;

/// Writes a manual page for each command into `folder`, which is made where it is missing.
pub(crate) fn man(folder: &Path) -> Result<Exit, Failure> {
    let unwritable = |error| {
        let folder = folder.display();
        Failure::refused(format!(
            "manual pages cannot be written to {folder}: {error}"
        ))
    };
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    clap_mangen::generate_to(Arguments::command(), folder).map_err(unwritable)?;
    Ok(Exit::Ok)
}
