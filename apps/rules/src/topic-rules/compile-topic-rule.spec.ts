import type { TopicRulePayload } from '#thingcore/contracts';
import { IotError, type JsonObject } from '#thingcore/errors';
import { Logger } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import { PostgresqlKind } from '../actions/postgresql.action.js';
import { RepublishKind } from '../actions/republish.action.js';
import { rulesConfig } from '../rules.fixture.js';
import { compileTopicRule, refuseUnavailable } from './compile-topic-rule.js';

class NoRpc extends RpcClient {
  override call(): Promise<never> {
    return Promise.reject(new Error('compiling calls nobody'));
  }
}

const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
const kinds = [new RepublishKind(new NoRpc()), new PostgresqlKind(rulesConfig(), logger)];

const compile = (more: Partial<TopicRulePayload>) =>
  compileTopicRule(
    'r',
    {
      sql: "SELECT * FROM 'a/+'",
      description: '',
      awsIotSqlVersion: '2016-03-23',
      ruleDisabled: false,
      mode: 'LIVE',
      actions: [],
      ...more,
    },
    kinds,
  );

function refusal(more: Partial<TopicRulePayload>): IotError {
  try {
    compile(more);
  } catch (error) {
    if (error instanceof IotError) return error;
    throw error;
  }
  throw new Error('The rule was let through');
}

const republish = (more: JsonObject = {}): JsonObject => ({ republish: { topic: 'b', ...more } });
const postgresql = (more: JsonObject = {}): JsonObject => ({ postgresql: { table: 't', ...more } });

describe('compileTopicRule', () => {
  it('compiles a rule as AWS documents it', () => {
    const rule = compile({
      actions: [
        republish({
          roleArn: 'arn:aws:iam::123456789012:role/r',
          topic: '$$aws/things/${topic(2)}/shadow/update',
          qos: 1,
          headers: {
            payloadFormatIndicator: 'UTF8_DATA',
            contentType: 'rule/contentType',
            correlationData: 'cnVsZSBjb3JyZWxhdGlvbiBkYXRh',
            messageExpiry: '${cast(60 AS String)}',
            responseTopic: '${topic()}/reply',
            userProperties: [{ key: 'ruleKey1', value: '${clientid()}' }],
          },
        }),
      ],
      errorAction: postgresql(),
    });
    expect(rule).toMatchObject({ ruleName: 'r', topicFilter: 'a/+' });
    expect(rule.actions.map(({ key, failedAction }) => [key, failedAction])).toEqual([
      ['republish', 'RepublishAction'],
    ]);
    expect(rule.errorAction).toMatchObject({ failedAction: 'PostgresqlAction', resource: 't' });
  });

  it.each([
    ['broken SQL', { sql: 'SELECT * FRM x' }, /./],
    ['a wildcard inside a level', { sql: "SELECT * FROM 'a/b+'" }, /\+/],
    ['a second line', { sql: "SELECT *\nFROM 'a' WHERE (" }, /Line 2/],
  ])('says line and column of %s', (_name, more, message) => {
    const error = refusal(more);
    expect(error).toMatchObject({
      code: 'SqlParse',
      details: { line: expect.any(Number), column: expect.any(Number) },
    });
    expect(error.message).toMatch(message);
  });

  it.each([
    // AWS: IoT Core quotas, at most 7 slashes
    ['too many levels', "SELECT * FROM 'a/b/c/d/e/f/g/h/i'", /8 slashes/],
    ['a topic of Basic Ingest', "SELECT * FROM '$aws/rules/r/a'", /not open to rules/],
    ['a shared subscription', "SELECT * FROM '$share/g/a'", /shared subscription/],
  ])('refuses a statement with %s', (_name, sql, message) => {
    const error = refusal({ sql });
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field: 'sql' } });
    expect(error.message).toMatch(message);
  });

  it('lets a rule listen to other reserved topics that it names', () => {
    expect(compile({ sql: "SELECT * FROM '$aws/things/+/shadow/update/accepted'" }).topicFilter).toMatch(/^\$aws/);
  });

  it('knows the functions that look outside, in the statement and in templates', () => {
    const sql = "SELECT get_thing_shadow('t', 'arn:aws:iam::1:role/r') AS s FROM 'a'";
    const contentType = "${get_secret('s', 'SecretString', 'arn:aws:iam::1:role/r')}";
    const rule = compile({ sql, actions: [republish({ headers: { contentType } })] });
    expect([...rule.functions].sort()).toEqual(['get_secret', 'get_thing_shadow']);
    const withoutSecrets = (name: string) => (name === 'get_secret' ? 'there are none' : undefined);
    expect(() => refuseUnavailable(rule, withoutSecrets)).toThrow('get_secret cannot be called: there are none');
  });

  it('refuses functions that look outside as far as they do not exist here', () => {
    const sql = "SELECT machinelearning_predict('m', 'arn:aws:iam::1:role/r', *) AS p FROM 'a'";
    expect(refusal({ sql })).toMatchObject({
      code: 'NotImplemented',
      message: expect.stringMatching(/machinelearning_predict is not supported; supported: aws_lambda,/),
      details: { field: 'sql' },
    });
  });

  // AWS: "Error handling (error action)"
  it('refuses functions that look outside in an error action', () => {
    const topic = "${get_thing_shadow('t', 'arn:aws:iam::1:role/r').state.x}";
    expect(refusal({ errorAction: republish({ topic }) })).toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'errorAction.republish.topic' },
    });
  });

  it.each(['openSearch', 'elasticsearch', 'iotEvents', 'salesforce', 'location', 'cloudwatchMetric'])(
    'refuses the action %s of AWS by its name and says which there are',
    (key) => {
      expect(refusal({ actions: [republish(), { [key]: {} }] })).toMatchObject({
        code: 'NotImplemented',
        message: `actions[1]: the action ${key} is not supported yet; supported: republish, postgresql`,
        details: { field: `actions[1].${key}` },
      });
    },
  );

  it.each<[name: string, action: JsonObject, field: string, message: RegExp]>([
    ['no key', {}, 'actions[0]', /exactly one key/],
    ['two keys', { ...republish(), ...postgresql() }, 'actions[0]', /found republish, postgresql/],
    ['an unknown key', { republsh: {} }, 'actions[0].republsh', /no such action; write one of republish, postgresql/],
    ['no object', { republish: 'b' }, 'actions[0].republish', /must be an object/],
    ['an unknown field', republish({ topc: 'x' }), 'actions[0].republish.topc', /its fields are roleArn, topic/],
    ['a missing field', { republish: {} }, 'actions[0].republish.topic', /./],
    ['QoS 2', republish({ qos: 2 }), 'actions[0].republish.qos', /must be 0 or 1/],
    ['a wildcard in the topic', republish({ topic: 'a/#' }), 'actions[0].republish.topic', /wildcard/],
    [
      'one $ for a reserved topic',
      republish({ topic: '$aws/things/t/shadow/get' }),
      'actions[0].republish.topic',
      /write \$\$/,
    ],
    // AWS: "Republish", job reserved topics are refused
    ['a job topic', republish({ topic: '$$aws/things/t/jobs/get' }), 'actions[0].republish.topic', /not open to rules/],
    ['an unknown header', republish({ headers: { ttl: '1' } }), 'actions[0].republish.headers.ttl', /no such field/],
    [
      'a header out of range',
      republish({ headers: { messageExpiry: '-1' } }),
      'actions[0].republish.headers.messageExpiry',
      /whole number/,
    ],
    [
      'a header that is no base64',
      republish({ headers: { correlationData: '?' } }),
      'actions[0].republish.headers.correlationData',
      /base64/,
    ],
    [
      'an unknown indicator',
      republish({ headers: { payloadFormatIndicator: '1' } }),
      'actions[0].republish.headers.payloadFormatIndicator',
      /UTF8_DATA/,
    ],
    [
      'a table of Thingcore',
      postgresql({ table: 'registry.api_keys' }),
      'actions[0].postgresql.table',
      /not open to rules/,
    ],
    ['no columns', postgresql({ columns: {} }), 'actions[0].postgresql.columns', /one column at least/],
    ['a column with a quote', postgresql({ columns: { 'a"': '1' } }), 'actions[0].postgresql.columns', /quotes/],
    [
      'update without a key',
      postgresql({ onConflict: 'update' }),
      'actions[0].postgresql.onConflict',
      /needs conflictColumns/,
    ],
    [
      'a key that is no column',
      postgresql({ columns: { a: '1' }, conflictColumns: ['b'] }),
      'actions[0].postgresql.conflictColumns',
      /"b" is none/,
    ],
    ['an unknown field', postgresql({ destination: 'x' }), 'actions[0].postgresql.destination', /its fields are table/],
  ])('refuses an action with %s', (_name, action, field, message) => {
    const error = refusal({ actions: [action] });
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field } });
    expect(error.message).toMatch(message);
  });

  it.each<[field: string, more: Partial<TopicRulePayload>]>([
    ['actions[0].republish.topic', { actions: [republish({ topic: 'a/${topic(}' })] }],
    ['actions[0].republish.headers.contentType', { actions: [republish({ headers: { contentType: '${' } })] }],
    ['actions[0].postgresql.columns.n', { actions: [postgresql({ columns: { n: '${1 +}' } })] }],
    ['errorAction.republish.topic', { errorAction: republish({ topic: '${' }) }],
  ])('names the field of a broken template: %s', (field, more) => {
    expect(refusal(more)).toMatchObject({ code: 'SqlParse', details: { field, line: 1 } });
  });

  it('knows the variables of SET in templates, and no others', () => {
    const sql = "SET @dev = topic(2) SELECT * FROM 'a/+'";
    expect(compile({ sql, actions: [republish({ topic: 'b/${@dev}' })] }).actions).toHaveLength(1);
    expect(refusal({ sql, actions: [republish({ topic: 'b/${@other}' })] })).toMatchObject({ code: 'SqlParse' });
  });

  it('refuses an action that this installation has no destination for, and names the setting', () => {
    const rule = compile({ actions: [postgresql()] });
    const everything = () => undefined;
    expect(() => refuseUnavailable(rule, everything)).toThrow(/THINGCORE_RULES_POSTGRESQL_URL/);
    const onErrors = compile({ errorAction: postgresql() });
    expect(() => refuseUnavailable(onErrors, everything)).toThrow(/postgresql cannot be used/);
    expect(() => refuseUnavailable(compile({ actions: [republish()] }), everything)).not.toThrow();
  });
});
