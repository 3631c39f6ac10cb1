import type { JsonValue } from '#thingcore/errors';

/**
 * Attributes or tags of an input, for a request: what is null counts as left out. Whether it is an object of texts is
 * for the contract to check, which says what is wrong with it.
 */
export function asStringMap(value: JsonValue | undefined): Record<string, string> | undefined {
  return (value ?? undefined) as Record<string, string> | undefined;
}
