//! Apache Kafka's tools in a real bash, and our server for them in a thread.

use crate::cluster::BROKER_CONFIGS;
use crate::options::{Side, apache_broker};
use crate::places::Places;
use crate::replay::{Job, Printed, Stage, no_broker_faults};
use futures_util::future::LocalBoxFuture;
use kafka_sandbox::native::args::ServeOptions;
use kafka_sandbox::native::serve::serve;
use std::fs::File;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::oneshot;

/// How often a running process is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// A folder that goes away with its owner.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Folder, String> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("golden-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed stays in the system's folder for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Apache Kafka's tools, found where `oracle` keeps them.
pub struct ApacheTools {
    bin: PathBuf,
    work: Folder,
    outputs: Folder,
    next: AtomicUsize,
    broker: Side,
}

impl ApacheTools {
    pub fn new(cache: &Path, broker: Side) -> Result<ApacheTools, String> {
        let bins = std::fs::read_dir(cache)
            .into_iter()
            .flatten()
            .filter_map(Result::ok);
        let bin = bins
            .map(|entry| entry.path().join("kafka-topics.sh"))
            .find(|tool| tool.is_file())
            .and_then(|tool| Some(tool.parent()?.to_owned()));
        let Some(bin) = bin else {
            return Err(format!(
                "Apache Kafka's tools are not in {}: run `oracle up` once, or set KAFKA_ORACLE_CACHE",
                cache.display()
            ));
        };
        let (work, outputs) = (Folder::new()?, Folder::new()?);
        Ok(ApacheTools {
            bin,
            work,
            outputs,
            next: AtomicUsize::new(0),
            broker,
        })
    }
}

struct Running {
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl Stage for ApacheTools {
    fn start(&self, command: &str) -> Result<Box<dyn Job>, String> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let file = |kind: &str| self.outputs.0.join(format!("{number}.{kind}"));
        let (out, err) = (file("out"), file("err"));
        let create =
            |path: &Path| File::create(path).map_err(|e| format!("{}: {e}", path.display()));
        let kept = ["HOME", "JAVA_HOME"];
        // A runner in the background ignores Ctrl-C, and what it starts would as well.
        let child = Command::new("env")
            .args(["--default-signal=INT", "bash", "-c", command])
            .current_dir(&self.work.0)
            .env_clear()
            .envs(std::env::vars().filter(|(name, _)| kept.contains(&name.as_str())))
            .env(
                "PATH",
                format!("{}:/usr/local/bin:/usr/bin:/bin", self.bin.display()),
            )
            .envs([("USER", "student"), ("LC_ALL", "C.UTF-8"), ("TZ", "UTC")])
            .stdin(Stdio::null())
            .stdout(create(&out)?)
            .stderr(create(&err)?)
            .process_group(0)
            .spawn()
            .map_err(|e| format!("cannot start bash: {e}"))?;
        Ok(Box::new(Running { child, out, err }))
    }

    fn broker(&self, number: usize, start: bool) -> Result<(), String> {
        match self.broker {
            Side::Ours => no_broker_faults(number, start),
            Side::Apache => apache_broker(number, start),
        }
    }
}

impl Running {
    /// To the command and all that it has started.
    fn signal(&self, name: &str) {
        let group = format!("-{}", self.child.id());
        // If it has ended meanwhile, all is well.
        let _ = Command::new("kill")
            .args([name, "--", &group])
            .stderr(Stdio::null())
            .status();
    }
}

impl Job for Running {
    fn interrupt(&self) {
        self.signal("-INT");
    }

    fn end(mut self: Box<Self>) -> LocalBoxFuture<'static, Printed> {
        Box::pin(async move {
            let status = loop {
                match self.child.try_wait() {
                    Ok(Some(status)) => break status_of(status),
                    Ok(None) => tokio::time::sleep(GLANCE).await,
                    Err(error) => break format!("broken ({error})"),
                }
            };
            let read = |path: &Path| std::fs::read(path).unwrap_or_default();
            Printed {
                stdout: read(&self.out),
                stderr: read(&self.err),
                status,
            }
        })
    }

    fn kill(self: Box<Self>) {}
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal("-KILL");
            let _ = self.child.wait();
        }
    }
}

fn status_of(status: ExitStatus) -> String {
    let number = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    number.map_or_else(|| "unknown".to_owned(), |n| n.to_string())
}

/// Our server on free ports.
pub struct OurServer {
    pub places: Places,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl OurServer {
    pub fn start(needed: bool) -> Result<OurServer, String> {
        if !needed {
            return Ok(OurServer {
                places: Places::none(),
                stop: None,
                thread: None,
            });
        }
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let set = BROKER_CONFIGS
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
            let options = ServeOptions {
                host: "localhost".to_owned(),
                port: 0,
                set: set.collect(),
                ..ServeOptions::default()
            };
            let failed = ready.clone();
            let until = async {
                // Dropping the sender stops the server as well.
                let _ = stopped.await;
            };
            let served = serve(&options, until, move |addresses| {
                let ports = addresses.iter().map(|address| address.port()).collect();
                let _ = ready.send(Ok(ports));
            });
            if let Err(error) = served {
                let _ = failed.send(Err(error.to_string()));
            }
        });
        let ports: Vec<u16> = is_ready
            .recv_timeout(Duration::from_secs(20))
            .map_err(|_| "our server did not start".to_owned())??;
        Ok(OurServer {
            places: Places::ports(ports),
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for OurServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in it has been printed already.
            let _ = thread.join();
        }
    }
}
