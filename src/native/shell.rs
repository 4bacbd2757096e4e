//! The `shell` command: the notebook's shell on this machine's files, with brokers reached over TCP.

use super::args::ShellOptions;
use super::client_env;
use super::fs::DiskFs;
use crate::shell::exec::Streams;
use crate::shell::io::{Output, Stdin, Stream, Writer};
use crate::shell::pipe::{PipeWriter, pipe};
use crate::shell::{Cancel, Host, NoFetch, Session, Shell};
use bytes::Bytes;
use std::io::{Read, Write};
use std::rc::Rc;
use tokio::sync::mpsc;
use tokio::task::LocalSet;

/// Standard output and error of the process.
struct Process;

impl Output for Process {
    fn write(&self, stream: Stream, bytes: &[u8]) {
        let written = match stream {
            Stream::Stdout => {
                let mut out = std::io::stdout().lock();
                out.write_all(bytes).and_then(|()| out.flush())
            }
            Stream::Stderr => std::io::stderr().lock().write_all(bytes),
        };
        if written.is_err() && stream == Stream::Stdout {
            // Nobody reads any more: end as a process does that a broken pipe has killed.
            std::process::exit(141);
        }
    }
}

/// Runs the script and gives its status, or why it could not start.
pub fn run(options: &ShellOptions) -> Result<i32, String> {
    let (source, reads_input) = match options {
        ShellOptions::Command(source) => (source.clone(), true),
        ShellOptions::File(path) => {
            let text = std::fs::read_to_string(path);
            (
                text.map_err(|error| format!("{}: {error}", path.display()))?,
                true,
            )
        }
        ShellOptions::Input => {
            let text = std::io::read_to_string(std::io::stdin());
            (
                text.map_err(|error| format!("standard input: {error}"))?,
                false,
            )
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))?;
    let cwd = std::env::current_dir().map_err(|error| format!("no current directory: {error}"))?;
    let cwd = cwd.to_string_lossy().into_owned();
    Ok(LocalSet::new().block_on(&runtime, async {
        let host = Host {
            env: client_env::env(),
            fs: Rc::new(DiskFs),
            fetch: Rc::new(NoFetch),
        };
        let variables: Vec<(String, String)> = std::env::vars().collect();
        let variables: Vec<(&str, &str)> = variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let shell = Shell::new(Session::new(host, &cwd, &variables));
        let output: Rc<dyn Output> = Rc::new(Process);
        let streams = Streams {
            stdin: if reads_input { stdin() } else { Stdin::empty() },
            stdout: Writer::Output(output.clone(), Stream::Stdout),
            stderr: Writer::Output(output, Stream::Stderr),
        };
        let cancel = Cancel::new();
        tokio::task::spawn_local(watch_ctrl_c(cancel.clone()));
        shell.run_with(&source, streams, &cancel).await
    }))
}

/// The first Ctrl-C asks the commands to end, the second does not ask.
async fn watch_ctrl_c(cancel: Cancel) {
    while tokio::signal::ctrl_c().await.is_ok() {
        if cancel.is_cancelled() {
            std::process::exit(130);
        }
        cancel.cancel();
    }
}

/// The process's standard input as a pipe. A thread reads it, because reading blocks.
fn stdin() -> Stdin {
    let (writer, reader) = pipe();
    let (sender, receiver) = mpsc::channel(4);
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(n @ 1..) = std::io::stdin().read(&mut buffer) {
            if sender
                .blocking_send(Bytes::copy_from_slice(&buffer[..n]))
                .is_err()
            {
                return;
            }
        }
    });
    tokio::task::spawn_local(pass_on(receiver, writer));
    Stdin::from_pipe(reader)
}

async fn pass_on(mut from: mpsc::Receiver<Bytes>, to: PipeWriter) {
    while let Some(bytes) = from.recv().await {
        if to.write(bytes).await.is_err() {
            return;
        }
    }
}
