//! What the operating system says of the process.

use std::collections::BTreeSet;
use std::fs::File;

use authly_testing::TestApp;

use super::super::watch::Watch;

/// Other tests of this process come and go meanwhile: each waits until it has outweighed them.
pub(super) async fn what_the_system_says() -> BTreeSet<String> {
    let app = TestApp::start().await;
    let mut watch = Watch::of(&app.deps).await;

    let series = "process_cpu_seconds_total";
    let before = watch.value(series);
    watch
        .until(series, |value| value > before, async || {})
        .await;

    let series = "process_open_fds";
    let before = watch.value(series);
    let mut open = Vec::new();
    let more = async || {
        let files = (0..10).map(|_| File::open("/proc/self/stat").unwrap());
        open.extend(files);
    };
    watch.until(series, |value| value > before, more).await;

    let series = "process_resident_memory_bytes";
    let before = watch.value(series);
    let mut used = Vec::new();
    let more = async || used.push(vec![1_u8; 4_000_000]);
    watch.until(series, |value| value > before, more).await;
    watch.touched
}
