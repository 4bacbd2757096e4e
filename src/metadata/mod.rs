//! Cluster metadata as in KRaft: records, the image they build, and the controller decisions.

pub mod config;
pub mod controller;
mod error;
mod image;
pub mod names;
mod quotas;
mod records;
mod replay;
mod scram;

pub use config::Value;
pub use error::{ApiError, error_fields};
pub use image::{BrokerImage, MetadataImage, NO_LEADER, PartitionImage, Replica, TopicImage};
pub use quotas::{QuotaEntity, Quotas};
pub use records::Record;
pub use replay::{Change, ReplayError};
pub use scram::{SCRAM_MECHANISMS, ScramUsers};
