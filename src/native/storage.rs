//! Carries the core's storage requests to a back end: memory answers at once, a disk answers from a
//! thread of its own, because fsync blocks.
//!
//! Tasks are done in the order in which they were given. Nothing here knows what the chunks mean.

use crate::base::LogId;
use crate::cluster::io::{PersistId, ReadId};
use crate::log::storage::{ReadRequest, Store, StoreError, StoredChunk, Write};
use bytes::Bytes;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use tokio::sync::Notify;

/// What storage has done.
#[derive(Debug)]
pub enum Done {
    Persisted(PersistId),
    PersistFailed(PersistId, String),
    Read(ReadId, Vec<StoredChunk>),
    ReadFailed(ReadId, String),
}

enum Task {
    Persist(PersistId, Vec<Write>),
    Read(ReadId, ReadRequest),
    Trim(LogId, Option<i64>),
}

enum Place {
    Here(Box<dyn Store>),
    Thread(Worker),
}

struct Worker {
    /// `None` once it shall end.
    tasks: Option<Sender<Task>>,
    done: Receiver<Done>,
    thread: Option<JoinHandle<()>>,
}

/// See the module's documentation.
pub struct StorageDriver {
    place: Place,
    meta: Vec<(String, Bytes)>,
    signal: Arc<Notify>,
}

impl StorageDriver {
    /// A back end that is quick enough to be asked in the server's own thread.
    pub fn here(store: Box<dyn Store>) -> Self {
        let meta = store.meta();
        StorageDriver {
            place: Place::Here(store),
            meta,
            signal: Arc::new(Notify::new()),
        }
    }

    /// A back end that blocks.
    pub fn in_thread(store: Box<dyn Store + Send>) -> Self {
        let meta = store.meta();
        let signal = Arc::new(Notify::new());
        let (tasks, to_do) = channel();
        let (finished, done) = channel();
        let notify = signal.clone();
        let thread = std::thread::spawn(move || work(store, &to_do, &finished, &notify));
        StorageDriver {
            place: Place::Thread(Worker {
                tasks: Some(tasks),
                done,
                thread: Some(thread),
            }),
            meta,
            signal,
        }
    }

    /// What `meta` held when storage was opened. Once.
    pub fn take_meta(&mut self) -> Vec<(String, Bytes)> {
        std::mem::take(&mut self.meta)
    }

    /// Notified when [`StorageDriver::next_done`] has something.
    pub fn done_signal(&self) -> Arc<Notify> {
        self.signal.clone()
    }

    /// What the thread has done, oldest first.
    pub fn next_done(&mut self) -> Option<Done> {
        match &self.place {
            Place::Here(_) => None,
            Place::Thread(worker) => worker.done.try_recv().ok(),
        }
    }

    /// The answer if it is there at once.
    pub fn persist(&mut self, id: PersistId, writes: Vec<Write>) -> Option<Done> {
        self.give(Task::Persist(id, writes))
    }

    /// The answer if it is there at once.
    pub fn read(&mut self, id: ReadId, request: ReadRequest) -> Option<Done> {
        self.give(Task::Read(id, request))
    }

    pub fn trim(&mut self, log: LogId, below: Option<i64>) {
        self.give(Task::Trim(log, below));
    }

    fn give(&mut self, task: Task) -> Option<Done> {
        match &mut self.place {
            Place::Here(store) => run(store.as_mut(), task),
            Place::Thread(worker) => {
                let failed = match worker.tasks.as_ref() {
                    Some(tasks) => tasks.send(task).err().map(|error| error.0),
                    None => Some(task),
                };
                failed.and_then(|task| refuse(&task))
            }
        }
    }
}

impl Drop for StorageDriver {
    /// Lets the thread finish what was given to it.
    fn drop(&mut self) {
        if let Place::Thread(worker) = &mut self.place {
            worker.tasks = None;
            if let Some(thread) = worker.thread.take() {
                // A panic of the thread has been printed; there is nothing left to do about it
                // here.
                let _ = thread.join();
            }
        }
    }
}

fn work(
    mut store: Box<dyn Store + Send>,
    tasks: &Receiver<Task>,
    done: &Sender<Done>,
    signal: &Notify,
) {
    while let Ok(task) = tasks.recv() {
        let Some(answer) = run(store.as_mut(), task) else {
            continue;
        };
        if done.send(answer).is_err() {
            return;
        }
        signal.notify_one();
    }
}

fn run(store: &mut dyn Store, task: Task) -> Option<Done> {
    match task {
        Task::Persist(id, writes) => Some(match store.commit(&writes) {
            Ok(()) => Done::Persisted(id),
            Err(StoreError(why)) => Done::PersistFailed(id, why),
        }),
        Task::Read(id, request) => Some(match store.read(&request) {
            Ok(chunks) => Done::Read(id, chunks),
            Err(StoreError(why)) => Done::ReadFailed(id, why),
        }),
        Task::Trim(log, below) => {
            // What stays behind is asked for again at the next start.
            let _ = store.trim(log, below);
            None
        }
    }
}

fn refuse(task: &Task) -> Option<Done> {
    let why = || "the storage thread has ended".to_owned();
    match task {
        Task::Persist(id, _) => Some(Done::PersistFailed(*id, why())),
        Task::Read(id, _) => Some(Done::ReadFailed(*id, why())),
        Task::Trim(..) => None,
    }
}
