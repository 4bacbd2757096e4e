//! Kafka's wire protocol: primitive types, headers, error codes, and every message in all its versions.
//!
//! Messages are generated (see [`generated`]); they hold what a schema says and decide nothing. What a
//! broker answers is not here.

mod api_key;
mod error;
mod error_code;
mod fields;
pub mod frame;
pub mod generated;
mod message;
mod reader;
pub mod record_batch;
pub mod records;
mod resource_type;
mod types;
mod writer;

pub use api_key::ApiKey;
pub use error::{DecodeError, EncodeError};
pub use error_code::ErrorCode;
pub use fields::{FieldReader, FieldWriter, Fields, Schema};
pub use generated as messages;
pub use message::{CoordinatorRecord, Message, MetadataRecord, Request};
pub use reader::Reader;
pub use resource_type::ResourceType;
pub use types::{Rope, TaggedFields, Uuid};
pub use writer::Writer;

/// What generated code is made of.
mod codec {
    pub(super) use super::{
        ApiKey, CoordinatorRecord, FieldReader, FieldWriter, Fields, Message, MetadataRecord,
        Request, Rope, TaggedFields, Uuid,
    };
}
