//! ListConfigResources, against what Apache Kafka 4.3.1 answered to the same.

use crate::fixture::{Fixture, check_versions};
use expect_test::{Expect, expect};
use kafka_sandbox::api::k74_list_config_resources::handle;
use kafka_sandbox::metadata::config::ResourceType;
use kafka_sandbox::metadata::controller::{AlterOp, alter_incrementally};
use kafka_sandbox::protocol::messages::ListConfigResourcesRequest;

fn check(resource_types: &[i8], api_version: i16, expected: Expect) {
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1]]);
    let op = ("consumer.session.timeout.ms", AlterOp::Set, Some("46000"));
    let records = alter_incrementally(&fixture.image, ResourceType::Group, "g", &vec![op], false);
    fixture.replay(records.expect("a valid value"));
    let request = ListConfigResourcesRequest {
        resource_types: resource_types.to_vec(),
        ..ListConfigResourcesRequest::default()
    };
    let response = handle(&fixture.image, &request, api_version);
    check_versions(&response, api_version..=api_version);
    let resources = response.config_resources.iter();
    let mut shown: Vec<String> = resources
        .map(|r| format!("{}:{}", r.resource_type, r.resource_name))
        .collect();
    if response.error_code != 0 {
        shown.push(format!("error {}", response.error_code));
    }
    expected.assert_eq(&shown.join(" "));
}

#[test]
fn resources_are_listed_by_kind() {
    check(&[], 1, expect!["32:g 8:1 8:2 8:3 4:1 4:2 4:3 2:t"]);
    check(&[4, 8], 1, expect!["8:1 8:2 8:3 4:1 4:2 4:3"]);
    check(&[32], 1, expect!["32:g"]);
    check(&[3], 1, expect!["error 35"]);
}

#[test]
fn the_oldest_version_knows_client_metrics_only() {
    check(&[], 0, expect![""]);
}
