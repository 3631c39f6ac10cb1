import { ClassicLevel } from 'classic-level';
import type { Claim } from '../cluster.js';
import type { ConnectionLedger, DelayedWill, Estate, LedgerChange } from './connection-ledger.js';

/** A will as it stands in the database: the bytes in base64. */
type Written = Omit<DelayedWill, 'will'> & { readonly will: string };

/** How long what nobody waits for gathers: clients that come and go at once are then written about once. */
const GATHER_MS = 50;

type Step = { type: 'put'; key: string; value: unknown } | { type: 'del'; key: string };

/**
 * A ledger in a database of files: `connection/<client>` the claim, `will/<token>` base64, `delayed/<token>` the will with
 * its time, `ending/<client>` the time. Caution: for one process only.
 */
export class LevelConnectionLedger implements ConnectionLedger {
  private readonly database: ClassicLevel<string, unknown>;
  /** What is written next, by key: one call costs the database more than what is in it. */
  private steps = new Map<string, Step>();
  private flushing: Promise<void> | undefined;
  private gathering: NodeJS.Timeout | undefined;

  constructor(directory: string) {
    this.database = new ClassicLevel(directory, { valueEncoding: 'json' });
  }

  async open(): Promise<Estate> {
    await this.database.open();
    const [connections, wills, delayed, endings] = await Promise.all([
      this.all<Claim>('connection'),
      this.all<string>('will'),
      this.all<Written>('delayed'),
      this.all<number>('ending'),
    ]);
    return {
      connections: connections.map(([, claim]) => claim),
      wills: new Map(wills.map(([token, will]) => [Number(token), Buffer.from(will, 'base64')])),
      delayedWills: new Map(
        delayed.map(([token, one]) => [Number(token), { ...one, will: Buffer.from(one.will, 'base64') }]),
      ),
      endings: new Map(endings),
    };
  }

  write(change: LedgerChange): Promise<void> {
    this.add(change);
    return (this.flushing ??= this.flush());
  }

  note(change: LedgerChange): void {
    this.add(change);
    if (this.flushing !== undefined) return;
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      // What fails stays, and goes with the next write: whoever waits for that one hears of it.
      (this.flushing ??= this.flush()).catch(() => undefined);
    }, GATHER_MS);
  }

  async close(): Promise<void> {
    clearTimeout(this.gathering);
    await (this.flushing ?? this.flush());
    await this.database.close();
  }

  private add({ connection, will, delayedWill, ending }: LedgerChange): void {
    if (connection !== undefined) this.put('connection', ...connection);
    if (will !== undefined) this.put('will', will[0], will[1]?.toString('base64'));
    if (delayedWill !== undefined) {
      const [token, one] = delayedWill;
      this.put('delayed', token, one && { ...one, will: one.will.toString('base64') });
    }
    if (ending !== undefined) this.put('ending', ...ending);
  }

  private put(kind: string, id: string | number, value: unknown): void {
    const key = `${kind}/${id}`;
    this.steps.set(key, value === undefined ? { type: 'del', key } : { type: 'put', key, value });
  }

  private async flush(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const { steps } = this;
    this.steps = new Map();
    this.flushing = undefined;
    if (steps.size === 0) return;
    try {
      await this.database.batch([...steps.values()]);
    } catch (error) {
      this.steps = new Map([...steps, ...this.steps]);
      throw error;
    }
  }

  private async all<T>(kind: string): Promise<[id: string, value: T][]> {
    // '0' is the character behind '/'.
    const entries = await this.database.iterator({ gt: `${kind}/`, lt: `${kind}0` }).all();
    return entries.map(([key, value]) => [key.slice(kind.length + 1), value as T]);
  }
}
