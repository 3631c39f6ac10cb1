import type {
  AttachThingPrincipalRequest,
  DetachThingPrincipalRequest,
  ListPrincipalThingsRequest,
  ListPrincipalThingsResponse,
  ListPrincipalThingsV2Request,
  ListPrincipalThingsV2Response,
  ListThingPrincipalsRequest,
  ListThingPrincipalsResponse,
  ListThingPrincipalsV2Request,
  ListThingPrincipalsV2Response,
} from '@aws-sdk/client-iot';
import {
  attachThingPrincipal,
  detachThingPrincipal,
  getPrincipalsOfThings,
  listPrincipalThings,
  type ThingPrincipalType,
} from '#thingcore/contracts';
import { iotArn } from '#thingcore/policy';
import { inTermsOf } from '../../errors/field-names.js';
import { type ApiCall, handler, type OperationHandlers } from '../operation-handler.js';
import { pageOf, pageOfAll, type PageRequest, TOKEN_PAGE_FIELDS } from '../pages.js';
import { onlyOne } from './members.js';

/** AWS: Control plane, which certificates are attached to which things. */
export const thingPrincipalHandlers: OperationHandlers = {
  AttachThingPrincipal: handler<AttachThingPrincipalRequest>('operator', async ({ rpc }, input) => {
    const { thingName, principal, thingPrincipalType } = input;
    await rpc.call(attachThingPrincipal, { thingName, principal, thingPrincipalType });
  }),

  DetachThingPrincipal: handler<DetachThingPrincipalRequest>('operator', async ({ rpc }, { thingName, principal }) => {
    await rpc.call(detachThingPrincipal, { thingName, principal });
  }),

  ListThingPrincipals: handler<ListThingPrincipalsRequest, ListThingPrincipalsResponse>(
    'viewer',
    async (call, { thingName, ...page }) => {
      const { principals, nextToken } = await principalsOf(call, thingName, page);
      return { principals: principals.map(({ principal }) => principal), nextToken };
    },
  ),

  ListThingPrincipalsV2: handler<ListThingPrincipalsV2Request, ListThingPrincipalsV2Response>(
    'viewer',
    async (call, { thingName, thingPrincipalType, ...page }) => {
      const { principals, nextToken } = await principalsOf(call, thingName, page, thingPrincipalType);
      return { thingPrincipalObjects: principals, nextToken };
    },
  ),

  ListPrincipalThings: handler<ListPrincipalThingsRequest, ListPrincipalThingsResponse>(
    'viewer',
    async ({ rpc }, { principal, ...page }) => {
      const asked = rpc.call(listPrincipalThings, { principal, ...pageOf(page) });
      const { things, nextToken } = await inTermsOf(TOKEN_PAGE_FIELDS, asked);
      return { things: things.map(({ thingName }) => thingName), nextToken };
    },
  ),

  ListPrincipalThingsV2: handler<ListPrincipalThingsV2Request, ListPrincipalThingsV2Response>(
    'viewer',
    async ({ rpc }, { principal, thingPrincipalType, ...page }) => {
      const asked = rpc.call(listPrincipalThings, { principal, thingPrincipalType, ...pageOf(page) });
      const { things, nextToken } = await inTermsOf(TOKEN_PAGE_FIELDS, asked);
      return { principalThingObjects: things, nextToken };
    },
  ),
};

async function principalsOf(
  { rpc, installation }: ApiCall,
  thingName: string,
  page: PageRequest,
  type?: ThingPrincipalType,
): Promise<{ principals: { principal: string; thingPrincipalType: ThingPrincipalType }[]; nextToken?: string }> {
  const asked = rpc.call(getPrincipalsOfThings, { thingNames: [thingName] });
  const { things } = await inTermsOf({ 'thingNames.0': 'thingName' }, asked);
  const { principals } = onlyOne(things, 'Thing', thingName);
  const wanted = principals
    .filter(({ thingPrincipalType }) => type === undefined || thingPrincipalType === type)
    .map(({ certificateId, thingPrincipalType }) => {
      return { principal: iotArn(installation.scope, 'cert', certificateId), thingPrincipalType };
    });
  const { page: listed, nextToken } = pageOfAll(wanted, ({ principal }) => principal, page);
  return { principals: listed, ...(nextToken !== undefined && { nextToken }) };
}
