//! Jobs that run, and one that cannot.

use std::collections::BTreeSet;

use authly_domain::jobs::JobName;
use authly_testing::TestApp;

use super::super::watch::Watch;

fn runs_of(job: &str, outcome: &str) -> String {
    format!("authly_job_runs_total{{job=\"{job}\",outcome=\"{outcome}\"}}")
}

pub(super) async fn runs() -> BTreeSet<String> {
    let app = TestApp::start().await;
    let mut watch = Watch::of(&app.deps).await;

    assert_eq!(app.jobs.run_due().await.unwrap().len(), 2);
    let took = "authly_job_duration_seconds_count{job=\"clean_up\"}";
    watch
        .moved(&[
            (&runs_of("clean_up", "succeeded"), 1.0),
            (&runs_of("rotate_keys", "succeeded"), 1.0),
            (took, 1.0),
        ])
        .await;

    // Nothing is due, nothing is counted.
    assert!(app.jobs.run_due().await.unwrap().is_empty());
    watch.moved(&[]).await;

    app.database()
        .run("ALTER TABLE throttles RENAME TO elsewhere")
        .await;
    app.advance(JobName::CleanUp.interval());
    assert_eq!(app.jobs.run_due().await.unwrap().len(), 2);
    watch
        .moved(&[
            (&runs_of("clean_up", "failed"), 1.0),
            (&runs_of("rotate_keys", "succeeded"), 1.0),
        ])
        .await;
    watch.touched
}
