import { IotError } from '#thingcore/errors';
import { BatchLoader } from './batch-loader.js';

/** How many lists one turn may ask for: entries of a list that have lists of their own would multiply without end. */
const MAX_LISTS = 100;

/**
 * Turns the lists that the entries of a list ask for into one call for each that differs. They come back together, so
 * that what they contain is loaded together, too.
 */
export class ListLoader<Request, Page> {
  readonly #lists: BatchLoader<PromiseSettledResult<Page>>;

  /** @param ask asks for one list; its request is JSON */
  constructor(ask: (request: Request) => Promise<Page>) {
    this.#lists = new BatchLoader(async (keys) => {
      if (keys.length > MAX_LISTS) throw tooManyLists(keys.length);
      const entries = keys.map(async (key) => [key, await settled(ask(JSON.parse(key) as Request))] as const);
      return new Map(await Promise.all(entries));
    });
  }

  /** A page of a list. Rejects as its call does, and with `InvalidRequest` when too many lists are asked for at once. */
  async load(request: Request): Promise<Page> {
    const outcome = await this.#lists.load(JSON.stringify(request));
    if (outcome === undefined) throw new Error('A list was not asked for');
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }
}

async function settled<T>(answer: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [outcome] = await Promise.allSettled([answer]);
  return outcome;
}

function tooManyLists(count: number): IotError {
  return new IotError(
    'InvalidRequest',
    `The entries of a list ask for ${count} lists of their own; at most ${MAX_LISTS} are allowed: ask for fewer entries with "first"`,
    { details: { field: 'first', lists: count, mostLists: MAX_LISTS } },
  );
}
