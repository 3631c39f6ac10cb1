import type { Loaders } from '../batching/loaders.js';
import { type ThingGroup, toThingGroup } from './thing-group.type.js';

/** The thing groups of these names, in their order; one that was deleted meanwhile is left out. */
export async function loadThingGroups(loaders: Loaders, names: readonly string[]): Promise<ThingGroup[]> {
  const groups = await Promise.all(names.map((name) => loaders.thingGroups.load(name)));
  return groups.filter((group) => group !== undefined).map(toThingGroup);
}
