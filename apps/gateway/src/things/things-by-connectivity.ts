import type { listThings, ReplyOf, RequestOf } from '#thingcore/contracts';
import type { Loaders } from '../batching/loaders.js';

type ListRequest = RequestOf<typeof listThings>;
type ThingPage = ReplyOf<typeof listThings>;

/** How many things are looked at in one step, and how many steps one page may take. */
const STEP = 250;
const MOST_STEPS = 4;

/**
 * A page of the things of a list whose devices are, or are not, connected. The registry knows the things, the broker who
 * is connected: pages of the one are looked up at the other until enough are found, or as many as one request may see.
 */
export async function thingsByConnectivity(
  list: (request: ListRequest) => Promise<ThingPage>,
  loaders: Loaders,
  request: ListRequest,
  connected: boolean,
): Promise<ThingPage> {
  const most = request.limit ?? STEP;
  const found: ThingPage['things'] = [];
  let after = request.after;
  for (let step = 0; step < MOST_STEPS; step++) {
    const { things, nextToken } = await list({ ...request, after, limit: STEP });
    const known = await Promise.all(things.map(({ thingName }) => loaders.connectivityOfThings.load(thingName)));
    const wanted = things.filter((_thing, index) => (known[index]?.connected ?? false) === connected);
    const taken = wanted.slice(0, most - found.length);
    found.push(...taken);
    if (found.length === most && (wanted.length > taken.length || nextToken !== undefined)) {
      return { things: found, nextToken: found.at(-1)?.thingName };
    }
    if (nextToken === undefined) return { things: found };
    after = nextToken;
  }
  return { things: found, nextToken: after };
}
