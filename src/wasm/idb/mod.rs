//! Durable storage in IndexedDB: the back end of the cluster in a page.
//!
//! Two object stores. `log` has each chunk under the key `[log, base offset]`; `meta` has small values under
//! their names, and two of our own: the format's version and the owner's epoch. Whoever opens it must hold
//! the origin's Web Lock; that is taken outside. Nothing here knows what is in a chunk.

mod open;
mod read;
mod sys;
mod trim;
mod write;

pub use open::OpenError;
pub use sys::{array_of, error_text, field};
pub use trim::TRIM_STEP;
pub use write::WriteError;

use js_sys::Array;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::base::LogId;

/// What this code reads and writes. A store of any other version is refused, never guessed at.
pub const FORMAT_VERSION: u32 = 1;

const LOG: &str = "log";
const META: &str = "meta";

/// An open database, owned by one cluster.
pub struct Idb {
    database: Rc<sys::Database>,
    /// Why the connection is gone, once it is: site data cleared, another page asked for its deletion.
    lost: Rc<RefCell<Option<String>>>,
    /// The browser has emptied it since the last time, for its own files were damaged.
    dropped: bool,
    /// `commit()` may be called as soon as a group is issued, which spares a turn.
    commits_early: bool,
    /// The browser has `getAllRecords`, which gives keys and values in one answer.
    gets_records: bool,
    last_read: Cell<read::LastRead>,
    /// What a reader from end to end will want next.
    ahead: RefCell<Option<read::Ahead>>,
    /// Keeps the handlers of those two alive.
    _watchers: [Closure<dyn FnMut()>; 2],
}

impl Idb {
    /// Whether the browser has emptied the database, whose files it found damaged, when it was opened.
    pub fn was_dropped(&self) -> bool {
        self.dropped
    }

    /// Ends the connection once running transactions are done.
    pub fn close(&self) {
        self.database.close();
    }

    fn transaction(&self, stores: &[&str], mode: Mode) -> Result<sys::Transaction, JsValue> {
        if let Some(why) = &*self.lost.borrow() {
            return Err(js_sys::Error::new(why).into());
        }
        let names: Array = stores.iter().map(|name| JsValue::from(*name)).collect();
        let options = js_sys::Object::new();
        let durability = match mode {
            Mode::Write => "strict",
            Mode::Read | Mode::Trim => "relaxed",
        };
        js_sys::Reflect::set(&options, &"durability".into(), &durability.into())?;
        let mode = match mode {
            Mode::Read => "readonly",
            Mode::Write | Mode::Trim => "readwrite",
        };
        self.database.transaction(&names, mode, &options)
    }
}

impl Drop for Idb {
    fn drop(&mut self) {
        self.close();
    }
}

/// How a transaction is begun. What is acknowledged is written strictly: only that survives a power cut.
#[derive(Clone, Copy)]
enum Mode {
    Read,
    Write,
    /// Deletes what nobody needs: may be lost, it is then done again.
    Trim,
}

/// The key of a chunk. Offsets are exact as numbers up to 2^53.
fn key(log: LogId, base_offset: i64) -> JsValue {
    bound_key(log, base_offset as f64)
}

fn bound_key(log: LogId, offset: f64) -> JsValue {
    Array::of2(&log.0.into(), &offset.into()).into()
}

/// Base offset in a chunk's key.
fn offset_of(key: &JsValue) -> Option<i64> {
    let key: &Array = key.dyn_ref()?;
    key.get(1).as_f64().map(|offset| offset as i64)
}

/// Keys of one log from `from` to `to`, both included.
fn range(log: LogId, from: f64, to: f64) -> Result<JsValue, JsValue> {
    sys::KeyRange::bound(&bound_key(log, from), &bound_key(log, to), false, false)
}
