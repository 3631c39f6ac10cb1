import type {
  AttachPolicyRequest,
  DetachPolicyRequest,
  GetEffectivePoliciesRequest,
  GetEffectivePoliciesResponse,
  ListAttachedPoliciesRequest,
  ListAttachedPoliciesResponse,
  ListTargetsForPolicyRequest,
  ListTargetsForPolicyResponse,
} from '@aws-sdk/client-iot';
import {
  attachPolicy,
  detachPolicy,
  getCertificates,
  getEffectivePolicies,
  getPoliciesOfTargets,
  getThingGroups,
  listTargetsForPolicy,
} from '#thingcore/contracts';
import { iotArn, parseArn } from '#thingcore/policy';
import { inTermsOf } from '../../errors/field-names.js';
import { type ApiCall, handler, type OperationHandlers } from '../operation-handler.js';
import { MARKER_PAGE_FIELDS, pageOf, pageOfAll } from '../pages.js';
import { onlyOne, refuse } from './members.js';

/** AWS: Control plane, what policies are attached to: certificates and thing groups. */
export const policyAttachmentHandlers: OperationHandlers = {
  AttachPolicy: handler<AttachPolicyRequest>('operator', async ({ rpc }, { policyName, target }) => {
    await rpc.call(attachPolicy, { policyName, target });
  }),

  DetachPolicy: handler<DetachPolicyRequest>('operator', async ({ rpc }, { policyName, target }) => {
    await rpc.call(detachPolicy, { policyName, target });
  }),

  ListAttachedPolicies: handler<ListAttachedPoliciesRequest, ListAttachedPoliciesResponse>(
    'viewer',
    async (call, { target, recursive, ...page }) => {
      const names = await policyNamesOf(call, target, { member: 'target', recursive });
      const { page: listed, nextToken } = pageOfAll(names, (name) => name, page);
      const { scope } = call.installation;
      const policies = listed.map((policyName) => ({ policyName, policyArn: iotArn(scope, 'policy', policyName) }));
      return { policies, nextMarker: nextToken };
    },
  ),

  ListTargetsForPolicy: handler<ListTargetsForPolicyRequest, ListTargetsForPolicyResponse>(
    'viewer',
    async ({ rpc }, { policyName, ...page }) => {
      const asked = rpc.call(listTargetsForPolicy, { policyName, ...pageOf(page) });
      const { targets, nextToken } = await inTermsOf(MARKER_PAGE_FIELDS, asked);
      return { targets, nextMarker: nextToken };
    },
  ),

  GetEffectivePolicies: handler<GetEffectivePoliciesRequest, GetEffectivePoliciesResponse>(
    'viewer',
    async ({ rpc }, { thingName, principal, cognitoIdentityPoolId }) => {
      refuse(cognitoIdentityPoolId, 'cognitoIdentityPoolId');
      const { policies } = await rpc.call(getEffectivePolicies, { thingName, principal });
      const effectivePolicies = policies.map(({ policyName, policyArn, policyDocument }) => {
        return { policyName, policyArn, policyDocument };
      });
      return { effectivePolicies };
    },
  ),
};

/**
 * The names of the policies of a target, which a request has as `member`. Throws `ResourceNotFound` for a target that does
 * not exist.
 */
export async function policyNamesOf(
  call: ApiCall,
  target: string,
  { member, recursive }: { readonly member: string; readonly recursive?: boolean | undefined },
): Promise<string[]> {
  const asked = call.rpc.call(getPoliciesOfTargets, { targets: [target], recursive });
  const { targets } = await inTermsOf({ 'targets.0': member }, asked);
  const names = targets.flatMap(({ policyNames }) => policyNames);
  if (names.length === 0) await checkExists(call, target);
  return [...new Set(names)];
}

/** The service answers a target that does not exist as one without policies. */
async function checkExists({ rpc }: ApiCall, target: string): Promise<void> {
  const { kind, name } = parseArn(target) ?? { kind: 'cert', name: target };
  if (kind === 'thinggroup') {
    const { thingGroups } = await rpc.call(getThingGroups, { thingGroupNames: [name] });
    onlyOne(thingGroups, 'Thing group', name);
  } else {
    const { certificates } = await rpc.call(getCertificates, { certificateIds: [name] });
    onlyOne(certificates, 'Certificate', name);
  }
}
