//! The few parts of IndexedDB that we use, as the browser has them.
//!
//! Declared here and not taken from web-sys because that lacks what matters most to us: strict durability,
//! `commit()` and `getAllRecords()`.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    pub type Factory;
    #[wasm_bindgen(method, catch)]
    pub fn open(this: &Factory, name: &str, version: u32) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch, js_name = deleteDatabase)]
    pub fn delete_database(this: &Factory, name: &str) -> Result<Request, JsValue>;

    #[derive(Clone)]
    pub type Request;
    #[wasm_bindgen(method, getter, catch)]
    pub fn result(this: &Request) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    pub fn error(this: &Request) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, setter)]
    pub fn set_onsuccess(this: &Request, handler: &Function);
    #[wasm_bindgen(method, setter)]
    pub fn set_onerror(this: &Request, handler: &Function);
    #[wasm_bindgen(method, setter)]
    pub fn set_onupgradeneeded(this: &Request, handler: &Function);

    pub type Database;
    #[wasm_bindgen(method, catch, js_name = createObjectStore)]
    pub fn create_object_store(this: &Database, name: &str) -> Result<Store, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn transaction(
        this: &Database,
        stores: &Array,
        mode: &str,
        options: &JsValue,
    ) -> Result<Transaction, JsValue>;
    #[wasm_bindgen(method)]
    pub fn close(this: &Database);
    #[wasm_bindgen(method, setter)]
    pub fn set_onversionchange(this: &Database, handler: &Function);
    #[wasm_bindgen(method, setter)]
    pub fn set_onclose(this: &Database, handler: &Function);

    #[derive(Clone)]
    pub type Transaction;
    #[wasm_bindgen(method, catch, js_name = objectStore)]
    pub fn object_store(this: &Transaction, name: &str) -> Result<Store, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn commit(this: &Transaction) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn abort(this: &Transaction) -> Result<(), JsValue>;
    #[wasm_bindgen(method, getter, js_name = error)]
    pub fn failure(this: &Transaction) -> JsValue;
    #[wasm_bindgen(method, setter)]
    pub fn set_oncomplete(this: &Transaction, handler: &Function);
    #[wasm_bindgen(method, setter)]
    pub fn set_onabort(this: &Transaction, handler: &Function);

    pub type Store;
    #[wasm_bindgen(method, catch)]
    pub fn add(this: &Store, value: &JsValue, key: &JsValue) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn put(this: &Store, value: &JsValue, key: &JsValue) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn get(this: &Store, key: &JsValue) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub fn delete(this: &Store, key: &JsValue) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getAll)]
    pub fn get_all(this: &Store, range: &JsValue, count: u32) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getAllKeys)]
    pub fn get_all_keys(this: &Store, range: &JsValue, count: u32) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getAllRecords)]
    pub fn get_all_records(this: &Store, options: &JsValue) -> Result<Request, JsValue>;
    #[wasm_bindgen(method, catch, js_name = openCursor)]
    pub fn open_cursor(this: &Store, range: &JsValue, way: &str) -> Result<Request, JsValue>;

    /// A record of `getAllRecords()`; a cursor has the same two fields.
    pub type Record;
    #[wasm_bindgen(method, getter)]
    pub fn key(this: &Record) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn value(this: &Record) -> JsValue;

    #[wasm_bindgen(js_name = IDBKeyRange)]
    pub type KeyRange;
    #[wasm_bindgen(static_method_of = KeyRange, js_class = IDBKeyRange, catch)]
    pub fn bound(
        lower: &JsValue,
        upper: &JsValue,
        lower_open: bool,
        upper_open: bool,
    ) -> Result<JsValue, JsValue>;
}

/// The browser's IndexedDB, if it gives us one.
pub fn factory() -> Option<Factory> {
    let found = Reflect::get(&js_sys::global(), &"indexedDB".into()).ok()?;
    (!found.is_undefined() && !found.is_null()).then(|| found.unchecked_into())
}

/// Whether object stores have `getAllRecords()`.
pub fn has_get_all_records() -> bool {
    let class = field(&js_sys::global(), "IDBObjectStore");
    !field(&field(&class, "prototype"), "getAllRecords").is_undefined()
}

/// A request's result, once it is there. The transaction is still active right after. Must be called in the turn
/// in which the request was made; then others may be made before this one is awaited.
pub fn done(request: &Request) -> impl Future<Output = Result<JsValue, JsValue>> + use<> {
    let settled = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(&resolve);
        request.set_onerror(&reject);
    });
    let request = request.clone();
    async move {
        match JsFuture::from(settled).await {
            Ok(_) => request.result(),
            Err(_) => Err(request.error().unwrap_or_else(|error| error)),
        }
    }
}

/// Ends when the transaction is complete, or with the reason for which it was aborted. Must be called in
/// the same turn in which the transaction was begun.
pub fn ended(transaction: &Transaction) -> impl Future<Output = Result<(), JsValue>> + use<> {
    let settled = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(&resolve);
        transaction.set_onabort(&reject);
    });
    let transaction = transaction.clone();
    async move {
        match JsFuture::from(settled).await {
            Ok(_) => Ok(()),
            Err(_) => Err(transaction.failure()),
        }
    }
}

/// `name` of an exception, as `QuotaExceededError`; an empty text when it has none.
pub fn error_name(error: &JsValue) -> String {
    text_of(error, "name")
}

/// An exception in words.
pub fn error_text(error: &JsValue) -> String {
    match (error_name(error), text_of(error, "message")) {
        (name, message) if name.is_empty() && message.is_empty() => {
            "the browser gives no reason".to_string()
        }
        (name, message) if message.is_empty() => name,
        (name, message) => format!("{name}: {message}"),
    }
}

/// A field that the browser promises to be there.
pub fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Bytes as the database keeps them, copied out of the module's memory: a view would take all of the memory along.
pub fn array_of(pieces: &[bytes::Bytes]) -> Uint8Array {
    if let [piece] = pieces {
        return Uint8Array::from(&piece[..]);
    }
    let total: usize = pieces.iter().map(bytes::Bytes::len).sum();
    let array = Uint8Array::new_with_length(total as u32);
    let mut at = 0;
    for piece in pieces {
        let end = at + piece.len() as u32;
        array.subarray(at, end).copy_from(piece);
        at = end;
    }
    array
}

fn text_of(error: &JsValue, name: &str) -> String {
    if !error.is_object() {
        return String::new();
    }
    field(error, name).as_string().unwrap_or_default()
}
