import type { PolicyContext } from '#thingcore/policy';
import type { Principal } from './principals.js';

/**
 * What policies may ask of the thing of a connection. AWS: Thing policy variables resolve for the exclusive thing of the
 * certificate whatever the client id, else for the attached thing that is named like the client id; of any other
 * connection `iot:Connection.Thing.IsAttached` is false.
 */
export function principalContext({ thing }: Pick<Principal, 'thing'>): Pick<PolicyContext, 'isAttached' | 'thing'> {
  if (thing === undefined) return { isAttached: false };
  const { thingName, thingTypeName, attributes } = thing;
  return {
    isAttached: true,
    thing: { thingName, attributes, ...(thingTypeName === undefined ? {} : { thingTypeName }) },
  };
}
