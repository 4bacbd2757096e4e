//! DescribeCluster, against what Apache Kafka 4.3.1 answered to the same.

use crate::fixture::{Fixture, check_versions, outcome};
use expect_test::{Expect, expect};
use kafka_sandbox::api::k60_describe_cluster::handle;
use kafka_sandbox::base::BrokerId;
use kafka_sandbox::metadata::controller::broker_fenced;
use kafka_sandbox::protocol::messages::DescribeClusterRequest;

fn check(request: DescribeClusterRequest, expected: Expect) {
    let mut fixture = Fixture::new();
    let records = broker_fenced(&fixture.image, BrokerId(3));
    fixture.replay(records);
    let advertised = |id: BrokerId| (id.0 == 2).then(|| ("kafka2".to_owned(), 19092));
    let response = handle(&fixture.image, "cluster", &advertised, &request, 2);
    check_versions(&response, 2..=2);
    let mut lines = vec![outcome(
        response.error_code,
        response.error_message.as_deref(),
    )];
    for b in &response.brokers {
        lines.push(format!(
            "{} {}:{} fenced={}",
            b.broker_id, b.host, b.port, b.is_fenced
        ));
    }
    let controller = response.controller_id;
    lines.push(format!(
        "controller {controller}, {}",
        response.cluster_authorized_operations
    ));
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn brokers_are_shown_as_the_client_shall_see_them() {
    let request = DescribeClusterRequest {
        include_cluster_authorized_operations: true,
        ..DescribeClusterRequest::default()
    };
    check(
        request,
        expect![[r#"
            ok
            1 localhost:9092 fenced=false
            2 kafka2:19092 fenced=false
            controller 1, 8096"#]],
    );
    let request = DescribeClusterRequest {
        include_fenced_brokers: true,
        ..DescribeClusterRequest::default()
    };
    check(
        request,
        expect![[r#"
            ok
            1 localhost:9092 fenced=false
            2 kafka2:19092 fenced=false
            3 localhost:9094 fenced=true
            controller 1, -2147483648"#]],
    );
}

#[test]
fn controllers_are_not_asked_here() {
    let request = |endpoint_type| DescribeClusterRequest {
        endpoint_type,
        ..Default::default()
    };
    check(
        request(2),
        expect![[r#"
            MISMATCHED_ENDPOINT_TYPE: The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER
            controller -1, -2147483648"#]],
    );
    check(
        request(9),
        expect![[r#"
            UNSUPPORTED_ENDPOINT_TYPE: Unsupported endpoint type 9
            controller -1, -2147483648"#]],
    );
}
