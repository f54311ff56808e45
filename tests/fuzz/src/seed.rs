//! Seed files, applied to a database.

use actix_web::rt::System;
use authly_services::seed::{Seed, SeedError};
use authly_testing::TestServices;

use crate::{Check, of_text};

pub(crate) fn start() -> Check {
    let system = System::new();
    let services = system.block_on(TestServices::start());
    of_text(move |case| {
        let Ok(seed) = toml::from_str::<Seed>(case) else {
            return;
        };
        system.block_on(apply(&services, &seed));
    })
}

/// A seed is applied, and then changes nothing more; or everything that is wrong with it is said.
async fn apply(services: &TestServices, seed: &Seed) {
    let seeder = services.seeder();
    match seeder.apply(seed).await {
        Ok(report) => {
            let stored = services.stored();
            let before = stored.registry().await;
            let again = seeder.apply(seed).await;
            assert_eq!(again.expect("a seed can be applied again"), report);
            assert!(
                stored.registry().await == before,
                "the second time changed something"
            );
        }
        Err(SeedError::Problems(problems)) => assert!(!problems.is_empty()),
        Err(failed) => panic!("{failed:?}"),
    }
}
