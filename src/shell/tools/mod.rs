//! Kafka's command-line tools, one file each, and the list of them.

mod common;
mod failure;
mod java;
mod kafka_configs;
mod kafka_console_consumer;
mod kafka_console_producer;
mod kafka_consumer_groups;
mod kafka_delete_records;
mod kafka_get_offsets;
mod kafka_topics;
mod notebook;
mod properties;

use super::tool::ToolSpec;

/// Kafka's tools, sorted by name.
static TOOLS: &[&ToolSpec] = &[
    &kafka_configs::SPEC,
    &kafka_console_consumer::SPEC,
    &kafka_console_producer::SPEC,
    &kafka_consumer_groups::SPEC,
    &kafka_delete_records::SPEC,
    &kafka_get_offsets::SPEC,
    &kafka_topics::SPEC,
];

/// Kafka's tools, then the notebook's own commands, each sorted by name.
pub fn all() -> impl Iterator<Item = &'static ToolSpec> {
    TOOLS.iter().chain(&notebook::COMMANDS).copied()
}
