//! The older AlterConfigs, which replaces all entries of a resource.

use crate::fixture::{Fixture, check_versions, outcome};
use expect_test::expect;
use kafka_sandbox::api::k33_alter_configs::handle;
use kafka_sandbox::base::BrokerId;
use kafka_sandbox::metadata::config::ResourceType;
use kafka_sandbox::protocol::messages::AlterConfigsRequest;
use kafka_sandbox::protocol::messages::alter_configs_request::{
    AlterConfigsResource, AlterableConfig,
};

fn alter(fixture: &mut Fixture, kind: i8, name: &str, entries: &[(&str, Option<&str>)]) -> String {
    let entry = |&(name, value): &(&str, Option<&str>)| AlterableConfig {
        name: name.into(),
        value: value.map(str::to_owned),
        ..AlterableConfig::default()
    };
    let resource = AlterConfigsResource {
        resource_type: kind,
        resource_name: name.into(),
        configs: entries.iter().map(entry).collect(),
        ..AlterConfigsResource::default()
    };
    let request = AlterConfigsRequest {
        resources: vec![resource],
        ..Default::default()
    };
    let decision = handle(&fixture.image, BrokerId(1), &request);
    let response = fixture.apply(decision);
    check_versions(&response, 0..=2);
    let answer = &response.responses[0];
    outcome(answer.error_code, answer.error_message.as_deref())
}

#[test]
fn what_is_not_named_is_deleted() {
    let mut fixture = Fixture::new();
    fixture.topic_with(
        "t",
        &[&[1]],
        &[("retention.ms", "1000"), ("segment.ms", "5000")],
    );
    let entries = [("segment.ms", Some("5000")), ("flush.ms", Some("7"))];
    assert_eq!(alter(&mut fixture, 2, "t", &entries), "ok");
    let configs = fixture.image.configs(ResourceType::Topic, "t");
    assert_eq!(
        format!("{configs:?}"),
        r#"{"flush.ms": "7", "segment.ms": "5000"}"#
    );
}

#[test]
fn refusals_have_kafkas_words() {
    let mut fixture = Fixture::new();
    fixture.topic("t", &[&[1]]);
    expect!["INVALID_REQUEST: Null value not supported for : retention.ms"].assert_eq(&alter(
        &mut fixture,
        2,
        "t",
        &[("retention.ms", None)],
    ));
    expect!["INVALID_REQUEST: Unknown resource type 8"].assert_eq(&alter(
        &mut fixture,
        8,
        "1",
        &[("root", Some("INFO"))],
    ));
    expect!["UNKNOWN_TOPIC_OR_PARTITION: The topic 'nosuch' does not exist."].assert_eq(&alter(
        &mut fixture,
        2,
        "nosuch",
        &[],
    ));
    expect![
        "INVALID_CONFIG: Cluster-level min.insync.replicas cannot be removed while ELR is enabled."
    ]
    .assert_eq(&alter(
        &mut fixture,
        4,
        "",
        &[("max.connections", Some("10"))],
    ));
}
