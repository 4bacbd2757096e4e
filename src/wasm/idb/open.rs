//! Opens the database: makes it when there is none, checks its version, takes it over from an earlier owner.

use super::read::LastRead;
use super::sys::{self, Database, Request, Transaction};
use super::{FORMAT_VERSION, Idb, LOG, META, Mode};
use crate::base::LogId;
use bytes::Bytes;
use js_sys::{Array, Reflect, Uint8Array};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// Version of the set of object stores, IndexedDB's own notion. What is in them has [`FORMAT_VERSION`].
const STORES_VERSION: u32 = 1;

/// Names in `meta` that are ours and not the cluster's.
const FORMAT_KEY: &str = "storage.format";
const EPOCH_KEY: &str = "storage.epoch";

/// Why there is no storage. The texts are for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenError {
    /// The browser gives none (private mode, blocked site data).
    Refused(String),
    /// It was written by another version of this program.
    Version(String),
    /// It is there but cannot be read.
    Broken(String),
}

impl OpenError {
    /// The name under which the page knows it.
    pub fn kind(&self) -> &'static str {
        match self {
            OpenError::Refused(_) => "refused",
            OpenError::Version(_) => "version",
            OpenError::Broken(_) => "broken",
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Refused(text) | OpenError::Version(text) | OpenError::Broken(text) => {
                f.write_str(text)
            }
        }
    }
}

impl Idb {
    /// Opens the database of that name and gives what the cluster keeps in `meta`. After it has returned no
    /// earlier owner's write can succeed any more: its transactions were begun before ours and are done.
    pub async fn open(name: &str) -> Result<(Idb, Vec<(String, Bytes)>), OpenError> {
        let (database, dropped) = connect(name).await?;
        let database = Rc::new(database);
        let lost = Rc::new(RefCell::new(None));
        let watchers = watch(&database, &lost);
        let mut idb = Idb {
            database,
            lost,
            dropped,
            commits_early: false,
            gets_records: sys::has_get_all_records(),
            last_read: Cell::new(LastRead {
                log: LogId(u32::MAX),
                average: 1,
                base_offset: -1,
            }),
            ahead: RefCell::default(),
            _watchers: watchers,
        };
        let meta = idb.take_over().await?;
        idb.commits_early = idb.early_commit_aborts().await.map_err(broken)?;
        Ok((idb, meta))
    }

    /// Deletes the database of that name, be it there or not. Its owner must have closed it.
    pub async fn delete(name: &str) -> Result<(), String> {
        let factory = sys::factory().ok_or("this browser has no IndexedDB")?;
        let request = factory
            .delete_database(name)
            .map_err(|error| sys::error_text(&error))?;
        sys::done(&request)
            .await
            .map(drop)
            .map_err(|error| sys::error_text(&error))
    }

    /// One strict transaction over all stores: waits for an earlier owner's last one, then marks it as ours.
    async fn take_over(&self) -> Result<Vec<(String, Bytes)>, OpenError> {
        let transaction = self
            .transaction(&[LOG, META], Mode::Write)
            .map_err(broken)?;
        let ended = sys::ended(&transaction);
        let checked = check_and_mark(&transaction).await;
        if checked.is_err() {
            // Fails only when it is aborted already.
            let _ = transaction.abort();
        }
        let ended = ended.await;
        let meta = checked?;
        ended.map_err(broken)?;
        Ok(meta)
    }
}

impl Idb {
    /// Whether a request that fails after `commit()` was called still aborts its transaction, as it must.
    /// Firefox keeps the others of the group when more requests follow the failing one; there we let
    /// transactions commit by themselves. Found out by requests that change nothing: adding what is there
    /// already, deleting what is not.
    async fn early_commit_aborts(&self) -> Result<bool, JsValue> {
        let transaction = self.transaction(&[META], Mode::Trim)?;
        let ended = sys::ended(&transaction);
        let store = transaction.object_store(META)?;
        store.add(&JsValue::NULL, &EPOCH_KEY.into())?;
        store.delete(&"storage.none".into())?;
        transaction.commit()?;
        Ok(ended.await.is_err())
    }
}

/// The database, and whether the browser has emptied it: Chromium does when it finds its own files damaged, as its
/// processes' being killed twice may leave them, and says so in a field that is its own.
async fn connect(name: &str) -> Result<(Database, bool), OpenError> {
    let Some(factory) = sys::factory() else {
        return Err(OpenError::Refused(
            "This browser gives the page no storage.".to_string(),
        ));
    };
    let request = factory.open(name, STORES_VERSION).map_err(refused)?;
    let dropped = Rc::new(Cell::new(false));
    let upgrade = Closure::once({
        let request: Request = JsValue::from(&request).unchecked_into();
        let dropped = dropped.clone();
        move |event: JsValue| {
            let loss = Reflect::get(&event, &"dataLoss".into());
            dropped.set(loss.is_ok_and(|loss| loss == "total"));
            make_stores(&request)
        }
    });
    request.set_onupgradeneeded(upgrade.as_ref().unchecked_ref());
    match sys::done(&request).await {
        Ok(database) => Ok((database.unchecked_into(), dropped.get())),
        Err(error) if sys::error_name(&error) == "VersionError" => Err(newer("a later version")),
        Err(error) => Err(refused(error)),
    }
}

/// Runs inside IndexedDB's upgrade transaction; what fails here fails the opening.
fn make_stores(request: &Request) -> Result<(), JsValue> {
    let database: Database = request.result()?.unchecked_into();
    for store in [LOG, META] {
        database.create_object_store(store)?;
    }
    Ok(())
}

async fn check_and_mark(transaction: &Transaction) -> Result<Vec<(String, Bytes)>, OpenError> {
    let store = transaction.object_store(META).map_err(broken)?;
    let keys = store
        .get_all_keys(&JsValue::UNDEFINED, u32::MAX)
        .map_err(broken)?;
    let values = store
        .get_all(&JsValue::UNDEFINED, u32::MAX)
        .map_err(broken)?;
    let keys = Array::from(&sys::done(&keys).await.map_err(broken)?);
    let values = Array::from(&sys::done(&values).await.map_err(broken)?);
    let (mut format, mut epoch, mut meta) = (None, 0.0, Vec::new());
    for (key, value) in keys.iter().zip(values.iter()) {
        match key.as_string().unwrap_or_default().as_str() {
            FORMAT_KEY => format = Some(value),
            EPOCH_KEY => epoch = value.as_f64().unwrap_or(0.0),
            key => meta.push((
                key.to_string(),
                Bytes::from(Uint8Array::new(&value).to_vec()),
            )),
        }
    }
    match format {
        Some(version) if version.as_f64() == Some(f64::from(FORMAT_VERSION)) => {}
        Some(version) => {
            let found = version
                .as_f64()
                .map_or("an unknown one".to_string(), |v| v.to_string());
            return Err(newer(&format!("format {found}")));
        }
        None => {
            store
                .put(&FORMAT_VERSION.into(), &FORMAT_KEY.into())
                .map_err(broken)?;
        }
    }
    store
        .put(&(epoch + 1.0).into(), &EPOCH_KEY.into())
        .map_err(broken)?;
    Ok(meta)
}

/// Notes when the browser ends the connection. A wish of another page to delete the database is granted:
/// it would wait for ever otherwise.
fn watch(database: &Rc<Database>, lost: &Rc<RefCell<Option<String>>>) -> [Closure<dyn FnMut()>; 2] {
    let closed = {
        let lost = lost.clone();
        Closure::new(move || {
            *lost.borrow_mut() = Some("the browser closed this site's storage".to_string());
        })
    };
    let deleted = {
        let (lost, database) = (lost.clone(), Rc::downgrade(database));
        Closure::new(move || {
            *lost.borrow_mut() = Some("another page deletes the storage".to_string());
            if let Some(database) = database.upgrade() {
                database.close();
            }
        })
    };
    database.set_onclose(closed.as_ref().unchecked_ref());
    database.set_onversionchange(deleted.as_ref().unchecked_ref());
    [closed, deleted]
}

fn refused(error: JsValue) -> OpenError {
    let why = sys::error_text(&error);
    OpenError::Refused(format!("The browser gives this page no storage ({why})."))
}

fn broken(error: JsValue) -> OpenError {
    let why = sys::error_text(&error);
    OpenError::Broken(format!(
        "What is stored in this browser cannot be read ({why})."
    ))
}

fn newer(found: &str) -> OpenError {
    OpenError::Version(format!(
        "What is stored in this browser was written by another version of the sandbox ({found}; \
         this one reads format {FORMAT_VERSION})."
    ))
}
