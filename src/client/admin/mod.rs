//! The admin client, with the calls of Java's `Admin` that Kafka's tools need.
//!
//! Calls on several things answer per thing, in the order asked, so that one refusal does not hide the rest.

pub(crate) mod call;
mod cluster;
mod configs;
mod groups;
mod partitions;
mod scram;
mod topics;
mod types;

pub(crate) use groups::{
    LAST_VERSION_WITH_NAMES, offset_commit_topics, offset_fetch_request, offsets_of,
};
pub(crate) use partitions::by_topic;
pub use scram::{ScramAlteration, ScramInfos, ScramMechanism};
pub use types::*;

use super::config::{AdminConfig, Properties};
use super::core::{Core, MetadataPolicy};
use super::{ClientError, Context};
use std::rc::Rc;

type Result<T> = std::result::Result<T, ClientError>;
/// Answers per thing, in the order asked.
pub type PerItem<K, V> = Vec<(K, Result<V>)>;

/// An admin client. Clones are the same client.
#[derive(Clone)]
pub struct Admin(Rc<Inner>);

struct Inner {
    core: Core,
    config: AdminConfig,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.core.close();
    }
}

impl Admin {
    /// Checks the settings and the bootstrap addresses; connects only when it is used.
    pub async fn new(context: &Context, properties: &Properties) -> Result<Admin> {
        let config = AdminConfig::parse(properties)?;
        let prefix = format!("[AdminClient clientId={}] ", config.connection.client_id);
        let policy = MetadataPolicy {
            allow_auto_create: false,
            quiet: true,
        };
        let core = Core::new(context, &config.connection, &prefix, policy)
            .await
            .map_err(ClientError::create_admin)?;
        Ok(Admin(Rc::new(Inner { core, config })))
    }

    pub fn config(&self) -> &AdminConfig {
        &self.0.config
    }

    /// Closes the connections. Calls under way fail.
    pub fn close(&self) {
        self.0.core.close();
    }
}

/// The same failure for every item.
fn all_failed<K: Clone, V>(
    keys: impl IntoIterator<Item = K>,
    error: &ClientError,
) -> PerItem<K, V> {
    keys.into_iter()
        .map(|key| (key, Err(error.clone())))
        .collect()
}
