import type { Thing } from '#thingcore/contracts';
import type { JsonObject } from '#thingcore/errors';
import type { EventStamp } from '../changes/event-stamps.js';

/** AWS: "Registry events", Thing Type Associated with or Disassociated from a Thing. It names no account. */
export function thingTypeAssociationEvent(
  operation: 'ADDED' | 'REMOVED',
  { thingName, thingId }: Pick<Thing, 'thingName' | 'thingId'>,
  thingTypeName: string,
  { eventId, timestamp }: EventStamp,
): { topic: string; document: JsonObject } {
  return {
    // The list of reserved topics of AWS prints a shorter form; what it publishes on is this one.
    topic: `$aws/events/thingTypeAssociation/thing/${thingName}/thingType/${thingTypeName}/${operation.toLowerCase()}`,
    document: {
      eventId,
      eventType: 'THING_TYPE_ASSOCIATION_EVENT',
      operation,
      thingId,
      thingName,
      thingTypeName,
      timestamp,
    },
  };
}
