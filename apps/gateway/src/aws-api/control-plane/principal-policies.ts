import type {
  AttachPrincipalPolicyRequest,
  DetachPrincipalPolicyRequest,
  ListPolicyPrincipalsRequest,
  ListPolicyPrincipalsResponse,
  ListPrincipalPoliciesRequest,
  ListPrincipalPoliciesResponse,
} from '@aws-sdk/client-iot';
import {
  attachPolicy,
  detachPolicy,
  getPolicies,
  listTargetsForPolicy,
  type Policy,
  type RequestOf,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { inTermsOf } from '../../errors/field-names.js';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { MARKER_PAGE_FIELDS, pageOf, pageOfAll } from '../pages.js';
import { policyNamesOf } from './policy-attachments.js';

const FIELDS = { target: 'principal' } as const;

/** Beyond the milliseconds of any time. */
const END_OF_TIME = 9_999_999_999_999;

/** AWS: Control plane, the older operations on policies, of which certificates are the only targets. */
export const principalPolicyHandlers: OperationHandlers = {
  AttachPrincipalPolicy: handler<AttachPrincipalPolicyRequest>('operator', async ({ rpc }, input) => {
    await inTermsOf(FIELDS, rpc.call(attachPolicy, toAttachment(input)));
  }),

  DetachPrincipalPolicy: handler<DetachPrincipalPolicyRequest>('operator', async ({ rpc }, input) => {
    await inTermsOf(FIELDS, rpc.call(detachPolicy, toAttachment(input)));
  }),

  // AWS: `ascendingOrder`, "ascending creation order". When something was attached is not kept: the order is that of ids.
  ListPolicyPrincipals: handler<ListPolicyPrincipalsRequest, ListPolicyPrincipalsResponse>(
    'viewer',
    async ({ rpc }, { policyName, ascendingOrder = false, ...page }) => {
      const order = { kind: 'certificate', isAscending: ascendingOrder } as const;
      const asked = rpc.call(listTargetsForPolicy, { policyName, ...order, ...pageOf(page) });
      const { targets, nextToken } = await inTermsOf(MARKER_PAGE_FIELDS, asked);
      return { principals: targets, nextMarker: nextToken };
    },
  ),

  ListPrincipalPolicies: handler<ListPrincipalPoliciesRequest, ListPrincipalPoliciesResponse>(
    'viewer',
    async (call, { principal, ascendingOrder = false, ...page }) => {
      checkPrincipal(principal);
      const policyNames = await policyNamesOf(call, principal, { member: 'principal' });
      const { policies } = await call.rpc.call(getPolicies, { policyNames });
      const { page: listed, nextToken } = pageOfAll(policies, (policy) => keyOf(policy, ascendingOrder), page);
      return {
        policies: listed.map(({ policyName, policyArn }) => ({ policyName, policyArn })),
        nextMarker: nextToken,
      };
    },
  ),
};

function toAttachment({
  policyName = '',
  principal = '',
}: AttachPrincipalPolicyRequest | DetachPrincipalPolicyRequest): RequestOf<typeof attachPolicy> {
  checkPrincipal(principal);
  return { policyName, target: principal };
}

/** Thing groups are targets, but no principals. */
function checkPrincipal(principal: string): void {
  if (!principal.includes(':thinggroup/')) return;
  throw new IotError('InvalidRequest', `'principal' must be the ARN of a certificate, not ${principal}`, {
    details: { field: 'principal' },
  });
}

/** Its place in the order of creation, or against it. */
function keyOf({ createdAt, policyName }: Policy, isAscending: boolean): string {
  const place = isAscending ? createdAt : END_OF_TIME - createdAt;
  return `${String(place).padStart(13, '0')}.${policyName}`;
}
