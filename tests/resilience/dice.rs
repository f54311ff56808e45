//! Chance that can be had again: `SplitMix64`, from a seed that failures name.

use std::env;

/// A source of chance.
#[derive(Debug, Clone)]
pub(crate) struct Dice {
    state: u64,
    /// What it began with.
    pub(crate) seed: u64,
}

impl Dice {
    /// Begins with the seed in `CRASH_SEED`, else with another one each time.
    pub(crate) fn from_environment() -> Self {
        Self::new(
            number("CRASH_SEED").unwrap_or_else(|| u64::from(std::process::id()) << 20 | clock()),
        )
    }

    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed, seed }
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    /// Dice of somebody else's, who throws at the same time.
    pub(crate) fn for_another(&mut self) -> Self {
        Self::new(self.below(u64::MAX))
    }
}

/// The number in a variable that whoever runs the tests may set.
pub(crate) fn number(variable: &str) -> Option<u64> {
    let text = env::var_os(variable)?;
    let number = text.to_str().and_then(|text| text.parse().ok());
    Some(number.unwrap_or_else(|| panic!("{variable} is a number")))
}

fn clock() -> u64 {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed();
    u64::from(since.expect("it is after 1970").subsec_nanos())
}
