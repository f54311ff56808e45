//! Settings: a file, then, after a line `---`, variables of the environment, a line each.

use std::ffi::OsString;

use authly_server::check_settings;

use crate::{Check, of_text};

pub(crate) fn start() -> Check {
    let folder = std::env::temp_dir().join(format!("authly-fuzz-{}", std::process::id()));
    let file = folder.join("server.toml");
    of_text(move |case| {
        // A secret may be in a file, and devices are files that never end.
        if case.contains("/dev") || case.contains("/proc") {
            return;
        }
        let (text, variables) = case.split_once("\n---\n").unwrap_or((case, ""));
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        std::fs::write(&file, text).expect("the settings can be written");
        let read = || check_settings(&file, environment(variables));
        let (one, other) = (read(), read());
        std::fs::remove_dir_all(&folder).expect("the folder can be removed");
        assert_eq!(one, other);
        assert!(!one.is_err_and(|problems| problems.is_empty()));
    })
}

fn environment(lines: &str) -> Vec<(OsString, OsString)> {
    let lines = lines.lines().filter_map(|line| line.split_once('='));
    lines
        .map(|(name, value)| (name.into(), value.into()))
        .collect()
}
