//! The group protocol by example. Storage is immediate unless a test holds it back.

use super::*;
use crate::protocol::Uuid;
use crate::protocol::generated::join_group_request::{JoinGroupRequest, JoinGroupRequestProtocol};
use crate::protocol::generated::leave_group_request::{LeaveGroupRequest, MemberIdentity};
use crate::protocol::generated::offset_commit_request::*;
use crate::protocol::generated::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopics,
};
use crate::protocol::generated::sync_group_request::{
    SyncGroupRequest, SyncGroupRequestAssignment,
};
use bytes::Bytes;

mod offsets;

struct AllTopics;

impl Topics for AllTopics {
    fn name(&self, _: Uuid) -> Option<String> {
        None
    }
    fn id(&self, _: &str) -> Option<Uuid> {
        Some(Uuid::ZERO)
    }
    fn has_partition(&self, _: &str, partition: i32) -> bool {
        partition < 10
    }
}

struct Bench {
    coordinator: GroupCoordinator,
    now: Now,
    tickets: u64,
    replies: SortedMap<Ticket, Reply>,
    log: Vec<GroupRecord>,
    hold_appends: bool,
    held: Vec<(AppendId, Vec<GroupRecord>)>,
}

impl Bench {
    fn new() -> Self {
        let config = GroupConfig {
            initial_rebalance_delay_ms: 0,
            ..GroupConfig::default()
        };
        Bench::with(config)
    }

    fn with(config: GroupConfig) -> Self {
        Bench {
            coordinator: GroupCoordinator::new(config, 50, Rng::new(1)),
            now: Now {
                mono_ms: 1_000,
                wall_ms: 1_700_000_000_000,
            },
            tickets: 0,
            replies: SortedMap::new(),
            log: Vec::new(),
            hold_appends: false,
            held: Vec::new(),
        }
    }

    fn run(&mut self) {
        while let Some(effect) = self.coordinator.poll_effect() {
            match effect {
                Effect::Reply { ticket, reply } => {
                    assert!(
                        self.replies.insert(ticket, reply).is_none(),
                        "answered twice"
                    );
                }
                Effect::Append { id, records, .. } if self.hold_appends => {
                    self.held.push((id, records));
                }
                Effect::Append { id, records, .. } => {
                    self.log.extend(records);
                    self.coordinator.handle_appended(self.now, id, Ok(()));
                }
                Effect::Changed { .. } | Effect::Deleted { .. } => {}
            }
        }
    }

    fn pass(&mut self, ms: u64) {
        let end = self.now.mono_ms + ms;
        while let Some(deadline) = self.coordinator.poll_timeout().filter(|d| *d <= end) {
            self.now.wall_ms += deadline.saturating_sub(self.now.mono_ms) as i64;
            self.now.mono_ms = self.now.mono_ms.max(deadline);
            self.coordinator.handle_timeout(self.now);
            self.run();
        }
        self.now.wall_ms += (end - self.now.mono_ms) as i64;
        self.now.mono_ms = end;
    }

    fn ask(
        &mut self,
        api_version: i16,
        ask: impl FnOnce(&mut GroupCoordinator, Now, Caller<'_>),
    ) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        let caller = Caller {
            ticket,
            client_id: "app",
            client_host: "/127.0.0.1",
            api_version,
        };
        ask(&mut self.coordinator, self.now, caller);
        self.run();
        ticket
    }

    fn join_as(&mut self, member_id: &str, instance: Option<&str>) -> Ticket {
        let request = JoinGroupRequest {
            group_id: "g".into(),
            session_timeout_ms: 10_000,
            rebalance_timeout_ms: 60_000,
            member_id: member_id.into(),
            group_instance_id: instance.map(str::to_string),
            protocol_type: "consumer".into(),
            protocols: vec![JoinGroupRequestProtocol {
                name: "range".into(),
                metadata: Bytes::from_static(b"meta"),
                ..Default::default()
            }],
            ..Default::default()
        };
        self.ask(9, |c, now, caller| c.join(now, caller, &request))
    }

    /// The two-step join of a dynamic member (KIP-394); its member id, and the ticket of the second step.
    fn come(&mut self) -> (String, Ticket) {
        let ticket = self.join_as("", None);
        let told = self.joined(ticket);
        assert_eq!(told.error_code, ErrorCode::MEMBER_ID_REQUIRED.code());
        let ticket = self.join_as(&told.member_id, None);
        (told.member_id, ticket)
    }

    fn joined(&mut self, ticket: Ticket) -> JoinGroupResponse {
        match self.replies.remove(&ticket) {
            Some(Reply::Join(response)) => response,
            other => panic!("no JoinGroup answer but {other:?}"),
        }
    }

    fn synced(&mut self, ticket: Ticket) -> SyncGroupResponse {
        match self.replies.remove(&ticket) {
            Some(Reply::Sync(response)) => response,
            other => panic!("no SyncGroup answer but {other:?}"),
        }
    }

    fn sync(&mut self, member: &str, generation: i32, assignments: &[(&str, &str)]) -> Ticket {
        let request = SyncGroupRequest {
            group_id: "g".into(),
            generation_id: generation,
            member_id: member.into(),
            assignments: assignments
                .iter()
                .map(|(member, part)| SyncGroupRequestAssignment {
                    member_id: member.to_string(),
                    assignment: Bytes::copy_from_slice(part.as_bytes()),
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        };
        self.ask(5, |c, now, caller| c.sync(now, caller, &request))
    }

    fn heartbeat(&mut self, member: &str, generation: i32) -> ErrorCode {
        let request = HeartbeatRequest {
            group_id: "g".into(),
            generation_id: generation,
            member_id: member.into(),
            ..Default::default()
        };
        let ticket = self.ask(4, |c, now, caller| c.heartbeat(now, caller, &request));
        match self.replies.remove(&ticket) {
            Some(Reply::Heartbeat(response)) => ErrorCode::from_code(response.error_code),
            other => panic!("no Heartbeat answer but {other:?}"),
        }
    }

    fn leave(&mut self, member: &str, instance: Option<&str>) -> LeaveGroupResponse {
        let request = LeaveGroupRequest {
            group_id: "g".into(),
            members: vec![MemberIdentity {
                member_id: member.into(),
                group_instance_id: instance.map(str::to_string),
                ..Default::default()
            }],
            ..Default::default()
        };
        let ticket = self.ask(5, |c, now, caller| c.leave(now, caller, &request));
        match self.replies.remove(&ticket) {
            Some(Reply::Leave(response)) => response,
            other => panic!("no LeaveGroup answer but {other:?}"),
        }
    }

    fn commit_ticket(&mut self, member: &str, generation: i32, offset: i64) -> Ticket {
        let request = OffsetCommitRequest {
            group_id: "g".into(),
            generation_id_or_member_epoch: generation,
            member_id: member.into(),
            topics: vec![OffsetCommitRequestTopic {
                name: "t".into(),
                partitions: vec![OffsetCommitRequestPartition {
                    partition_index: 0,
                    committed_offset: offset,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        self.ask(9, |c, now, caller| {
            c.commit_offsets(now, caller, &request, &AllTopics)
        })
    }

    fn committed(&mut self, ticket: Ticket) -> ErrorCode {
        match self.replies.remove(&ticket) {
            Some(Reply::OffsetCommit(r)) => {
                ErrorCode::from_code(r.topics[0].partitions[0].error_code)
            }
            other => panic!("no OffsetCommit answer but {other:?}"),
        }
    }

    fn commit(&mut self, member: &str, generation: i32, offset: i64) -> ErrorCode {
        let ticket = self.commit_ticket(member, generation, offset);
        self.committed(ticket)
    }

    fn fetched(&self) -> i64 {
        let request = OffsetFetchRequestGroup {
            group_id: "g".into(),
            topics: Some(vec![OffsetFetchRequestTopics {
                name: "t".into(),
                partition_indexes: vec![0],
                ..Default::default()
            }]),
            ..Default::default()
        };
        let found = self.coordinator.fetch_offsets(&request, 9, &AllTopics);
        found.topics[0].partitions[0].committed_offset
    }

    fn state(&self) -> &'static str {
        self.coordinator
            .view("g")
            .map_or("Dead", |g| g.state.name())
    }

    /// A stable group of one.
    fn stable() -> (Self, String) {
        let mut b = Bench::new();
        let (member, join) = b.come();
        b.pass(0);
        let generation = b.joined(join).generation_id;
        let sync = b.sync(&member, generation, &[(&member, "all")]);
        assert_eq!(b.synced(sync).assignment, "all");
        (b, member)
    }
}

#[test]
fn partition_of_a_group_is_java_hash_code() {
    let coordinator = GroupCoordinator::new(GroupConfig::default(), 50, Rng::new(0));
    // "billing".hashCode() is -109829509, "g" 103, "ünï" 252*961+110*31+239.
    assert_eq!(coordinator.partition_for("billing"), 109_829_509 % 50);
    assert_eq!(coordinator.partition_for("g"), 3);
    assert_eq!(
        coordinator.partition_for("ünï"),
        (252 * 961 + 110 * 31 + 239) % 50
    );
}

#[test]
fn first_member_leads_and_gets_its_assignment() {
    let (b, member) = Bench::stable();
    assert_eq!(b.state(), "Stable");
    assert!(
        member.starts_with("app-"),
        "client id, then a UUID: {member}"
    );
    // The group when it was made, then with its member.
    assert_eq!(b.log.len(), 2);
}

#[test]
fn second_member_makes_the_first_rejoin() {
    let (mut b, first) = Bench::stable();
    let (second, join2) = b.come();
    assert_eq!(b.state(), "PreparingRebalance");
    assert_eq!(b.heartbeat(&first, 1), ErrorCode::REBALANCE_IN_PROGRESS);
    let join1 = b.join_as(&first, None);
    let (r1, r2) = (b.joined(join1), b.joined(join2));
    assert_eq!((r1.generation_id, r2.generation_id), (2, 2));
    assert_eq!((r1.leader.as_str(), r1.members.len()), (first.as_str(), 2));
    assert_eq!(r2.members.len(), 0, "only the leader is told who is there");
    let sync2 = b.sync(&second, 2, &[]);
    assert!(
        !b.replies.contains_key(&sync2),
        "followers wait for the leader"
    );
    let sync1 = b.sync(&first, 2, &[(&first, "one"), (&second, "two")]);
    assert_eq!(b.synced(sync1).assignment, "one");
    assert_eq!(b.synced(sync2).assignment, "two");
    assert_eq!(b.heartbeat(&second, 2), ErrorCode::NONE);
}

#[test]
fn initial_delay_waits_for_more_members() {
    let mut b = Bench::with(GroupConfig::default());
    let (_, first) = b.come();
    b.pass(2_000);
    let (_, second) = b.come();
    b.pass(1_500);
    assert!(
        b.replies.is_empty(),
        "3 s are over, but somebody has come: 3 s more"
    );
    b.pass(2_500);
    assert_eq!(b.joined(first).generation_id, 1);
    assert_eq!(b.joined(second).generation_id, 1);
}

#[test]
fn silent_member_is_expelled_after_its_session_timeout() {
    let (mut b, member) = Bench::stable();
    b.pass(9_000);
    assert_eq!(b.heartbeat(&member, 1), ErrorCode::NONE);
    b.pass(9_000);
    assert_eq!(b.state(), "Stable");
    b.pass(1_000);
    assert_eq!(b.state(), "Empty");
    assert_eq!(b.heartbeat(&member, 1), ErrorCode::UNKNOWN_MEMBER_ID);
}

#[test]
fn frozen_tab_expels_nobody() {
    let (mut b, member) = Bench::stable();
    b.now.mono_ms += 3_600_000;
    b.coordinator.handle_timeout(b.now);
    b.run();
    assert_eq!(b.state(), "Stable");
    assert_eq!(b.heartbeat(&member, 1), ErrorCode::NONE);
    b.pass(10_000);
    assert_eq!(
        b.state(),
        "Empty",
        "from then on the session timeout holds again"
    );
}

#[test]
fn member_that_does_not_rejoin_in_time_is_out() {
    let (mut b, _first) = Bench::stable();
    let (second, join2) = b.come();
    // The first sends heartbeats no more either; its session ends before the join phase does.
    b.pass(10_000);
    let r2 = b.joined(join2);
    assert_eq!((r2.leader.as_str(), r2.members.len()), (second.as_str(), 1));
}

#[test]
fn member_that_never_syncs_is_removed() {
    let (mut b, first) = Bench::stable();
    let (second, join2) = b.come();
    let join1 = b.join_as(&first, None);
    b.joined(join1);
    b.joined(join2);
    let sync1 = b.sync(&first, 2, &[(&first, "one"), (&second, "two")]);
    b.synced(sync1);
    for _ in 0..7 {
        b.pass(9_000);
        b.heartbeat(&first, 2);
        b.heartbeat(&second, 2);
    }
    assert_eq!(b.state(), "PreparingRebalance");
    assert_eq!(b.heartbeat(&second, 2), ErrorCode::UNKNOWN_MEMBER_ID);
}

#[test]
fn leaving_hands_over_at_once() {
    let (mut b, first) = Bench::stable();
    let (second, join2) = b.come();
    let left = b.leave(&first, None);
    assert_eq!(left.members[0].error_code, 0);
    assert_eq!(b.joined(join2).leader, second);
    let unknown = b.leave("nobody", None);
    assert_eq!(
        unknown.members[0].error_code,
        ErrorCode::UNKNOWN_MEMBER_ID.code()
    );
}

#[test]
fn static_member_comes_back_without_a_rebalance() {
    let mut b = Bench::new();
    let join = b.join_as("", Some("i1"));
    b.pass(0);
    let first = b.joined(join);
    assert!(first.member_id.starts_with("i1-"));
    let sync = b.sync(&first.member_id, 1, &[(&first.member_id, "all")]);
    b.synced(sync);
    let join = b.join_as("", Some("i1"));
    let again = b.joined(join);
    assert_eq!((again.error_code, again.generation_id), (0, 1));
    assert!(
        again.skip_assignment,
        "the leader keeps its assignment (KIP-814)"
    );
    assert_ne!(again.member_id, first.member_id);
    assert_eq!(b.state(), "Stable");
    let sync = b.sync(&again.member_id, 1, &[]);
    assert_eq!(b.synced(sync).assignment, "all");
    // The old process is fenced off: its member id is not the instance's any more.
    let left = b.leave(&first.member_id, Some("i1"));
    assert_eq!(
        left.members[0].error_code,
        ErrorCode::FENCED_INSTANCE_ID.code()
    );
    let left = b.leave("", Some("i1"));
    assert_eq!(left.members[0].error_code, 0);
    assert_eq!(b.state(), "Empty");
}

#[test]
fn refusals_of_join() {
    let mut b = Bench::new();
    let stranger = b.join_as("who", None);
    assert_eq!(
        b.joined(stranger).error_code,
        ErrorCode::UNKNOWN_MEMBER_ID.code()
    );
    let base = JoinGroupRequest {
        group_id: "g".into(),
        session_timeout_ms: 10_000,
        protocol_type: "consumer".into(),
        protocols: vec![JoinGroupRequestProtocol {
            name: "range".into(),
            ..Default::default()
        }],
        ..Default::default()
    };
    let mut check = |change: &dyn Fn(&mut JoinGroupRequest), expected: ErrorCode| {
        let mut request = base.clone();
        change(&mut request);
        let ticket = b.ask(9, |c, now, caller| c.join(now, caller, &request));
        assert_eq!(b.joined(ticket).error_code, expected.code());
    };
    check(&|r| r.group_id = String::new(), ErrorCode::INVALID_GROUP_ID);
    check(
        &|r| r.session_timeout_ms = 5_999,
        ErrorCode::INVALID_SESSION_TIMEOUT,
    );
    check(
        &|r| r.session_timeout_ms = 1_800_001,
        ErrorCode::INVALID_SESSION_TIMEOUT,
    );
    check(
        &|r| r.protocols.clear(),
        ErrorCode::INCONSISTENT_GROUP_PROTOCOL,
    );
    assert_eq!(b.state(), "Dead", "a refused join makes no group");
}

#[test]
fn protocol_that_not_all_members_know_is_refused() {
    let (mut b, _) = Bench::stable();
    let request = JoinGroupRequest {
        group_id: "g".into(),
        session_timeout_ms: 10_000,
        protocol_type: "consumer".into(),
        protocols: vec![JoinGroupRequestProtocol {
            name: "sticky".into(),
            ..Default::default()
        }],
        ..Default::default()
    };
    let ticket = b.ask(9, |c, now, caller| c.join(now, caller, &request));
    assert_eq!(
        b.joined(ticket).error_code,
        ErrorCode::INCONSISTENT_GROUP_PROTOCOL.code()
    );
}

#[test]
fn group_max_size() {
    let config = GroupConfig {
        max_size: 1,
        initial_rebalance_delay_ms: 0,
        ..Default::default()
    };
    let mut b = Bench::with(config);
    let (member, join) = b.come();
    b.pass(0);
    b.joined(join);
    let sync = b.sync(&member, 1, &[(&member, "all")]);
    b.synced(sync);
    let second = b.join_as("", None);
    assert_eq!(
        b.joined(second).error_code,
        ErrorCode::GROUP_MAX_SIZE_REACHED.code()
    );
}
