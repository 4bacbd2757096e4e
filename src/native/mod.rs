//! TCP listener, files and command line.

#![allow(
    clippy::disallowed_methods,
    reason = "this edge is where clock, threads and files come in"
)]

pub mod args;
pub mod client_env;
pub mod disk;
mod disk_format;
mod frames;
pub mod fs;
pub mod serve;
mod server;
pub mod shell;
mod storage;
