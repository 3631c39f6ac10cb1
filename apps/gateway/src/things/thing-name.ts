import { IotError } from '#thingcore/errors';
import { THING_NAME_PATTERN } from '#thingcore/topics';

/**
 * Throws `InvalidRequest` unless a thing may have this name. For names that no service sees on their own: in a batch
 * they would spoil it for the others, in a subscription they would wait for ever.
 *
 * @param field the argument that holds the name
 */
export function checkThingName(name: string, field: string): void {
  if (THING_NAME_PATTERN.test(name)) return;
  throw new IotError(
    'InvalidRequest',
    `${JSON.stringify(name)} is no name of a thing: it must be 1 to 128 characters out of a-z, A-Z, 0-9, colon, underscore and hyphen`,
    { details: { field } },
  );
}
