//! Requests in flight: who asked what, and what the answer waits for.
//!
//! The table knows requests by number only. Which index points at a request (durable ends, fetch
//! waiters, timers) is the business of the modules that park it.

use crate::api::Caller;
use crate::base::{BrokerId, ConnId, Endpoint};
use crate::protocol::ApiKey;
use std::rc::Rc;

/// One request in flight. Never reused within a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// A request's header, and where it came from.
#[derive(Debug, Clone)]
pub struct Call {
    pub conn: ConnId,
    pub broker: BrokerId,
    pub api_key: ApiKey,
    pub api_version: i16,
    pub correlation_id: i32,
    pub client_id: Rc<str>,
    pub client_host: Rc<str>,
    pub endpoints: Rc<[Endpoint]>,
    pub request_bytes: u32,
    pub started_ms: u64,
}

impl Call {
    /// The call as handlers see it.
    pub fn caller(&self) -> Caller<'_> {
        Caller {
            broker: self.broker,
            client_id: &self.client_id,
            client_host: &self.client_host,
            api_version: self.api_version,
            endpoints: &self.endpoints,
        }
    }
}
