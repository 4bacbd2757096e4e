/** From the cluster's state to what the picture shows: rows of partitions with lanes of groups. Pure. */
import type { ClusterState, GroupState, TopicState } from '../client/types.ts';
import type { Lane, RowModel } from './row-canvas.ts';

export interface LiveRow extends RowModel {
  partition: number;
  leader: number;
  isr: number[];
  replicas: number[];
  /** Per lane: the group's lag, null where nothing is committed. */
  lags: (number | null)[];
}

export interface LiveTopic {
  topic: TopicState;
  records: number;
  rows: LiveRow[];
}

/** 'consumer-c1-1' of 'consumer-c1-1-6f0a…': member ids end in a UUID that nobody reads. */
export function memberName(memberId: string, clientId: string, instance: string | null): string {
  if (instance) return instance;
  return clientId !== '' ? clientId : memberId.replace(/-[0-9a-f]{8}-[0-9a-f-]{27}$/, '');
}

/** Members of one group that have the same client id are told apart by a number. */
export function memberNames(group: GroupState): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Map<string, number>();
  for (const member of group.members) {
    const name = memberName(member.memberId, member.clientId, member.groupInstanceId);
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    names.set(member.memberId, count === 1 ? name : `${name} (${count})`);
  }
  return names;
}

export function liveTopics(state: ClusterState, internal: boolean): LiveTopic[] {
  const names = new Map(
    [...state.groups.values()].map((group) => [group.group, memberNames(group)]),
  );
  return [...state.topics.values()]
    .filter((topic) => internal || !topic.internal)
    .map((topic) => {
      const rows = topic.partitions.map((p): LiveRow => {
        const lanes = lanesOf(state, topic.name, p.partition, names);
        return {
          partition: p.partition,
          leader: p.leader,
          isr: p.isr,
          replicas: p.replicas,
          logStart: p.logStart,
          highWatermark: p.highWatermark,
          logEnd: p.logEnd,
          lanes,
          lags: lanes.map((lane) =>
            lane.committed === null ? null : Math.max(0, p.highWatermark - lane.committed),
          ),
        };
      });
      return {
        topic,
        rows,
        records: rows.reduce((sum, row) => sum + row.highWatermark - row.logStart, 0),
      };
    });
}

function lanesOf(
  state: ClusterState,
  topic: string,
  partition: number,
  names: Map<string, Map<string, string>>,
): Lane[] {
  const lanes: Lane[] = [];
  const grouped = new Set<string>();
  const here = state.positions.filter((p) => p.topic === topic && p.partition === partition);
  for (const group of state.groups.values()) {
    const committed =
      group.offsets.find((o) => o.topic === topic && o.partition === partition)?.committed ?? null;
    const owners = group.members.filter((m) =>
      m.assignment.some((a) => a.topic === topic && a.partition === partition),
    );
    for (const owner of owners) grouped.add(owner.clientId);
    if (committed === null && owners.length === 0) continue;
    lanes.push({
      name: group.group,
      committed,
      members: owners.map((owner) => ({
        label: names.get(group.group)?.get(owner.memberId) ?? owner.memberId,
        position:
          (
            here.find((p) => p.memberId === owner.memberId) ??
            here.find((p) => p.clientId === owner.clientId)
          )?.offset ?? null,
      })),
    });
  }
  for (const position of here) {
    // Who reads without a group has a lane of its own, while it reads.
    if (position.memberId !== null || grouped.has(position.clientId)) continue;
    lanes.push({
      name: '',
      committed: null,
      members: [{ label: position.clientId, position: position.offset }],
    });
  }
  return lanes;
}

/** One sentence for those who hear the page. */
export function summary(topics: readonly LiveTopic[], state: ClusterState): string {
  const parts = topics.map(
    ({ topic, records }) => `${topic.name}: ${records.toLocaleString()} records`,
  );
  for (const group of state.groups.values()) {
    const lag = topics.flatMap((t) =>
      t.rows.flatMap((row) =>
        row.lanes.flatMap((lane, i) => (lane.name === group.group ? [row.lags[i] ?? 0] : [])),
      ),
    );
    parts.push(
      `group ${group.group}: ${group.members.length} members, lag ${lag.reduce((a, b) => a + b, 0).toLocaleString()}`,
    );
  }
  return parts.join('; ');
}
