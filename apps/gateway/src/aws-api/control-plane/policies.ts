import type {
  CreatePolicyRequest,
  CreatePolicyResponse,
  CreatePolicyVersionRequest,
  CreatePolicyVersionResponse,
  DeletePolicyRequest,
  DeletePolicyVersionRequest,
  GetPolicyRequest,
  GetPolicyResponse,
  GetPolicyVersionRequest,
  GetPolicyVersionResponse,
  ListPoliciesRequest,
  ListPoliciesResponse,
  ListPolicyVersionsRequest,
  ListPolicyVersionsResponse,
  SetDefaultPolicyVersionRequest,
} from '@aws-sdk/client-iot';
import {
  createPolicy,
  createPolicyVersion,
  deletePolicy,
  deletePolicyVersion,
  getPolicies,
  listPolicies,
  listPolicyVersions,
  setDefaultPolicyVersion,
} from '#thingcore/contracts';
import { iotArn } from '#thingcore/policy';
import { inTermsOf } from '../../errors/field-names.js';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { MARKER_PAGE_FIELDS, pageOf } from '../pages.js';
import { fromTags, onlyOne } from './members.js';

/** AWS: Control plane, policies and their versions. */
export const policyHandlers: OperationHandlers = {
  CreatePolicy: handler<CreatePolicyRequest, CreatePolicyResponse>('operator', async ({ rpc }, input) => {
    const { policyName, policyDocument, tags } = input;
    const { policyArn, policyVersionId } = await rpc.call(createPolicy, {
      ...{ policyName, policyDocument },
      tags: fromTags(tags),
    });
    return { policyName, policyArn, policyDocument, policyVersionId };
  }),

  GetPolicy: handler<GetPolicyRequest, GetPolicyResponse>('viewer', async ({ rpc }, { policyName }) => {
    const found = rpc.call(getPolicies, { policyNames: [policyName] });
    const { policies } = await inTermsOf({ 'policyNames.0': 'policyName' }, found);
    const policy = onlyOne(policies, 'Policy', policyName);
    const { policyArn, policyDocument, policyVersionId, createdAt, lastModifiedAt } = policy;
    return {
      ...{ policyName, policyArn, policyDocument },
      defaultVersionId: policyVersionId,
      creationDate: new Date(createdAt),
      lastModifiedDate: new Date(lastModifiedAt),
    };
  }),

  // AWS: `ascendingOrder`, "ascending creation order"; the newest first without it.
  ListPolicies: handler<ListPoliciesRequest, ListPoliciesResponse>('viewer', async ({ rpc }, input) => {
    const { ascendingOrder = false, ...page } = input;
    const asked = rpc.call(listPolicies, { orderBy: 'createdAt', isAscending: ascendingOrder, ...pageOf(page) });
    const { policies, nextToken } = await inTermsOf(MARKER_PAGE_FIELDS, asked);
    const listed = policies.map(({ policyName, policyArn }) => ({ policyName, policyArn }));
    return { policies: listed, nextMarker: nextToken };
  }),

  DeletePolicy: handler<DeletePolicyRequest>('operator', async ({ rpc }, { policyName }) => {
    await rpc.call(deletePolicy, { policyName });
  }),

  CreatePolicyVersion: handler<CreatePolicyVersionRequest, CreatePolicyVersionResponse>(
    'operator',
    async ({ rpc, installation }, { policyName, policyDocument, setAsDefault }) => {
      const created = await rpc.call(createPolicyVersion, { policyName, policyDocument, setAsDefault });
      const { policyVersionId, isDefaultVersion } = created;
      const policyArn = iotArn(installation.scope, 'policy', policyName);
      return { policyArn, policyDocument, policyVersionId, isDefaultVersion };
    },
  ),

  GetPolicyVersion: handler<GetPolicyVersionRequest, GetPolicyVersionResponse>(
    'viewer',
    async ({ rpc, installation }, { policyName, policyVersionId }) => {
      const { versions } = await rpc.call(listPolicyVersions, { policyName });
      const wanted = versions.filter((version) => version.policyVersionId === policyVersionId);
      const version = onlyOne(wanted, `Version ${policyVersionId} of policy`, policyName);
      const { policyDocument, isDefaultVersion, createdAt } = version;
      return {
        ...{ policyName, policyVersionId, policyDocument, isDefaultVersion },
        policyArn: iotArn(installation.scope, 'policy', policyName),
        creationDate: new Date(createdAt),
        // A version never changes.
        lastModifiedDate: new Date(createdAt),
      };
    },
  ),

  ListPolicyVersions: handler<ListPolicyVersionsRequest, ListPolicyVersionsResponse>(
    'viewer',
    async ({ rpc }, { policyName }) => {
      const { versions } = await rpc.call(listPolicyVersions, { policyName });
      const policyVersions = versions.map(({ policyVersionId, isDefaultVersion, createdAt }) => {
        return { versionId: policyVersionId, isDefaultVersion, createDate: new Date(createdAt) };
      });
      return { policyVersions };
    },
  ),

  SetDefaultPolicyVersion: handler<SetDefaultPolicyVersionRequest>(
    'operator',
    async ({ rpc }, { policyName, policyVersionId }) => {
      await rpc.call(setDefaultPolicyVersion, { policyName, policyVersionId });
    },
  ),

  DeletePolicyVersion: handler<DeletePolicyVersionRequest>(
    'operator',
    async ({ rpc }, { policyName, policyVersionId }) => {
      await rpc.call(deletePolicyVersion, { policyName, policyVersionId });
    },
  ),
};
