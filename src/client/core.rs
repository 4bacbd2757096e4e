//! What producer, consumer and admin client have in common: settings resolved, connections, metadata.

use super::config::ConnectionConfig;
use super::env::Env;
use super::logger::Log;
use super::metadata::Metadata;
use super::network::Network;
use super::{ClientError, Context, bootstrap};

/// One client's connections and what it knows of the cluster.
#[derive(Clone)]
pub(crate) struct Core {
    pub env: Env,
    pub log: Log,
    pub network: Network,
    pub metadata: Metadata,
}

/// How a client's metadata differ from another's.
pub(crate) struct MetadataPolicy {
    pub allow_auto_create: bool,
    /// Java's admin client does not log what its metadata updates meet.
    pub quiet: bool,
}

impl Core {
    /// Resolves the bootstrap addresses. `prefix` stands before all log lines.
    pub async fn new(
        context: &Context,
        config: &ConnectionConfig,
        prefix: &str,
        policy: MetadataPolicy,
    ) -> Result<Core, ClientError> {
        let env = context.env.clone();
        let bare = Log::new(context.logger.clone(), "");
        let servers = &config.bootstrap_servers;
        let nodes = bootstrap::resolve(servers, &*env.transport, &bare).await?;
        let log = Log::new(context.logger.clone(), prefix);
        let network = Network::new(env.clone(), config.clone(), log.clone());
        let runtime = env.runtime.clone();
        let metadata = Metadata::new(
            network.clone(),
            runtime,
            config.clone(),
            log.clone(),
            nodes,
            policy,
        );
        Ok(Core {
            env,
            log,
            network,
            metadata,
        })
    }

    pub fn now_ms(&self) -> u64 {
        self.env.runtime.mono_ms()
    }

    pub async fn sleep(&self, duration_ms: u64) {
        self.env.runtime.sleep(duration_ms).await;
    }

    pub fn close(&self) {
        self.metadata.close();
        self.network.close();
    }
}
