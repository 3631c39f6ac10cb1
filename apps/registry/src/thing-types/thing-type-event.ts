import type { ThingType } from '#thingcore/contracts';
import type { JsonObject } from '#thingcore/errors';
import type { EventStamp } from '../changes/event-stamps.js';

/** AWS: "Registry events", Thing Type Created/Updated/Deprecated/Undeprecated/Deleted: (un)deprecating is an update. */
export function thingTypeEvent(
  operation: 'CREATED' | 'UPDATED' | 'DELETED',
  type: ThingType,
  { eventId, timestamp, accountId }: EventStamp,
): { topic: string; document: JsonObject } {
  return {
    topic: `$aws/events/thingType/${type.thingTypeName}/${operation.toLowerCase()}`,
    document: {
      eventType: 'THING_TYPE_EVENT',
      eventId,
      timestamp,
      operation,
      accountId,
      thingTypeId: type.thingTypeId,
      thingTypeName: type.thingTypeName,
      isDeprecated: type.deprecated,
      deprecationDate: type.deprecatedAt ?? null,
      searchableAttributes: type.searchableAttributes,
      description: type.description ?? null,
    },
  };
}
