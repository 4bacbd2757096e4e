//! What every generated message can do.

use super::api_key::ApiKey;
use super::error::{DecodeError, EncodeError};
use super::fields::{self, Fields, Schema};
use super::reader::Reader;
use super::writer::Writer;
use bytes::Bytes;
use std::fmt::Debug;

/// A message of Kafka's protocol in all its versions. One type serves every version and both directions;
/// a field that a version does not have is at its default.
pub trait Message: Fields + Sized + Default + Clone + Debug + PartialEq {
    /// The schema's name, such as `MetadataRequest`.
    const NAME: &'static str;
    const MIN_VERSION: i16;
    const MAX_VERSION: i16;
    /// The first version whose encoding is flexible (KIP-482); `i16::MAX` if there is none.
    const FLEXIBLE_FROM: i16;

    const SCHEMA: &'static Schema = &Schema {
        name: Self::NAME,
        valid: (Self::MIN_VERSION, Self::MAX_VERSION),
        flexible_from: Self::FLEXIBLE_FROM,
    };

    /// Reads one message and leaves the cursor behind it, after an error at the end.
    fn decode(r: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let mut message = Self::default();
        fields::decode(&mut message, r, Self::SCHEMA, version)?;
        Ok(message)
    }

    /// Writes the message. Fails, possibly after having written a part, on a value that this version cannot
    /// carry.
    fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        fields::encode(self, w, Self::SCHEMA, version)
    }

    /// The message alone, as one buffer.
    fn to_bytes(&self, version: i16) -> Result<Bytes, EncodeError> {
        let mut w = Writer::new();
        self.encode(&mut w, version)?;
        Ok(w.finish_flat())
    }

    /// The message that fills `bytes` exactly.
    fn from_bytes(bytes: Bytes, version: i16) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let message = Self::decode(&mut r, version)?;
        r.expect_end()?;
        Ok(message)
    }
}

/// A request, and what answers it.
pub trait Request: Message {
    /// Number of the API, the first field of every request.
    const API_KEY: ApiKey;
    type Response: Message;

    /// The version of the request header that goes with this version of the request.
    fn header_version(version: i16) -> i16 {
        if version >= Self::FLEXIBLE_FROM { 2 } else { 1 }
    }

    /// The version of the response header. ApiVersions always has the oldest, so that a client can read the
    /// answer of a broker whose versions it does not know yet (KIP-511).
    fn response_header_version(version: i16) -> i16 {
        i16::from(Self::API_KEY != ApiKey::API_VERSIONS && version >= Self::FLEXIBLE_FROM)
    }
}

/// A record of the metadata log (KRaft): a message with a number that says which.
pub trait MetadataRecord: Message {
    /// The record's type in its frame.
    const RECORD_TYPE: i16;
}

/// A key or value of `__consumer_offsets`.
pub trait CoordinatorRecord: Message {
    /// The record's type, which stands in front of the key.
    const RECORD_TYPE: i16;
}
