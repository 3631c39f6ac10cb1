import type { Thing } from '#thingcore/contracts';
import type { RegistryContext } from '../changes/registry-context.js';
import type { ThingRecord } from './thing.store.js';

/** What the registry says of a thing. */
export function toThing(context: RegistryContext, record: ThingRecord): Thing {
  const { thingName, thingId, thingTypeName, billingGroupName, attributes, version, createdAt } = record;
  return {
    thingName,
    thingId,
    thingArn: context.arn('thing', thingName),
    ...(thingTypeName === null ? {} : { thingTypeName }),
    ...(billingGroupName === null ? {} : { billingGroupName }),
    attributes,
    version,
    createdAt: createdAt.getTime(),
  };
}
