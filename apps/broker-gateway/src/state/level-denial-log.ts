import type { ClassicLevel } from 'classic-level';
import type { Denial } from '#thingcore/contracts';
import {
  type DenialFilter,
  type DenialLog,
  type DenialsAfter,
  isWanted,
  isWantedWhole,
  noDenialCursor,
  type PlacedDenial,
} from './denial-log.js';

/** The cursor of a log that has never held anything: it sorts before every id. */
const BEGINNING = '0';

const CURSOR = /^[\w-]+$/;

/** Denials in a database of files, by their ids, which sort by time. */
export class LevelDenialLog implements DenialLog {
  private readonly denials;
  private turn: Promise<unknown> = Promise.resolve();
  private count: number | undefined;

  constructor(
    database: ClassicLevel<string, unknown>,
    private readonly kept: number,
  ) {
    this.denials = database.sublevel<string, Denial>('denials', { valueEncoding: 'json' });
  }

  keep(denials: readonly Denial[]): Promise<void> {
    const result = this.turn.then(() => this.keepNow(denials));
    this.turn = result.catch(() => undefined);
    return result;
  }

  async list(filter: DenialFilter, limit: number, before?: string): Promise<PlacedDenial[]> {
    if (before !== undefined && !CURSOR.test(before)) throw noDenialCursor(before);
    const found: PlacedDenial[] = [];
    const range = before === undefined ? {} : { lt: before };
    for await (const [cursor, denial] of this.denials.iterator({ ...range, reverse: true })) {
      if (isWanted(filter, denial) && isWantedWhole(filter, denial)) found.push({ cursor, denial });
      if (found.length >= limit) break;
    }
    return found;
  }

  async listAfter(filter: DenialFilter, after: string | undefined, limit: number): Promise<DenialsAfter> {
    if (after === undefined) return { denials: [], cursor: await this.newest(), isForgotten: false };
    if (!CURSOR.test(after)) throw noDenialCursor(after);
    if (await this.hasForgotten(after)) return { denials: [], cursor: await this.newest(), isForgotten: true };
    const denials: DenialsAfter['denials'] = [];
    let cursor = after;
    for await (const [denialId, denial] of this.denials.iterator({ gt: after })) {
      cursor = denialId;
      if (isWanted(filter, denial) && isWantedWhole(filter, denial)) denials.push({ cursor, denial });
      if (denials.length >= limit) break;
    }
    return { denials, cursor, isForgotten: false };
  }

  async getMany(denialIds: readonly string[]): Promise<Denial[]> {
    const found = await this.denials.getMany([...denialIds]);
    return found.filter((denial) => denial !== undefined);
  }

  private async newest(): Promise<string> {
    const [denialId = BEGINNING] = await this.denials.keys({ reverse: true, limit: 1 }).all();
    return denialId;
  }

  /** Whether the denial that a cursor stands at has made room, and maybe others behind it. */
  private async hasForgotten(cursor: string): Promise<boolean> {
    const [oldest] = await this.denials.keys({ limit: 1 }).all();
    return cursor !== BEGINNING && (oldest === undefined || cursor < oldest);
  }

  private async keepNow(denials: readonly Denial[]): Promise<void> {
    this.count ??= (await this.denials.keys().all()).length;
    await this.denials.batch(denials.map((denial) => ({ type: 'put', key: denial.denialId, value: denial })));
    this.count += denials.length;
    if (this.count <= this.kept) return;
    await this.denials.clear({ limit: this.count - this.kept });
    this.count = this.kept;
  }
}
