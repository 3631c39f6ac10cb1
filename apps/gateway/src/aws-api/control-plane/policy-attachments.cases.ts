import {
  AttachPolicyCommand,
  AttachPrincipalPolicyCommand,
  DetachPolicyCommand,
  DetachPrincipalPolicyCommand,
  GetEffectivePoliciesCommand,
  ListAttachedPoliciesCommand,
  ListPolicyPrincipalsCommand,
  ListPrincipalPoliciesCommand,
  ListTargetsForPolicyCommand,
} from '@aws-sdk/client-iot';
import {
  attachPolicy,
  detachPolicy,
  getCertificates,
  getEffectivePolicies,
  getPolicies,
  getPoliciesOfTargets,
  getThingGroups,
  listTargetsForPolicy,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { aCertificate, aPolicy, aThingGroup } from '../../registry.fixture.js';
import { toToken } from '../page-tokens.js';
import { call, describeArea } from './area.fixture.js';

const CERTIFICATE = aCertificate('a').certificateArn;
const GROUP = aThingGroup('hall').thingGroupArn;
const [OLD, NEW] = [aPolicy('old'), aPolicy('new', { createdAt: aPolicy('old').createdAt + 1 })];
const row = ({ policyName, policyArn }: typeof OLD) => ({ policyName, policyArn });
const invalid = { error: 'InvalidRequestException', status: 400 };
const missing = { error: 'ResourceNotFoundException', status: 404 };

/** What AWS SDKs expect of policy attachments. */
export function describePolicyAttachments(): void {
  describeArea(
    'what policies are attached to',
    [
      {
        name: 'AttachPolicy to a certificate',
        send: (iot) => iot.send(new AttachPolicyCommand({ policyName: 'old', target: CERTIFICATE })),
        calls: [call(attachPolicy, { policyName: 'old', target: CERTIFICATE }, {})],
        output: {},
      },
      {
        name: 'AttachPolicy to a thing group',
        send: (iot) => iot.send(new AttachPolicyCommand({ policyName: 'old', target: GROUP })),
        calls: [call(attachPolicy, { policyName: 'old', target: GROUP }, {})],
        output: {},
      },
      {
        name: 'DetachPolicy',
        send: (iot) => iot.send(new DetachPolicyCommand({ policyName: 'old', target: GROUP })),
        calls: [call(detachPolicy, { policyName: 'old', target: GROUP }, {})],
        output: {},
      },
      {
        name: 'ListAttachedPolicies, those of the groups above too',
        send: (iot) => iot.send(new ListAttachedPoliciesCommand({ target: GROUP, recursive: true, pageSize: 1 })),
        calls: [
          call(
            getPoliciesOfTargets,
            { targets: [GROUP], recursive: true },
            { targets: [{ target: GROUP, policyNames: ['old', 'new'] }] },
          ),
        ],
        output: { policies: [row(NEW)], nextMarker: toToken('ListAttachedPolicies', 'new') },
      },
      {
        name: 'the next page of ListAttachedPolicies',
        send: (iot) =>
          iot.send(new ListAttachedPoliciesCommand({ target: GROUP, marker: toToken('ListAttachedPolicies', 'new') })),
        calls: [
          call(
            getPoliciesOfTargets,
            { targets: [GROUP] },
            { targets: [{ target: GROUP, policyNames: ['old', 'new'] }] },
          ),
        ],
        output: { policies: [row(OLD)] },
      },
      {
        name: 'ListAttachedPolicies of a certificate without any',
        send: (iot) => iot.send(new ListAttachedPoliciesCommand({ target: CERTIFICATE })),
        calls: [
          call(
            getPoliciesOfTargets,
            { targets: [CERTIFICATE] },
            { targets: [{ target: CERTIFICATE, policyNames: [] }] },
          ),
          call(getCertificates, { certificateIds: ['a'.repeat(64)] }, { certificates: [aCertificate('a')] }),
        ],
        output: { policies: [] },
      },
      {
        name: 'ListTargetsForPolicy',
        send: (iot) =>
          iot.send(
            new ListTargetsForPolicyCommand({
              policyName: 'old',
              pageSize: 1,
              marker: toToken('ListTargetsForPolicy', CERTIFICATE),
            }),
          ),
        calls: [
          call(
            listTargetsForPolicy,
            { policyName: 'old', after: CERTIFICATE, limit: 1 },
            { targets: [GROUP], nextToken: GROUP },
          ),
        ],
        output: { targets: [GROUP], nextMarker: toToken('ListTargetsForPolicy', GROUP) },
      },
      {
        name: 'GetEffectivePolicies of a thing and a principal',
        send: (iot) => iot.send(new GetEffectivePoliciesCommand({ thingName: 'lamp', principal: CERTIFICATE })),
        calls: [call(getEffectivePolicies, { thingName: 'lamp', principal: CERTIFICATE }, { policies: [OLD] })],
        output: { effectivePolicies: [{ ...row(OLD), policyDocument: OLD.policyDocument }] },
      },
      {
        name: 'AttachPrincipalPolicy',
        send: (iot) => iot.send(new AttachPrincipalPolicyCommand({ policyName: 'old', principal: CERTIFICATE })),
        calls: [call(attachPolicy, { policyName: 'old', target: CERTIFICATE }, {})],
        output: {},
      },
      {
        name: 'DetachPrincipalPolicy',
        send: (iot) => iot.send(new DetachPrincipalPolicyCommand({ policyName: 'old', principal: CERTIFICATE })),
        calls: [call(detachPolicy, { policyName: 'old', target: CERTIFICATE }, {})],
        output: {},
      },
      {
        name: 'ListPolicyPrincipals, certificates only',
        send: (iot) => iot.send(new ListPolicyPrincipalsCommand({ policyName: 'old', ascendingOrder: true })),
        calls: [
          call(
            listTargetsForPolicy,
            { policyName: 'old', kind: 'certificate', isAscending: true, limit: 25 },
            { targets: [CERTIFICATE] },
          ),
        ],
        output: { principals: [CERTIFICATE] },
      },
      ...(
        [
          ['the newest first', undefined, [NEW, OLD]],
          ['the oldest first', true, [OLD, NEW]],
        ] as const
      ).map(([order, ascendingOrder, listed]) => ({
        name: `ListPrincipalPolicies, ${order}`,
        send: (iot: Parameters<Parameters<typeof describeArea>[1][number]['send']>[0]) =>
          iot.send(new ListPrincipalPoliciesCommand({ principal: CERTIFICATE, ascendingOrder })),
        calls: [
          call(
            getPoliciesOfTargets,
            { targets: [CERTIFICATE] },
            { targets: [{ target: CERTIFICATE, policyNames: ['new', 'old'] }] },
          ),
          call(getPolicies, { policyNames: ['new', 'old'] }, { policies: [OLD, NEW] }),
        ],
        output: { policies: listed.map(row) },
      })),
    ],
    [
      {
        name: 'a target that is none',
        send: (iot) => iot.send(new AttachPolicyCommand({ policyName: 'old', target: 'lamp' })),
        message: /"target": must be the ARN/,
        ...invalid,
      },
      {
        name: 'to list for a target that is none',
        send: (iot) => iot.send(new ListAttachedPoliciesCommand({ target: 'lamp' })),
        message: /"target": must be the ARN/,
        ...invalid,
      },
      {
        name: 'to list for a thing group that does not exist',
        send: (iot) => iot.send(new ListAttachedPoliciesCommand({ target: GROUP })),
        services: [
          [getPoliciesOfTargets, { targets: [{ target: GROUP, policyNames: [] }] }],
          [getThingGroups, { thingGroups: [] }],
        ],
        message: /Thing group hall does not exist/,
        ...missing,
      },
      {
        name: 'more policies than a target can have',
        send: (iot) => iot.send(new AttachPolicyCommand({ policyName: 'old', target: GROUP })),
        services: [[attachPolicy, new IotError('LimitExceeded', 'it has two')]],
        error: 'LimitExceededException',
        status: 410,
      },
      {
        name: 'a thing group as a principal',
        send: (iot) => iot.send(new AttachPrincipalPolicyCommand({ policyName: 'old', principal: GROUP })),
        message: /'principal' must be the ARN of a certificate/,
        ...invalid,
      },
      {
        name: 'a principal that is none',
        send: (iot) => iot.send(new ListPrincipalPoliciesCommand({ principal: 'lamp' })),
        message: /"principal": must be/,
        ...invalid,
      },
      {
        name: 'an identity pool',
        send: (iot) => iot.send(new GetEffectivePoliciesCommand({ thingName: 'lamp', cognitoIdentityPoolId: 'pool' })),
        message: /'cognitoIdentityPoolId' is not supported/,
        ...invalid,
      },
      {
        name: 'the policies that count for nobody',
        send: (iot) => iot.send(new GetEffectivePoliciesCommand({})),
        message: /must name a thing, a principal, or both/,
        ...invalid,
      },
      {
        name: 'the targets of a policy that does not exist',
        send: (iot) => iot.send(new ListTargetsForPolicyCommand({ policyName: 'other' })),
        services: [[listTargetsForPolicy, new IotError('ResourceNotFound', 'there is none')]],
        ...missing,
      },
    ],
  );
}
