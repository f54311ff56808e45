//! What is counted, and the listener on which it is shown.
//!
//! `table` names every family of series; `events` provokes what each counts, `bounds` sends what
//! nobody may make a series of, `documents` holds what is written about them.

#![expect(
    clippy::float_cmp,
    reason = "counts are whole numbers, which the floating ones of the format hold exactly"
)]

mod bounds;
mod documents;
mod events;
mod format;
mod listener;
mod serving;
mod table;
mod watch;
