//! Commands in the background.

use super::super::cancel::Cancel;
use super::super::io::Stop;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What `$!` shows for job 1; there are no processes, so any number does.
const FIRST_PID: usize = 1001;

/// One job.
#[derive(Clone)]
pub struct Job(Rc<JobState>);

struct JobState {
    number: usize,
    pid: usize,
    command: String,
    cancel: Cancel,
    status: Cell<Option<i32>>,
    /// Cancelled when the job has ended, to wake those who wait.
    ended: Cancel,
}

impl Job {
    pub(super) fn end(&self, status: i32) {
        self.0.status.set(Some(status));
        self.0.ended.cancel();
    }

    /// Presses Ctrl-C in it.
    pub fn interrupt(&self) {
        self.0.cancel.cancel();
    }

    /// Its status, once it has ended.
    pub fn status(&self) -> Option<i32> {
        self.0.status.get()
    }

    /// Waits for its end.
    pub async fn wait(&self, cancel: &Cancel) -> Result<i32, Stop> {
        cancel.run(self.0.ended.cancelled()).await?;
        Ok(self.status().unwrap_or(0))
    }
}

/// The jobs of a session.
#[derive(Default)]
pub struct Jobs {
    all: RefCell<Vec<Job>>,
    started: Cell<usize>,
}

impl Jobs {
    pub(super) fn add(&self, command: &str, cancel: Cancel) -> Job {
        let mut all = self.all.borrow_mut();
        let number = all.iter().map(|j| j.0.number).max().unwrap_or(0) + 1;
        let pid = FIRST_PID + self.started.replace(self.started.get() + 1);
        let job = Job(Rc::new(JobState {
            number,
            pid,
            command: command.to_owned(),
            cancel,
            status: Cell::new(None),
            ended: Cancel::new(),
        }));
        all.push(job.clone());
        job
    }

    pub(super) fn last_pid(&self) -> Option<String> {
        let started = self.started.get();
        (started > 0).then(|| (FIRST_PID + started - 1).to_string())
    }

    /// The job that `%1`, `%%`, `%+` or a number as in `$!` means.
    pub fn find(&self, word: &str) -> Option<Job> {
        let all = self.all.borrow();
        match word.strip_prefix('%') {
            Some("" | "%" | "+") => all.last().cloned(),
            Some(number) => {
                let number = number.parse().ok()?;
                all.iter().find(|j| j.0.number == number).cloned()
            }
            None => {
                let pid = word.parse().ok()?;
                all.iter().find(|j| j.0.pid == pid).cloned()
            }
        }
    }

    /// Jobs that have not been waited for, oldest first.
    pub fn all(&self) -> Vec<Job> {
        self.all.borrow().clone()
    }

    /// Forgets a job that has ended.
    pub fn forget(&self, job: &Job) {
        self.all.borrow_mut().retain(|j| !Rc::ptr_eq(&j.0, &job.0));
    }

    /// The lines of `jobs`; jobs that have ended are shown once.
    pub fn report(&self) -> String {
        let all = self.all();
        let mut text = String::new();
        for (at, job) in all.iter().enumerate() {
            let mark = match all.len() - at {
                1 => '+',
                2 => '-',
                _ => ' ',
            };
            let (state, ampersand) = match job.status() {
                None => ("Running".to_owned(), " &"),
                Some(0) => ("Done".to_owned(), ""),
                Some(130) => ("Interrupt".to_owned(), ""),
                Some(status) => (format!("Exit {status}"), ""),
            };
            let (number, command) = (job.0.number, &job.0.command);
            text += &format!("[{number}]{mark}  {state:<24}{command}{ampersand}\n");
            if job.status().is_some() {
                self.forget(job);
            }
        }
        text
    }

    /// Presses Ctrl-C in all of them.
    pub fn interrupt_all(&self) {
        self.all().iter().for_each(Job::interrupt);
    }
}
