import { IotError } from '#thingcore/errors';
import type { Loaders } from '../batching/loaders.js';
import { type Thing, toThing } from './thing.type.js';

/** A thing after a mutation changed what it belongs to. Rejects with `ResourceNotFound` when it was deleted meanwhile. */
export async function loadThing(loaders: Loaders, thingName: string): Promise<Thing> {
  const thing = await loaders.things.load(thingName);
  if (thing === undefined) {
    throw new IotError('ResourceNotFound', `The thing ${thingName} was deleted meanwhile`, { details: { thingName } });
  }
  return toThing(thing);
}
