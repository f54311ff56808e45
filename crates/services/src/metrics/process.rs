//! What Linux says of this process. Elsewhere there is nothing to read, and nothing is shown.

use std::fs;

/// Ticks in a second, in which Linux tells processor time to programs: the same on all processors
/// that this program is built for.
const TICKS: f64 = 100.0;

/// Memory that is in RAM, in bytes.
pub(super) fn resident_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    Some(field(&status, "VmRSS:")? * 1_024)
}

/// Processor time that was used so far, in seconds.
pub(super) fn cpu_seconds() -> Option<f64> {
    cpu_seconds_in(&fs::read_to_string("/proc/self/stat").ok()?)
}

/// How many files and connections are open.
pub(super) fn open_files() -> Option<u64> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    // One of them is the folder that was just read.
    u64::try_from(open).ok()?.checked_sub(1)
}

/// How many may be open.
pub(super) fn most_open_files() -> Option<u64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    field(&limits, "Max open files")
}

/// The number that follows a name at the beginning of a line.
fn field(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// The program's name stands in brackets and may hold anything; times are the 14th and 15th field.
fn cpu_seconds_in(stat: &str) -> Option<f64> {
    let (_name, rest) = stat.rsplit_once(')')?;
    let mut times = rest.split_whitespace().skip(11);
    let user: u32 = times.next()?.parse().ok()?;
    let system: u32 = times.next()?.parse().ok()?;
    Some((f64::from(user) + f64::from(system)) / TICKS)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn processor_time_is_found_behind_whatever_the_program_is_called() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 1 2 3 4 150 50 9 9 20 0 4 0 100 0 0";
        assert_eq!(cpu_seconds_in(stat), Some(2.0));
        assert_eq!(cpu_seconds_in("7 (name) S 1"), None);
    }

    #[test]
    fn a_number_is_found_by_its_name() {
        let status = "Name:\tauthly\nVmRSS:\t   2048 kB\n";
        assert_eq!(field(status, "VmRSS:"), Some(2_048));
        assert_eq!(
            field("Max open files   unlimited  files", "Max open files"),
            None
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_tells_everything() {
        assert!(resident_memory().unwrap() > 100_000);
        assert!(cpu_seconds().is_some());
        assert!(open_files().unwrap() > 2);
        assert!(most_open_files() >= open_files());
    }
}
