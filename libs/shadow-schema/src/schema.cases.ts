import type { JsonObject } from '#thingcore/errors';
import { readShadowSchema } from './read-shadow-schema.js';
import type { ObjectModel } from './shadow-model.js';

/** The model of a classic shadow with these properties. */
export function classic(properties: JsonObject, more: JsonObject = {}): ObjectModel {
  const { thing } = readShadowSchema('press', { classic: { type: 'object', properties, ...more } });
  const [shadow] = thing.shadows;
  if (shadow === undefined) throw new Error('The schema has no shadow');
  return shadow.state;
}
