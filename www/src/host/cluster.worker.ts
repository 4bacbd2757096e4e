/**
 * The worker that holds the cluster: a SharedWorker, or one dedicated worker per tab where there is none.
 *
 * Among all such workers of the origin one leads: it holds the Web Lock and has the storage open. The others pass
 * on what their pages' clients send over a BroadcastChannel, and take over when the leader dies.
 */
import init, { startCluster } from '#pkg';
import type {
  AttachOptions,
  ClusterOptions,
  ClusterUpdate,
  StorageProblem,
  WasmCluster,
} from '../client/types.ts';
import type { ClusterToPage, PageToCluster } from './messages.ts';

const LOCK = 'kafka-sandbox-cluster';
const CHANNEL = 'kafka-sandbox-relay';
const FRAME_MS = 16;

type Relayed =
  | ['leader']
  | ['update', ClusterUpdate]
  | ['hello', from: string]
  | ['attach', from: string, id: string, AttachOptions]
  | ['detach', from: string, id: string]
  | ['door', to: string, id: string, message: unknown]
  | ['reset', from: string, call: number]
  | ['resetDone', to: string, call: number, problem: string]
  | ['failed', why: string, kind: string];

interface Page {
  port: Pick<MessagePort, 'postMessage' | 'onmessage'>;
  attachments: Set<string>;
}

interface Attachment {
  port: MessagePort;
  options: AttachOptions;
  /** In the leader: what the cluster calls it. */
  number: number | null;
  /** In the leader: the worker whose client this is; null for an own one. */
  remote: string | null;
  /** Goes by the relay to another worker, the leader. */
  relayed: boolean;
}

const me = Math.random().toString(36).slice(2);
const relay = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);
const pages = new Set<Page>();
const attachments = new Map<string, Attachment>();
let options: ClusterOptions | undefined;
let cluster: WasmCluster | undefined;
let failure: [why: string, kind: string] | undefined;
let updateTimer: ReturnType<typeof setTimeout> | undefined;

function say(page: Page, message: ClusterToPage): void {
  page.port.postMessage(message);
}

function sayAll(message: ClusterToPage): void {
  for (const page of pages) say(page, message);
}

function pass(message: Relayed): void {
  relay?.postMessage(message);
}

// ─── Leading ───

function onDirty(): void {
  updateTimer ??= setTimeout(() => {
    updateTimer = undefined;
    if (!cluster) return;
    const update = cluster.takeUpdate();
    sayAll(['update', update]);
    pass(['update', update]);
  }, FRAME_MS);
}

async function lead(): Promise<void> {
  if (!options) return;
  try {
    await init();
    cluster = await startWith(options);
  } catch (error) {
    fail(error);
    return;
  }
  pass(['leader']);
  for (const [id, attachment] of attachments) {
    // What was passed on to the old leader has ended there; the pages attach again. What came while this one
    // started has waited on its port.
    if (attachment.relayed) attachments.delete(id);
    else attachment.number ??= cluster.attach(attachment.port, attachment.options);
  }
  if (wasFollower) sayAll(['restart', '']);
  announce();
}

let wasFollower = false;

async function startWith(wanted: ClusterOptions): Promise<WasmCluster> {
  try {
    return await startCluster(wanted, onDirty);
  } catch (error) {
    const kind = (((error as Error).cause ?? {}) as Partial<StorageProblem>).kind;
    if (kind !== 'refused' || wanted.database === null) throw error;
    return await startCluster({ ...wanted, database: null }, onDirty);
  }
}

function announce(): void {
  if (!cluster) return;
  const snapshot = cluster.snapshot();
  sayAll(['update', snapshot]);
  pass(['update', snapshot]);
}

function fail(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  const kind = (((error as Error)?.cause ?? {}) as Partial<StorageProblem>).kind ?? 'start';
  failure = [text, kind];
  sayAll(['failed', text, kind]);
  pass(['failed', text, kind]);
}

/** A trap leaves the module unusable: what is stored is safe, and a new worker begins from it. */
function onTrap(message: string): void {
  if (!/RuntimeError|unreachable|memory access/i.test(message)) return;
  cluster = undefined;
  pass(['leader']);
  // Under the old name a browser may give the pages this worker again, which is about to end.
  sayAll(['restart', `kafka-sandbox ${me}`]);
  self.close();
}

self.addEventListener('error', (event) => onTrap(String((event as ErrorEvent).message)));
self.addEventListener('unhandledrejection', (event) =>
  onTrap(String((event as PromiseRejectionEvent).reason)),
);

function start(): void {
  if (!navigator.locks) {
    void lead();
    return;
  }
  void navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (lock) {
      await lead();
      await forever();
      return;
    }
    wasFollower = true;
    for (const [id, attachment] of attachments) follow(id, attachment);
    pass(['hello', me]);
    void navigator.locks.request(LOCK, async () => {
      await lead();
      await forever();
    });
  });
}

function forever(): Promise<never> {
  return new Promise(() => undefined);
}

// ─── Clients ───

function attach(id: string, port: MessagePort, wanted: AttachOptions, remote: string | null): void {
  const attachment: Attachment = { port, options: wanted, number: null, remote, relayed: false };
  attachments.set(id, attachment);
  if (cluster) attachment.number = cluster.attach(port, wanted);
  else if (wasFollower) follow(id, attachment);
  // Else it is not known yet who leads: what the client says waits on its port.
}

function follow(id: string, attachment: Attachment): void {
  attachment.relayed = true;
  attachment.port.onmessage = (event) => pass(['door', 'leader', id, event.data]);
  pass(['attach', me, id, attachment.options]);
}

function detach(id: string): void {
  const attachment = attachments.get(id);
  if (!attachment) return;
  attachments.delete(id);
  if (attachment.number !== null) cluster?.detach(attachment.number);
  else if (attachment.relayed) pass(['detach', me, id]);
  attachment.port.close();
}

async function reset(): Promise<string> {
  try {
    if (cluster) {
      await cluster.reset();
      announce();
      return '';
    }
    if (!failure || !options?.database) return 'The cluster is not running.';
    // What is stored cannot be opened: it goes, and a new cluster begins.
    await deleteDatabase(options.database);
    failure = undefined;
    await lead();
    announce();
    // Read as a call: a failed start has set it again.
    return startProblem();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function startProblem(): string {
  return failure?.[0] ?? '';
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error('the browser refuses to delete it'));
    request.onblocked = () => reject(new Error('another tab still has it open: close it first'));
  });
}

// ─── Pages of this worker ───

function addPage(port: Page['port']): void {
  const page: Page = { port, attachments: new Set() };
  pages.add(page);
  port.onmessage = (event: MessageEvent<PageToCluster>) => void fromPage(page, event.data);
}

async function fromPage(page: Page, message: PageToCluster): Promise<void> {
  switch (message[0]) {
    case 'hello':
      whenFree(message[2], () => {
        pages.delete(page);
        for (const id of page.attachments) detach(id);
      });
      if (failure) say(page, ['failed', ...failure]);
      else if (cluster) say(page, ['update', cluster.snapshot()]);
      else if (options) pass(['hello', me]);
      if (!options) {
        options = message[1];
        start();
      }
      break;
    case 'attach':
      page.attachments.add(message[1]);
      attach(message[1], message[3], message[2], null);
      break;
    case 'detach':
      page.attachments.delete(message[1]);
      detach(message[1]);
      break;
    case 'reset':
      if (cluster || failure || !relay) say(page, ['resetDone', message[1], await reset()]);
      else pass(['reset', me, message[1]]);
      break;
  }
}

/** Waits until the page that holds this lock has gone. */
function whenFree(lock: string, then: () => void): void {
  if (navigator.locks && lock !== '') void navigator.locks.request(lock, then);
}

// ─── Workers of other tabs ───

if (relay) {
  relay.onmessage = (event: MessageEvent<Relayed>) => {
    const message = event.data;
    if (cluster) void toLeader(message);
    else toFollower(message);
  };
}

async function toLeader(message: Relayed): Promise<void> {
  switch (message[0]) {
    case 'hello':
      announce();
      break;
    case 'attach': {
      const [, from, id, wanted] = message;
      const { port1, port2 } = new MessageChannel();
      port2.onmessage = (event) => pass(['door', from, id, event.data]);
      attach(id, port1, wanted, from);
      remotePorts.set(id, port2);
      break;
    }
    case 'detach':
      detach(message[2]);
      remotePorts.delete(message[2]);
      break;
    case 'door':
      if (message[1] === 'leader') remotePorts.get(message[2])?.postMessage(message[3]);
      break;
    case 'reset':
      pass(['resetDone', message[1], message[2], await reset()]);
      break;
  }
}

const remotePorts = new Map<string, MessagePort>();

function toFollower(message: Relayed): void {
  switch (message[0]) {
    case 'leader':
      attachments.clear();
      sayAll(['restart', '']);
      break;
    case 'update':
      sayAll(['update', message[1]]);
      break;
    case 'door':
      if (message[1] === me) attachments.get(message[2])?.port.postMessage(message[3]);
      break;
    case 'resetDone':
      if (message[1] === me) sayAll(['resetDone', message[2], message[3]]);
      break;
    case 'failed':
      sayAll(['failed', message[1], message[2]]);
      break;
  }
}

if ('onconnect' in self) {
  self.onconnect = (event: MessageEvent) => {
    const port = event.ports[0];
    if (port) addPage(port);
  };
} else {
  addPage(self as unknown as Page['port']);
}
