//! Fuzzes the target that `AUTHLY_FUZZ_TARGET` names: libFuzzer brings `main`, makes up cases and
//! watches where they lead.

#![no_main]

use std::cell::RefCell;
use std::mem::ManuallyDrop;

use authly_fuzz::{Check, TARGETS};

thread_local! {
    /// The check of the target, set up once. libFuzzer leaves the process in the midst of things, when
    /// nothing can be taken down any more.
    static CHECK: RefCell<ManuallyDrop<Check>> = RefCell::new(ManuallyDrop::new(start()));
}

#[expect(
    clippy::expect_used,
    reason = "without a target there is nothing to do"
)]
fn start() -> Check {
    let name = std::env::var("AUTHLY_FUZZ_TARGET").expect("AUTHLY_FUZZ_TARGET names a target");
    let target = TARGETS.iter().find(|target| target.name == name);
    (target
        .expect("AUTHLY_FUZZ_TARGET names one of the targets")
        .start)()
}

libfuzzer_sys::fuzz_target!(|case: &[u8]| {
    CHECK.with_borrow_mut(|check| check(case));
});
