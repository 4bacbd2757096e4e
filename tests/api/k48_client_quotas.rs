//! DescribeClientQuotas and AlterClientQuotas, against what Apache Kafka 4.3.1 answered to the same.

use crate::fixture::{Fixture, check_versions, outcome};
use expect_test::{Expect, expect};
use kafka_sandbox::api::{k48_describe_client_quotas, k49_alter_client_quotas};
use kafka_sandbox::protocol::messages::alter_client_quotas_request::{
    EntityData, EntryData, OpData,
};
use kafka_sandbox::protocol::messages::describe_client_quotas_request::ComponentData;
use kafka_sandbox::protocol::messages::{AlterClientQuotasRequest, DescribeClientQuotasRequest};

type Part<'a> = (&'a str, Option<&'a str>);

fn entry(entity: &[Part<'_>], ops: &[(&str, Option<f64>)]) -> EntryData {
    let part = |&(kind, name): &Part<'_>| EntityData {
        entity_type: kind.into(),
        entity_name: name.map(str::to_owned),
        ..EntityData::default()
    };
    let op = |&(key, value): &(&str, Option<f64>)| OpData {
        key: key.into(),
        value: value.unwrap_or_default(),
        remove: value.is_none(),
        ..OpData::default()
    };
    EntryData {
        entity: entity.iter().map(part).collect(),
        ops: ops.iter().map(op).collect(),
        ..EntryData::default()
    }
}

fn alter(fixture: &mut Fixture, entries: Vec<EntryData>) -> String {
    let request = AlterClientQuotasRequest {
        entries,
        ..Default::default()
    };
    let decision = k49_alter_client_quotas::handle(&fixture.image, &request);
    let response = fixture.apply(decision);
    check_versions(&response, 0..=1);
    let said = response
        .entries
        .iter()
        .map(|e| outcome(e.error_code, e.error_message.as_deref()));
    said.collect::<Vec<_>>().join("\n")
}

fn describe(fixture: &Fixture, components: &[(&str, i8, Option<&str>)], strict: bool) -> String {
    let component = |&(kind, match_type, name): &(&str, i8, Option<&str>)| ComponentData {
        entity_type: kind.into(),
        match_type,
        r#match: name.map(str::to_owned),
        ..ComponentData::default()
    };
    let request = DescribeClientQuotasRequest {
        components: components.iter().map(component).collect(),
        strict,
        ..DescribeClientQuotasRequest::default()
    };
    let response = k48_describe_client_quotas::handle(&fixture.image, &request);
    check_versions(&response, 0..=1);
    let Some(entries) = response.entries else {
        return outcome(response.error_code, response.error_message.as_deref());
    };
    let line =
        |entry: &kafka_sandbox::protocol::messages::describe_client_quotas_response::EntryData| {
            let entity = entry.entity.iter().map(|e| {
                format!(
                    "{}={}",
                    e.entity_type,
                    e.entity_name.as_deref().unwrap_or("null")
                )
            });
            let values = entry
                .values
                .iter()
                .map(|v| format!("{}={:?}", v.key, v.value));
            entity.chain(values).collect::<Vec<_>>().join(" ")
        };
    entries.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn quotas_are_kept_and_found() {
    let mut fixture = Fixture::new();
    let rate = ("producer_byte_rate", Some(1024.0));
    let percentage = ("request_percentage", Some(50.0));
    let all = vec![
        entry(&[("client-id", Some("writer"))], &[rate, percentage]),
        entry(&[("client-id", None)], &[rate]),
        entry(
            &[("user", Some("alice")), ("client-id", Some("writer"))],
            &[rate],
        ),
    ];
    assert_eq!(alter(&mut fixture, all), "ok\nok\nok");
    expect![[r#"
        client-id=null producer_byte_rate=1024.0
        client-id=writer request_percentage=50.0 producer_byte_rate=1024.0"#]]
    .assert_eq(&describe(&fixture, &[("client-id", 2, None)], true));
    expect!["client-id=null producer_byte_rate=1024.0"].assert_eq(&describe(
        &fixture,
        &[("client-id", 1, None)],
        true,
    ));
    expect![[r#"
        client-id=writer request_percentage=50.0 producer_byte_rate=1024.0
        client-id=writer user=alice producer_byte_rate=1024.0"#]]
    .assert_eq(&describe(
        &fixture,
        &[("client-id", 0, Some("writer"))],
        false,
    ));
    let gone = [("producer_byte_rate", None), ("request_percentage", None)];
    let removal = entry(&[("client-id", Some("writer"))], &gone);
    assert_eq!(alter(&mut fixture, vec![removal]), "ok");
    assert_eq!(
        describe(&fixture, &[("client-id", 0, Some("writer"))], true),
        ""
    );
}

fn check_alter(entity: &[Part<'_>], ops: &[(&str, Option<f64>)], expected: Expect) {
    expected.assert_eq(&alter(&mut Fixture::new(), vec![entry(entity, ops)]));
}

#[test]
fn what_cannot_be_set_is_told_with_kafkas_words() {
    let client: &[Part<'_>] = &[("client-id", Some("a"))];
    let rate = [("producer_byte_rate", Some(1.0))];
    check_alter(
        client,
        &[("x", Some(1.0))],
        expect!["INVALID_REQUEST: Invalid configuration key x"],
    );
    check_alter(
        &[("foo", Some("a"))],
        &rate,
        expect!["INVALID_REQUEST: Unhandled client quota entity type: foo"],
    );
    check_alter(
        &[],
        &rate,
        expect!["INVALID_REQUEST: Invalid empty client quota entity"],
    );
    check_alter(
        client,
        &[("producer_byte_rate", Some(-1.0))],
        expect!["INVALID_REQUEST: Quota producer_byte_rate must be greater than 0"],
    );
    check_alter(
        client,
        &[("producer_byte_rate", Some(1.5))],
        expect!["INVALID_REQUEST: producer_byte_rate cannot be a fractional value."],
    );
    check_alter(
        client,
        &[("producer_byte_rate", Some(1e30))],
        expect!["INVALID_REQUEST: Proposed value for producer_byte_rate is too large for a LONG."],
    );
    check_alter(
        &[("ip", Some("a.b.c.d.e"))],
        &[("connection_creation_rate", Some(1.0))],
        expect!["INVALID_REQUEST: a.b.c.d.e is not a valid IP or resolvable host."],
    );
    check_alter(
        client,
        &[
            ("producer_byte_rate", Some(1.0)),
            ("producer_byte_rate", Some(2.0)),
        ],
        expect![[
            "INVALID_REQUEST: Ignoring duplicate entity ClientQuotaEntity(entries={client-id=a})"
        ]],
    );
}

#[test]
fn filters_must_make_sense() {
    let fixture = Fixture::new();
    let check = |components: &[(&str, i8, Option<&str>)], expected: Expect| {
        expected.assert_eq(&describe(&fixture, components, false));
    };
    check(
        &[("client-id", 0, None)],
        expect![[
            "INVALID_REQUEST: Request specified MATCH_TYPE_EXACT, but set match string to null."
        ]],
    );
    check(
        &[("x", 0, Some("a"))],
        expect!["UNSUPPORTED_VERSION: Unsupported entity type x"],
    );
    check(
        &[("user", 2, None), ("user", 2, None)],
        expect!["INVALID_REQUEST: Entity type user cannot appear more than once in the filter."],
    );
    check(
        &[("ip", 2, None), ("user", 2, None)],
        expect![[
            "INVALID_REQUEST: Invalid entity filter component combination. IP filter component \
             should not be used with user or clientId filter component."
        ]],
    );
}
