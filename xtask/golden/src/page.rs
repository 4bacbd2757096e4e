//! Our shell and tools as the built page has them, in a browser that `tests/e2e/transcripts.mjs` drives.

use crate::cluster::BROKER_CONFIGS;
use crate::replay::{Job, Printed, Stage, no_broker_faults};
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

const DRIVER: &str = "tests/e2e/transcripts.mjs";

/// Who waits for the answer with which number; emptied when no more answers come.
type Waiting = Arc<Mutex<BTreeMap<u64, oneshot::Sender<Value>>>>;

/// A browser with the page's workers in it. It lives as long as its stages.
#[derive(Clone)]
pub struct Page(Rc<Driver>);

struct Driver {
    child: RefCell<Child>,
    input: RefCell<Option<ChildStdin>>,
    waiting: Waiting,
    next: Cell<u64>,
}

impl Page {
    /// Starts the browser and the page's cluster in it.
    pub fn open(browser: &str) -> Result<Page, String> {
        let mut child = Command::new("node")
            .args([DRIVER, browser])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("cannot start node: {e}"))?;
        let input = child.stdin.take();
        let output = child.stdout.take().expect("it is piped");
        let waiting = Waiting::default();
        let hears = waiting.clone();
        std::thread::spawn(move || hear(output, &hears));
        let page = Page(Rc::new(Driver {
            child: RefCell::new(child),
            input: RefCell::new(input),
            waiting,
            next: Cell::new(1),
        }));
        let config = BROKER_CONFIGS
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
        page.say(&json!({"config": config.collect::<Map<_, _>>()}))?;
        Ok(page)
    }

    /// A stage with a new cluster and no files.
    pub async fn fresh(&self) -> Result<PageTools, String> {
        let (_, answer) = self.ask("fresh", Value::Bool(true))?;
        let gone = |_| "the browser has gone".to_owned();
        answer.await.map_err(gone)?;
        Ok(PageTools(self.clone()))
    }

    fn say(&self, message: &Value) -> Result<(), String> {
        let mut input = self.0.input.borrow_mut();
        let pipe = input.as_mut().expect("it is there until the end");
        writeln!(pipe, "{message}").map_err(|e| format!("the browser's driver has gone: {e}"))
    }

    /// Says it under a number of its own; the receiver gets the answer.
    fn ask(&self, what: &str, value: Value) -> Result<(u64, oneshot::Receiver<Value>), String> {
        let id = self.0.next.replace(self.0.next.get() + 1);
        let (sender, answer) = oneshot::channel();
        let mut waiting = self
            .0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        waiting.insert(id, sender);
        drop(waiting);
        self.say(&json!({"id": id, what: value}))?;
        Ok((id, answer))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The end of its input tells the driver to close the browser.
        drop(self.input.take());
        let _ = self.child.borrow_mut().wait();
    }
}

/// Hands each answer to who waits for it, until there are no more.
fn hear(output: ChildStdout, waiting: &Waiting) {
    let lock = || waiting.lock().unwrap_or_else(PoisonError::into_inner);
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        let answer: Value = serde_json::from_str(&line).unwrap_or_default();
        let waits = answer["id"].as_u64().and_then(|id| lock().remove(&id));
        if let Some(waits) = waits {
            // A step that was given up no longer wants it.
            let _ = waits.send(answer);
        }
    }
    lock().clear();
}

/// One file's shell in the page.
pub struct PageTools(Page);

impl Stage for PageTools {
    fn start(&self, command: &str) -> Result<Box<dyn Job>, String> {
        let (id, answer) = self.0.ask("start", command.into())?;
        Ok(Box::new(Running {
            page: self.0.clone(),
            id,
            answer: Some(answer),
        }))
    }

    fn broker(&self, number: usize, start: bool) -> Result<(), String> {
        no_broker_faults(number, start)
    }
}

struct Running {
    page: Page,
    id: u64,
    answer: Option<oneshot::Receiver<Value>>,
}

impl Job for Running {
    fn interrupt(&self) {
        // If the browser has gone, the end of the command says so.
        let _ = self.page.say(&json!({"id": self.id, "interrupt": true}));
    }

    fn end(mut self: Box<Self>) -> LocalBoxFuture<'static, Printed> {
        Box::pin(async move {
            let answer = self.answer.take().expect("a job ends once");
            let Ok(answer) = answer.await else {
                return Printed {
                    status: "broken (the browser has gone)".to_owned(),
                    ..Printed::default()
                };
            };
            let text = |key: &str| answer[key].as_str().unwrap_or_default();
            Printed {
                stdout: text("stdout").as_bytes().to_vec(),
                stderr: text("stderr").as_bytes().to_vec(),
                status: text("status").to_owned(),
            }
        })
    }

    fn kill(self: Box<Self>) {}
}

impl Drop for Running {
    fn drop(&mut self) {
        // Over already, or given up.
        let _ = self.page.say(&json!({"id": self.id, "end": true}));
    }
}
