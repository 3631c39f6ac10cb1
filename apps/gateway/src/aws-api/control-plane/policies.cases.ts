import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  SetDefaultPolicyVersionCommand,
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
import { IotError } from '#thingcore/errors';
import { aPolicy, CREATED_AT } from '../../registry.fixture.js';
import { toToken } from '../page-tokens.js';
import { call, describeArea } from './area.fixture.js';

const POLICY = aPolicy('site', { lastModifiedAt: CREATED_AT + 5 });
const { policyArn, policyDocument } = POLICY;
const VERSION = {
  policyName: 'site',
  policyVersionId: '2',
  policyDocument,
  isDefaultVersion: true,
  createdAt: CREATED_AT,
};

/** What AWS SDKs expect of policies. */
export function describePolicies(): void {
  describeArea(
    'policies',
    [
      {
        name: 'CreatePolicy',
        send: (iot) =>
          iot.send(
            new CreatePolicyCommand({ policyName: 'site', policyDocument, tags: [{ Key: 'plant', Value: 'b7' }] }),
          ),
        calls: [
          call(
            createPolicy,
            { policyName: 'site', policyDocument, tags: { plant: 'b7' } },
            { ...POLICY, policyVersionId: '1' },
          ),
        ],
        output: { policyName: 'site', policyArn, policyDocument, policyVersionId: '1' },
      },
      {
        name: 'GetPolicy',
        send: (iot) => iot.send(new GetPolicyCommand({ policyName: 'site' })),
        calls: [call(getPolicies, { policyNames: ['site'] }, { policies: [POLICY] })],
        output: {
          policyName: 'site',
          policyArn,
          policyDocument,
          defaultVersionId: '2',
          creationDate: new Date(CREATED_AT),
          lastModifiedDate: new Date(CREATED_AT + 5),
        },
      },
      {
        name: 'ListPolicies, the newest first',
        send: (iot) => iot.send(new ListPoliciesCommand({ pageSize: 1 })),
        calls: [
          call(
            listPolicies,
            { orderBy: 'createdAt', isAscending: false, limit: 1 },
            { policies: [POLICY], nextToken: '5:site' },
          ),
        ],
        output: { policies: [{ policyName: 'site', policyArn }], nextMarker: toToken('ListPolicies', '5:site') },
      },
      {
        name: 'the next page of ListPolicies, the oldest first',
        send: (iot) =>
          iot.send(new ListPoliciesCommand({ marker: toToken('ListPolicies', '5:site'), ascendingOrder: true })),
        calls: [
          call(listPolicies, { orderBy: 'createdAt', isAscending: true, after: '5:site', limit: 25 }, { policies: [] }),
        ],
        output: { policies: [] },
      },
      {
        name: 'DeletePolicy',
        send: (iot) => iot.send(new DeletePolicyCommand({ policyName: 'site' })),
        calls: [call(deletePolicy, { policyName: 'site' }, {})],
        output: {},
      },
      {
        name: 'CreatePolicyVersion',
        send: (iot) =>
          iot.send(new CreatePolicyVersionCommand({ policyName: 'site', policyDocument, setAsDefault: true })),
        calls: [call(createPolicyVersion, { policyName: 'site', policyDocument, setAsDefault: true }, VERSION)],
        output: { policyArn, policyDocument, policyVersionId: '2', isDefaultVersion: true },
      },
      {
        name: 'GetPolicyVersion',
        send: (iot) => iot.send(new GetPolicyVersionCommand({ policyName: 'site', policyVersionId: '2' })),
        calls: [call(listPolicyVersions, { policyName: 'site' }, { versions: [VERSION] })],
        output: {
          policyName: 'site',
          policyArn,
          policyDocument,
          policyVersionId: '2',
          isDefaultVersion: true,
          creationDate: new Date(CREATED_AT),
          lastModifiedDate: new Date(CREATED_AT),
        },
      },
      {
        name: 'ListPolicyVersions',
        send: (iot) => iot.send(new ListPolicyVersionsCommand({ policyName: 'site' })),
        calls: [call(listPolicyVersions, { policyName: 'site' }, { versions: [VERSION] })],
        output: { policyVersions: [{ versionId: '2', isDefaultVersion: true, createDate: new Date(CREATED_AT) }] },
      },
      {
        name: 'SetDefaultPolicyVersion',
        send: (iot) => iot.send(new SetDefaultPolicyVersionCommand({ policyName: 'site', policyVersionId: '2' })),
        calls: [call(setDefaultPolicyVersion, { policyName: 'site', policyVersionId: '2' }, POLICY)],
        output: {},
      },
      {
        name: 'DeletePolicyVersion',
        send: (iot) => iot.send(new DeletePolicyVersionCommand({ policyName: 'site', policyVersionId: '1' })),
        calls: [call(deletePolicyVersion, { policyName: 'site', policyVersionId: '1' }, {})],
        output: {},
      },
    ],
    [
      {
        name: 'a policy that does not exist',
        send: (iot) => iot.send(new GetPolicyCommand({ policyName: 'other' })),
        services: [[getPolicies, { policies: [] }]],
        error: 'ResourceNotFoundException',
        status: 404,
      },
      {
        name: 'a name that is none',
        send: (iot) => iot.send(new GetPolicyCommand({ policyName: 'a b' })),
        message: /"policyName": must be/,
        error: 'InvalidRequestException',
        status: 400,
      },
      {
        name: 'a version that does not exist',
        send: (iot) => iot.send(new GetPolicyVersionCommand({ policyName: 'site', policyVersionId: '7' })),
        services: [[listPolicyVersions, { versions: [VERSION] }]],
        message: /Version 7 of policy site does not exist/,
        error: 'ResourceNotFoundException',
        status: 404,
      },
      {
        name: 'a document that is none',
        send: (iot) => iot.send(new CreatePolicyCommand({ policyName: 'site', policyDocument: '{' })),
        services: [[createPolicy, new IotError('MalformedPolicy', 'no JSON')]],
        error: 'MalformedPolicyException',
        status: 400,
      },
      {
        name: 'a sixth version',
        send: (iot) => iot.send(new CreatePolicyVersionCommand({ policyName: 'site', policyDocument })),
        services: [[createPolicyVersion, new IotError('VersionsLimitExceeded', 'there are five')]],
        error: 'VersionsLimitExceededException',
        status: 409,
      },
      {
        name: 'to delete the default version',
        send: (iot) => iot.send(new DeletePolicyVersionCommand({ policyName: 'site', policyVersionId: '2' })),
        services: [[deletePolicyVersion, new IotError('DeleteConflict', 'it is the default one')]],
        error: 'DeleteConflictException',
        status: 409,
      },
      {
        name: 'tags with a key twice',
        send: (iot) =>
          iot.send(new CreatePolicyCommand({ policyName: 'site', policyDocument, tags: [{ Key: 'a' }, { Key: 'a' }] })),
        message: /'tags' has the key a twice/,
        error: 'InvalidRequestException',
        status: 400,
      },
    ],
  );
}
