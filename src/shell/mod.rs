//! The command line: words, pipes, redirects, small tools, and Kafka's own tools over the client.
//!
//! `grammar` reads a cell, `exec` runs it, `builtins` and `tools` are the commands, `options` the
//! option tables of Kafka's tools. Nothing here touches threads, files or sockets: a [`Host`] gives
//! files, addresses and connections, so the same shell runs in the page and natively.

pub mod builtins;
pub mod cancel;
pub mod complete;
pub mod exec;
pub mod fs;
pub mod grammar;
pub mod io;
pub mod json;
pub mod memfs;
pub mod options;
pub mod pipe;
pub mod session;
pub mod time;
pub mod tool;
pub mod tools;

pub use cancel::Cancel;
pub use exec::Shell;
pub use fs::{FileSystem, FsError};
pub use io::{Io, Output, Stop, Stream};
pub use memfs::MemFs;
pub use options::{Kind, OptError, OptSpec, Options};
pub use session::{Fetch, FetchError, Host, NoFetch, Session};
pub use tool::{ErrorStyle, ToolCtx, ToolSpec};
