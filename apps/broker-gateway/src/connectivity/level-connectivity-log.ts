import { setTimeout as sleep } from 'node:timers/promises';
import type { ClassicLevel } from 'classic-level';
import type { ConnectionEnd, ConnectionRecord, KeptConnection } from './connection-record.js';
import { type ConnectionKey, type ConnectivityLog, laterOf } from './connectivity-log.js';

const SWEEP_STEP = 1_000;

/** How long changes gather for one write: a write costs the database more than what is in it. */
const GATHER_MS = 50;

const connectionKey = (clientId: string) => `connection/${clientId}`;

/** The client that was last connected as a thing, where its id is another than the name of the thing. */
const thingKey = (thingName: string) => `client-of-thing/${thingName}`;

/**
 * Connections in a database of files, which one process has to itself: whoever is connected is connected to it, so those
 * are known without reading, and a connect costs one write, which it shares with others of the moment.
 */
export class LevelConnectivityLog implements ConnectivityLog {
  private readonly live = new Map<string, ConnectionRecord>();
  /** What the next write writes. */
  private unwritten = new Map<string, KeptConnection | string>();
  /** What is being written. */
  private underWay: ReadonlyMap<string, KeptConnection | string> = new Map();
  private writing: Promise<void> = Promise.resolve();
  private nextWrite: Promise<void> | undefined;

  constructor(private readonly database: ClassicLevel<string, unknown>) {}

  begun(record: ConnectionRecord): Promise<void> {
    const { clientId, versionNumber, thingName } = record;
    const other = this.live.get(clientId);
    if (other !== undefined && other.versionNumber > versionNumber) return Promise.resolve();
    this.live.set(clientId, record);
    if (thingName !== undefined && thingName !== clientId) this.unwritten.set(thingKey(thingName), clientId);
    return this.write(connectionKey(clientId), { record });
  }

  async ended(connection: ConnectionKey, end: ConnectionEnd): Promise<boolean> {
    const { clientId, versionNumber } = connection;
    const record = this.live.get(clientId);
    const [kept]: KeptConnection[] = record === undefined ? await this.find([clientId]) : [{ record }];
    if (kept === undefined || kept.record.versionNumber < versionNumber) return false;
    if (kept.record.versionNumber > versionNumber) return true;
    if (kept.end !== undefined) return false;
    this.live.delete(clientId);
    await this.write(connectionKey(clientId), { record: kept.record, end });
    return true;
  }

  async find(clientIds: readonly string[]): Promise<KeptConnection[]> {
    return (await this.read(clientIds)).filter((kept) => kept !== undefined);
  }

  async findOfThings(thingNames: readonly string[]): Promise<(KeptConnection | undefined)[]> {
    const clientIds = await this.values<string>(thingNames.map(thingKey));
    const [byName, byThing] = await Promise.all([
      this.read(thingNames),
      this.read(clientIds.map((clientId) => clientId ?? '')),
    ]);
    return thingNames.map((_name, index) => laterOf(byThing[index], byName[index]));
  }

  open(after: string | undefined, limit: number): Promise<KeptConnection[]> {
    const from = after === undefined ? undefined : Buffer.from(after);
    const found = [...this.live.values()]
      .map((record) => ({ record, id: Buffer.from(record.clientId) }))
      .filter(({ id }) => from === undefined || id.compare(from) > 0)
      .sort((one, other) => one.id.compare(other.id))
      .slice(0, limit);
    return Promise.resolve(found.map(({ record }) => ({ record })));
  }

  async sweep(before: number): Promise<number> {
    let count = 0;
    let keys: string[] = [];
    const remove = async () => {
      await this.database.batch(keys.map((key) => ({ type: 'del' as const, key })));
      count += keys.length;
      keys = [];
    };
    // '0' is the character behind '/'.
    for await (const [key, value] of this.database.iterator({ gt: 'connection/', lt: 'connection0' })) {
      const { record, end } = value as KeptConnection;
      const isOld = end !== undefined && end.disconnectedSince < before && record.thingName === undefined;
      if (isOld && !this.live.has(record.clientId)) keys.push(key);
      if (keys.length >= SWEEP_STEP) await remove();
    }
    await remove();
    return count;
  }

  private async read(clientIds: readonly string[]): Promise<(KeptConnection | undefined)[]> {
    const away = clientIds.filter((clientId) => !this.live.has(clientId));
    const values = await this.values<KeptConnection>(away.map(connectionKey));
    const found = new Map(away.map((clientId, index) => [clientId, values[index]]));
    return clientIds.map((clientId) => {
      const record = this.live.get(clientId);
      return record === undefined ? found.get(clientId) : { record };
    });
  }

  /** The values of keys, be they written or not. */
  private async values<T extends KeptConnection | string>(keys: string[]): Promise<(T | undefined)[]> {
    if (keys.length === 0) return [];
    const unwritten = keys.map((key) => this.unwritten.get(key) ?? this.underWay.get(key));
    const written = await this.database.getMany(keys);
    return keys.map((_key, index) => (unwritten[index] ?? written[index]) as T | undefined);
  }

  /** Resolves when the value is written, together with all that come until the write before is done. */
  private write(key: string, value: KeptConnection): Promise<void> {
    this.unwritten.set(key, value);
    this.nextWrite ??= this.writing = this.writing.then(
      () => this.writeAll(),
      () => this.writeAll(),
    );
    return this.nextWrite;
  }

  private async writeAll(): Promise<void> {
    await sleep(GATHER_MS);
    this.underWay = this.unwritten;
    this.unwritten = new Map();
    this.nextWrite = undefined;
    await this.database.batch([...this.underWay].map(([key, value]) => ({ type: 'put' as const, key, value })));
  }
}
