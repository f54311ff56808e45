//! Puts everything in `templates/` into the binary: a new template or language is one file there
//! and no line here.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::{env, fs};

fn main() -> io::Result<()> {
    // Asked when this runs: a script that was built for another clone would look there.
    let package = env::var_os("CARGO_MANIFEST_DIR");
    let package = package.ok_or_else(|| io::Error::other("cargo sets CARGO_MANIFEST_DIR"))?;
    let root = Path::new(&package).join("../../templates").canonicalize()?;
    let mut code = String::new();
    for (constant, folder, ending) in [
        ("TEMPLATES", root.clone(), "html"),
        ("TEXTS", root.join("texts"), "ftl"),
    ] {
        // Writing to a string cannot fail.
        let _written = writeln!(code, "pub(super) const {constant}: &[(&str, &str)] = &[");
        for (name, path) in files(&folder, ending)? {
            let _written = writeln!(code, "    ({name:?}, include_str!({path:?})),");
        }
        code.push_str("];\n");
    }
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("embedded.rs"), code)?;
    writeln!(io::stdout(), "cargo::rerun-if-changed={}", root.display())
}

/// The files of a folder with this ending, in order: name without folder, and path.
fn files(folder: &Path, ending: &str) -> io::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let (Some(name), Some(text)) = (name, path.to_str())
            && path
                .extension()
                .is_some_and(|extension| extension == ending)
        {
            found.push((name.to_owned(), text.to_owned()));
        }
    }
    found.sort();
    Ok(found)
}
