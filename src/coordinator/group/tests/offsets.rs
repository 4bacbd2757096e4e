//! Committed offsets, what replay makes of them, and the end of groups.

use super::*;

#[test]
fn offsets_are_seen_when_they_are_durable() {
    let (mut b, member) = Bench::stable();
    b.hold_appends = true;
    let ticket = b.commit_ticket(&member, 1, 5);
    assert!(!b.replies.contains_key(&ticket));
    assert_eq!(b.fetched(), -1);
    let (id, _) = b.held.pop().expect("the commit was handed out");
    b.coordinator.handle_appended(b.now, id, Ok(()));
    b.run();
    assert_eq!(b.committed(ticket), ErrorCode::NONE);
    assert_eq!(b.fetched(), 5);
}

#[test]
fn failed_commit_is_retriable_and_changes_nothing() {
    let (mut b, member) = Bench::stable();
    b.hold_appends = true;
    let ticket = b.commit_ticket(&member, 1, 5);
    let (id, _) = b.held.pop().expect("the commit was handed out");
    b.coordinator
        .handle_appended(b.now, id, Err(ErrorCode::KAFKA_STORAGE_ERROR));
    b.run();
    assert_eq!(b.committed(ticket), ErrorCode::NOT_COORDINATOR);
    assert_eq!(b.fetched(), -1);
}

#[test]
fn who_may_commit() {
    let (mut b, member) = Bench::stable();
    assert_eq!(b.commit(&member, 1, 1), ErrorCode::NONE);
    assert_eq!(b.commit(&member, 7, 1), ErrorCode::ILLEGAL_GENERATION);
    assert_eq!(b.commit("who", 1, 1), ErrorCode::UNKNOWN_MEMBER_ID);
    assert_eq!(
        b.commit("", -1, 1),
        ErrorCode::UNKNOWN_MEMBER_ID,
        "the group has members"
    );
    b.leave(&member, None);
    assert_eq!(
        b.commit("", -1, 9),
        ErrorCode::NONE,
        "an administrator, the group is empty"
    );
    assert_eq!(b.fetched(), 9);
    let mut b = Bench::new();
    assert_eq!(b.commit("", 3, 1), ErrorCode::GROUP_ID_NOT_FOUND);
    assert_eq!(
        b.commit("", -1, 1),
        ErrorCode::NONE,
        "a group that only holds offsets"
    );
    assert_eq!(b.state(), "Empty");
}

#[test]
fn replay_of_the_log_gives_the_same_groups() {
    let (mut b, member) = Bench::stable();
    b.commit(&member, 1, 42);
    let mut again = Bench::new();
    for record in b.log.clone() {
        again
            .coordinator
            .replay(again.now, &record)
            .expect("we wrote it");
    }
    again.coordinator.handle_loaded(again.now);
    assert_eq!(again.coordinator.view("g"), b.coordinator.view("g"));
    assert_eq!(again.heartbeat(&member, 1), ErrorCode::NONE);
    again.pass(10_000);
    assert_eq!(
        again.state(),
        "Empty",
        "loaded members have session timeouts"
    );
}

#[test]
fn deleting_a_group() {
    let (mut b, member) = Bench::stable();
    b.commit(&member, 1, 42);
    let delete = |b: &mut Bench| {
        let groups_names = vec!["g".to_string(), "nothing".to_string()];
        let request = DeleteGroupsRequest {
            groups_names,
            ..Default::default()
        };
        let ticket = b.ask(2, |c, _, caller| {
            c.delete_groups(caller, &request, &|_| true)
        });
        match b.replies.remove(&ticket) {
            Some(Reply::DeleteGroups(r)) => r
                .results
                .iter()
                .map(|g| ErrorCode::from_code(g.error_code))
                .collect::<Vec<_>>(),
            other => panic!("no DeleteGroups answer but {other:?}"),
        }
    };
    let not_found = ErrorCode::GROUP_ID_NOT_FOUND;
    assert_eq!(delete(&mut b), [ErrorCode::NON_EMPTY_GROUP, not_found]);
    b.leave(&member, None);
    assert_eq!(delete(&mut b), [ErrorCode::NONE, not_found]);
    assert_eq!(b.state(), "Dead");
    assert_eq!(b.fetched(), -1);
}

#[test]
fn offsets_expire_when_the_group_has_been_empty_for_the_retention_time() {
    let (mut b, member) = Bench::stable();
    b.coordinator.handle_loaded(b.now);
    b.commit(&member, 1, 42);
    b.leave(&member, None);
    let minute = 60_000;
    b.pass(10_079 * minute);
    assert_eq!(b.fetched(), 42);
    b.pass(11 * minute);
    assert_eq!(b.fetched(), -1);
    assert_eq!(b.state(), "Dead", "nothing is left of the group");
}

#[test]
fn unknown_group_is_dead_to_old_clients_and_not_found_to_new_ones() {
    let b = Bench::new();
    let old = b.coordinator.describe_group("x", 5);
    assert_eq!((old.error_code, old.group_state.as_str()), (0, "Dead"));
    let new = b.coordinator.describe_group("x", 6);
    assert_eq!(new.error_code, ErrorCode::GROUP_ID_NOT_FOUND.code());
    assert_eq!(new.error_message.as_deref(), Some("Group x not found."));
}
