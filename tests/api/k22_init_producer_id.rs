//! InitProducerId: ids in blocks, never twice.

use crate::support::*;
use kafka_sandbox::base::ConnId;
use kafka_sandbox::protocol::ErrorCode;
use kafka_sandbox::protocol::messages::init_producer_id_request::InitProducerIdRequest;
use kafka_sandbox::sim::machine::Machine;
use std::collections::BTreeSet;

fn request() -> InitProducerIdRequest {
    InitProducerIdRequest {
        transactional_id: None,
        transaction_timeout_ms: 60_000,
        producer_id: -1,
        producer_epoch: -1,
        ..Default::default()
    }
}

fn id(machine: &mut Machine, conn: ConnId, version: i16) -> i64 {
    let response = machine.call(conn, version, &request());
    assert_eq!((response.error_code, response.producer_epoch), (NONE, 0));
    response.producer_id
}

#[test]
fn ids_are_given_out_once_across_brokers_and_crashes() {
    let mut machine = Machine::new();
    let mut seen = BTreeSet::new();
    for round in 0..3 {
        for broker in 1..=3 {
            let conn = machine.connect(broker);
            for version in 0..=5 {
                assert!(seen.insert(id(&mut machine, conn, version)));
            }
        }
        machine.crash(round);
    }
    assert_eq!(seen.first(), Some(&0));
}

#[test]
fn a_block_that_is_used_up_is_followed_by_another() {
    let mut machine = Machine::new();
    let conn = machine.connect(1);
    let ids: Vec<i64> = (0..1_001).map(|_| id(&mut machine, conn, 4)).collect();
    assert_eq!((ids[999], ids[1_000]), (999, 1_000));
}

#[test]
fn a_named_id_is_replaced_and_half_a_name_is_wrong() {
    let mut machine = Machine::new();
    let conn = machine.connect(1);
    let mut named = request();
    (named.producer_id, named.producer_epoch) = (55, 3);
    let response = machine.call(conn, 4, &named);
    assert_eq!(
        (
            response.error_code,
            response.producer_id,
            response.producer_epoch
        ),
        (NONE, 0, 0)
    );
    named.producer_epoch = -1;
    let response = machine.call(conn, 4, &named);
    assert_eq!(response.error_code, ErrorCode::INVALID_REQUEST.code());
}

#[test]
fn transactions_are_refused_for_good() {
    let mut machine = Machine::new();
    let conn = machine.connect(1);
    let mut request = request();
    request.transactional_id = Some("tx".into());
    let error = ErrorCode(machine.call(conn, 4, &request).error_code);
    assert!(!error.is_none() && !error.is_retriable(), "{error:?}");
}
