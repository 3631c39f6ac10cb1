import {
  createTopicRule,
  deleteShadow,
  deleteTopicRule,
  getShadows,
  getTopicRule,
  listTopicRules,
  publishMessage,
  replaceTopicRule,
  updateShadow,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { type GatewayUnderTest, startGateway } from './gateway.fixture.js';
import { describeOperations, type OperationRow } from './operations.fixture.js';

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

const ROWS: OperationRow[] = [
  {
    name: 'createTopicRule with what is needed',
    operation: `mutation { createTopicRule(input: ${RULE_INPUT}) { topicRule { name arn sql actions errorAction topicPattern createdAt } } }`,
    command: createTopicRule,
    request: {
      ruleName: 'alert',
      payload: { sql: "SELECT * FROM 'a'", actions: [{ republish: { topic: 'b' } }] },
    },
    reply: RULE,
    data: {
      createTopicRule: {
        topicRule: {
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
  },
  {
    name: 'replaceTopicRule with everything',
    operation: `mutation { replaceTopicRule(input: { ruleName: "alert", sql: "SELECT 1", description: "d",
      awsIotSqlVersion: "2016-03-23", ruleDisabled: true, actions: [], errorAction: { log: {} } }) { topicRule { ruleDisabled } } }`,
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
    data: { replaceTopicRule: { topicRule: { ruleDisabled: false } } },
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
    operation: '{ topicRules { nodes { name } } }',
    command: listTopicRules,
    request: {},
    reply: { rules: [RULE] },
    data: { topicRules: { nodes: [{ name: 'alert' }] } },
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
      author: { origin: 'GRAPHQL', principal: 'the admin' },
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
    request: {
      thingName: 'lamp',
      shadowName: 's',
      payload: base64('{"state":{"reported":null}}'),
      author: { origin: 'GRAPHQL', principal: 'the admin' },
    },
    reply: { accepted: { state: { reported: null }, metadata: {}, version: 1, timestamp: 7 } },
    data: { updateShadow: { accepted: { state: { reported: null }, metadata: {}, version: 1, timestamp: 7 } } },
  },
  {
    name: 'deleteShadow',
    operation: 'mutation { deleteShadow(input: { thingName: "lamp", clientToken: "t" }) { accepted } }',
    command: deleteShadow,
    request: {
      thingName: 'lamp',
      payload: base64('{"clientToken":"t"}'),
      author: { origin: 'GRAPHQL', principal: 'the admin' },
    },
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
    name: 'publish with MQTT 5 properties',
    operation: `mutation { publish(input: { topic: "a", payload: 1, properties: {
      contentType: "application/json", messageExpiryInterval: 60, correlationDataBase64: "AQ==", responseTopic: null
      userProperties: [{ name: "lot", value: "A" }]
    } }) { messageId } }`,
    command: publishMessage,
    request: {
      topic: 'a',
      payload: base64('1'),
      qos: 0,
      retain: false,
      properties: {
        contentType: 'application/json',
        messageExpiryInterval: 60,
        correlationData: 'AQ==',
        userProperties: [['lot', 'A']],
      },
    },
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

describeOperations('the operations', ROWS);

describe('the operations', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  it('answer null for a name that nothing has', async () => {
    gateway.services.answer(getTopicRule, () => {
      throw new IotError('ResourceNotFound', 'There is none');
    });
    const { body } = await gateway.graphql('{ topicRule(name: "alert") { name } }');
    expect(body).toEqual({ data: { topicRule: null } });
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
