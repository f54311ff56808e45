//! The files of this repository.

use std::path::{Path, PathBuf};

/// The folders that hold what people wrote: neither build output nor data.
const FOLDERS: [&str; 9] = [
    ".ci",
    "bins",
    "crates",
    "deploy",
    "docs",
    "examples",
    "migrations",
    "templates",
    "tests",
];

/// A text file, with its path below the repository's root.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests
        .parent()
        .expect("the package of these tests is a folder of the repository")
        .to_owned()
}

/// Every file whose name has one of these endings.
pub(crate) fn files(endings: &[&str]) -> Vec<File> {
    let root = root();
    let mut paths = entries(&root)
        .into_iter()
        .filter(|path| path.is_file())
        .collect::<Vec<_>>();
    for folder in FOLDERS.map(|folder| root.join(folder)) {
        collect(&folder, &mut paths);
    }
    paths.sort();
    paths
        .into_iter()
        .filter(|path| {
            endings
                .iter()
                .any(|ending| path.to_string_lossy().ends_with(ending))
        })
        .map(|path| read(&root, &path))
        .collect()
}

/// Every file of Rust code.
pub(crate) fn rust_files() -> Vec<File> {
    files(&[".rs"])
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    if !folder.is_dir() {
        return;
    }
    for path in entries(folder) {
        if path.is_dir() {
            collect(&path, paths);
        } else {
            paths.push(path);
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .expect("a folder of the repository can be listed")
        .map(|entry| entry.expect("an entry of a folder can be read").path())
        .collect()
}

fn read(root: &Path, path: &Path) -> File {
    let below = path
        .strip_prefix(root)
        .expect("the path was made from the root");
    File {
        path: below.to_string_lossy().into_owned(),
        text: std::fs::read_to_string(path).expect("the file holds UTF-8 text"),
    }
}
