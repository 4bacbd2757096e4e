//! Our shell and tools, in this process.

use crate::cluster::{Clock, LocalCluster, LocalTransport};
use crate::options::apache_broker;
use crate::replay::{Job, Printed, Stage, no_broker_faults};
use futures_util::future::LocalBoxFuture;
use kafka_sandbox::client::env::{Codecs, Env, Runtime, Transport};
use kafka_sandbox::native::client_env::{LinkedCodecs, TcpTransport};
use kafka_sandbox::shell::{
    Cancel, FileSystem, Host, MemFs, NoFetch, Output, Session, Shell, Stream,
};
use std::cell::RefCell;
use std::rc::Rc;
use tokio::task::JoinHandle;

/// One file's shell: its steps share files and a cluster, and nothing else.
pub struct OurTools {
    session: Session,
    /// Whose brokers a step may stop.
    broker: fn(usize, bool) -> Result<(), String>,
}

impl OurTools {
    /// On a cluster of ours in this process, or on none.
    pub fn on_our_cluster(needed: bool) -> OurTools {
        let clock = Clock::new();
        let cluster = needed.then(|| LocalCluster::start(clock.clone()));
        OurTools::new(Rc::new(LocalTransport(cluster)), clock, no_broker_faults)
    }

    /// On Apache Kafka's cluster.
    pub fn over_tcp() -> OurTools {
        OurTools::new(Rc::new(TcpTransport), Clock::new(), apache_broker)
    }

    fn new(
        transport: Rc<dyn Transport>,
        clock: Rc<Clock>,
        broker: fn(usize, bool) -> Result<(), String>,
    ) -> OurTools {
        let runtime: Rc<dyn Runtime> = clock.clone();
        let codecs: Rc<dyn Codecs> = Rc::new(LinkedCodecs);
        let fs = MemFs::new(move || clock.wall_ms());
        for folder in ["/tmp", "/work"] {
            fs.mkdir(folder).expect("the file system is empty");
        }
        let env = Env {
            transport,
            runtime,
            codecs,
        };
        let host = Host {
            env,
            fs: Rc::new(fs),
            fetch: Rc::new(NoFetch),
        };
        let variables = [
            ("USER", "student"),
            ("HOME", "/work"),
            ("TZ", "UTC"),
            ("LC_ALL", "C.UTF-8"),
            ("KAFKA_STRICT", "1"),
        ];
        OurTools {
            session: Session::new(host, "/work", &variables),
            broker,
        }
    }
}

#[derive(Default)]
struct Screen {
    stdout: RefCell<Vec<u8>>,
    stderr: RefCell<Vec<u8>>,
}

impl Output for Screen {
    fn write(&self, stream: Stream, bytes: &[u8]) {
        let buffer = match stream {
            Stream::Stdout => &self.stdout,
            Stream::Stderr => &self.stderr,
        };
        buffer.borrow_mut().extend_from_slice(bytes);
    }
}

struct Running {
    screen: Rc<Screen>,
    cancel: Cancel,
    task: JoinHandle<i32>,
}

impl Stage for OurTools {
    fn start(&self, command: &str) -> Result<Box<dyn Job>, String> {
        let (screen, cancel) = (Rc::new(Screen::default()), Cancel::new());
        // Each step is a shell of its own, as `bash -c` is.
        let shell = Shell::new(self.session.fork());
        let (command, output, token) = (command.to_owned(), screen.clone(), cancel.clone());
        let task =
            tokio::task::spawn_local(async move { shell.run(&command, output, &token).await });
        Ok(Box::new(Running {
            screen,
            cancel,
            task,
        }))
    }

    fn broker(&self, number: usize, start: bool) -> Result<(), String> {
        (self.broker)(number, start)
    }
}

impl Job for Running {
    fn interrupt(&self) {
        self.cancel.cancel();
    }

    fn end(self: Box<Self>) -> LocalBoxFuture<'static, Printed> {
        Box::pin(async move {
            let status = match self.task.await {
                Ok(status) => status.to_string(),
                Err(error) => format!("broken ({error})"),
            };
            let stdout = self.screen.stdout.take();
            Printed {
                stdout,
                stderr: self.screen.stderr.take(),
                status,
            }
        })
    }

    fn kill(self: Box<Self>) {
        self.cancel.cancel();
        self.task.abort();
    }
}
