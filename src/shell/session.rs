//! What lives as long as the notebook: files, variables, the working directory, jobs, and whatever a
//! tool keeps between cells.
//!
//! A subshell gets a copy of the variables and of the working directory ([`Session::fork`]) and
//! shares everything else.

use super::cancel::Cancel;
use super::exec::jobs::Jobs;
use super::fs::{self, FileSystem, FsError};
use super::io::Breather;
use crate::base::SortedMap;
use crate::client::env::Env;
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::rc::Rc;

/// Why an address gives no bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchError {
    /// The host is not one that may be asked, or has no address.
    UnknownHost,
    /// The server's answer, such as 404.
    Status(u16),
    /// Anything else, in words.
    Failed(String),
}

/// Gives `wget` and `curl` what is behind an address.
pub trait Fetch {
    fn fetch(&self, url: &str) -> LocalBoxFuture<'static, Result<Bytes, FetchError>>;
}

/// A [`Fetch`] that knows no address.
pub struct NoFetch;

impl Fetch for NoFetch {
    fn fetch(&self, _url: &str) -> LocalBoxFuture<'static, Result<Bytes, FetchError>> {
        Box::pin(std::future::ready(Err(FetchError::UnknownHost)))
    }
}

/// What the page, the native program or a test gives to its shell.
#[derive(Clone)]
pub struct Host {
    pub env: Env,
    pub fs: Rc<dyn FileSystem>,
    pub fetch: Rc<dyn Fetch>,
}

/// A variable of the shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub value: String,
    /// Commands see it in their environment.
    pub exported: bool,
}

/// The part of a session that a subshell copies.
#[derive(Clone)]
struct Own {
    variables: SortedMap<String, Variable>,
    cwd: String,
    /// `$?`
    status: i32,
    /// `set -e`
    errexit: bool,
    /// `set -o pipefail`
    pipefail: bool,
    /// How many commands the current one is inside of.
    depth: usize,
}

struct Shared {
    host: Host,
    breather: Rc<Breather>,
    kept: RefCell<SortedMap<TypeId, Rc<dyn Any>>>,
    jobs: Jobs,
}

/// The shell's state. Clones are the same session.
#[derive(Clone)]
pub struct Session {
    shared: Rc<Shared>,
    own: Rc<RefCell<Own>>,
}

impl Session {
    /// A session in the directory `cwd` (absolute), with `USER`, `HOME` and what else is given exported.
    pub fn new(host: Host, cwd: &str, variables: &[(&str, &str)]) -> Self {
        let exported = |value: &str| Variable {
            value: value.to_owned(),
            exported: true,
        };
        let mut own = Own {
            variables: SortedMap::new(),
            cwd: cwd.to_owned(),
            status: 0,
            errexit: false,
            pipefail: false,
            depth: 0,
        };
        own.variables.insert("PWD".to_owned(), exported(cwd));
        for (name, value) in variables {
            own.variables.insert((*name).to_owned(), exported(value));
        }
        let breather = Rc::new(Breather::new(host.env.runtime.clone()));
        Session {
            shared: Rc::new(Shared {
                host,
                breather,
                kept: RefCell::default(),
                jobs: Jobs::default(),
            }),
            own: Rc::new(RefCell::new(own)),
        }
    }

    /// The session of a subshell: its variables and directory are a copy.
    pub fn fork(&self) -> Session {
        Session {
            shared: self.shared.clone(),
            own: Rc::new(RefCell::new(self.own.borrow().clone())),
        }
    }

    /// Connections, clock, tasks and codecs, for the Kafka client.
    pub fn env(&self) -> &Env {
        &self.shared.host.env
    }

    pub fn fs(&self) -> &Rc<dyn FileSystem> {
        &self.shared.host.fs
    }

    pub fn fetcher(&self) -> &Rc<dyn Fetch> {
        &self.shared.host.fetch
    }

    pub fn breather(&self) -> &Rc<Breather> {
        &self.shared.breather
    }

    /// Commands in the background.
    pub fn jobs(&self) -> &Jobs {
        &self.shared.jobs
    }

    /// The one `T` of this session, made when first asked for: what a tool keeps between cells
    /// (named consumers).
    pub fn keep<T: Default + 'static>(&self) -> Rc<T> {
        let mut kept = self.shared.kept.borrow_mut();
        let any = kept
            .entry(TypeId::of::<T>())
            .or_insert_with(|| Rc::new(T::default()));
        any.clone().downcast().expect("stored under its own type")
    }

    pub fn var(&self, name: &str) -> Option<String> {
        if name == "RANDOM" {
            return Some((self.env().runtime.random_u64() % 32768).to_string());
        }
        self.own
            .borrow()
            .variables
            .get(name)
            .map(|v| v.value.clone())
    }

    /// Sets a variable; it stays exported if it was.
    pub fn set_var(&self, name: &str, value: impl Into<String>) {
        let mut own = self.own.borrow_mut();
        let exported = own.variables.get(name).is_some_and(|v| v.exported);
        own.variables.insert(
            name.to_owned(),
            Variable {
                value: value.into(),
                exported,
            },
        );
    }

    /// Marks a variable for the environment of commands; creates it empty if need be.
    pub fn export(&self, name: &str) {
        let mut own = self.own.borrow_mut();
        let empty = Variable {
            value: String::new(),
            exported: true,
        };
        own.variables
            .entry(name.to_owned())
            .or_insert(empty)
            .exported = true;
    }

    pub fn unset_var(&self, name: &str) {
        self.own.borrow_mut().variables.remove(name);
    }

    /// Puts a variable back as it was before a command had its own value of it.
    pub(crate) fn restore_var(&self, name: &str, old: Option<Variable>) {
        let mut own = self.own.borrow_mut();
        match old {
            Some(old) => drop(own.variables.insert(name.to_owned(), old)),
            None => drop(own.variables.remove(name)),
        }
    }

    /// All variables, sorted by name.
    pub fn vars(&self) -> SortedMap<String, Variable> {
        self.own.borrow().variables.clone()
    }

    /// `KAFKA_STRICT=1`: options that Kafka 4.3 refuses are refused.
    pub fn strict(&self) -> bool {
        self.var("KAFKA_STRICT")
            .is_some_and(|v| !v.is_empty() && v != "0")
    }

    pub fn cwd(&self) -> String {
        self.own.borrow().cwd.clone()
    }

    /// Changes the working directory to an absolute path that is known to be a directory.
    pub fn set_cwd(&self, path: &str) {
        let old = std::mem::replace(&mut self.own.borrow_mut().cwd, path.to_owned());
        self.set_var("OLDPWD", old);
        self.set_var("PWD", path);
    }

    /// The absolute path that `path` means here.
    pub fn resolve(&self, path: &str) -> String {
        fs::resolve(&self.own.borrow().cwd, path)
    }

    /// Reads a file by a path as the user wrote it.
    pub fn read_file(&self, path: &str) -> Result<Bytes, FsError> {
        match path {
            "" => Err(FsError::NotFound),
            "/dev/null" => Ok(Bytes::new()),
            _ => self.check_file_path(path).and_then(|p| self.fs().read(&p)),
        }
    }

    /// Creates or replaces a file by a path as the user wrote it.
    pub fn write_file(&self, path: &str, bytes: &[u8]) -> Result<(), FsError> {
        match path {
            "" => Err(FsError::NotFound),
            "/dev/null" => Ok(()),
            _ => self
                .check_file_path(path)
                .and_then(|p| self.fs().write(&p, bytes)),
        }
    }

    /// `file/` is not the same as `file`.
    fn check_file_path(&self, path: &str) -> Result<String, FsError> {
        let absolute = self.resolve(path);
        if path.ends_with('/') && !self.fs().metadata(&absolute)?.is_dir {
            return Err(FsError::NotADirectory);
        }
        Ok(absolute)
    }

    /// `$?`: status of the last command.
    pub fn status(&self) -> i32 {
        self.own.borrow().status
    }

    pub(crate) fn set_status(&self, status: i32) {
        self.own.borrow_mut().status = status;
    }

    pub(crate) fn errexit(&self) -> bool {
        self.own.borrow().errexit
    }

    pub(crate) fn set_errexit(&self, on: bool) {
        self.own.borrow_mut().errexit = on;
    }

    pub(crate) fn pipefail(&self) -> bool {
        self.own.borrow().pipefail
    }

    pub(crate) fn set_pipefail(&self, on: bool) {
        self.own.borrow_mut().pipefail = on;
    }

    pub(crate) fn depth(&self) -> usize {
        self.own.borrow().depth
    }

    pub(crate) fn set_depth(&self, depth: usize) {
        self.own.borrow_mut().depth = depth;
    }

    /// Sleeps, or ends early with `Stop::Interrupted`.
    pub async fn sleep(&self, cancel: &Cancel, duration_ms: u64) -> Result<(), super::io::Stop> {
        cancel.run(self.env().runtime.sleep(duration_ms)).await
    }
}
