import {
  attachPolicy,
  attachThingPrincipal,
  type CommandContract,
  createKeysAndCertificate,
  createPolicy,
  createThing,
  createTopicRule,
  deleteShadow,
  deleteTopicRule,
  detachPolicy,
  detachThingPrincipal,
  getCertificate,
  getPolicy,
  getShadows,
  getTopicRule,
  listTopicRules,
  publishMessage,
  replaceTopicRule,
  updateCertificate,
  updateShadow,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { type GatewayUnderTest, startGateway } from './gateway.fixture.js';

const ID = 'a'.repeat(64);
const CERTIFICATE = {
  certificateId: ID,
  certificateArn: `arn:aws:iot:us-east-1:123456789012:cert/${ID}`,
  certificatePem: 'certificate',
  status: 'ACTIVE',
  notBefore: 1_700_000_000_000,
  notAfter: 1_800_000_000_000,
} as const;
const POLICY = {
  policyName: 'p',
  policyArn: 'arn:p',
  policyDocument: '{"Version":"2012-10-17"}',
  policyVersionId: '1',
};
const RULE = {
  ruleName: 'alert',
  ruleArn: 'arn:alert',
  sql: "SELECT * FROM 'a'",
  description: '',
  awsIotSqlVersion: '2016-03-23',
  ruleDisabled: false,
  actions: [{ republish: { topic: 'b' } }],
  createdAt: 1_700_000_000_000,
} as const;
const RULE_INPUT = `{ ruleName: "alert", sql: "SELECT * FROM 'a'", actions: [{ republish: { topic: "b" } }] }`;

const base64 = (text: string) => Buffer.from(text).toString('base64');

interface Row {
  name: string;
  operation: string;
  command: CommandContract;
  request: unknown;
  reply: unknown;
  data: unknown;
}

const ROWS: Row[] = [
  {
    name: 'createThing',
    operation: 'mutation { createThing(input: { name: "lamp", attributes: { site: "b7" } }) { name arn } }',
    command: createThing,
    request: { thingName: 'lamp', attributes: { site: 'b7' } },
    reply: { thingName: 'lamp', thingId: 'id', thingArn: 'arn:lamp', attributes: {}, version: 1 },
    data: { createThing: { name: 'lamp', arn: 'arn:lamp' } },
  },
  {
    name: 'createThing without attributes',
    operation: 'mutation { createThing(input: { name: "lamp", attributes: null }) { thingId } }',
    command: createThing,
    request: { thingName: 'lamp', attributes: {} },
    reply: { thingName: 'lamp', thingId: 'id', thingArn: 'arn:lamp', attributes: {}, version: 1 },
    data: { createThing: { thingId: 'id' } },
  },
  {
    name: 'attachThingPrincipal',
    operation: `mutation { attachThingPrincipal(input: { thingName: "lamp", principal: "${ID}" }) { thingName principal } }`,
    command: attachThingPrincipal,
    request: { thingName: 'lamp', principal: ID },
    reply: {},
    data: { attachThingPrincipal: { thingName: 'lamp', principal: ID } },
  },
  {
    name: 'detachThingPrincipal',
    operation: `mutation { detachThingPrincipal(input: { thingName: "lamp", principal: "${ID}" }) { thingName } }`,
    command: detachThingPrincipal,
    request: { thingName: 'lamp', principal: ID },
    reply: {},
    data: { detachThingPrincipal: { thingName: 'lamp' } },
  },
  {
    name: 'createKeysAndCertificate by default',
    operation: `mutation { createKeysAndCertificate(input: {}) {
      certificateId certificateArn certificatePem publicKey privateKey caPem status notBefore notAfter
    } }`,
    command: createKeysAndCertificate,
    request: { setAsActive: false, keyType: 'RSA_2048' },
    reply: { ...CERTIFICATE, publicKeyPem: 'public', privateKeyPem: 'private', authorityPem: 'authority' },
    data: {
      createKeysAndCertificate: {
        certificateId: ID,
        certificateArn: CERTIFICATE.certificateArn,
        certificatePem: 'certificate',
        publicKey: 'public',
        privateKey: 'private',
        caPem: 'authority',
        status: 'ACTIVE',
        notBefore: '2023-11-14T22:13:20.000Z',
        notAfter: '2027-01-15T08:00:00.000Z',
      },
    },
  },
  {
    name: 'createKeysAndCertificate with an elliptic curve',
    operation: 'mutation { createKeysAndCertificate(input: { setAsActive: true, keyType: EC_P256 }) { status } }',
    command: createKeysAndCertificate,
    request: { setAsActive: true, keyType: 'EC_P256' },
    reply: { ...CERTIFICATE, publicKeyPem: '', privateKeyPem: '', authorityPem: '' },
    data: { createKeysAndCertificate: { status: 'ACTIVE' } },
  },
  {
    name: 'updateCertificate',
    operation: `mutation { updateCertificate(input: { certificateId: "${ID}", newStatus: REVOKED }) { certificateId } }`,
    command: updateCertificate,
    request: { certificateId: ID, newStatus: 'REVOKED' },
    reply: CERTIFICATE,
    data: { updateCertificate: { certificateId: ID } },
  },
  {
    name: 'certificate',
    operation: `{ certificate(certificateId: "${ID}") { certificatePem } }`,
    command: getCertificate,
    request: { certificateId: ID },
    reply: CERTIFICATE,
    data: { certificate: { certificatePem: 'certificate' } },
  },
  {
    name: 'createPolicy from an object',
    operation:
      'mutation { createPolicy(input: { name: "p", document: { Version: "2012-10-17" } }) { name arn document versionId } }',
    command: createPolicy,
    request: { policyName: 'p', policyDocument: '{"Version":"2012-10-17"}' },
    reply: POLICY,
    data: { createPolicy: { name: 'p', arn: 'arn:p', document: { Version: '2012-10-17' }, versionId: '1' } },
  },
  {
    name: 'createPolicy from text',
    operation: String.raw`mutation { createPolicy(input: { name: "p", document: "{ \"Version\": \"2012-10-17\" }" }) { name } }`,
    command: createPolicy,
    request: { policyName: 'p', policyDocument: '{ "Version": "2012-10-17" }' },
    reply: POLICY,
    data: { createPolicy: { name: 'p' } },
  },
  {
    name: 'policy',
    operation: '{ policy(name: "p") { document } }',
    command: getPolicy,
    request: { policyName: 'p' },
    reply: POLICY,
    data: { policy: { document: { Version: '2012-10-17' } } },
  },
  {
    name: 'attachPolicy',
    operation: `mutation { attachPolicy(input: { policyName: "p", target: "${ID}" }) { policyName target } }`,
    command: attachPolicy,
    request: { policyName: 'p', target: ID },
    reply: {},
    data: { attachPolicy: { policyName: 'p', target: ID } },
  },
  {
    name: 'detachPolicy',
    operation: `mutation { detachPolicy(input: { policyName: "p", target: "${ID}" }) { target } }`,
    command: detachPolicy,
    request: { policyName: 'p', target: ID },
    reply: {},
    data: { detachPolicy: { target: ID } },
  },
  {
    name: 'createTopicRule with what is needed',
    operation: `mutation { createTopicRule(input: ${RULE_INPUT}) { name arn sql actions errorAction topicPattern createdAt } }`,
    command: createTopicRule,
    request: {
      ruleName: 'alert',
      payload: { sql: "SELECT * FROM 'a'", actions: [{ republish: { topic: 'b' } }] },
    },
    reply: RULE,
    data: {
      createTopicRule: {
        name: 'alert',
        arn: 'arn:alert',
        sql: "SELECT * FROM 'a'",
        actions: [{ republish: { topic: 'b' } }],
        errorAction: null,
        topicPattern: null,
        createdAt: '2023-11-14T22:13:20.000Z',
      },
    },
  },
  {
    name: 'replaceTopicRule with everything',
    operation: `mutation { replaceTopicRule(input: { ruleName: "alert", sql: "SELECT 1", description: "d",
      awsIotSqlVersion: "2016-03-23", ruleDisabled: true, actions: [], errorAction: { log: {} } }) { ruleDisabled } }`,
    command: replaceTopicRule,
    request: {
      ruleName: 'alert',
      payload: {
        sql: 'SELECT 1',
        description: 'd',
        awsIotSqlVersion: '2016-03-23',
        ruleDisabled: true,
        actions: [],
        errorAction: { log: {} },
      },
    },
    reply: RULE,
    data: { replaceTopicRule: { ruleDisabled: false } },
  },
  {
    name: 'deleteTopicRule',
    operation: 'mutation { deleteTopicRule(name: "alert") { name } }',
    command: deleteTopicRule,
    request: { ruleName: 'alert' },
    reply: {},
    data: { deleteTopicRule: { name: 'alert' } },
  },
  {
    name: 'topicRule',
    operation: '{ topicRule(name: "alert") { awsIotSqlVersion description } }',
    command: getTopicRule,
    request: { ruleName: 'alert' },
    reply: RULE,
    data: { topicRule: { awsIotSqlVersion: '2016-03-23', description: '' } },
  },
  {
    name: 'topicRules',
    operation: '{ topicRules { name } }',
    command: listTopicRules,
    request: {},
    reply: { rules: [RULE] },
    data: { topicRules: [{ name: 'alert' }] },
  },
  {
    name: 'updateShadow',
    operation: `mutation { updateShadow(input: { thingName: "lamp", state: { desired: { on: true } }, version: 4, clientToken: "t" }) {
      accepted
    } }`,
    command: updateShadow,
    request: {
      thingName: 'lamp',
      payload: base64('{"state":{"desired":{"on":true}},"version":4,"clientToken":"t"}'),
    },
    reply: { accepted: { state: { desired: { on: true } }, metadata: {}, version: 5, timestamp: 7, clientToken: 't' } },
    data: {
      updateShadow: {
        accepted: { state: { desired: { on: true } }, metadata: {}, version: 5, timestamp: 7, clientToken: 't' },
      },
    },
  },
  {
    name: 'updateShadow of a named shadow, nulls left out',
    operation: `mutation { updateShadow(input: { thingName: "lamp", shadowName: "s", state: { reported: null }, version: null, clientToken: null }) {
      accepted
    } }`,
    command: updateShadow,
    request: { thingName: 'lamp', shadowName: 's', payload: base64('{"state":{"reported":null}}') },
    reply: { accepted: { state: { reported: null }, metadata: {}, version: 1, timestamp: 7 } },
    data: { updateShadow: { accepted: { state: { reported: null }, metadata: {}, version: 1, timestamp: 7 } } },
  },
  {
    name: 'deleteShadow',
    operation: 'mutation { deleteShadow(input: { thingName: "lamp" }) { accepted } }',
    command: deleteShadow,
    request: { thingName: 'lamp' },
    reply: { deleted: { version: 9, timestamp: 7 } },
    data: { deleteShadow: { accepted: { version: 9, timestamp: 7 } } },
  },
  {
    name: 'publish of an object',
    operation: 'mutation { publish(input: { topic: "a/b", payload: { t: 1 } }) { messageId } }',
    command: publishMessage,
    request: { topic: 'a/b', payload: base64('{"t":1}'), qos: 0, retain: false },
    reply: { messageId: 'm' },
    data: { publish: { messageId: 'm' } },
  },
  {
    name: 'publish of a text, which goes out as JSON',
    operation: 'mutation { publish(input: { topic: "a", payload: "on", qos: 1, retain: true }) { messageId } }',
    command: publishMessage,
    request: { topic: 'a', payload: base64('"on"'), qos: 1, retain: true },
    reply: { messageId: 'm' },
    data: { publish: { messageId: 'm' } },
  },
  {
    name: 'publish of null, which is a payload',
    operation: 'mutation { publish(input: { topic: "a", payload: null }) { messageId } }',
    command: publishMessage,
    request: { topic: 'a', payload: base64('null'), qos: 0, retain: false },
    reply: { messageId: 'm' },
    data: { publish: { messageId: 'm' } },
  },
  {
    name: 'publish of bytes',
    operation: 'mutation { publish(input: { topic: "a", payloadBase64: "/wA=" }) { messageId } }',
    command: publishMessage,
    request: { topic: 'a', payload: '/wA=', qos: 0, retain: false },
    reply: { messageId: 'm' },
    data: { publish: { messageId: 'm' } },
  },
];

describe('the operations', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  it.each(ROWS)('ask the service of their noun and show its answer: $name', async (row) => {
    gateway.services.calls.length = 0;
    gateway.services.answer(row.command, () => row.reply);
    const { statusCode, body } = await gateway.graphql(row.operation);
    expect(body).toEqual({ data: row.data });
    expect(statusCode).toBe(200);
    expect(gateway.services.requestsOf(row.command)).toEqual([row.request]);
  });

  it.each([
    ['certificate', getCertificate, `{ certificate(certificateId: "${ID}") { status } }`],
    ['policy', getPolicy, '{ policy(name: "p") { name } }'],
    ['topicRule', getTopicRule, '{ topicRule(name: "alert") { name } }'],
  ])('answer null for a name that nothing has: %s', async (field, command, operation) => {
    gateway.services.answer(command, () => {
      throw new IotError('ResourceNotFound', 'There is none');
    });
    expect((await gateway.graphql(operation)).body).toEqual({ data: { [field]: null } });
  });

  it.each([
    ['both payloads', 'payload: 1, payloadBase64: "AA=="', 'payload'],
    ['no payload', 'qos: 1', 'payload'],
    ['QoS 2', 'payload: 1, qos: 2', 'qos'],
  ])('refuse to publish %s', async (_name, fields, field) => {
    const { body } = await gateway.graphql(`mutation { publish(input: { topic: "a", ${fields} }) { messageId } }`);
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'InvalidRequest', details: { field } });
  });

  it('show the shadow after each update of one request', async () => {
    let version = 0;
    gateway.services.answer(updateShadow, () => {
      version++;
      return { accepted: { state: {}, metadata: {}, version, timestamp: 7 } };
    });
    gateway.services.answer(getShadows, ({ thingNames }) => ({
      shadows: thingNames.map((thingName) => ({
        thingName,
        document: { state: { reported: { version } }, metadata: {}, version, timestamp: 7 },
      })),
    }));
    const update = 'updateShadow(input: { thingName: "lamp", state: {} }) { shadow { version reported desired } }';
    const { body } = await gateway.graphql(`mutation { first: ${update} second: ${update} }`);
    expect(body.data).toEqual({
      first: { shadow: { version: 1, reported: { version: 1 }, desired: null } },
      second: { shadow: { version: 2, reported: { version: 2 }, desired: null } },
    });
  });
});
