import type {
  CreateThingRequest,
  CreateThingResponse,
  DeleteThingRequest,
  DescribeThingRequest,
  DescribeThingResponse,
  ListThingsRequest,
  ListThingsResponse,
  UpdateThingRequest,
} from '@aws-sdk/client-iot';
import { createThing, deleteThing, getThings, listThings, type Thing, updateThing } from '#thingcore/contracts';
import { inTermsOf } from '../../errors/field-names.js';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { pageOf, TOKEN_PAGE_FIELDS } from '../pages.js';
import { onlyOne } from './members.js';

const FIELDS = { attributes: 'attributePayload.attributes', merge: 'attributePayload.merge' } as const;

/** AWS: Control plane, things. */
export const thingHandlers: OperationHandlers = {
  CreateThing: handler<CreateThingRequest, CreateThingResponse>('operator', async ({ rpc }, input) => {
    const { thingName, thingTypeName, billingGroupName, attributePayload } = input;
    const attributes = attributePayload?.attributes;
    const created = rpc.call(createThing, { thingName, thingTypeName, billingGroupName, attributes });
    const thing = await inTermsOf(FIELDS, created);
    return { thingName: thing.thingName, thingArn: thing.thingArn, thingId: thing.thingId };
  }),

  DescribeThing: handler<DescribeThingRequest, DescribeThingResponse>('viewer', async ({ rpc }, { thingName }) => {
    const found = rpc.call(getThings, { thingNames: [thingName] });
    const { things } = await inTermsOf({ 'thingNames.0': 'thingName' }, found);
    return toDescription(onlyOne(things, 'Thing', thingName));
  }),

  UpdateThing: handler<UpdateThingRequest>('operator', async ({ rpc }, input) => {
    const { thingName, thingTypeName, attributePayload, expectedVersion, removeThingType } = input;
    const updated = rpc.call(updateThing, {
      ...{ thingName, thingTypeName, removeThingType, expectedVersion },
      ...(attributePayload?.attributes && { attributes: attributePayload.attributes, merge: attributePayload.merge }),
    });
    await inTermsOf(FIELDS, updated);
  }),

  DeleteThing: handler<DeleteThingRequest>('operator', async ({ rpc }, { thingName, expectedVersion }) => {
    await rpc.call(deleteThing, { thingName, expectedVersion });
  }),

  ListThings: handler<ListThingsRequest, ListThingsResponse>('viewer', async ({ rpc }, input) => {
    const { thingTypeName, attributeName, attributeValue, usePrefixAttributeValue } = input;
    const asked = rpc.call(listThings, {
      ...{ thingTypeName, attributeName, attributeValue, usePrefixAttributeValue },
      ...pageOf(input),
    });
    const { things, nextToken } = await inTermsOf(TOKEN_PAGE_FIELDS, asked);
    const listed = things.map(({ thingName, thingTypeName, thingArn, attributes, version }) => {
      return { thingName, thingTypeName, thingArn, attributes, version };
    });
    return { things: listed, nextToken };
  }),
};

function toDescription(thing: Thing): DescribeThingResponse {
  const { thingName, thingId, thingArn, thingTypeName, attributes, version, billingGroupName } = thing;
  return {
    // AWS: the client id that a device of this name is expected to use.
    defaultClientId: thingName,
    ...{ thingName, thingId, thingArn, thingTypeName, attributes, version, billingGroupName },
  };
}
