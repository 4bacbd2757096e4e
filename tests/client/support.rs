//! A client environment to run a test in, and the cluster to run it against.

pub use crate::own_cluster::block_on;
use crate::own_cluster::with_own_cluster;
use kafka_sandbox::client::{Context, Level, Logger, Properties};
use kafka_sandbox::native::client_env;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

/// What the client logged: `LEVEL text (class)`.
#[derive(Default)]
pub struct Lines(pub RefCell<Vec<String>>);

impl Logger for Lines {
    fn log(&self, level: Level, class: &str, message: &str) {
        self.0
            .borrow_mut()
            .push(format!("{} {message} ({class})", level.name()));
    }
}

/// Where a test finds its cluster, and what it needs to be one's client.
#[derive(Clone)]
pub struct World {
    pub bootstrap: String,
    pub context: Context,
    pub lines: Rc<Lines>,
}

impl World {
    /// Settings with the bootstrap address.
    pub fn properties(&self, more: &[(&str, &str)]) -> Properties {
        let own = [("bootstrap.servers", self.bootstrap.as_str())];
        let all = own.iter().chain(more);
        all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    /// What was logged, but for metadata that had not reached all brokers yet: a real cluster takes a moment.
    pub fn complaints(&self) -> Vec<String> {
        let lines = self.lines.0.borrow();
        let real = |line: &&String| !line.contains("reported a recoverable issue");
        lines.iter().filter(real).cloned().collect()
    }

    /// A name that no earlier test run has used.
    pub fn unique(&self, what: &str) -> String {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970");
        format!("cl-{what}-{}", now.as_nanos())
    }
}

/// Runs a test on the cluster that `KAFKA_BOOTSTRAP` names, or else on one of our own, made for it: three
/// brokers with their logs in memory.
pub fn with_cluster(test: impl AsyncFnOnce(World)) {
    if let Ok(bootstrap) = std::env::var("KAFKA_BOOTSTRAP") {
        return block_on(async move || test(world(bootstrap)).await);
    }
    with_own_cluster(|bootstrap| block_on(async move || test(world(bootstrap)).await));
}

pub fn world(bootstrap: String) -> World {
    let lines = Rc::new(Lines::default());
    World {
        bootstrap,
        context: Context::new(client_env::env(), lines.clone()),
        lines,
    }
}

/// Fails the test if the future takes longer than anything here may.
pub async fn with_timeout<T>(future: impl Future<Output = T>) -> T {
    let limit = std::time::Duration::from_secs(60);
    tokio::time::timeout(limit, future)
        .await
        .expect("it ends within a minute")
}
