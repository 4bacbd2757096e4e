/** Keeps a `ClusterState` up to date from `ClusterUpdate`s and tells listeners. The only writer of that state. */
import type {
  BrokerState,
  ClusterState,
  ClusterUpdate,
  GroupState,
  Notice,
  PositionState,
  StorageState,
  TopicState,
} from './types.ts';

const NO_STORAGE: StorageState = { state: 'memory', text: '', usedBytes: 0 };
const MAX_NOTICES = 50;

function positionKey(position: PositionState): string {
  return `${position.connection}\n${position.topic}\n${position.partition}`;
}

export class ClusterModel {
  #topics = new Map<string, TopicState>();
  #groups = new Map<string, GroupState>();
  #positions = new Map<string, PositionState>();
  #brokers: BrokerState[] = [];
  #listeners = new Set<(state: ClusterState) => void>();
  #state: ClusterState = {
    clusterId: '',
    brokers: [],
    topics: this.#topics,
    groups: this.#groups,
    positions: [],
    storage: NO_STORAGE,
    notices: [],
    phase: 'starting',
    failure: '',
  };

  get state(): ClusterState {
    return this.#state;
  }

  subscribe(listener: (state: ClusterState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  apply(update: ClusterUpdate): void {
    if (update.full) {
      this.#topics = new Map();
      this.#groups = new Map();
      this.#positions.clear();
      this.#brokers = [];
    }
    if (update.topics || update.removedTopics) {
      const all = new Map(this.#topics);
      for (const name of update.removedTopics ?? []) all.delete(name);
      for (const topic of update.topics ?? []) all.set(topic.name, topic);
      this.#topics = new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    if (update.groups || update.removedGroups) {
      const all = new Map(this.#groups);
      for (const name of update.removedGroups ?? []) all.delete(name);
      for (const group of update.groups ?? []) all.set(group.group, group);
      this.#groups = new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    for (const position of update.positions ?? [])
      this.#positions.set(positionKey(position), position);
    this.#forget(update);
    if (update.brokers) this.#brokers = update.brokers;
    this.#set({
      clusterId: update.clusterId ?? this.#state.clusterId,
      brokers: this.#brokers,
      topics: this.#topics,
      groups: this.#groups,
      positions: [...this.#positions.values()],
      storage: update.storage ?? this.#state.storage,
      notices: update.notices
        ? [...this.#state.notices, ...update.notices].slice(-MAX_NOTICES)
        : this.#state.notices,
      phase: 'running',
      failure: '',
    });
  }

  fail(why: string): void {
    this.#set({ ...this.#state, phase: 'failed', failure: why });
  }

  restarting(): void {
    this.#set({ ...this.#state, phase: 'starting', failure: '' });
  }

  /** Something to tell that is not the cluster's own: whether it runs is not known from it. */
  notice(notice: Notice): void {
    this.#set({ ...this.#state, notices: [...this.#state.notices, notice].slice(-MAX_NOTICES) });
  }

  #forget(update: ClusterUpdate): void {
    const connections = new Set(update.removedConnections);
    const topics = new Set(update.removedTopics);
    if (connections.size + topics.size === 0) return;
    for (const [key, position] of this.#positions) {
      if (connections.has(position.connection) || topics.has(position.topic))
        this.#positions.delete(key);
    }
  }

  #set(state: ClusterState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

export interface PartitionLag {
  topic: string;
  partition: number;
  committed: number | null;
  logEnd: number | null;
  lag: number | null;
  member: string | null;
  clientId: string | null;
  host: string | null;
}

/** A group's partitions, committed or assigned, as `kafka-consumer-groups --describe` lists them. */
export function lagOf(group: GroupState, topics: ReadonlyMap<string, TopicState>): PartitionLag[] {
  const rows = new Map<string, PartitionLag>();
  const row = (topic: string, partition: number): PartitionLag => {
    const key = `${topic}\n${String(partition).padStart(6, '0')}`;
    let found = rows.get(key);
    if (!found) {
      const logEnd = topics.get(topic)?.partitions[partition]?.highWatermark ?? null;
      found = {
        topic,
        partition,
        committed: null,
        logEnd,
        lag: null,
        member: null,
        clientId: null,
        host: null,
      };
      rows.set(key, found);
    }
    return found;
  };
  for (const offset of group.offsets) {
    const entry = row(offset.topic, offset.partition);
    entry.committed = offset.committed;
    entry.lag = entry.logEnd === null ? null : Math.max(0, entry.logEnd - offset.committed);
  }
  for (const member of group.members) {
    for (const { topic, partition } of member.assignment) {
      const entry = row(topic, partition);
      entry.member = member.memberId;
      entry.clientId = member.clientId;
      entry.host = member.host;
    }
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}
