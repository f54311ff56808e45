//! Answers of a server, as the client of it reads them.

use authly_admin_client::ErrorResponse;
use authly_admin_client::health::Health;

use crate::Check;

pub(crate) fn start() -> Check {
    Box::new(|case| {
        if let Ok(health) = serde_json::from_slice::<Health>(case) {
            let written = serde_json::to_vec(&health).expect("what was read can be written");
            let again: Health = serde_json::from_slice(&written).expect("and read again");
            assert_eq!(again, health);
        }
        if let Ok(refusal) = serde_json::from_slice::<ErrorResponse>(case) {
            let written = serde_json::to_vec(&refusal).expect("what was read can be written");
            let again: ErrorResponse = serde_json::from_slice(&written).expect("and read again");
            assert_eq!(again, refusal);
        }
    })
}
