//! TCP listener, files and command line.

pub mod args;
pub mod client_env;
mod frames;
pub mod serve;
mod server;
mod storage;
