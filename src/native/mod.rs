//! TCP listener, files and command line.

pub mod client_env;
