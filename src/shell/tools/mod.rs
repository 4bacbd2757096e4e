//! Kafka's command-line tools, one file each, and the list of them.

mod common;
mod kafka_topics;

use super::tool::ToolSpec;

/// Every tool, sorted by name.
pub static TOOLS: &[&ToolSpec] = &[&kafka_topics::SPEC];
