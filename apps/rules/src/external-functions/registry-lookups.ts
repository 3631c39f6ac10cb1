import { getGroupsOfThings, getThings, type Thing } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import type { Scope } from '#thingcore/platform';
import { iotArn } from '#thingcore/policy';
import { THING_NAME_PATTERN } from '#thingcore/topics';
import type { RpcClient } from '#thingcore/transport';
import { LookupBatch } from './lookup-batch.js';

const THINGS_PER_CALL = 1000;

/** What `get_registry_data()` asks the registry, many things at a time. */
export class RegistryLookups {
  private readonly things: LookupBatch<Thing>;
  private readonly groups: LookupBatch<string[]>;

  constructor(
    rpc: RpcClient,
    private readonly scope: Scope,
    deadlineMs: number,
  ) {
    this.things = new LookupBatch(async (thingNames) => {
      const { things } = await rpc.call(getThings, { thingNames: [...thingNames] }, { deadlineMs });
      return new Map(things.map((thing) => [thing.thingName, thing]));
    }, THINGS_PER_CALL);
    this.groups = new LookupBatch(async (thingNames) => {
      const { things } = await rpc.call(getGroupsOfThings, { thingNames: [...thingNames] }, { deadlineMs });
      return new Map(things.map(({ thingName, groupNames }) => [thingName, groupNames]));
    }, THINGS_PER_CALL);
  }

  /** AWS: the response of DescribeThing. */
  async describeThing(thingName: string): Promise<JsonValue | undefined> {
    if (!THING_NAME_PATTERN.test(thingName)) return undefined;
    const thing = await this.things.get(thingName);
    if (thing === undefined) return undefined;
    const { thingId, thingArn, thingTypeName, billingGroupName, attributes, version } = thing;
    return {
      defaultClientId: thingName,
      thingName,
      thingId,
      thingArn,
      ...(thingTypeName === undefined ? {} : { thingTypeName }),
      attributes,
      version,
      ...(billingGroupName === undefined ? {} : { billingGroupName }),
    };
  }

  /** AWS: the response of ListThingGroupsForThing. */
  async listThingGroups(thingName: string): Promise<JsonValue | undefined> {
    if (!THING_NAME_PATTERN.test(thingName)) return undefined;
    const groupNames = await this.groups.get(thingName);
    return (
      groupNames && {
        thingGroups: groupNames.map((groupName) => ({
          groupName,
          groupArn: iotArn(this.scope, 'thinggroup', groupName),
        })),
      }
    );
  }
}
