import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterKeys } from '../cluster-keys.js';
import { type LoggedChange, readLoggedChange } from '../log/cluster-change.js';
import type { ClusterRedis } from '../redis-lines.js';

/** How long a read waits for something to come, and after a failed one, in milliseconds. */
const BLOCK_MS = 1_000;
const RETRY_MS = 100;
const ENTRIES = 64;

type Entry = [id: Buffer, fields: Buffer[]];

/** What comes in. */
export interface InboxEvents {
  messages(batch: Buffer): Promise<void>;
  evict(clientId: string, token: number): void;
  released(clientId: string): void;
  /** Another node has taken all changes up to a number. */
  taken(nodeId: string, number: number): void;
  /** A change of the log; false when changes before it are missing. */
  changed(change: LoggedChange): boolean;
  /** Changes up to a number were taken; nodes that wait to hear of it. */
  took(number: number, waiting: ReadonlySet<string>): void;
  /** Makes good what is missing; answers the number of the last change that is known then. */
  resync(): Promise<number>;
  failed(error: unknown): void;
}

/** Reads what is sent to one node, and the log that all nodes follow, in order and without gaps. */
export class RedisInbox {
  private isOver = false;
  private lastInbox = '0-0';
  private running: Promise<void> | undefined;

  constructor(
    private readonly nodeId: string,
    private readonly reader: Redis,
    private readonly redis: ClusterRedis,
    private readonly events: InboxEvents,
    private lastChange: number,
  ) {}

  start(): void {
    this.running = this.readOn();
  }

  /** Stops after what it has read; resolves then. The reader's connection must be cut when it blocks. */
  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  private async readOn(): Promise<void> {
    while (!this.isOver) {
      try {
        await this.readSome();
      } catch (error) {
        if (this.isOver) return;
        this.events.failed(error);
        await sleep(RETRY_MS);
      }
    }
  }

  private async readSome(): Promise<void> {
    const inbox = clusterKeys.inbox(this.nodeId);
    const streams = [inbox, clusterKeys.log, this.lastInbox, `${this.lastChange}-1`] as const;
    const found = await this.reader.xreadBuffer('COUNT', ENTRIES, 'BLOCK', BLOCK_MS, 'STREAMS', ...streams);
    const byStream = new Map((found ?? []).map(([key, entries]) => [String(key), entries as Entry[]]));
    // The log first: a message may be for what it tells of.
    await this.takeChanges(byStream.get(clusterKeys.log) ?? []);
    await this.takeInbox(byStream.get(inbox) ?? []);
  }

  private async takeChanges(entries: readonly Entry[]): Promise<void> {
    const waiting = new Set<string>();
    for (const [id, fields] of entries) {
      const change = readLoggedChange(String(id), fields.map(String));
      if (!this.events.changed(change)) {
        await this.resync();
        return;
      }
      this.lastChange = change.number;
      if (isWaitedFor(change) && change.origin !== this.nodeId) waiting.add(change.origin);
    }
    if (waiting.size > 0) this.events.took(this.lastChange, waiting);
  }

  private async takeInbox(entries: readonly Entry[]): Promise<void> {
    let bytes = 0;
    for (const [id, fields] of entries) {
      const values = new Map<string, Buffer>();
      for (let at = 0; at + 1 < fields.length; at += 2) values.set(String(fields[at]), fields[at + 1] as Buffer);
      this.lastInbox = String(id);
      bytes += values.get('b')?.length ?? 0;
      await this.take(values);
    }
    if (entries.length === 0) return;
    this.redis.consume(this.nodeId, this.lastInbox, bytes).catch((error: unknown) => this.events.failed(error));
  }

  private async take(values: ReadonlyMap<string, Buffer>): Promise<void> {
    const clientId = String(values.get('c') ?? '');
    switch (String(values.get('k'))) {
      case 'messages':
        await this.events.messages(values.get('b') ?? Buffer.alloc(0));
        return;
      case 'evict':
        this.events.evict(clientId, Number(String(values.get('x'))));
        return;
      case 'released':
        this.events.released(clientId);
        return;
      case 'taken':
        this.events.taken(String(values.get('n')), Number(String(values.get('x'))));
        return;
    }
  }

  private async resync(): Promise<void> {
    this.lastChange = await this.events.resync();
  }
}

/** Whether a client gets its SUBACK only when this change has come to all nodes. */
function isWaitedFor({ change }: LoggedChange): boolean {
  return change.type === 'interest' || change.type === 'subscribe';
}
