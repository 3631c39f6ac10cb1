import type { ClassicLevel } from 'classic-level';
import type { Denial } from '#thingcore/contracts';
import { type DenialFilter, type DenialLog, isWanted } from './denial-log.js';

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

  async list(filter: DenialFilter, last: number): Promise<Denial[]> {
    const found: Denial[] = [];
    for await (const denial of this.denials.values({ reverse: true })) {
      if (isWanted(filter, denial)) found.push(denial);
      if (found.length >= last) break;
    }
    return found;
  }

  async getMany(denialIds: readonly string[]): Promise<Denial[]> {
    const found = await this.denials.getMany([...denialIds]);
    return found.filter((denial) => denial !== undefined);
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
