import { IotError } from '#thingcore/errors';
import { THING_NAME_PATTERN } from '#thingcore/topics';

/** The kinds of resources whose names follow the rule of thing names. */
export type NamedResource = 'thing' | 'thing type' | 'thing group' | 'billing group';

/**
 * Throws `InvalidRequest` unless a resource may have this name. For names that no service sees on their own: in a batch
 * they would spoil it for the others, in a subscription they would wait for ever.
 *
 * @param field the argument that holds the name
 */
export function checkResourceName(kind: NamedResource, name: string, field: string): void {
  if (THING_NAME_PATTERN.test(name)) return;
  throw new IotError(
    'InvalidRequest',
    `${JSON.stringify(name)} is no name of a ${kind}: it must be 1 to 128 characters out of a-z, A-Z, 0-9, colon, underscore and hyphen`,
    { details: { field } },
  );
}
