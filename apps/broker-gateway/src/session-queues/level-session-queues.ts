import { ClassicLevel } from 'classic-level';
import type { Clock } from '#thingcore/platform';
import type { StoredMessage, StoreRemoval, StoreWrite } from '../lane/ports/lane-store.js';
import { LevelQueueBatch, type QueueDatabase, type QueueKnowledge } from './level-queue-batch.js';
import { clientOf, decodeEntry, numberAtEnd, queueKeys } from './level-queue-format.js';
import { NUMBERS_KEPT_MS, type QueueLimits, SessionQueues, SWEEP_STEP } from './session-queues.js';

/** Something to write. What waits together is written together, in the order it came. */
interface Job {
  /** Whether it must be on the disk before it is done. */
  readonly isSafe: boolean;
  /** Whether it reads what jobs before it write, so that those must be written first. */
  readonly isAlone: boolean;
  apply(batch: LevelQueueBatch): Promise<void>;
  done(): void;
  failed(error: unknown): void;
}

/** Queues in a database of files. Caution: it belongs to one process, so it is for the standalone product only. */
export class LevelSessionQueues extends SessionQueues {
  private readonly database: QueueDatabase;
  private readonly knowledge: QueueKnowledge = { states: new Map(), ended: new Map(), nextBodyId: 1 };
  private waiting: Job[] = [];
  private writing: Promise<void> | undefined;

  constructor(
    directory: string,
    private readonly limits: QueueLimits,
    private readonly clock: Clock,
  ) {
    super();
    this.database = new ClassicLevel(directory, { keyEncoding: 'utf8', valueEncoding: 'buffer' });
  }

  override async start(): Promise<void> {
    await this.database.open();
    const [lastBody] = await this.database.keys({ gt: 'body/', lt: 'body/g', reverse: true, limit: 1 }).all();
    this.knowledge.nextBodyId = lastBody === undefined ? 1 : numberAtEnd(lastBody) + 1;
    for await (const key of this.database.keys({ gt: 'ended/', lt: 'ended/g' })) {
      this.knowledge.ended.set(clientOf(key), Number.parseInt(key.split('/')[1] ?? '', 16));
    }
  }

  override enqueue(writes: readonly StoreWrite[]): Promise<number[][]> {
    const clients = writes.map(({ clientIds }) => clientIds.map(encodeURIComponent));
    return this.submit({ isSafe: true, isAlone: false }, async (batch) => {
      await batch.prepare(clients.flat());
      return writes.map((write, index) => batch.add(write, clients[index] ?? []));
    });
  }

  override async read(clientId: string, after: number, limit: number): Promise<StoredMessage[]> {
    const client = encodeURIComponent(clientId);
    const range = { gt: queueKeys.entry(client, after), lt: `${queueKeys.queue(client)}g`, limit };
    const entries = await this.database.iterator(range).all();
    const messages = await Promise.all(entries.map(([key, value]) => this.message(key, value)));
    return messages.filter((message) => message !== undefined);
  }

  override remove(removals: readonly StoreRemoval[]): Promise<void> {
    const escaped = removals.map(({ clientId, positions }) => ({ client: encodeURIComponent(clientId), positions }));
    return this.submit({ isSafe: false, isAlone: false }, (batch) => batch.remove(escaped));
  }

  override clear(clientId: string): Promise<void> {
    const client = encodeURIComponent(clientId);
    return this.submit({ isSafe: true, isAlone: true }, async (batch) => {
      const queue = queueKeys.queue(client);
      const keys = await this.database.keys({ gte: queue, lt: `${queue}g` }).all();
      await batch.remove([{ client, positions: keys.map(numberAtEnd) }]);
      batch.end(client, this.clock.now());
    });
  }

  override async sweep(now: number): Promise<number> {
    await this.forgetEnded(now - NUMBERS_KEPT_MS);
    let swept = 0;
    for (;;) {
      const range = { gt: 'expiry/', lt: queueKeys.expiredBefore(now), limit: SWEEP_STEP };
      const keys = await this.database.keys(range).all();
      const removals = keys.map((key) => ({ client: clientOf(key), positions: [numberAtEnd(key)] }));
      await this.submit({ isSafe: false, isAlone: false }, (batch) => batch.remove(removals));
      swept += keys.length;
      if (keys.length < SWEEP_STEP) return swept;
    }
  }

  override async close(): Promise<void> {
    await this.writing;
    await this.database.close();
  }

  private async message(key: string, value: Buffer): Promise<StoredMessage | undefined> {
    const { bytes, bodyId, expiresAt } = decodeEntry(value);
    const body = bytes ?? (await this.database.get(queueKeys.body(bodyId)));
    // Taken out of the last queue since the entry was read.
    return body === undefined ? undefined : { position: numberAtEnd(key), bytes: body, expiresAt };
  }

  private async forgetEnded(before: number): Promise<void> {
    const keys = await this.database.keys({ gt: 'ended/', lt: queueKeys.endedBefore(Math.max(0, before)) }).all();
    for (const key of keys) {
      await this.submit({ isSafe: false, isAlone: false }, (batch) => {
        batch.forget(clientOf(key));
        return Promise.resolve();
      });
    }
  }

  private submit<T>(kind: Pick<Job, 'isSafe' | 'isAlone'>, work: (batch: LevelQueueBatch) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let result: T;
      const apply = async (batch: LevelQueueBatch) => {
        result = await work(batch);
      };
      this.waiting.push({ ...kind, apply, done: () => resolve(result), failed: reject });
      this.writing ??= this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const jobs = this.nextJobs();
      try {
        const batch = new LevelQueueBatch(this.database, this.knowledge, this.limits.messagesPerQueue);
        for (const job of jobs) await job.apply(batch);
        await batch.write(jobs.some(({ isSafe }) => isSafe));
        for (const job of jobs) job.done();
      } catch (error) {
        for (const job of jobs) job.failed(error);
      }
    }
    this.writing = undefined;
  }

  /** The jobs that are written together: all that wait, but one that must be alone. */
  private nextJobs(): Job[] {
    const alone = this.waiting.findIndex(({ isAlone }) => isAlone);
    const count = alone < 0 ? this.waiting.length : Math.max(alone, 1);
    return this.waiting.splice(0, count);
  }
}
