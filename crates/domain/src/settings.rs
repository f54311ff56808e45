//! What an operator may decide: how settings are declared, written and read.
//!
//! The settings that an administrator may change while the server runs are declared in [`live`]; the
//! others where the program declares them. The same rules read a value from a file, from a variable
//! and from the admin API.

pub mod duration;
mod given;
pub mod live;
mod setting;

pub use given::{Given, Misfit};
pub use setting::{DefaultValue, Kind, Setting, SettingValue, VARIABLE_PREFIX};

/// Holds an idle lifetime against the absolute one, and the setting that gives that.
///
/// # Errors
/// When it is, with what is wrong about it.
pub fn idle_within(
    idle: std::time::Duration,
    (limit, absolute): (&Setting, std::time::Duration),
) -> Result<(), Misfit> {
    if idle > absolute {
        return Err(format!(
            "is longer than {}, which would end it first",
            limit.path
        ));
    }
    Ok(())
}
