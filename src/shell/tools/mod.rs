//! Kafka's command-line tools, one file each, and the list of them.

use super::tool::ToolSpec;

/// Every tool, sorted by name.
pub static TOOLS: &[&ToolSpec] = &[];
