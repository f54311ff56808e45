//! `tokens`.

mod access;
mod record;
mod refresh;
mod writer;
