import type { ClassicLevel } from 'classic-level';
import { NOT_QUEUED, type StoreWrite } from '../lane/ports/lane-store.js';
import { decodeEntry, decodeNumber, encodeEntry, encodeNumber, queueKeys } from './level-queue-format.js';

/** The database of the queues. */
export type QueueDatabase = ClassicLevel<string, Buffer>;

/** A queue as far as it must be known to write to it. */
export interface QueueState {
  readonly tail: number;
  readonly count: number;
}

/** Positions of one queue. */
export interface QueueRemoval {
  /** Escaped. */
  readonly client: string;
  readonly positions: readonly number[];
}

/** What is known of the database without reading it. */
export interface QueueKnowledge {
  /** By escaped client id. */
  readonly states: Map<string, QueueState>;
  /** When sessions ended that got no message since, by escaped client id. */
  readonly ended: Map<string, number>;
  nextBodyId: number;
}

type Operation = { type: 'put'; key: string; value: Buffer } | { type: 'del'; key: string };

/**
 * The changes of one write to the database. What it knows of the queues counts for others only once it is written:
 * after a failed write everything is as before.
 */
export class LevelQueueBatch {
  private readonly operations: Operation[] = [];
  private readonly states = new Map<string, QueueState>();
  private readonly references = new Map<number, number>();
  private readonly removed = new Set<string>();
  private readonly restarted = new Set<string>();
  private readonly ended = new Map<string, number>();
  private nextBodyId: number;

  constructor(
    private readonly database: QueueDatabase,
    private readonly knowledge: QueueKnowledge,
    private readonly messagesPerQueue: number,
  ) {
    this.nextBodyId = knowledge.nextBodyId;
  }

  /** Reads what must be known of queues before messages are added to them. */
  async prepare(clients: Iterable<string>): Promise<void> {
    for (const client of clients) {
      if (!this.knowledge.states.has(client)) this.knowledge.states.set(client, await this.load(client));
    }
  }

  /** Adds a message to the queues of clients, which are prepared; answers its positions. */
  add({ bytes, expiresAt }: StoreWrite, clients: readonly string[]): number[] {
    const positions = clients.map((client) => this.nextPosition(client));
    const takers = positions.filter((position) => position !== NOT_QUEUED).length;
    if (takers === 0) return positions;
    const bodyId = takers > 1 ? this.addBody(bytes, takers) : 0;
    const value = encodeEntry({ expiresAt, bytes: takers > 1 ? undefined : bytes, bodyId });
    for (const [index, client] of clients.entries()) {
      const position = positions[index] ?? NOT_QUEUED;
      if (position === NOT_QUEUED) continue;
      this.put(queueKeys.entry(client, position), value);
      if (expiresAt > 0) this.put(queueKeys.expiry(expiresAt, client, position), Buffer.alloc(0));
    }
    return positions;
  }

  /** Takes messages out of queues; positions that are not in them do not matter. */
  async remove(removals: readonly QueueRemoval[]): Promise<void> {
    await this.prepare(removals.map(({ client }) => client));
    const entries = removals.flatMap(({ client, positions }) => positions.map((position) => ({ client, position })));
    const keys = entries.map(({ client, position }) => queueKeys.entry(client, position));
    const values = await this.database.getMany(keys);
    for (const [index, { client, position }] of entries.entries()) {
      const key = keys[index] ?? '';
      const value = values[index];
      if (value === undefined || this.removed.has(key)) continue;
      this.removed.add(key);
      this.delete(key);
      const { expiresAt, bodyId } = decodeEntry(value);
      if (expiresAt > 0) this.delete(queueKeys.expiry(expiresAt, client, position));
      if (bodyId > 0) await this.release(bodyId);
      const { tail, count } = this.state(client);
      this.states.set(client, { tail, count: count - 1 });
    }
  }

  /** Notes that a session ended, so that its numbers are forgotten some time. */
  end(client: string, now: number): void {
    const before = this.knowledge.ended.get(client);
    if (before !== undefined) this.delete(queueKeys.ended(before, client));
    this.put(queueKeys.ended(now, client), Buffer.alloc(0));
    this.ended.set(client, now);
  }

  /** Forgets the numbers of a session that ended, unless it has got a message since. */
  forget(client: string): void {
    const endedAt = this.knowledge.ended.get(client);
    if (endedAt === undefined || this.restarted.has(client)) return;
    this.delete(queueKeys.ended(endedAt, client));
    this.delete(queueKeys.tail(client));
    this.knowledge.ended.delete(client);
    this.knowledge.states.delete(client);
  }

  /** Writes everything at once; with `isSafe` it is on the disk then. */
  async write(isSafe: boolean): Promise<void> {
    for (const [bodyId, count] of this.references) this.putReferences(bodyId, count);
    for (const [client, { tail }] of this.states) this.put(queueKeys.tail(client), encodeNumber(tail));
    for (const client of this.restarted) this.delete(queueKeys.ended(this.knowledge.ended.get(client) ?? 0, client));
    if (this.operations.length > 0) await this.database.batch(this.operations, { sync: isSafe });
    for (const [client, state] of this.states) this.knowledge.states.set(client, state);
    for (const client of this.restarted) this.knowledge.ended.delete(client);
    for (const [client, endedAt] of this.ended) this.knowledge.ended.set(client, endedAt);
    this.knowledge.nextBodyId = this.nextBodyId;
  }

  private async load(client: string): Promise<QueueState> {
    const queue = queueKeys.queue(client);
    const keys = await this.database.keys({ gte: queue, lt: `${queue}g` }).all(); // behind all hexadecimal digits
    return { tail: decodeNumber(await this.database.get(queueKeys.tail(client))), count: keys.length };
  }

  private state(client: string): QueueState {
    return this.states.get(client) ?? this.knowledge.states.get(client) ?? { tail: 0, count: 0 };
  }

  private nextPosition(client: string): number {
    const { tail, count } = this.state(client);
    if (count >= this.messagesPerQueue) return NOT_QUEUED;
    this.states.set(client, { tail: tail + 1, count: count + 1 });
    if (this.knowledge.ended.has(client)) this.restarted.add(client);
    return tail + 1;
  }

  private addBody(bytes: Buffer, takers: number): number {
    const bodyId = this.nextBodyId++;
    this.put(queueKeys.body(bodyId), bytes);
    this.references.set(bodyId, takers);
    return bodyId;
  }

  private async release(bodyId: number): Promise<void> {
    const count = this.references.get(bodyId) ?? decodeNumber(await this.database.get(queueKeys.references(bodyId)));
    this.references.set(bodyId, count - 1);
  }

  private putReferences(bodyId: number, count: number): void {
    if (count > 0) {
      this.put(queueKeys.references(bodyId), encodeNumber(count));
      return;
    }
    this.delete(queueKeys.references(bodyId));
    this.delete(queueKeys.body(bodyId));
  }

  private put(key: string, value: Buffer): void {
    this.operations.push({ type: 'put', key, value });
  }

  private delete(key: string): void {
    this.operations.push({ type: 'del', key });
  }
}
