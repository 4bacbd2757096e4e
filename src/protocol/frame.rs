//! Frames: a header and a message. For the broker's side and for the client's.
//!
//! A frame here is what stands between two length prefixes; the prefixes belong to the transport.

use super::api_key::ApiKey;
use super::error::{DecodeError, EncodeError};
use super::message::{Message, Request};
use super::messages::ApiVersionsRequest;
use super::reader::Reader;
use super::writer::Writer;
use bytes::Bytes;
use std::fmt;

/// A request whose header is read and whose body is not yet.
#[derive(Debug, Clone)]
pub struct RequestFrame {
    pub api_key: ApiKey,
    pub api_version: i16,
    pub correlation_id: i32,
    /// As sent; Kafka treats null as empty.
    pub client_id: Option<String>,
    pub body: Reader,
}

/// Why a request's header cannot be read. Kafka's broker closes the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameError {
    /// No API has this number, so it is not even known what its header looks like.
    UnknownApi { api_key: i16, api_version: i16 },
    /// The header is cut off or otherwise not what the protocol says.
    Malformed {
        api_key: Option<ApiKey>,
        error: DecodeError,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::UnknownApi { api_key, .. } => write!(f, "unknown API key {api_key}"),
            FrameError::Malformed {
                api_key: None,
                error,
            } => {
                write!(f, "malformed request header: {error}")
            }
            FrameError::Malformed {
                api_key: Some(api_key),
                error,
            } => {
                write!(f, "malformed request header of {api_key}: {error}")
            }
        }
    }
}

impl std::error::Error for FrameError {}

impl RequestFrame {
    /// Reads the header of any request that Kafka 4.3 knows, in any version, also one that is not served.
    pub fn parse(frame: Bytes) -> Result<RequestFrame, FrameError> {
        let mut r = Reader::new(frame);
        let start = |error| FrameError::Malformed {
            api_key: None,
            error,
        };
        let api_key = ApiKey(r.i16().map_err(start)?);
        let api_version = r.i16().map_err(start)?;
        let Some(header_version) = api_key.request_header_version(api_version) else {
            return Err(FrameError::UnknownApi {
                api_key: api_key.0,
                api_version,
            });
        };
        Self::parse_rest(api_key, api_version, header_version, r).map_err(|error| {
            FrameError::Malformed {
                api_key: Some(api_key),
                error,
            }
        })
    }

    fn parse_rest(
        api_key: ApiKey,
        api_version: i16,
        header_version: i16,
        mut body: Reader,
    ) -> Result<RequestFrame, DecodeError> {
        let correlation_id = body.i32()?;
        let client_id = body.legacy_string_opt()?;
        body.set_flexible(header_version >= 2);
        body.unknown_tagged_fields()?;
        Ok(RequestFrame {
            api_key,
            api_version,
            correlation_id,
            client_id,
            body,
        })
    }

    /// Reads the body. Bytes behind it are ignored, as Kafka's broker does.
    pub fn decode<R: Request>(&self) -> Result<R, DecodeError> {
        R::decode(&mut self.body.clone(), self.api_version)
    }
}

/// A whole response frame: the header that goes with this version of `R`, then the response.
pub fn encode_response<R: Request>(
    api_version: i16,
    correlation_id: i32,
    response: &R::Response,
) -> Result<Vec<Bytes>, EncodeError> {
    let mut w = Writer::with_capacity(64);
    write_response_header(
        &mut w,
        correlation_id,
        R::response_header_version(api_version),
    );
    response.encode(&mut w, api_version)?;
    Ok(w.finish())
}

/// Writes a response header of version 0 or 1.
pub fn write_response_header(w: &mut Writer, correlation_id: i32, header_version: i16) {
    w.i32(correlation_id);
    if header_version >= 1 {
        w.unsigned_varint(0);
    }
}

/// A whole request frame.
pub fn encode_request<R: Request>(
    api_version: i16,
    correlation_id: i32,
    client_id: Option<&str>,
    request: &R,
) -> Result<Vec<Bytes>, EncodeError> {
    let header_version = R::header_version(api_version);
    let mut w = request_header(R::API_KEY, api_version, correlation_id, client_id)?;
    if header_version >= 2 {
        w.unsigned_varint(0);
    }
    request.encode(&mut w, api_version)?;
    Ok(w.finish())
}

/// A request's header up to its tagged fields.
fn request_header(
    api_key: ApiKey,
    api_version: i16,
    correlation_id: i32,
    client_id: Option<&str>,
) -> Result<Writer, EncodeError> {
    let mut w = Writer::with_capacity(128);
    w.i16(api_key.0);
    w.i16(api_version);
    w.i32(correlation_id);
    w.legacy_string_opt(client_id)?;
    Ok(w)
}

/// The correlation id of a response, and a cursor behind its header.
pub fn parse_response_header(
    frame: Bytes,
    header_version: i16,
) -> Result<(i32, Reader), DecodeError> {
    let mut r = Reader::new(frame);
    let correlation_id = r.i32()?;
    r.set_flexible(header_version >= 1);
    r.unknown_tagged_fields()?;
    Ok((correlation_id, r))
}

/// Reads a response to a request `R` of this version: its correlation id and the message.
pub fn decode_response<R: Request>(
    frame: Bytes,
    api_version: i16,
) -> Result<(i32, R::Response), DecodeError> {
    let (correlation_id, mut r) =
        parse_response_header(frame, R::response_header_version(api_version))?;
    let again = r.clone();
    let mut decoded = R::Response::decode(&mut r, api_version);
    if decoded.is_err() && R::API_KEY == ApiVersionsRequest::API_KEY {
        // A broker that does not know our version of ApiVersions answers in version 0 (KIP-511).
        decoded = R::Response::decode(&mut { again }, 0);
    }
    Ok((correlation_id, decoded?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ErrorCode;
    use crate::protocol::messages::{
        ApiVersionsResponse, FetchRequest, MetadataRequest, MetadataResponse,
    };

    fn flat(pieces: Vec<Bytes>) -> Bytes {
        crate::protocol::Rope(pieces).to_bytes()
    }

    #[test]
    fn a_request_travels_with_each_header_version() {
        for version in [0, 13] {
            let sent = MetadataRequest::default();
            let frame = encode_request(version, 7, Some("me"), &sent).expect("encodes");
            let read = RequestFrame::parse(flat(frame)).expect("parses");
            assert_eq!(
                (read.api_key, read.api_version),
                (ApiKey::METADATA, version)
            );
            assert_eq!(
                (read.correlation_id, read.client_id.as_deref()),
                (7, Some("me"))
            );
            assert_eq!(read.decode::<MetadataRequest>(), Ok(sent));
        }
    }

    #[test]
    fn a_response_travels_with_each_header_version() {
        for version in [0, 13] {
            let sent = MetadataResponse::default();
            let frame = encode_response::<MetadataRequest>(version, 9, &sent).expect("encodes");
            let read = decode_response::<MetadataRequest>(flat(frame), version);
            assert_eq!(read, Ok((9, sent)));
        }
    }

    #[test]
    fn the_header_of_an_unserved_version_is_read() {
        let frame = Bytes::from_static(&[0, 18, 0, 99, 0, 0, 0, 5, 0xff, 0xff, 0, 1, 2]);
        let read = RequestFrame::parse(frame).expect("parses");
        assert_eq!(
            (read.api_version, read.correlation_id, read.client_id),
            (99, 5, None)
        );
    }

    #[test]
    fn an_unknown_api_and_a_short_header_are_errors() {
        let unknown = RequestFrame::parse(Bytes::from_static(&[3, 231, 0, 0]));
        let expected = FrameError::UnknownApi {
            api_key: 999,
            api_version: 0,
        };
        assert_eq!(unknown.err(), Some(expected));
        for n in 0..10 {
            let frame = Bytes::from_static(&[0, 1, 0, 12, 0, 0, 0, 5, 0, 1]).slice(..n);
            assert!(matches!(
                RequestFrame::parse(frame),
                Err(FrameError::Malformed { .. })
            ));
        }
    }

    #[test]
    fn an_answer_in_version_0_to_a_newer_api_versions_request_is_read() {
        let error_code = ErrorCode::UNSUPPORTED_VERSION.0;
        let sent = ApiVersionsResponse {
            error_code,
            ..Default::default()
        };
        let frame = encode_response::<ApiVersionsRequest>(0, 1, &sent).expect("encodes");
        let read = decode_response::<ApiVersionsRequest>(flat(frame), 4);
        assert_eq!(
            read.map(|(_, response)| response.error_code),
            Ok(error_code)
        );
    }

    #[test]
    fn record_data_is_not_copied_by_the_codec() {
        let mut response = crate::protocol::messages::FetchResponse::default();
        let batch = Bytes::from(vec![1; 10_000]);
        response.responses.push(Default::default());
        response.responses[0].partitions.push(Default::default());
        response.responses[0].partitions[0].records =
            Some(crate::protocol::Rope(vec![batch.clone(), batch.clone()]));
        let pieces = encode_response::<FetchRequest>(12, 1, &response).expect("encodes");
        let shared = pieces
            .iter()
            .filter(|piece| piece.as_ptr() == batch.as_ptr())
            .count();
        assert_eq!((pieces.len(), shared), (4, 2));
    }
}
