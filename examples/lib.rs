//! Example applications: see the targets beside this file.
