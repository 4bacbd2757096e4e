//! From a frame to its handler.
//!
//! What cannot be read closes the connection with a reason, as in Kafka; the one exception is a
//! version of ApiVersions that we do not know. Everything else is answered, at once or later.

use super::Cluster;
use super::parked::Pending;
use super::requests::{Call, RequestId};
use crate::api::*;
use crate::base::{ConnId, METADATA_LOG};
use crate::protocol::frame::{RequestFrame, encode_response};
use crate::protocol::messages::*;
use crate::protocol::{ApiKey, ErrorCode, Request};
use bytes::Bytes;
use std::rc::Rc;

impl Cluster {
    /// Handles one request of a connection whose turn it is.
    pub(super) fn dispatch(&mut self, conn: ConnId, bytes: Bytes) {
        let request_bytes = bytes.len() as u32;
        let frame = match RequestFrame::parse(bytes) {
            Ok(frame) => frame,
            Err(error) => return self.close(conn, error.to_string()),
        };
        let Some(connection) = self.conns.get_mut(&conn) else {
            return;
        };
        let client_id = frame.client_id.as_deref().unwrap_or("");
        if *connection.client_id != *client_id {
            connection.client_id = Rc::from(client_id);
        }
        let id = RequestId(self.next_request);
        self.next_request += 1;
        let call = Call {
            conn,
            broker: connection.broker,
            api_key: frame.api_key,
            api_version: frame.api_version,
            correlation_id: frame.correlation_id,
            client_id: connection.client_id.clone(),
            client_host: connection.client_host.clone(),
            endpoints: connection.endpoints.clone(),
            request_bytes,
            started_ms: self.now.mono_ms,
        };
        connection.begin(id, frame.api_key.0);
        let api = registry::find(frame.api_key.0);
        match api {
            Some(api) if (api.min_version..=api.max_version).contains(&frame.api_version) => {
                self.route(id, call, &frame);
            }
            Some(api) if api.key == registry::API_VERSIONS => self.answer_unknown_version(id, call),
            _ => {
                let (name, version) = (frame.api_key.name(), frame.api_version);
                self.close(conn, format!("{name} version {version} is not served"));
            }
        }
    }

    /// KIP-511: the answer to a version of ApiVersions that is too new has the format of version 0.
    fn answer_unknown_version(&mut self, id: RequestId, call: Call) {
        let response = k18_api_versions::unsupported();
        match encode_response::<ApiVersionsRequest>(0, call.correlation_id, &response) {
            Ok(slices) => self.finish(id, &call, Some(slices)),
            Err(error) => self.close(call.conn, error.to_string()),
        }
    }

    fn route(&mut self, id: RequestId, call: Call, frame: &RequestFrame) {
        match frame.api_key {
            ApiKey::PRODUCE => self.on(id, call, frame, Self::produce),
            ApiKey::FETCH => self.on(id, call, frame, Self::fetch),
            ApiKey::LIST_OFFSETS => self.on(id, call, frame, Self::list_offsets),
            ApiKey::METADATA => self.on(id, call, frame, Self::metadata),
            ApiKey::API_VERSIONS => self.on(id, call, frame, Self::api_versions),
            ApiKey::DELETE_RECORDS => self.on(id, call, frame, Self::delete_records),
            ApiKey::INIT_PRODUCER_ID => self.on(id, call, frame, Self::init_producer_id),
            ApiKey::OFFSET_FOR_LEADER_EPOCH => self.on(id, call, frame, Self::epoch_offsets),
            ApiKey::DESCRIBE_PRODUCERS => self.on(id, call, frame, Self::describe_producers),
            _ => self.route_admin(id, call, frame),
        }
    }

    fn route_admin(&mut self, id: RequestId, call: Call, frame: &RequestFrame) {
        match frame.api_key {
            ApiKey::FIND_COORDINATOR => self.on(id, call, frame, Self::find_coordinator),
            ApiKey::CREATE_TOPICS => self.on(id, call, frame, Self::create_topics),
            ApiKey::DELETE_TOPICS => self.on(id, call, frame, Self::delete_topics),
            ApiKey::DESCRIBE_CONFIGS => self.on(id, call, frame, Self::describe_configs),
            ApiKey::ALTER_CONFIGS => self.on(id, call, frame, Self::alter_configs),
            ApiKey::DESCRIBE_LOG_DIRS => self.on(id, call, frame, Self::describe_log_dirs),
            ApiKey::CREATE_PARTITIONS => self.on(id, call, frame, Self::create_partitions),
            ApiKey::ELECT_LEADERS => self.on(id, call, frame, Self::elect_leaders),
            ApiKey::INCREMENTAL_ALTER_CONFIGS => {
                self.on(id, call, frame, Self::incremental_alter_configs);
            }
            ApiKey::LIST_PARTITION_REASSIGNMENTS => {
                self.on(id, call, frame, Self::list_reassignments);
            }
            ApiKey::DESCRIBE_CLIENT_QUOTAS => {
                self.on(id, call, frame, Self::describe_client_quotas);
            }
            ApiKey::ALTER_CLIENT_QUOTAS => self.on(id, call, frame, Self::alter_client_quotas),
            ApiKey::DESCRIBE_USER_SCRAM_CREDENTIALS => {
                self.on(id, call, frame, Self::describe_user_scram_credentials);
            }
            ApiKey::ALTER_USER_SCRAM_CREDENTIALS => {
                self.on(id, call, frame, Self::alter_user_scram_credentials);
            }
            ApiKey::DESCRIBE_CLUSTER => self.on(id, call, frame, Self::describe_cluster),
            ApiKey::LIST_CONFIG_RESOURCES => self.on(id, call, frame, Self::list_config_resources),
            ApiKey::DESCRIBE_TOPIC_PARTITIONS => {
                self.on(id, call, frame, Self::describe_topic_partitions);
            }
            _ => self.route_group(id, call, frame),
        }
    }

    fn route_group(&mut self, id: RequestId, call: Call, frame: &RequestFrame) {
        match frame.api_key {
            ApiKey::OFFSET_COMMIT => self.on(id, call, frame, Self::offset_commit),
            ApiKey::OFFSET_FETCH => self.on(id, call, frame, Self::offset_fetch),
            ApiKey::JOIN_GROUP => self.on(id, call, frame, Self::join_group),
            ApiKey::HEARTBEAT => self.on(id, call, frame, Self::heartbeat),
            ApiKey::LEAVE_GROUP => self.on(id, call, frame, Self::leave_group),
            ApiKey::SYNC_GROUP => self.on(id, call, frame, Self::sync_group),
            ApiKey::DESCRIBE_GROUPS => self.on(id, call, frame, Self::describe_groups),
            ApiKey::LIST_GROUPS => self.on(id, call, frame, Self::list_groups),
            ApiKey::DELETE_GROUPS => self.on(id, call, frame, Self::delete_groups),
            ApiKey::OFFSET_DELETE => self.on(id, call, frame, Self::offset_delete),
            other => self.close(call.conn, format!("{} is not served", other.name())),
        }
    }

    /// Decodes the body and calls its handler.
    fn on<R: Request>(
        &mut self,
        id: RequestId,
        call: Call,
        frame: &RequestFrame,
        handle: impl FnOnce(&mut Self, RequestId, Call, R),
    ) {
        match frame.decode::<R>() {
            Ok(request) => handle(self, id, call, request),
            Err(error) => {
                let (name, version) = (frame.api_key.name(), frame.api_version);
                self.close(
                    call.conn,
                    format!("malformed {name} request v{version}: {error}"),
                );
            }
        }
    }

    fn produce(&mut self, id: RequestId, call: Call, request: ProduceRequest) {
        let produced = k00_produce::handle(&mut self.broker(), &call.caller(), request);
        self.park_produce(id, call, produced);
    }

    fn fetch(&mut self, id: RequestId, call: Call, request: FetchRequest) {
        let turn = self
            .conns
            .get(&call.conn)
            .map_or(0, |connection| connection.fetch_turn);
        let limit = self.settings.fetch_max_bytes;
        match k01_fetch::begin(&call.caller(), request, limit, turn) {
            Err(response) => self.respond::<FetchRequest>(id, &call, &response),
            Ok(fetch) => {
                self.note_positions(&call, &fetch);
                let deadline_ms = self.now.mono_ms + fetch.max_wait_ms as u64;
                self.step_fetch(id, call, Box::new(fetch), deadline_ms);
            }
        }
    }

    fn list_offsets(&mut self, id: RequestId, call: Call, request: ListOffsetsRequest) {
        let (list, reads) = k02_list_offsets::handle(&mut self.broker(), &call.caller(), request);
        if reads.is_empty() {
            return self.respond::<ListOffsetsRequest>(id, &call, &list.response);
        }
        for (index, asked) in reads {
            self.read_for(id, index, asked);
        }
        self.park(id, call, Pending::ListOffsets(Box::new(list)), None);
    }

    fn metadata(&mut self, id: RequestId, call: Call, request: MetadataRequest) {
        let auto_create = self.settings.auto_create_topics_enable;
        let cluster_id = self.cluster_id.clone();
        let settings = k03_metadata::Settings {
            cluster_id: &cluster_id,
            auto_create,
        };
        match k03_metadata::handle(&self.broker(), &call.caller(), &settings, &request) {
            Ok(described) => {
                self.auto_create(call.broker, described.create);
                self.respond::<MetadataRequest>(id, &call, &described.response);
            }
            Err(_) => {
                let error = ErrorCode::INVALID_REQUEST;
                let response = k03_metadata::refuse(&request, call.api_version, error);
                self.respond::<MetadataRequest>(id, &call, &response);
            }
        }
    }

    fn api_versions(&mut self, id: RequestId, call: Call, request: ApiVersionsRequest) {
        let offset = self.metadata_offset();
        let response = k18_api_versions::handle(&self.broker(), &call.caller(), &request, offset);
        self.respond::<ApiVersionsRequest>(id, &call, &response);
    }

    fn delete_records(&mut self, id: RequestId, call: Call, request: DeleteRecordsRequest) {
        let mut delete = k21_delete_records::handle(&mut self.broker(), &call.caller(), request);
        let moves = std::mem::take(&mut delete.moves);
        if moves.is_empty() {
            return self.respond::<DeleteRecordsRequest>(id, &call, &delete.response);
        }
        let outstanding = moves.len();
        for start_move in moves {
            self.put_log_start(id, start_move);
        }
        self.park(
            id,
            call,
            Pending::DeleteRecords(Box::new(delete), outstanding),
            None,
        );
    }

    fn init_producer_id(&mut self, id: RequestId, call: Call, request: InitProducerIdRequest) {
        use k22_init_producer_id::{InitProducerId, failed, granted};
        if let InitProducerId::Reply(response) = k22_init_producer_id::handle(&request) {
            return self.respond::<InitProducerIdRequest>(id, &call, &response);
        }
        if let Some(producer_id) = self.controller.take_producer_id(call.broker) {
            return self.respond::<InitProducerIdRequest>(id, &call, &granted(producer_id));
        }
        self.park(id, call.clone(), Pending::Controller, None);
        self.allocate_producer_ids(call.broker, move |cluster, result| {
            if cluster.unpark(id).is_none() {
                return;
            }
            let got = cluster.controller.take_producer_id(call.broker);
            let response = match (result, got) {
                (Ok(()), Some(producer_id)) => granted(producer_id),
                (Err(error), _) => failed(error),
                (Ok(()), None) => failed(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS),
            };
            cluster.respond::<InitProducerIdRequest>(id, &call, &response);
        });
    }

    fn epoch_offsets(&mut self, id: RequestId, call: Call, request: OffsetForLeaderEpochRequest) {
        let response = k23_offset_for_leader_epoch::handle(&self.broker(), &call.caller(), request);
        self.respond::<OffsetForLeaderEpochRequest>(id, &call, &response);
    }

    fn describe_producers(&mut self, id: RequestId, call: Call, request: DescribeProducersRequest) {
        let response = k61_describe_producers::handle(&self.broker(), &call.caller(), request);
        self.respond::<DescribeProducersRequest>(id, &call, &response);
    }

    fn metadata_offset(&self) -> i64 {
        let log = self.logs.get(METADATA_LOG);
        log.map_or(-1, |hosted| hosted.log.high_watermark() - 1)
    }

    /// Tells observers where a consumer stands.
    fn note_positions(&mut self, call: &Call, fetch: &k01_fetch::Fetch) {
        if !self.config.observe {
            return;
        }
        let image = self.controller.image();
        for (topic, topic_id, partition, offset) in fetch.positions() {
            let found = image.topic(topic).or_else(|| image.topic_by_id(topic_id));
            let Some(found) = found else { continue };
            let fetcher = (call.conn, &*call.client_id);
            self.changes
                .position(fetcher, &found.name, partition, offset);
        }
    }
}
