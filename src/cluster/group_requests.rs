//! Requests to the group coordinator: handlers are asked, and what they do not answer at once is
//! parked until the coordinator replies.

use super::Cluster;
use super::groups::{ImageTopics, leads};
use super::requests::{Call, RequestId};
use crate::api::*;
use crate::coordinator::group::{Caller, Ticket};
use crate::protocol::messages::*;

/// The caller as the coordinator wants it; Kafka prints hosts of members with a slash.
fn caller<'a>(id: RequestId, call: &'a Call, host: &'a str) -> Caller<'a> {
    Caller {
        ticket: Ticket(id.0),
        client_id: &call.client_id,
        client_host: host,
        api_version: call.api_version,
    }
}

/// A method that asks a handler which answers at once or later, with `$now` if it wants the time.
macro_rules! member_request {
    ($method:ident, $handler:ident, $request:ident) => {
        pub(super) fn $method(&mut self, id: RequestId, call: Call, request: $request) {
            let image = self.controller.image();
            let leads = |partition| leads(image, call.broker, partition);
            let host = format!("/{}", call.client_host);
            let caller = caller(id, &call, &host);
            let groups = self.groups.coordinator_mut();
            match $handler::handle(groups, self.now, caller, &leads, &request) {
                Some(response) => self.respond::<$request>(id, &call, &response),
                None => self.park_for_group(id, call),
            }
        }
    };
}

impl Cluster {
    member_request!(join_group, k11_join_group, JoinGroupRequest);
    member_request!(heartbeat, k12_heartbeat, HeartbeatRequest);
    member_request!(leave_group, k13_leave_group, LeaveGroupRequest);
    member_request!(sync_group, k14_sync_group, SyncGroupRequest);

    pub(super) fn offset_commit(
        &mut self,
        id: RequestId,
        call: Call,
        request: OffsetCommitRequest,
    ) {
        let image = self.controller.image();
        let leads = |partition| leads(image, call.broker, partition);
        let topics = ImageTopics(image);
        let host = format!("/{}", call.client_host);
        let caller = caller(id, &call, &host);
        let groups = self.groups.coordinator_mut();
        let answer = k08_offset_commit::handle(groups, self.now, caller, &leads, &topics, &request);
        match answer {
            Some(response) => self.respond::<OffsetCommitRequest>(id, &call, &response),
            None => self.park_for_group(id, call),
        }
    }

    pub(super) fn offset_fetch(&mut self, id: RequestId, call: Call, request: OffsetFetchRequest) {
        let image = self.controller.image();
        let leads = |partition| leads(image, call.broker, partition);
        let topics = ImageTopics(image);
        let groups = self.groups.coordinator();
        let response =
            k09_offset_fetch::handle(groups, call.api_version, &leads, &topics, &request);
        self.respond::<OffsetFetchRequest>(id, &call, &response);
    }

    pub(super) fn describe_groups(
        &mut self,
        id: RequestId,
        call: Call,
        request: DescribeGroupsRequest,
    ) {
        let image = self.controller.image();
        let leads = |partition| leads(image, call.broker, partition);
        let groups = self.groups.coordinator();
        let response = k15_describe_groups::handle(groups, call.api_version, &leads, &request);
        self.respond::<DescribeGroupsRequest>(id, &call, &response);
    }

    pub(super) fn list_groups(&mut self, id: RequestId, call: Call, request: ListGroupsRequest) {
        let image = self.controller.image();
        let leads = |partition| leads(image, call.broker, partition);
        let response = k16_list_groups::handle(self.groups.coordinator(), &leads, &request);
        self.respond::<ListGroupsRequest>(id, &call, &response);
    }

    pub(super) fn delete_groups(
        &mut self,
        id: RequestId,
        call: Call,
        request: DeleteGroupsRequest,
    ) {
        let image = self.controller.image();
        let leads = |partition| leads(image, call.broker, partition);
        let host = format!("/{}", call.client_host);
        let caller = caller(id, &call, &host);
        k42_delete_groups::handle(self.groups.coordinator_mut(), caller, &leads, &request);
        self.park_for_group(id, call);
    }

    pub(super) fn offset_delete(
        &mut self,
        id: RequestId,
        call: Call,
        request: OffsetDeleteRequest,
    ) {
        let image = self.controller.image();
        let leads = |partition| leads(image, call.broker, partition);
        let topics = ImageTopics(image);
        let host = format!("/{}", call.client_host);
        let caller = caller(id, &call, &host);
        let groups = self.groups.coordinator_mut();
        match k47_offset_delete::handle(groups, caller, &leads, &topics, &request) {
            Some(response) => self.respond::<OffsetDeleteRequest>(id, &call, &response),
            None => self.park_for_group(id, call),
        }
    }
}
