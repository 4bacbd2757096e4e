//! TCP listener, files and command line.

pub mod args;
pub mod client_env;
pub mod disk;
mod disk_format;
mod frames;
pub mod serve;
mod server;
mod storage;
