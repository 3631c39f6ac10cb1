import {
  confirmTopicRuleDestination,
  createTopicRuleDestination,
  deleteDeadLetters,
  deleteTopicRuleDestination,
  disableTopicRule,
  enableTopicRule,
  getRuleMetrics,
  getTopicRule,
  listDeadLetters,
  listTopicRuleDestinations,
  replayDeadLetters,
  replayRule,
  testRule,
  updateTopicRuleDestination,
} from '#thingcore/contracts';
import { describeOperations, type OperationRow } from '../operations.fixture.js';
import { toCursor } from '../connections/cursor.js';

const AT = 1_700_000_000_000;
const AT_TEXT = '2023-11-14T22:13:20.000Z';
const RULE = {
  ruleName: 'alert',
  ruleArn: 'arn:alert',
  sql: "SELECT * FROM 'a'",
  description: '',
  awsIotSqlVersion: '2016-03-23',
  ruleDisabled: false,
  mode: 'LIVE',
  actions: [],
  createdAt: AT,
};
const ARN = 'arn:aws:iot:us-east-1:123456789012:ruledestination/http/1';
const DESTINATION = {
  arn: ARN,
  confirmationUrl: 'https://hooks.example.com/in',
  status: 'IN_PROGRESS',
  createdAt: AT,
  lastUpdatedAt: AT,
};
const MESSAGE = { topic: 'a', payload: 'eyJuIjoxfQ==', qos: 1, retain: false, hops: 0, timestamp: AT, messageId: 'm' };
const REPLAYED = {
  messages: 3,
  passed: 2,
  failed: [{ reason: 'where', count: 1 }],
  actions: [{ action: 'republish', count: 2 }],
  notRecorded: 4,
  samples: [{ topic: 'a', timestamp: AT, passed: true, output: { n: 1 } }],
  next: '7.12',
};

const RULES: OperationRow[] = [
  {
    name: 'enableTopicRule, with the shadow version beside the rule',
    operation: 'mutation { enableTopicRule(name: "alert") { topicRule { name mode shadowVersion } } }',
    command: enableTopicRule,
    request: { ruleName: 'alert' },
    reply: { ...RULE, shadowVersion: { ...RULE, mode: 'SHADOW' } },
    data: {
      enableTopicRule: { topicRule: { name: 'alert', mode: 'LIVE', shadowVersion: { ...RULE, mode: 'SHADOW' } } },
    },
  },
  {
    name: 'disableTopicRule',
    operation: 'mutation { disableTopicRule(name: "alert") { topicRule { ruleDisabled } } }',
    command: disableTopicRule,
    request: { ruleName: 'alert' },
    reply: { ...RULE, ruleDisabled: true },
    data: { disableTopicRule: { topicRule: { ruleDisabled: true } } },
  },
];

const DESTINATIONS: OperationRow[] = [
  {
    name: 'createTopicRuleDestination',
    operation: `mutation { createTopicRuleDestination(input: { confirmationUrl: "https://hooks.example.com/in" }) { destination {
      arn confirmationUrl status statusReason createdAt lastUpdatedAt } } }`,
    command: createTopicRuleDestination,
    request: { confirmationUrl: 'https://hooks.example.com/in' },
    reply: DESTINATION,
    data: {
      createTopicRuleDestination: {
        destination: { ...DESTINATION, statusReason: null, createdAt: AT_TEXT, lastUpdatedAt: AT_TEXT },
      },
    },
  },
  {
    name: 'confirmTopicRuleDestination',
    operation: 'mutation { confirmTopicRuleDestination(confirmationToken: "t") { destination { status } } }',
    command: confirmTopicRuleDestination,
    request: { confirmationToken: 't' },
    reply: { ...DESTINATION, status: 'ENABLED' },
    data: { confirmTopicRuleDestination: { destination: { status: 'ENABLED' } } },
  },
  {
    name: 'updateTopicRuleDestination',
    operation: `mutation { updateTopicRuleDestination(input: { arn: "${ARN}", status: DISABLED }) { destination { status } } }`,
    command: updateTopicRuleDestination,
    request: { arn: ARN, status: 'DISABLED' },
    reply: { ...DESTINATION, status: 'DISABLED' },
    data: { updateTopicRuleDestination: { destination: { status: 'DISABLED' } } },
  },
  {
    name: 'deleteTopicRuleDestination',
    operation: `mutation { deleteTopicRuleDestination(arn: "${ARN}") { arn } }`,
    command: deleteTopicRuleDestination,
    request: { arn: ARN },
    reply: {},
    data: { deleteTopicRuleDestination: { arn: ARN } },
  },
  {
    name: 'topicRuleDestinations',
    operation: '{ topicRuleDestinations(first: 1) { edges { node { arn } } pageInfo { hasNextPage endCursor } } }',
    command: listTopicRuleDestinations,
    request: { limit: 1 },
    reply: { destinations: [DESTINATION], nextToken: ARN },
    data: {
      topicRuleDestinations: {
        edges: [{ node: { arn: ARN } }],
        pageInfo: { hasNextPage: true, endCursor: toCursor(ARN) },
      },
    },
  },
];

const DEAD_LETTERS: OperationRow[] = [
  {
    name: 'deadLetters',
    operation: `{ deadLetters(ruleName: "alert") { edges { node {
      id ruleName action actionIndex error failedAt message { payload } } } } }`,
    command: listDeadLetters,
    request: { limit: 50, ruleName: 'alert' },
    reply: {
      deadLetters: [{ id: '7', ruleName: 'alert', action: 'sql', error: 'away', failedAt: AT, message: MESSAGE }],
    },
    data: {
      deadLetters: {
        edges: [
          {
            node: {
              id: '7',
              ruleName: 'alert',
              action: 'sql',
              actionIndex: null,
              error: 'away',
              failedAt: AT_TEXT,
              message: { payload: { n: 1 } },
            },
          },
        ],
      },
    },
  },
  {
    name: 'replayDeadLetters by id',
    operation: 'mutation { replayDeadLetters(selection: { ids: ["7"] }) { replayed refused { id reason } } }',
    command: replayDeadLetters,
    request: { ids: ['7'] },
    reply: { replayed: 0, refused: [{ id: '7', reason: 'gone' }] },
    data: { replayDeadLetters: { replayed: 0, refused: [{ id: '7', reason: 'gone' }] } },
  },
  {
    name: 'deleteDeadLetters of a rule',
    operation: 'mutation { deleteDeadLetters(selection: { ruleName: "alert", limit: 5 }) { deleted } }',
    command: deleteDeadLetters,
    request: { ruleName: 'alert', limit: 5 },
    reply: { deleted: 5 },
    data: { deleteDeadLetters: { deleted: 5 } },
  },
];

const TRIALS: OperationRow[] = [
  {
    name: 'testRule',
    operation: `{ testRule(input: { sql: "SELECT * FROM 'a'", topic: "a", payload: null, context: { clientId: "c" } }) {
      matched undefined output outputEncoding error explanation } }`,
    command: testRule,
    request: { sql: "SELECT * FROM 'a'", topic: 'a', payload: null, context: { clientId: 'c' } },
    reply: {
      matched: true,
      undefined: false,
      output: { n: 1 },
      explanation: { summary: 's', expressions: [{ clause: 'WHERE', expression: 'n > 0', depth: 0, value: true }] },
    },
    data: {
      testRule: {
        matched: true,
        undefined: false,
        output: { n: 1 },
        outputEncoding: null,
        error: null,
        explanation: { summary: 's', expressions: [{ clause: 'WHERE', expression: 'n > 0', depth: 0, value: true }] },
      },
    },
  },
  {
    name: 'the query replay',
    operation: `{ replay(rule: "alert", from: "${AT_TEXT}", to: "${AT_TEXT}", sql: "SELECT 1 AS n FROM 'a'") {
      messages passed failed { reason count } actions { action count } notRecorded next
      samples { topic timestamp passed output reason } } }`,
    command: replayRule,
    request: { ruleName: 'alert', from: AT, to: AT, sql: "SELECT 1 AS n FROM 'a'" },
    reply: REPLAYED,
    data: {
      replay: {
        ...REPLAYED,
        samples: [{ topic: 'a', timestamp: AT_TEXT, passed: true, output: { n: 1 }, reason: null }],
      },
    },
  },
  {
    name: 'the mutation replay',
    operation: `mutation { replay(rule: "alert", from: "${AT_TEXT}", to: "${AT_TEXT}", after: "7.12") { passed } }`,
    command: replayRule,
    request: { ruleName: 'alert', from: AT, to: AT, after: '7.12', runActions: true },
    reply: REPLAYED,
    data: { replay: { passed: 2 } },
  },
];

const METRICS: OperationRow[] = [
  {
    name: 'the metrics of a rule',
    operation: `{ topicRule(name: "alert") { metrics { matched passed failed { clause reason count } dropped
      actions { action succeeded failed retried averageLatencyMs } errorActionsSucceeded errorActionsFailed deadLettered
      shadow { matched passed failed actions { action muted } } } } }`,
    command: getRuleMetrics,
    request: { ruleNames: ['alert'] },
    reply: {
      metrics: [
        {
          ruleName: 'alert',
          matched: 5_000_000_000,
          passed: 2,
          failed: [{ reason: 'lookup', count: 1 }],
          dropped: 0,
          actions: [{ action: 'republish', succeeded: 1, failed: 1, retried: 2, averageLatencyMs: 1.5 }],
          errorActions: { succeeded: 3, failed: 4 },
          deadLettered: 1,
          shadow: { matched: 0, passed: 0, failed: 0, actions: [] },
        },
      ],
    },
    data: {
      topicRule: {
        metrics: {
          matched: 5_000_000_000,
          passed: 2,
          failed: [{ clause: null, reason: 'lookup', count: 1 }],
          dropped: 0,
          actions: [{ action: 'republish', succeeded: 1, failed: 1, retried: 2, averageLatencyMs: 1.5 }],
          errorActionsSucceeded: 3,
          errorActionsFailed: 4,
          deadLettered: 1,
          shadow: { matched: 0, passed: 0, failed: 0, actions: [] },
        },
      },
    },
  },
];

describeOperations('operations on rules', RULES);
describeOperations('operations on destinations', DESTINATIONS);
describeOperations('operations on dead letters', DEAD_LETTERS);
describeOperations('trials of rules', TRIALS);
describeOperations('metrics of rules', METRICS, ({ services }) => {
  services.answer(getTopicRule, () => RULE as never);
});
