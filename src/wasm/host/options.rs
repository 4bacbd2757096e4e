//! What the page asks for when it starts the cluster or attaches a client: `ClusterOptions` and
//! `AttachOptions` of `www/src/client/types.ts`.

use crate::api::Decompressor;
use crate::base::SortedMap;
use crate::client::env::Codecs;
use crate::cluster::ClusterConfig;
use crate::wasm::addresses::FIRST_PORT;
use crate::wasm::codecs::LazyCodecs;
use serde::Deserialize;
use std::rc::Rc;

/// More than any lesson shows, and a bound on what a page can ask for.
const MAX_BROKERS: u16 = 32;

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterOptions {
    pub brokers: u16,
    pub first_id: i32,
    pub config: SortedMap<String, String>,
    pub database: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachOptions {
    pub client_host: String,
    pub hosts: Vec<String>,
}

/// What of a cluster is settled when it is made, and stored with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub brokers: u16,
    pub first_id: i32,
}

impl Shape {
    pub fn of(options: &ClusterOptions) -> Shape {
        let brokers = options.brokers.clamp(1, MAX_BROKERS);
        Shape {
            brokers,
            first_id: options.first_id.max(0),
        }
    }

    pub fn to_text(self) -> String {
        format!("{} {}", self.brokers, self.first_id)
    }

    pub fn from_text(text: &str) -> Option<Shape> {
        let (brokers, first_id) = text.split_once(' ')?;
        let brokers = brokers
            .parse()
            .ok()
            .filter(|count| (1..=MAX_BROKERS).contains(count))?;
        Some(Shape {
            brokers,
            first_id: first_id.parse().ok()?,
        })
    }

    pub fn config(self, options: &ClusterOptions, codecs: &LazyCodecs) -> ClusterConfig {
        let mut config = ClusterConfig::new(self.brokers, self.first_id, "localhost", FIRST_PORT);
        config.broker_configs = options.config.clone();
        config.decompressor = Some(decompressor(codecs.clone()));
        config.check_compressed = true;
        config
    }
}

/// What is produced waits for the codecs (`compressed.rs`); a look-up by time loads them, and is still answered
/// with the batch's first offset.
fn decompressor(codecs: LazyCodecs) -> Decompressor {
    Decompressor(Rc::new(move |codec, bytes, limit_bytes| {
        if !codecs.is_loaded() {
            let loading = codecs.load();
            wasm_bindgen_futures::spawn_local(async move {
                // A page that cannot fetch the module goes on without exact times.
                let _ = loading.await;
            });
            return None;
        }
        codecs.decompress(codec, bytes, limit_bytes).ok()
    }))
}
