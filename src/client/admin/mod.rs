//! The admin client, with the calls of Java's `Admin` that Kafka's tools need.
//!
//! Calls on several things answer per thing, in the order asked, so that one refusal does not hide the rest.

mod types;

pub use types::*;

use super::config::{AdminConfig, Properties};
use super::types::{Node, OffsetAndMetadata, TopicPartition};
use super::{ClientError, Context};
use std::collections::BTreeMap;
use std::rc::Rc;

type Result<T> = std::result::Result<T, ClientError>;
/// Answers per thing, in the order asked.
pub type PerItem<K, V> = Vec<(K, Result<V>)>;

/// An admin client. Clones are the same client.
#[derive(Clone)]
pub struct Admin {
    _p: Rc<()>,
}

#[allow(unused_variables)]
impl Admin {
    /// Checks the settings and the bootstrap addresses; connects only when it is used.
    pub async fn new(context: &Context, properties: &Properties) -> Result<Admin> {
        todo!()
    }
    pub fn config(&self) -> &AdminConfig {
        todo!()
    }
    pub fn close(&self) {
        todo!()
    }

    pub async fn list_topics(&self, include_internal: bool) -> Result<Vec<TopicListing>> {
        todo!()
    }
    pub async fn describe_topics(
        &self,
        topics: &[TopicRef],
    ) -> PerItem<TopicRef, TopicDescription> {
        todo!()
    }
    pub async fn create_topics(
        &self,
        topics: &[NewTopic],
        validate_only: bool,
    ) -> PerItem<String, CreatedTopic> {
        todo!()
    }
    pub async fn delete_topics(&self, topics: &[TopicRef]) -> PerItem<TopicRef, ()> {
        todo!()
    }
    pub async fn create_partitions(
        &self,
        partitions: &[NewPartitions],
        validate_only: bool,
    ) -> PerItem<String, ()> {
        todo!()
    }
    /// Deletes records below these offsets (-1: below the high watermark); the new log starts.
    pub async fn delete_records(
        &self,
        before: &BTreeMap<TopicPartition, i64>,
    ) -> PerItem<TopicPartition, i64> {
        todo!()
    }
    pub async fn list_offsets(
        &self,
        wanted: &BTreeMap<TopicPartition, OffsetSpec>,
    ) -> PerItem<TopicPartition, ListOffsetsResult> {
        todo!()
    }
    pub async fn elect_leaders(
        &self,
        election: ElectionType,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<PerItem<TopicPartition, ()>> {
        todo!()
    }
    pub async fn describe_producers(
        &self,
        partitions: &[TopicPartition],
    ) -> PerItem<TopicPartition, Vec<ProducerState>> {
        todo!()
    }

    pub async fn describe_configs(
        &self,
        resources: &[ConfigResource],
        include_synonyms: bool,
        include_documentation: bool,
    ) -> PerItem<ConfigResource, Vec<ConfigEntry>> {
        todo!()
    }
    pub async fn incremental_alter_configs(
        &self,
        changes: &[(ConfigResource, Vec<AlterConfigOp>)],
        validate_only: bool,
    ) -> PerItem<ConfigResource, ()> {
        todo!()
    }
    /// Things of these kinds that have settings (KIP-1142); all kinds if the list is empty.
    pub async fn list_config_resources(
        &self,
        types: &[ResourceType],
    ) -> Result<Vec<ConfigResource>> {
        todo!()
    }

    /// Groups in these states and of these types (as Kafka spells them); empty lists take all.
    pub async fn list_groups(&self, states: &[&str], types: &[&str]) -> Result<Vec<GroupListing>> {
        todo!()
    }
    /// Groups of the consumer and the classic protocol.
    pub async fn describe_consumer_groups(
        &self,
        groups: &[&str],
    ) -> PerItem<String, GroupDescription> {
        todo!()
    }
    pub async fn delete_groups(&self, groups: &[&str]) -> PerItem<String, ()> {
        todo!()
    }
    /// Offsets of a group; of all partitions that have one if `partitions` is `None`.
    pub async fn list_group_offsets(
        &self,
        group: &str,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<GroupOffsets> {
        todo!()
    }
    pub async fn alter_group_offsets(
        &self,
        group: &str,
        offsets: &BTreeMap<TopicPartition, OffsetAndMetadata>,
    ) -> Result<PerItem<TopicPartition, ()>> {
        todo!()
    }
    pub async fn delete_group_offsets(
        &self,
        group: &str,
        partitions: &[TopicPartition],
    ) -> Result<PerItem<TopicPartition, ()>> {
        todo!()
    }

    pub async fn describe_cluster(&self, include_fenced: bool) -> Result<ClusterDescription> {
        todo!()
    }
    pub async fn describe_log_dirs(&self, brokers: &[i32]) -> PerItem<i32, Vec<LogDirDescription>> {
        todo!()
    }
    /// The versions that a broker serves: API key, first, last.
    pub async fn api_versions(&self, node: &Node) -> Result<Vec<(i16, i16, i16)>> {
        todo!()
    }
    pub async fn describe_client_quotas(
        &self,
        components: &[(String, QuotaMatch)],
        strict: bool,
    ) -> Result<Vec<(QuotaEntity, BTreeMap<String, f64>)>> {
        todo!()
    }
    pub async fn alter_client_quotas(
        &self,
        changes: &[QuotaAlteration],
        validate_only: bool,
    ) -> PerItem<QuotaEntity, ()> {
        todo!()
    }
}
