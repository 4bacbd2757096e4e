//! A cluster of three brokers, and a shell to run cells in.

use crate::own_cluster::{block_on, with_own_cluster};
use kafka_sandbox::native::client_env;
use kafka_sandbox::shell::{Cancel, Host, MemFs, NoFetch, Output, Session, Shell, Stream};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// What a cell printed, and its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    pub stdout: String,
    pub stderr: String,
    pub status: i32,
}

/// Collects output.
#[derive(Default)]
pub struct Screen {
    stdout: RefCell<Vec<u8>>,
    stderr: RefCell<Vec<u8>>,
    changed: tokio::sync::Notify,
}

impl Screen {
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout.borrow()).into_owned()
    }

    /// Waits until standard output has this text.
    pub async fn shows(&self, text: &str) {
        within_a_minute(async {
            while !self.stdout().contains(text) {
                self.changed.notified().await;
            }
        })
        .await;
    }
}

impl Output for Screen {
    fn write(&self, stream: Stream, bytes: &[u8]) {
        let buffer = match stream {
            Stream::Stdout => &self.stdout,
            Stream::Stderr => &self.stderr,
        };
        buffer.borrow_mut().extend_from_slice(bytes);
        self.changed.notify_one();
    }
}

/// A shell of a notebook whose `$KAFKA` is the address of a cluster. Clones are the same shell.
#[derive(Clone)]
pub struct Notebook {
    shell: Shell,
}

impl Notebook {
    fn new(bootstrap: &str) -> Notebook {
        let env = client_env::env();
        let clock = env.runtime.clone();
        let fs = MemFs::new(move || clock.wall_ms());
        let host = Host {
            env,
            fs: Rc::new(fs),
            fetch: Rc::new(NoFetch),
        };
        let variables = [
            ("USER", "student"),
            ("KAFKA", bootstrap),
            ("KAFKA_BOOTSTRAP_SERVERS", bootstrap),
        ];
        Notebook {
            shell: Shell::new(Session::new(host, "/", &variables)),
        }
    }

    /// Runs a cell, and fails the test if it does not end.
    pub async fn run(&self, cell: &str) -> Printed {
        within_a_minute(self.run_until(cell, &Rc::default(), &Cancel::new())).await
    }

    /// Runs a cell that somebody else may look at and stop.
    pub async fn run_until(&self, cell: &str, screen: &Rc<Screen>, cancel: &Cancel) -> Printed {
        let status = self.shell.run(cell, screen.clone(), cancel).await;
        let stderr = String::from_utf8_lossy(&screen.stderr.borrow()).into_owned();
        Printed {
            stdout: screen.stdout(),
            stderr,
            status,
        }
    }

    /// A cell that succeeds and says nothing on standard error; gives its output with `<TIME>` for times.
    #[track_caller]
    pub fn check(&self, cell: &str) -> impl Future<Output = String> {
        let caller = std::panic::Location::caller();
        let (notebook, cell) = (self.clone(), cell.to_owned());
        async move {
            let printed = notebook.run(&cell).await;
            let fine = printed.status == 0 && printed.stderr.is_empty();
            assert!(fine, "{caller}: {cell}\n{printed:?}");
            without_times(&printed.stdout)
        }
    }
}

fn without_times(text: &str) -> String {
    let date =
        regex_lite::Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z").expect("it is one");
    let number = regex_lite::Regex::new(r#""timestamp":\d+"#).expect("it is one");
    let text = date.replace_all(text, "<TIME>");
    number.replace_all(&text, "\"timestamp\":0").into_owned()
}

pub async fn within_a_minute<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), work)
        .await
        .expect("it ends within a minute")
}

/// Runs a test with a notebook on a cluster of its own.
pub fn with_notebook(test: impl AsyncFnOnce(Notebook)) {
    with_own_cluster(|bootstrap| {
        block_on(async move || test(Notebook::new(&bootstrap)).await);
    });
}
