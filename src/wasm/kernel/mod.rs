//! The kernel's role of the module: the shell of one notebook, with its clients and files.
//!
//! It reaches the cluster over a MessagePort like any client. What a command means is the shell's.

mod editor;
mod files;
mod text;

use crate::base::SortedMap;
use crate::client::env::{ConnectError, Env, Link, Transport};
use crate::shell::complete;
use crate::shell::exec::Streams;
use crate::shell::io::{Stdin, Writer};
use crate::shell::pipe::{PipeWriter, pipe};
use crate::shell::{Cancel, Fetch, FetchError, Host, Session, Shell, Stream};
use crate::wasm::codecs::LazyCodecs;
use crate::wasm::runtime::WebRuntime;
use crate::wasm::transport::PortTransport;
use bytes::Bytes;
use editor::byte_at;
use files::Files;
use futures_util::future::LocalBoxFuture;
use js_sys::{Array, Function, Promise, Uint8Array};
use serde::Deserialize;
use std::cell::RefCell;
use std::rc::Rc;
use text::TextOutput;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessagePort;

use super::idb::field;

/// Ctrl-C's status.
const INTERRUPTED: i32 = 130;

/// The data of `KernelOptions`; its functions are read apart.
#[derive(Deserialize)]
struct Options {
    user: String,
    #[serde(default)]
    env: SortedMap<String, String>,
}

/// `WasmKernel` of `www/src/client/types.ts`.
#[wasm_bindgen]
pub struct ShellKernel {
    shell: Shell,
    files: Rc<Files>,
    way: Rc<Way>,
    running: Rc<RefCell<Option<Running>>>,
}

/// The cell that runs now.
struct Running {
    cancel: Cancel,
    input: Option<PipeWriter>,
}

/// The transport of the moment: another one after the cluster was restarted.
struct Way(RefCell<Rc<PortTransport>>);

impl Transport for Way {
    fn connect(
        &self,
        host: &str,
        port: u16,
    ) -> LocalBoxFuture<'static, Result<Link, ConnectError>> {
        self.0.borrow().connect(host, port)
    }

    fn resolve(&self, host: &str) -> LocalBoxFuture<'static, Option<String>> {
        self.0.borrow().resolve(host)
    }
}

#[wasm_bindgen]
impl ShellKernel {
    #[wasm_bindgen(constructor)]
    pub fn new(port: MessagePort, options: JsValue) -> Result<ShellKernel, JsValue> {
        console_error_panic_hook::set_once();
        let facts: Options = serde_wasm_bindgen::from_value(options.clone())?;
        let home = format!("/home/{}", facts.user);
        let files = Files::new(&home, field(&options, "onFile").dyn_into()?);
        for file in Array::from(&field(&options, "files")).iter() {
            let path = field(&file, "path").as_string().unwrap_or_default();
            files.write(&path, &Uint8Array::new(&field(&file, "bytes")).to_vec())?;
        }
        let way = Rc::new(Way(RefCell::new(Rc::new(PortTransport::new(port)))));
        let host = Host {
            env: Env {
                transport: way.clone(),
                runtime: Rc::new(WebRuntime),
                codecs: Rc::new(LazyCodecs::default()),
            },
            fs: files.fs(),
            fetch: Rc::new(PageFetch(field(&options, "fetchUrl").dyn_into()?)),
        };
        let mut variables = vec![("USER", facts.user.as_str()), ("HOME", home.as_str())];
        variables.extend(
            facts
                .env
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        let session = Session::new(host, &home, &variables);
        Ok(ShellKernel {
            shell: Shell::new(session),
            files,
            way,
            running: Rc::default(),
        })
    }

    /// The cluster was restarted: goes on over this port. Open connections are lost.
    pub fn reconnect(&self, port: MessagePort) {
        *self.way.0.borrow_mut() = Rc::new(PortTransport::new(port));
    }

    /// Runs the lines of a cell. `on_output(stream, text)`, `on_input(waiting)`.
    pub async fn run(
        &self,
        source: String,
        on_output: Function,
        on_input: Function,
    ) -> Result<JsValue, JsError> {
        if self.running.borrow().is_some() {
            return Err(JsError::new("another cell is still running"));
        }
        let (shell, files, running) =
            (self.shell.clone(), self.files.clone(), self.running.clone());
        let (writer, reader) = pipe();
        let waits = on_input.clone();
        let on_wait = Rc::new(move |waiting: bool| {
            // What the page makes of it is its own affair.
            let _ = waits.call1(&JsValue::NULL, &waiting.into());
        });
        let cancel = Cancel::new();
        *running.borrow_mut() = Some(Running {
            cancel: cancel.clone(),
            input: Some(writer),
        });
        let output = Rc::new(TextOutput::new(on_output));
        let streams = Streams {
            stdin: Stdin::interactive(reader, on_wait),
            stdout: Writer::Output(output.clone(), Stream::Stdout),
            stderr: Writer::Output(output.clone(), Stream::Stderr),
        };
        let status = shell.run_with(&source, streams, &cancel).await;
        output.finish();
        files.tell();
        *running.borrow_mut() = None;
        let _ = on_input.call1(&JsValue::NULL, &false.into());
        Ok(result(status, cancel.is_cancelled()))
    }

    /// Gives text to the command that waits for its input; null ends the input.
    pub fn input(&self, text: Option<String>) {
        let mut running = self.running.borrow_mut();
        let Some(running) = running.as_mut() else {
            return;
        };
        match (text, &running.input) {
            (None, _) => running.input = None,
            (Some(text), Some(writer)) => {
                let writer = writer.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    // The command may have ended meanwhile.
                    let _ = writer.write(Bytes::from(text)).await;
                });
            }
            (Some(_), None) => {}
        }
    }

    /// Ctrl-C for what runs now.
    pub fn interrupt(&self) {
        if let Some(running) = &*self.running.borrow() {
            running.cancel.cancel();
        }
    }

    /// `Completions` for the word at the cursor, both in UTF-16 units as JavaScript counts.
    pub async fn complete(&self, source: String, cursor: usize) -> JsValue {
        let session = self.shell.session().clone();
        let found = complete::complete(&session, &source, byte_at(&source, cursor)).await;
        editor::completions(&source, &found)
    }

    /// `Hover`, or undefined.
    pub fn hover(&self, source: &str, cursor: usize) -> JsValue {
        match complete::hover(source, byte_at(source, cursor)) {
            Some((from, to, text)) => editor::hover(source, from, to, &text),
            None => JsValue::UNDEFINED,
        }
    }

    /// `FileInfo[]`
    #[wasm_bindgen(js_name = listFiles)]
    pub fn list_files(&self) -> Array {
        let info = |(path, bytes): (String, u64)| {
            super::viewer::object(&[("path", path.into()), ("sizeBytes", (bytes as f64).into())])
        };
        self.files.list().into_iter().map(info).collect()
    }

    #[wasm_bindgen(js_name = readFile)]
    pub fn read_file(&self, path: &str) -> Option<Uint8Array> {
        self.files.read(path)
    }

    #[wasm_bindgen(js_name = writeFile)]
    pub fn write_file(&self, path: &str, bytes: &[u8]) -> Result<(), JsError> {
        self.files
            .write(path, bytes)
            .map_err(|why| JsError::new(&why))
    }

    #[wasm_bindgen(js_name = removeFile)]
    pub fn remove_file(&self, path: &str) {
        self.files.remove(path);
    }
}

/// A `RunResult`.
fn result(status: i32, cancelled: bool) -> JsValue {
    let name = match status {
        _ if cancelled => "interrupted",
        0 => "ok",
        _ => "error",
    };
    let code = if cancelled { INTERRUPTED } else { status };
    super::viewer::object(&[("status", name.into()), ("exitCode", code.into())])
}

/// What `wget` and `curl` are given: the page knows, and nothing else is asked.
struct PageFetch(Function);

impl Fetch for PageFetch {
    fn fetch(&self, url: &str) -> LocalBoxFuture<'static, Result<Bytes, FetchError>> {
        let asked = self.0.call1(&JsValue::NULL, &url.into());
        Box::pin(async move {
            let failed = |error: JsValue| FetchError::Failed(super::idb::error_text(&error));
            let promise: Promise = asked.map_err(failed)?.dyn_into().map_err(failed)?;
            let bytes = JsFuture::from(promise).await.map_err(failed)?;
            if bytes.is_null() || bytes.is_undefined() {
                return Err(FetchError::UnknownHost);
            }
            Ok(Bytes::from(Uint8Array::new(&bytes).to_vec()))
        })
    }
}
