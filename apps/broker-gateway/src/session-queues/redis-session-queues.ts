import { Redis } from 'ioredis';
import type { StoredMessage, StoreRemoval, StoreWrite } from '../lane/ports/lane-store.js';
import { bodyKey, CLEAR, ENQUEUE, EXPIRY_KEY, queueKey, REMOVE } from './redis-queue-scripts.js';
import { NUMBERS_KEPT_MS, type QueueLimits, SessionQueues, SWEEP_STEP } from './session-queues.js';

/** What one call of a script takes: Redis does nothing else while it runs. */
const CALL_BYTES = 1_048_576;
const CALL_CLIENTS = 1_000;
/** Messages that one step of {@link RedisSessionQueues.clear} takes out. */
const CLEAR_STEP = 500;

type Entry = [id: Buffer, fields: Buffer[]];

/** The scripts as methods of the client, which sends their text once and their hash from then on. */
interface Scripts {
  enqueueMessages(...values: (string | number | Buffer)[]): Promise<number[]>;
  removeMessages(...values: (string | number)[]): Promise<null>;
  clearQueue(...values: (string | number)[]): Promise<number>;
}

/** Queues that all nodes share in Redis. */
export class RedisSessionQueues extends SessionQueues {
  private readonly redis: Redis & Scripts;

  /** @param failed told when the line to Redis breaks; it comes back by itself, and what was under way is sent again */
  constructor(
    url: string,
    private readonly limits: QueueLimits,
    failed: (error: Error) => void,
  ) {
    super();
    this.redis = new Redis(url, {
      lazyConnect: true,
      scripts: {
        enqueueMessages: { lua: ENQUEUE, numberOfKeys: 0 },
        removeMessages: { lua: REMOVE, numberOfKeys: 0 },
        clearQueue: { lua: CLEAR, numberOfKeys: 0 },
      },
    }) as Redis & Scripts;
    this.redis.on('error', failed);
  }

  override async start(): Promise<void> {
    // A connect that fails is tried again, as after a break: at a start of everything at once Redis may come up last.
    this.redis.connect().catch(() => undefined);
    await this.redis.ping();
  }

  override async enqueue(writes: readonly StoreWrite[]): Promise<number[][]> {
    // Sent one behind the other on one line, so the calls are worked off in this order.
    const answers = await Promise.all(calls(writes).map((call) => this.enqueueCall(call)));
    return answers.flat();
  }

  override async read(clientId: string, after: number, limit: number): Promise<StoredMessage[]> {
    const entries = (await this.redis.xrangeBuffer(queueKey(clientId), after + 1, '+', 'COUNT', limit)) as Entry[];
    const messages = entries.map(([id, fields]) => readEntry(id, fields));
    const bodies = await this.bodies(new Set(messages.flatMap(({ bodyId }) => bodyId ?? [])));
    return messages.flatMap(({ position, expiresAt, bytes, bodyId }) => {
      const body = bytes ?? bodies.get(bodyId ?? '');
      // Without: taken out of the last queue since the entry was read.
      return body === undefined ? [] : { position, expiresAt, bytes: body };
    });
  }

  override async remove(removals: readonly StoreRemoval[]): Promise<void> {
    const values = removals.flatMap(({ clientId, positions }) => [clientId, positions.length, ...positions]);
    if (values.length > 0) await this.redis.removeMessages(...values);
  }

  override async clear(clientId: string): Promise<void> {
    while ((await this.redis.clearQueue(clientId, NUMBERS_KEPT_MS, CLEAR_STEP)) > 0);
  }

  override async sweep(now: number): Promise<number> {
    for (let swept = 0; ;) {
      const expired = await this.redis.zrangebyscore(EXPIRY_KEY, '-inf', now, 'LIMIT', 0, SWEEP_STEP);
      // Two nodes that sweep at once take out the same, which does no harm.
      await this.remove(expired.map(readExpiry));
      swept += expired.length;
      if (expired.length < SWEEP_STEP) return swept;
    }
  }

  override async close(): Promise<void> {
    if (this.redis.status === 'ready') await this.redis.quit();
    else this.redis.disconnect();
  }

  private async enqueueCall(writes: readonly StoreWrite[]): Promise<number[][]> {
    const values: (string | number | Buffer)[] = [this.limits.messagesPerQueue];
    for (const { expiresAt, bytes, clientIds } of writes) values.push(expiresAt, bytes, clientIds.length, ...clientIds);
    const positions = await this.redis.enqueueMessages(...values);
    let at = 0;
    return writes.map(({ clientIds }) => positions.slice(at, (at += clientIds.length)));
  }

  private async bodies(bodyIds: ReadonlySet<string>): Promise<Map<string, Buffer>> {
    const ids = [...bodyIds];
    const found = await Promise.all(ids.map((bodyId) => this.redis.hgetBuffer(bodyKey(bodyId), 'b')));
    return new Map(ids.flatMap((bodyId, index) => (found[index] ? [[bodyId, found[index]] as const] : [])));
  }
}

/** Cuts writes into calls that do not keep Redis long. A write for very many sessions is a call of its own. */
function calls(writes: readonly StoreWrite[]): StoreWrite[][] {
  const all: StoreWrite[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  let clients = 0;
  for (const write of writes) {
    bytes += write.bytes.length;
    clients += write.clientIds.length;
    if (bytes <= CALL_BYTES && clients <= CALL_CLIENTS) {
      all.at(-1)?.push(write);
      continue;
    }
    all.push([write]);
    bytes = write.bytes.length;
    clients = write.clientIds.length;
  }
  return all;
}

/** A stream entry, whose bytes may lie elsewhere. */
function readEntry(id: Buffer, fields: readonly Buffer[]) {
  const position = Number.parseInt(id.toString(), 10);
  const found: { position: number; expiresAt: number; bytes?: Buffer; bodyId?: string } = { position, expiresAt: 0 };
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const value = fields[at + 1] as Buffer;
    const field = fields[at]?.toString();
    if (field === 'b') found.bytes = value;
    else if (field === 'r') found.bodyId = value.toString();
    else found.expiresAt = Number(value.toString());
  }
  return found;
}

/** A member of the expiry index. */
function readExpiry(member: string): StoreRemoval {
  const space = member.indexOf(' ');
  return { clientId: member.slice(space + 1), positions: [Number(member.slice(0, space))] };
}
