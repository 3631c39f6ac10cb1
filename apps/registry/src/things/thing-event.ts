import type { Thing } from '#thingcore/contracts';
import type { JsonObject } from '#thingcore/errors';
import type { EventStamp } from '../changes/event-stamps.js';

/** AWS: "Registry events", Thing Created/Updated/Deleted. */
export function thingEvent(
  operation: 'CREATED' | 'UPDATED' | 'DELETED',
  thing: Thing,
  { eventId, timestamp, accountId }: EventStamp,
): { topic: string; document: JsonObject } {
  return {
    topic: `$aws/events/thing/${thing.thingName}/${operation.toLowerCase()}`,
    document: {
      eventType: 'THING_EVENT',
      eventId,
      timestamp,
      operation,
      accountId,
      thingId: thing.thingId,
      thingName: thing.thingName,
      versionNumber: thing.version,
      thingTypeName: thing.thingTypeName ?? null,
      attributes: thing.attributes,
    },
  };
}
