import { BatchLoader } from './batch-loader.js';

/** How many lists are asked for at a time; how many there are in all the cost of the operation bounds. */
const LISTS_AT_A_TIME = 100;

/**
 * Turns the lists that the entries of a list ask for into one call for each that differs. They come back together, so
 * that what they contain is loaded together, too.
 */
export class ListLoader<Request, Page> {
  readonly #lists: BatchLoader<PromiseSettledResult<Page>>;

  /** @param ask asks for one list; its request is JSON */
  constructor(ask: (request: Request) => Promise<Page>) {
    this.#lists = new BatchLoader(async (keys) => {
      const pages = new Map<string, PromiseSettledResult<Page>>();
      for (let start = 0; start < keys.length; start += LISTS_AT_A_TIME) {
        const some = keys.slice(start, start + LISTS_AT_A_TIME);
        await Promise.all(some.map(async (key) => pages.set(key, await settled(ask(JSON.parse(key) as Request)))));
      }
      return pages;
    });
  }

  /** A page of a list. Rejects as its call does. */
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
