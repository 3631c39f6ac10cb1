import { matchesFilter, parseSharedSubscription } from '#thingcore/topics';
import { RandomIdGenerator } from '#thingcore/platform';
import { waitFor } from '#thingcore/testing';
import { decodeMessage, encodeMessage } from '../lane/packets/message-encoding.js';
import type { Claim, ClusterHost, IncomingMessage, OrphanedConnection, OutgoingMessage } from './cluster.js';
import type { SharedSubscriptionOptions } from './log/cluster-change.js';
import { RedisCluster } from './redis-cluster.js';
import type { RedisLines } from './redis-lines.js';
import { chooseMember } from './group-choice.fixture.js';

/** Quick enough for tests, slow enough for a busy machine. */
export const TEST_TIMES = { heartbeatMs: 200, deadAfterMs: 1_500 };

/** For tests in which nobody dies: a node that gets no processor for a while is not taken for dead. */
export const PATIENT_TIMES = { ...TEST_TIMES, deadAfterMs: 25_000 };

/** What tests reach into. */
interface Inside {
  readonly lines: RedisLines;
  readonly life: { readonly membership: { end(): void }; readonly inbox: { stop(): Promise<void> } };
  readonly expiry: { expire(host: ClusterHost): Promise<void> };
}

/** A node with the least of a broker around it: connections that subscribe, and messages that find them. */
export class TestNode implements ClusterHost {
  readonly cluster: RedisCluster;
  readonly filters = new Set<string>();
  readonly groups = new Map<string, Map<string, number>>();
  readonly sessions = new Map<string, Map<string, SharedSubscriptionOptions>>();
  readonly places = new Map<string, string>();
  readonly connections = new Map<object, Set<string>>();
  /** What connections here got, as `<filter> <payload>`. */
  readonly delivered: string[] = [];
  /** What came from other nodes. */
  readonly received: string[] = [];
  readonly queued: string[] = [];
  readonly orphans: OrphanedConnection[] = [];
  readonly expired: string[] = [];
  readonly failures: unknown[] = [];
  burials = 0;
  readonly dueWills: string[] = [];
  /** Persistent members of groups that are away. */
  waitingMembers = 0;
  holdOrphans = false;
  now = 1_760_000_000_000;
  private seed = 4_711;

  constructor(url: string, times = TEST_TIMES) {
    this.cluster = new RedisCluster({ url, clock: { now: () => this.now }, ids: new RandomIdGenerator(), times });
  }

  static async start(url: string, times = TEST_TIMES): Promise<TestNode> {
    const node = new TestNode(url, times);
    await node.cluster.start(node);
    return node;
  }

  get inside(): Inside {
    return this.cluster as unknown as Inside;
  }

  /** As SIGKILL: no word to anybody. */
  kill(): void {
    const { lines, life } = this.inside;
    life.membership.end();
    void life.inbox.stop();
    for (const line of [lines.control, lines.messages, lines.reader]) line.disconnect();
    this.failures.length = 0;
  }

  subscribe(filter: string, connection: object = {}): object {
    const filters = this.connections.get(connection) ?? new Set();
    this.connections.set(connection, filters.add(filter));
    void this.cluster.wanted(connection, filter);
    return connection;
  }

  close(connection: object): void {
    this.connections.delete(connection);
    this.cluster.wantsNothing(connection);
  }

  claim(clientId: string, more: Partial<Claim> = {}, evict = () => undefined as void): Promise<Claim> {
    return this.cluster.acquire({ clientId, isPersistent: false, endsAfterMs: 0, details: {}, ...more }, evict);
  }

  /** Publishes as the lane would; resolves when it may be acknowledged. */
  async publish(topic: string, payload: string, qos: 0 | 1 = 1): Promise<void> {
    const bytes = encodeMessage({ topic, payload: Buffer.from(payload), qos, isRetained: false });
    this.deliver(topic, payload);
    const nodes = new Map<string, string[]>();
    for (const key of this.filters) {
      const [nodeId = '', filter = ''] = key.split(' ');
      if (matchesFilter(filter, topic)) nodes.set(nodeId, []);
    }
    for (const group of this.groupsOf(topic)) {
      const choice = this.choose(group, 0, qos);
      if (choice.kind === 'local') this.deliverToMember(group, payload);
      else if (choice.kind === 'queue') this.queued.push(`${group} ${payload}`);
      else if (choice.kind === 'remote') nodes.set(choice.nodeId, [...(nodes.get(choice.nodeId) ?? []), group]);
    }
    const frame = decodeMessage(bytes);
    await Promise.all([...nodes].map(([nodeId, groups]) => this.forward(nodeId, { frame, groups })));
  }

  receive(message: IncomingMessage): Promise<void> {
    const { frame } = message;
    if (frame === undefined) return Promise.resolve();
    const payload = frame.payload.toString();
    this.received.push(payload);
    this.deliver(frame.topic, payload);
    return this.chooseFor(message);
  }

  chooseAgain(message: IncomingMessage): Promise<void> {
    return this.chooseFor(message);
  }

  async orphaned(connection: OrphanedConnection): Promise<void> {
    if (this.holdOrphans) await new Promise(() => undefined);
    this.orphans.push(connection);
  }

  willDue(will: Buffer): Promise<void> {
    this.dueWills.push(will.toString());
    return Promise.resolve();
  }

  sessionExpired(clientId: string): Promise<void> {
    this.expired.push(clientId);
    return Promise.resolve();
  }

  buried(): Promise<void> {
    this.burials++;
    return Promise.resolve();
  }

  failed(error: unknown): void {
    this.failures.push(error);
  }

  remoteFilter(nodeId: string, filter: string, isWanted: boolean): void {
    if (isWanted) this.filters.add(`${nodeId} ${filter}`);
    else this.filters.delete(`${nodeId} ${filter}`);
  }

  remoteGroup(nodeId: string, group: string, members: number): void {
    const nodes = this.groups.get(group) ?? new Map<string, number>();
    this.groups.set(group, nodes);
    if (members > 0) nodes.set(nodeId, members);
    else nodes.delete(nodeId);
  }

  remoteGone(nodeId: string): void {
    for (const key of [...this.filters]) if (key.startsWith(`${nodeId} `)) this.filters.delete(key);
    for (const nodes of this.groups.values()) nodes.delete(nodeId);
    for (const [clientId, place] of this.places) if (place === nodeId) this.places.delete(clientId);
  }

  subscribed(clientId: string, subscriptions: ReadonlyMap<string, SharedSubscriptionOptions>): void {
    const session = this.sessions.get(clientId) ?? new Map<string, SharedSubscriptionOptions>();
    this.sessions.set(clientId, new Map([...session, ...subscriptions]));
  }

  unsubscribed(clientId: string, filters: readonly string[]): void {
    for (const filter of filters) this.sessions.get(clientId)?.delete(filter);
  }

  ended(clientId: string): void {
    this.sessions.delete(clientId);
  }

  located(clientId: string, nodeId: string | undefined): void {
    if (nodeId === undefined) this.places.delete(clientId);
    else this.places.set(clientId, nodeId);
  }

  private random(): number {
    this.seed = (this.seed * 16_807) % 2_147_483_647; // Lehmer
    return this.seed / 2_147_483_647;
  }

  private deliver(topic: string, payload: string): void {
    for (const filters of this.connections.values()) {
      for (const filter of filters) if (matchesFilter(filter, topic)) this.delivered.push(`${filter} ${payload}`);
    }
  }

  private groupsOf(topic: string): Set<string> {
    const all = [...this.groups.keys(), ...[...this.connections.values()].flatMap((filters) => [...filters])];
    return new Set(
      all.filter((key) => {
        const shared = parseSharedSubscription(key);
        return shared !== undefined && matchesFilter(shared.filter, topic);
      }),
    );
  }

  private choose(group: string, hops: number, qos: number) {
    const local = [...this.connections.values()].filter((filters) => filters.has(group)).length;
    const members = {
      local,
      remote: this.groups.get(group) ?? new Map<string, number>(),
      waiting: this.waitingMembers,
    };
    return chooseMember(members, { hops, canQueue: qos > 0, random: this.random() });
  }

  private async chooseFor({ frame, groups, hops }: IncomingMessage): Promise<void> {
    if (frame === undefined) return;
    const payload = frame.payload.toString();
    for (const group of groups) {
      const isHere = [...this.connections.values()].some((filters) => filters.has(group));
      const choice = isHere ? ({ kind: 'local' } as const) : this.choose(group, hops + 1, frame.qos);
      if (choice.kind === 'local') this.deliverToMember(group, payload);
      else if (choice.kind === 'queue') this.queued.push(`${group} ${payload}`);
      else if (choice.kind === 'remote') await this.forward(choice.nodeId, { frame, groups: [group], hops: hops + 1 });
    }
  }

  private forward(nodeId: string, more: Pick<OutgoingMessage, 'frame' | 'groups'> & { hops?: number }): Promise<void> {
    return this.cluster.forward(nodeId, { publisherId: 'publisher', queued: [], hops: 0, ...more });
  }

  private deliverToMember(group: string, payload: string): void {
    this.delivered.push(`${group} ${payload}`);
  }
}

/** Waits until a condition holds. */
export function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<unknown> {
  return waitFor(condition, { what, timeoutMs: 15_000 });
}
