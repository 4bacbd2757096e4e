//! Requests about the cluster's metadata: those that read are answered at once, those that change
//! go through the controller's queue and are answered when their records are durable.

use super::Cluster;
use super::requests::{Call, RequestId};
use crate::api::*;
use crate::metadata::names::OFFSETS_TOPIC;
use crate::protocol::ErrorCode;
use crate::protocol::messages::*;

/// Sets the error of results that had none: nothing of the request became durable.
macro_rules! fail {
    ($results:expr, $why:expr) => {
        for result in $results {
            if result.error_code == ErrorCode::NONE.code() {
                result.error_code = ErrorCode::KAFKA_STORAGE_ERROR.code();
                result.error_message = Some($why.to_owned());
            }
        }
    };
}

impl Cluster {
    pub(super) fn find_coordinator(
        &mut self,
        id: RequestId,
        call: Call,
        request: FindCoordinatorRequest,
    ) {
        let groups = self.groups.coordinator();
        let partition_for = |group: &str| groups.partition_for(group);
        let broker = Broker {
            now: self.now,
            image: self.controller.image(),
            logs: &mut self.logs,
            endpoints: &self.config.endpoints,
            decompressor: None,
            check_compressed: false,
        };
        let found = k10_find_coordinator::handle(&broker, &call.caller(), &partition_for, &request);
        if found.create {
            self.auto_create(call.broker, vec![OFFSETS_TOPIC.to_owned()]);
        }
        self.respond::<FindCoordinatorRequest>(id, &call, &found.response);
    }

    pub(super) fn create_topics(
        &mut self,
        id: RequestId,
        call: Call,
        request: CreateTopicsRequest,
    ) {
        self.submit_request(
            id,
            call,
            request,
            |c, request, _| k19_create_topics::handle(c.image, c.rng, request),
            |response, why| fail!(&mut response.topics, why),
        );
    }

    pub(super) fn delete_topics(
        &mut self,
        id: RequestId,
        call: Call,
        request: DeleteTopicsRequest,
    ) {
        self.submit_request(
            id,
            call,
            request,
            |c, request, call| k20_delete_topics::handle(c.image, request, call.api_version),
            |response, why| {
                for result in &mut response.responses {
                    if result.error_code == ErrorCode::NONE.code() {
                        result.error_code = ErrorCode::KAFKA_STORAGE_ERROR.code();
                    }
                }
                let _ = why;
            },
        );
    }

    pub(super) fn create_partitions(
        &mut self,
        id: RequestId,
        call: Call,
        request: CreatePartitionsRequest,
    ) {
        self.submit_request(
            id,
            call,
            request,
            |c, request, _| k37_create_partitions::handle(c.image, c.rng, request),
            |response, why| fail!(&mut response.results, why),
        );
    }

    pub(super) fn alter_configs(
        &mut self,
        id: RequestId,
        call: Call,
        request: AlterConfigsRequest,
    ) {
        self.submit_request(
            id,
            call,
            request,
            |c, request, call| k33_alter_configs::handle(c.image, call.broker, request),
            |response, why| fail!(&mut response.responses, why),
        );
    }

    pub(super) fn incremental_alter_configs(
        &mut self,
        id: RequestId,
        call: Call,
        request: IncrementalAlterConfigsRequest,
    ) {
        self.submit_request(
            id,
            call,
            request,
            |c, request, call| {
                k44_incremental_alter_configs::handle(c.image, c.loggers, call.broker, request)
            },
            |response, why| fail!(&mut response.responses, why),
        );
    }

    pub(super) fn elect_leaders(
        &mut self,
        id: RequestId,
        call: Call,
        request: ElectLeadersRequest,
    ) {
        self.submit_request(
            id,
            call,
            request,
            |c, request, _| k43_elect_leaders::handle(c.image, request),
            |response, why| {
                let topics = response.replica_election_results.iter_mut();
                fail!(topics.flat_map(|topic| &mut topic.partition_result), why);
            },
        );
    }

    pub(super) fn alter_client_quotas(
        &mut self,
        id: RequestId,
        call: Call,
        request: AlterClientQuotasRequest,
    ) {
        self.submit_request(
            id,
            call,
            request,
            |c, request, _| k49_alter_client_quotas::handle(c.image, request),
            |response, why| fail!(&mut response.entries, why),
        );
    }

    pub(super) fn alter_user_scram_credentials(
        &mut self,
        id: RequestId,
        call: Call,
        request: AlterUserScramCredentialsRequest,
    ) {
        self.submit_request(
            id,
            call,
            request,
            |c, request, _| k51_alter_user_scram_credentials::handle(c.image, request),
            |response, why| fail!(&mut response.results, why),
        );
    }

    pub(super) fn describe_user_scram_credentials(
        &mut self,
        id: RequestId,
        call: Call,
        request: DescribeUserScramCredentialsRequest,
    ) {
        let image = self.controller.image();
        let response = k50_describe_user_scram_credentials::handle(image, &request);
        self.respond::<DescribeUserScramCredentialsRequest>(id, &call, &response);
    }

    pub(super) fn describe_configs(
        &mut self,
        id: RequestId,
        call: Call,
        request: DescribeConfigsRequest,
    ) {
        let (image, loggers) = (self.controller.image(), self.controller.loggers());
        let response = k32_describe_configs::handle(image, loggers, call.broker, &request);
        self.respond::<DescribeConfigsRequest>(id, &call, &response);
    }

    pub(super) fn describe_log_dirs(
        &mut self,
        id: RequestId,
        call: Call,
        request: DescribeLogDirsRequest,
    ) {
        let size = |log| {
            let size = self
                .logs
                .get(log)
                .map_or(0, |hosted| hosted.log.size_in_bytes());
            i64::try_from(size).unwrap_or(i64::MAX)
        };
        let image = self.controller.image();
        let response = k35_describe_log_dirs::handle(image, call.broker, &size, &request);
        self.respond::<DescribeLogDirsRequest>(id, &call, &response);
    }

    pub(super) fn list_reassignments(
        &mut self,
        id: RequestId,
        call: Call,
        _: ListPartitionReassignmentsRequest,
    ) {
        let response = k46_list_partition_reassignments::handle();
        self.respond::<ListPartitionReassignmentsRequest>(id, &call, &response);
    }

    pub(super) fn describe_client_quotas(
        &mut self,
        id: RequestId,
        call: Call,
        request: DescribeClientQuotasRequest,
    ) {
        let response = k48_describe_client_quotas::handle(self.controller.image(), &request);
        self.respond::<DescribeClientQuotasRequest>(id, &call, &response);
    }

    pub(super) fn describe_cluster(
        &mut self,
        id: RequestId,
        call: Call,
        request: DescribeClusterRequest,
    ) {
        let mut all = call.endpoints.iter().chain(&self.config.endpoints).cloned();
        let all: Vec<_> = all.by_ref().collect();
        let endpoint = |broker| {
            let found = all.iter().find(|endpoint| endpoint.broker == broker)?;
            Some((found.host.clone(), found.port))
        };
        let response = k60_describe_cluster::handle(
            self.controller.image(),
            &self.cluster_id,
            &endpoint,
            &request,
            call.api_version,
        );
        self.respond::<DescribeClusterRequest>(id, &call, &response);
    }

    pub(super) fn list_config_resources(
        &mut self,
        id: RequestId,
        call: Call,
        request: ListConfigResourcesRequest,
    ) {
        let image = self.controller.image();
        let response = k74_list_config_resources::handle(image, &request, call.api_version);
        self.respond::<ListConfigResourcesRequest>(id, &call, &response);
    }

    pub(super) fn describe_topic_partitions(
        &mut self,
        id: RequestId,
        call: Call,
        request: DescribeTopicPartitionsRequest,
    ) {
        let image = self.controller.image();
        let response = k75_describe_topic_partitions::handle(image, call.broker, &request);
        self.respond::<DescribeTopicPartitionsRequest>(id, &call, &response);
    }
}
