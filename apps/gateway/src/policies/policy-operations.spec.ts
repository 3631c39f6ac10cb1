import {
  attachPolicy,
  createPolicy,
  createPolicyVersion,
  deletePolicy,
  deletePolicyVersion,
  detachPolicy,
  getEffectivePolicies,
  getPolicies,
  lintPolicy,
  listPolicies,
  setDefaultPolicyVersion,
} from '#thingcore/contracts';
import { toCursor } from '../connections/cursor.js';
import { describeOperations } from '../operations.fixture.js';
import { anId, aPolicy, CREATED_AT, CREATED_AT_TEXT } from '../registry.fixture.js';

const ID = anId('a');
const POLICY = aPolicy('p');
const VERSION = {
  policyName: 'p',
  policyVersionId: '3',
  policyDocument: '{"Statement": 1.0}',
  isDefaultVersion: true,
  createdAt: CREATED_AT,
};

describeOperations(
  'the operations of policies',
  [
    {
      name: 'createPolicy from an object',
      operation: `mutation { createPolicy(input: { name: "p", document: { Version: "2012-10-17" }, tags: { a: "b" } }) { policy {
        name arn document documentText versionId createdAt
      } } }`,
      command: createPolicy,
      request: { policyName: 'p', policyDocument: '{"Version":"2012-10-17"}', tags: { a: 'b' } },
      reply: POLICY,
      data: {
        createPolicy: {
          policy: {
            name: 'p',
            arn: POLICY.policyArn,
            document: { Version: '2012-10-17', Statement: [] },
            documentText: '{"Version": "2012-10-17", "Statement": []}',
            versionId: '2',
            createdAt: CREATED_AT_TEXT,
          },
        },
      },
    },
    {
      name: 'createPolicy from text, which stays as it is',
      operation: String.raw`mutation { createPolicy(input: { name: "p", document: "{ \"b\": 1.0, \"a\": 2 }" }) { policy { name } } }`,
      command: createPolicy,
      request: { policyName: 'p', policyDocument: '{ "b": 1.0, "a": 2 }' },
      reply: POLICY,
      data: { createPolicy: { policy: { name: 'p' } } },
    },
    {
      name: 'deletePolicy',
      operation: 'mutation { deletePolicy(name: "p") { name } }',
      command: deletePolicy,
      request: { policyName: 'p' },
      reply: {},
      data: { deletePolicy: { name: 'p' } },
    },
    {
      name: 'policy',
      operation: '{ policy(name: "p") { document } }',
      command: getPolicies,
      request: { policyNames: ['p'] },
      reply: { policies: [POLICY] },
      data: { policy: { document: { Version: '2012-10-17', Statement: [] } } },
    },
    {
      name: 'policy that is not there',
      operation: '{ policy(name: "p") { name } }',
      command: getPolicies,
      request: { policyNames: ['p'] },
      reply: { policies: [] },
      data: { policy: null },
    },
    {
      name: 'policies',
      operation: `{ policies(first: 1, after: "${toCursor('a')}") { edges { cursor node { name } } pageInfo { hasNextPage } } }`,
      command: listPolicies,
      request: { limit: 1, after: 'a', isAscending: true, orderBy: 'policyName' },
      reply: { policies: [POLICY], nextToken: 'p' },
      data: {
        policies: { edges: [{ cursor: toCursor('p'), node: { name: 'p' } }], pageInfo: { hasNextPage: true } },
      },
    },
    {
      name: 'effectivePolicies of a thing and a certificate',
      operation: `{ effectivePolicies(thing: "lamp", principal: "${ID}") { name } }`,
      command: getEffectivePolicies,
      request: { thingName: 'lamp', principal: ID },
      reply: { policies: [POLICY] },
      data: { effectivePolicies: [{ name: 'p' }] },
    },
    {
      name: 'effectivePolicies of a thing',
      operation: '{ effectivePolicies(thing: "lamp", principal: null) { name } }',
      command: getEffectivePolicies,
      request: { thingName: 'lamp' },
      reply: { policies: [] },
      data: { effectivePolicies: [] },
    },
    {
      name: 'createPolicyVersion, whose warnings are at hand',
      operation: `mutation { createPolicyVersion(input: { policyName: "p", document: { a: 1 }, setAsDefault: true }) { policyVersion {
        policyName versionId document documentText isDefault createdAt warnings { code }
      } } }`,
      command: createPolicyVersion,
      request: { policyName: 'p', policyDocument: '{"a":1}', setAsDefault: true },
      reply: VERSION,
      data: {
        createPolicyVersion: {
          policyVersion: {
            policyName: 'p',
            versionId: '3',
            document: { Statement: 1 },
            documentText: '{"Statement": 1.0}',
            isDefault: true,
            createdAt: CREATED_AT_TEXT,
            warnings: [{ code: 'OfTheDocument {"Statement": 1.0}' }],
          },
        },
      },
    },
    {
      name: 'setDefaultPolicyVersion',
      operation:
        'mutation { setDefaultPolicyVersion(input: { policyName: "p", versionId: "2" }) { policy { versionId } } }',
      command: setDefaultPolicyVersion,
      request: { policyName: 'p', policyVersionId: '2' },
      reply: POLICY,
      data: { setDefaultPolicyVersion: { policy: { versionId: '2' } } },
    },
    {
      name: 'deletePolicyVersion',
      operation:
        'mutation { deletePolicyVersion(input: { policyName: "p", versionId: "1" }) { policyName versionId } }',
      command: deletePolicyVersion,
      request: { policyName: 'p', policyVersionId: '1' },
      reply: {},
      data: { deletePolicyVersion: { policyName: 'p', versionId: '1' } },
    },
    {
      name: 'attachPolicy to a certificate',
      operation: `mutation { attachPolicy(input: { policyName: "p", target: "${ID}" }) { attachment { policyName target } } }`,
      command: attachPolicy,
      request: { policyName: 'p', target: ID },
      reply: {},
      data: { attachPolicy: { attachment: { policyName: 'p', target: ID } } },
    },
    {
      name: 'attachPolicy to a thing group',
      operation:
        'mutation { attachPolicy(input: { policyName: "p", target: "arn:aws:iot:r:1:thinggroup/g" }) { attachment { target } } }',
      command: attachPolicy,
      request: { policyName: 'p', target: 'arn:aws:iot:r:1:thinggroup/g' },
      reply: {},
      data: { attachPolicy: { attachment: { target: 'arn:aws:iot:r:1:thinggroup/g' } } },
    },
    {
      name: 'detachPolicy',
      operation: `mutation { detachPolicy(input: { policyName: "p", target: "${ID}" }) { attachment { target } } }`,
      command: detachPolicy,
      request: { policyName: 'p', target: ID },
      reply: {},
      data: { detachPolicy: { attachment: { target: ID } } },
    },
  ],
  ({ services }) =>
    services.answer(lintPolicy, ({ policyDocument }) => ({
      warnings: [{ code: `OfTheDocument ${policyDocument}`, message: '' }],
    })),
);
