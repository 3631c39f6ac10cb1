import type { Redis } from 'ioredis';
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

const DENIALS = 'thingcore:broker:denials';

/** Entries read at once. */
const PAGE = 250;

/** Before all entries. */
const BEGINNING = '0-0';

/** Digits of the two numbers of an entry id in a cursor, which compares as a text does. */
const DIGITS = 16;

type Entry = [entryId: string, fields: string[]];

/**
 * Denials of all nodes in a stream of Redis. What is filtered by stands in fields of its own, so that only what is
 * answered is taken apart.
 */
export class RedisDenialLog implements DenialLog {
  constructor(
    private readonly redis: Redis,
    private readonly kept: number,
  ) {}

  async keep(denials: readonly Denial[]): Promise<void> {
    const pipeline = this.redis.pipeline();
    for (const denial of denials) {
      const { denialId, clientId, principal, thingName = '' } = denial;
      const fields = [denialId, clientId, principal, thingName, JSON.stringify(denial)];
      pipeline.xadd(DENIALS, 'MAXLEN', '~', this.kept, '*', ...fields.flatMap((value, index) => [`${index}`, value]));
    }
    const answers = await pipeline.exec();
    const failure = answers?.map(([error]) => error).find((error) => error !== null);
    if (failure !== undefined) throw failure;
  }

  async list(filter: DenialFilter, limit: number, before?: string): Promise<PlacedDenial[]> {
    const found: PlacedDenial[] = [];
    await this.readBackwards(
      (entry) => {
        const denial = wantedDenial(filter, entry);
        if (denial !== undefined) found.push({ cursor: toCursor(entry[0]), denial });
        return found.length < limit;
      },
      before === undefined ? '+' : `(${toEntryId(before)}`,
    );
    return found;
  }

  async listAfter(filter: DenialFilter, after: string | undefined, limit: number): Promise<DenialsAfter> {
    if (after === undefined) return { denials: [], cursor: await this.newest(), isForgotten: false };
    const start = toEntryId(after);
    const [oldest]: Entry[] = await this.redis.xrange(DENIALS, '-', '+', 'COUNT', 1);
    if (start !== BEGINNING && (oldest === undefined || after < toCursor(oldest[0]))) {
      return { denials: [], cursor: await this.newest(), isForgotten: true };
    }
    const denials: DenialsAfter['denials'] = [];
    let cursor = after;
    for (;;) {
      const page: Entry[] = await this.redis.xrange(DENIALS, `(${toEntryId(cursor)}`, '+', 'COUNT', PAGE);
      for (const entry of page) {
        cursor = toCursor(entry[0]);
        const denial = wantedDenial(filter, entry);
        if (denial !== undefined) denials.push({ cursor, denial });
        if (denials.length >= limit) return { denials, cursor, isForgotten: false };
      }
      if (page.length < PAGE) return { denials, cursor, isForgotten: false };
    }
  }

  async getMany(denialIds: readonly string[]): Promise<Denial[]> {
    const wanted = new Set(denialIds);
    const found = new Map<string, Denial>();
    if (wanted.size === 0) return [];
    await this.readBackwards((entry) => {
      const { denialId, text } = contentOf(entry);
      if (wanted.has(denialId)) found.set(denialId, JSON.parse(text) as Denial);
      return found.size < wanted.size;
    });
    return denialIds.flatMap((denialId) => found.get(denialId) ?? []);
  }

  private async newest(): Promise<string> {
    const [entry]: Entry[] = await this.redis.xrevrange(DENIALS, '+', '-', 'COUNT', 1);
    return toCursor(entry?.[0] ?? BEGINNING);
  }

  /** Reads the newest first, until `take` answers false or there are no more. */
  private async readBackwards(take: (entry: Entry) => boolean, from = '+'): Promise<void> {
    for (let end = from; ;) {
      const page: Entry[] = await this.redis.xrevrange(DENIALS, end, '-', 'COUNT', PAGE);
      for (const entry of page) {
        if (!take(entry)) return;
      }
      const oldest = page.at(-1)?.[0];
      if (oldest === undefined || page.length < PAGE) return;
      end = `(${oldest}`;
    }
  }
}

/** The denial of an entry that the filter lets through. */
function wantedDenial(filter: DenialFilter, entry: Entry): Denial | undefined {
  const { text, ...index } = contentOf(entry);
  if (!isWanted(filter, index)) return undefined;
  const denial = JSON.parse(text) as Denial;
  return isWantedWhole(filter, denial) ? denial : undefined;
}

function contentOf([, fields]: Entry) {
  const [, denialId = '', , clientId = '', , principal = '', , thingName = '', , text = ''] = fields;
  return { denialId, clientId, principal, thingName, text };
}

function toCursor(entryId: string): string {
  return entryId
    .split('-')
    .map((number) => number.padStart(DIGITS, '0'))
    .join('-');
}

function toEntryId(cursor: string): string {
  if (!/^\d{16}-\d{16}$/.test(cursor)) throw noDenialCursor(cursor);
  return cursor.split('-').map(Number).join('-');
}
