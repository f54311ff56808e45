//! From the request in the browser to the code.

mod consent;
mod request;
