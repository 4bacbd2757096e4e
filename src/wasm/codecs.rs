//! Compression codecs from the second wasm module, fetched when they are first needed.

use crate::client::env::Codecs;
use futures_util::future::LocalBoxFuture;
use js_sys::Promise;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// A bundler sees this import and puts the module into a chunk of its own.
#[wasm_bindgen(inline_js = "
let loading;
export function loadCodecs() {
  loading ??= import('../../codecs/kafka_sandbox_codecs.js').then(async (module) => {
    await module.default();
    return module;
  });
  loading.catch(() => { loading = undefined; });
  return loading;
}
")]
extern "C" {
    #[wasm_bindgen(js_name = loadCodecs)]
    fn load_codecs() -> Promise;
}

#[wasm_bindgen]
extern "C" {
    type Module;
    #[wasm_bindgen(method, catch)]
    fn compress(this: &Module, codec: u8, input: &[u8]) -> Result<Vec<u8>, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn decompress(
        this: &Module,
        codec: u8,
        input: &[u8],
        limit_bytes: u32,
    ) -> Result<Vec<u8>, JsValue>;
}

/// The module, once it is there. Clones share it.
#[derive(Clone, Default)]
pub struct LazyCodecs {
    module: Rc<RefCell<Option<Module>>>,
}

impl LazyCodecs {
    pub fn is_loaded(&self) -> bool {
        self.module.borrow().is_some()
    }

    fn with<T>(&self, work: impl FnOnce(&Module) -> Result<T, JsValue>) -> Result<T, String> {
        let module = self.module.borrow();
        let module = module.as_ref().ok_or("the codec module is not loaded")?;
        work(module).map_err(|error| text(&error))
    }
}

impl Codecs for LazyCodecs {
    fn load(&self) -> LocalBoxFuture<'static, Result<(), String>> {
        let slot = self.module.clone();
        Box::pin(async move {
            if slot.borrow().is_some() {
                return Ok(());
            }
            let module = JsFuture::from(load_codecs()).await;
            let module =
                module.map_err(|error| format!("cannot load the codecs: {}", text(&error)))?;
            *slot.borrow_mut() = Some(module.unchecked_into());
            Ok(())
        })
    }

    fn compress(&self, codec: u8, input: &[u8]) -> Result<Vec<u8>, String> {
        self.with(|module| module.compress(codec, input))
    }

    fn decompress(&self, codec: u8, input: &[u8], limit_bytes: usize) -> Result<Vec<u8>, String> {
        let limit_bytes = u32::try_from(limit_bytes).unwrap_or(u32::MAX);
        self.with(|module| module.decompress(codec, input, limit_bytes))
    }
}

fn text(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => format!("{error:?}"),
    }
}
