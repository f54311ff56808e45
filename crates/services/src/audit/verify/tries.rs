//! How much is tried to name what was removed.

/// How many removed events in a row are looked for where their places were closed up.
const MOST_MISSING: i64 = 10_000;
/// How many numbers are tried in a part, each by a digest: whoever alters the hashes of all events must not
/// keep the server at it for a minute.
const MOST_TRIES: i64 = 20_000;

/// The tries that are left for a part.
#[derive(Debug)]
pub(super) struct Tries(i64);

impl Tries {
    /// All of them.
    pub(super) const fn new() -> Self {
        Self(MOST_TRIES)
    }

    /// The first number from `first` on that fits, as far as there are tries.
    pub(super) fn find(&mut self, first: i64, fits: impl Fn(i64) -> bool) -> Option<i64> {
        let most = self.0.min(MOST_MISSING);
        let found = (first..first.saturating_add(most)).find(|number| fits(*number));
        self.0 -= found.map_or(most, |number| number - first + 1);
        found
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn what_is_found_costs_as_much_as_it_was_away() {
        let mut tries = Tries::new();
        for _ in 0..1_000 {
            assert_eq!(tries.find(7, |number| number == 16), Some(16));
        }
        assert_eq!(tries.0, MOST_TRIES - 10_000);
    }

    #[test]
    fn however_often_nothing_fits_the_tries_are_bounded() {
        let (mut tries, asked) = (Tries::new(), Cell::new(0));
        for _ in 0..5_000 {
            let nothing = tries.find(1, |_number| {
                asked.set(asked.get() + 1);
                false
            });
            assert_eq!(nothing, None);
        }
        assert_eq!(asked.get(), MOST_TRIES);
        assert_eq!(tries.find(1, |_number| true), None);
    }
}
