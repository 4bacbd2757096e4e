//! The broker's request handlers, one file per API key, and what they share.
//!
//! A handler is a function of the decoded request and of the state that [`Broker`] lends it. It
//! returns the response, or a value that says what the response waits for; parking, timers and
//! sockets are the cluster's. Handlers never import one another.

mod broker_configs;
pub mod k00_produce;
pub mod k01_fetch;
pub mod k02_list_offsets;
pub mod k03_metadata;
pub mod k08_offset_commit;
pub mod k09_offset_fetch;
pub mod k10_find_coordinator;
pub mod k11_join_group;
pub mod k12_heartbeat;
pub mod k13_leave_group;
pub mod k14_sync_group;
pub mod k15_describe_groups;
pub mod k16_list_groups;
pub mod k18_api_versions;
pub mod k19_create_topics;
pub mod k20_delete_topics;
pub mod k21_delete_records;
pub mod k22_init_producer_id;
pub mod k23_offset_for_leader_epoch;
pub mod k32_describe_configs;
pub mod k33_alter_configs;
pub mod k35_describe_log_dirs;
pub mod k37_create_partitions;
pub mod k42_delete_groups;
pub mod k43_elect_leaders;
pub mod k44_incremental_alter_configs;
pub mod k46_list_partition_reassignments;
pub mod k47_offset_delete;
pub mod k48_describe_client_quotas;
pub mod k49_alter_client_quotas;
pub mod k50_describe_user_scram_credentials;
pub mod k51_alter_user_scram_credentials;
pub mod k60_describe_cluster;
pub mod k61_describe_producers;
pub mod k74_list_config_resources;
pub mod k75_describe_topic_partitions;
pub mod loggers;
pub mod logs;
pub mod registry;

use crate::base::{BrokerId, Endpoint, Now, SortedSet};
use crate::metadata::{MetadataImage, PartitionImage};
use crate::protocol::ErrorCode;
use crate::protocol::record_batch::Decompress;
use logs::Logs;
use std::rc::Rc;

/// Who sent a request, and to whom.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    pub broker: BrokerId,
    /// Empty when the client gave none.
    pub client_id: &'a str,
    /// The peer's address as Kafka prints it, without the slash.
    pub client_host: &'a str,
    pub api_version: i16,
    /// What metadata responses advertise to this connection; brokers missing there have the
    /// default.
    pub endpoints: &'a [Endpoint],
}

/// The state that a handler of the data plane works on.
pub struct Broker<'a> {
    pub now: Now,
    pub image: &'a MetadataImage,
    pub logs: &'a mut Logs,
    /// Where each broker is advertised unless the connection says otherwise.
    pub endpoints: &'a [Endpoint],
    pub decompressor: Option<&'a Decompressor>,
    /// Whether compressed batches are opened and checked when they are produced.
    pub check_compressed: bool,
}

/// Opens the record section of a compressed batch: codec, bytes, greatest size; `None` if it
/// cannot. The codecs are not part of the broker.
#[derive(Clone)]
pub struct Decompressor(pub Rc<Decompress<'static>>);

impl std::fmt::Debug for Decompressor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Decompressor")
    }
}

/// Whether the asked broker may answer for a partition to a client that believes in this leader
/// epoch (-1: in none), in the order in which Kafka looks: it has a replica, the epoch is right
/// (KIP-320), it leads.
pub fn check_replica(
    partition: &PartitionImage,
    broker: BrokerId,
    leader_epoch: i32,
    leader_only: bool,
) -> Result<(), ErrorCode> {
    if partition.replica(broker).is_none() {
        return Err(ErrorCode::NOT_LEADER_OR_FOLLOWER);
    }
    if leader_epoch >= 0 && leader_epoch < partition.leader_epoch {
        return Err(ErrorCode::FENCED_LEADER_EPOCH);
    }
    if leader_epoch > partition.leader_epoch {
        return Err(ErrorCode::UNKNOWN_LEADER_EPOCH);
    }
    if leader_only && partition.leader != broker.0 {
        return Err(ErrorCode::NOT_LEADER_OR_FOLLOWER);
    }
    Ok(())
}

impl<'a> Broker<'a> {
    /// The address of a broker as this caller shall see it; `None` if there is no such broker in
    /// service.
    pub fn endpoint<'b>(&'b self, caller: &'b Caller<'_>, broker: i32) -> Option<&'b Endpoint> {
        if !self.image.is_active(broker) {
            return None;
        }
        let mut all = caller.endpoints.iter().chain(self.endpoints);
        all.find(|endpoint| endpoint.broker.0 == broker)
    }

    /// The addresses of the leaders that an answer points at, each once (KIP-951). Numbers below zero name none.
    pub fn leader_endpoints<'b>(
        &'b self,
        caller: &'b Caller<'_>,
        leaders: impl Iterator<Item = i32>,
    ) -> impl Iterator<Item = &'b Endpoint> {
        let leaders: SortedSet<i32> = leaders.filter(|id| *id >= 0).collect();
        leaders
            .into_iter()
            .filter_map(move |id| self.endpoint(caller, id))
    }
}
