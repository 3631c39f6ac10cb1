import type { Redis } from 'ioredis';
import type { Denial } from '#thingcore/contracts';
import { type DenialFilter, type DenialLog, isWanted } from './denial-log.js';

const DENIALS = 'thingcore:broker:denials';

/** Entries read at once. */
const PAGE = 250;

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

  async list(filter: DenialFilter, last: number): Promise<Denial[]> {
    const found: Denial[] = [];
    await this.readBackwards((index, text) => {
      if (isWanted(filter, index)) found.push(JSON.parse(text) as Denial);
      return found.length < last;
    });
    return found;
  }

  async getMany(denialIds: readonly string[]): Promise<Denial[]> {
    const wanted = new Set(denialIds);
    const found = new Map<string, Denial>();
    if (wanted.size === 0) return [];
    await this.readBackwards(({ denialId }, text) => {
      if (wanted.has(denialId)) found.set(denialId, JSON.parse(text) as Denial);
      return found.size < wanted.size;
    });
    return denialIds.flatMap((denialId) => found.get(denialId) ?? []);
  }

  /** Reads the newest first, until `take` answers false or there are no more. */
  private async readBackwards(
    take: (index: Pick<Denial, 'denialId' | 'clientId' | 'principal' | 'thingName'>, text: string) => boolean,
  ): Promise<void> {
    for (let end = '+'; ;) {
      const page: Entry[] = await this.redis.xrevrange(DENIALS, end, '-', 'COUNT', PAGE);
      for (const [, fields] of page) {
        const [, denialId = '', , clientId = '', , principal = '', , thingName = '', , text = ''] = fields;
        if (!take({ denialId, clientId, principal, thingName }, text)) return;
      }
      const oldest = page.at(-1)?.[0];
      if (oldest === undefined || page.length < PAGE) return;
      end = `(${oldest}`;
    }
  }
}
