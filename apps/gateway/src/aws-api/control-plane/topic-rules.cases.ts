import {
  CreateTopicRuleCommand,
  DeleteTopicRuleCommand,
  DisableTopicRuleCommand,
  EnableTopicRuleCommand,
  GetTopicRuleCommand,
  ListTopicRulesCommand,
  ReplaceTopicRuleCommand,
  type TopicRulePayload,
} from '@aws-sdk/client-iot';
import {
  createTopicRule,
  deleteTopicRule,
  disableTopicRule,
  enableTopicRule,
  getTopicRule,
  listTopicRules,
  replaceTopicRule,
  type TopicRule,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { toToken } from '../page-tokens.js';
import { call, describeArea } from './area.fixture.js';

const AT = 1_700_000_000_000;

/** As examples of AWS have them. */
const PAYLOAD: TopicRulePayload = {
  sql: "SELECT temperature, timestamp() AS at FROM 'plant/+/temp' WHERE temperature > 50",
  description: 'hot machines',
  awsIotSqlVersion: '2016-03-23',
  ruleDisabled: false,
  actions: [
    { republish: { roleArn: 'arn:aws:iam::123456789012:role/republish', topic: 'alerts/${topic(2)}', qos: 1 } },
    { s3: { roleArn: 'arn:aws:iam::123456789012:role/s3', bucketName: 'hot', key: '${timestamp()}.json' } },
    { http: { url: 'https://example.org/in', headers: [{ key: 'a', value: 'b' }] } },
  ],
  errorAction: { sqs: { roleArn: 'arn:aws:iam::123456789012:role/sqs', queueUrl: 'https://sqs/q', useBase64: true } },
};

const RULE = {
  ...PAYLOAD,
  ruleName: 'hot',
  ruleArn: 'arn:aws:iot:us-east-1:123456789012:rule/hot',
  topicPattern: 'plant/+/temp',
  mode: 'LIVE',
  createdAt: AT,
} as unknown as TopicRule;

const named = (ruleName: string): TopicRule => ({ ...RULE, ruleName, ruleArn: `arn:${ruleName}` });
const item = (ruleName: string) => ({
  ruleName,
  ruleArn: `arn:${ruleName}`,
  topicPattern: 'plant/+/temp',
  createdAt: new Date(AT),
  ruleDisabled: false,
});
const afterA = toToken('ListTopicRules', 'a');
const missing = new IotError('ResourceNotFound', 'Rule gone does not exist');
const denied = { error: 'UnauthorizedException', status: 401, message: "Access to topic rule 'gone' was denied" };
const create = (payload: object, tags?: string) =>
  new CreateTopicRuleCommand({ ruleName: 'hot', topicRulePayload: payload as TopicRulePayload, tags });

/** What AWS SDKs expect of topic rules. */
export function describeTopicRules(): void {
  describeArea(
    'topic rules',
    [
      {
        name: 'CreateTopicRule, which takes a rule as it was written for AWS, and its tags',
        send: (iot) => iot.send(create(PAYLOAD, 'team=plant%201&note=a+b%3Dc&empty=')),
        calls: [
          call(
            createTopicRule,
            {
              ruleName: 'hot',
              payload: PAYLOAD as never,
              tags: { team: 'plant 1', note: 'a b=c', empty: '' },
            },
            RULE,
          ),
        ],
        output: {},
      },
      {
        name: 'ReplaceTopicRule',
        send: (iot) => iot.send(new ReplaceTopicRuleCommand({ ruleName: 'hot', topicRulePayload: PAYLOAD })),
        calls: [call(replaceTopicRule, { ruleName: 'hot', payload: PAYLOAD as never }, RULE)],
        output: {},
      },
      {
        name: 'GetTopicRule, which wraps the rule',
        send: (iot) => iot.send(new GetTopicRuleCommand({ ruleName: 'hot' })),
        calls: [call(getTopicRule, { ruleName: 'hot' }, RULE)],
        output: { ruleArn: RULE.ruleArn, rule: { ...PAYLOAD, ruleName: 'hot', createdAt: new Date(AT) } },
      },
      {
        name: 'ListTopicRules, the first page of those of a topic',
        send: (iot) =>
          iot.send(new ListTopicRulesCommand({ topic: 'plant/1/temp', ruleDisabled: false, maxResults: 1 })),
        calls: [
          call(listTopicRules, { topic: 'plant/1/temp', ruleDisabled: false }, { rules: [named('b'), named('a')] }),
        ],
        output: { rules: [item('a')], nextToken: afterA },
      },
      {
        name: 'ListTopicRules, the page after it',
        send: (iot) => iot.send(new ListTopicRulesCommand({ nextToken: afterA, maxResults: 1 })),
        calls: [call(listTopicRules, {}, { rules: [named('a'), named('b')] })],
        output: { rules: [item('b')] },
      },
      {
        name: 'EnableTopicRule',
        send: (iot) => iot.send(new EnableTopicRuleCommand({ ruleName: 'hot' })),
        calls: [call(enableTopicRule, { ruleName: 'hot' }, RULE)],
        output: {},
      },
      {
        name: 'DisableTopicRule',
        send: (iot) => iot.send(new DisableTopicRuleCommand({ ruleName: 'hot' })),
        calls: [call(disableTopicRule, { ruleName: 'hot' }, RULE)],
        output: {},
      },
      {
        name: 'DeleteTopicRule',
        send: (iot) => iot.send(new DeleteTopicRuleCommand({ ruleName: 'hot' })),
        calls: [call(deleteTopicRule, { ruleName: 'hot' }, {})],
        output: {},
      },
      {
        name: 'DeleteTopicRule of what is gone already',
        send: (iot) => iot.send(new DeleteTopicRuleCommand({ ruleName: 'gone' })),
        calls: [{ command: deleteTopicRule, request: { ruleName: 'gone' }, reply: missing }],
        output: {},
      },
    ],
    [
      ...[
        new GetTopicRuleCommand({ ruleName: 'gone' }),
        new EnableTopicRuleCommand({ ruleName: 'gone' }),
        new DisableTopicRuleCommand({ ruleName: 'gone' }),
        new ReplaceTopicRuleCommand({ ruleName: 'gone', topicRulePayload: PAYLOAD }),
      ].map((command) => ({
        name: `${command.constructor.name} of a rule that does not exist`,
        send: (iot: { send(one: never): Promise<unknown> }) => iot.send(command as never),
        services: [getTopicRule, enableTopicRule, disableTopicRule, replaceTopicRule].map(
          (one) => [one, missing] as const,
        ),
        ...denied,
      })),
      {
        name: 'SQL that is none',
        send: (iot) => iot.send(create(PAYLOAD)),
        services: [[createTopicRule, new IotError('SqlParse', 'line 1: what?')]],
        error: 'SqlParseException',
        status: 400,
        message: 'line 1: what?',
      },
      {
        name: 'a name that is taken',
        send: (iot) => iot.send(create(PAYLOAD)),
        services: [[createTopicRule, new IotError('ResourceAlreadyExists', 'Rule hot already exists')]],
        error: 'ResourceAlreadyExistsException',
        status: 409,
      },
      {
        name: 'an action that there is not, by its place',
        send: (iot) => iot.send(create(PAYLOAD)),
        services: [[createTopicRule, new IotError('NotImplemented', 'actions[0]: the action s is not supported')]],
        error: 'InvalidRequestException',
        status: 400,
        message: /^actions\[0\]/,
      },
      {
        name: 'a version of SQL that is none, in the words of AWS',
        send: (iot) => iot.send(create({ ...PAYLOAD, awsIotSqlVersion: '1999' })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^"awsIotSqlVersion"/,
      },
      {
        name: 'eleven actions',
        send: (iot) =>
          iot.send(create({ ...PAYLOAD, actions: Array.from({ length: 11 }, () => PAYLOAD.actions?.[0]) })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^"actions": .*10/,
      },
      {
        name: 'a name that is none',
        send: (iot) => iot.send(new GetTopicRuleCommand({ ruleName: 'a-b' })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^"ruleName"/,
      },
      {
        name: 'no SQL',
        send: (iot) => iot.send(create({ actions: [] })),
        error: 'InvalidRequestException',
        status: 400,
        message: /topicRulePayload\.sql/,
      },
      ...['a', '=b', 'a=1&a=2', 'a=%zz', 'a=;'].map((tags) => ({
        name: `the tags ${tags}`,
        send: (iot: { send(one: never): Promise<unknown> }) => iot.send(create(PAYLOAD, tags) as never),
        error: 'InvalidRequestException',
        status: 400,
        message: /tags/,
      })),
    ],
  );
}
