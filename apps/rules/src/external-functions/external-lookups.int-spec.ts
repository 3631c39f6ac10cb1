import { getGroupsOfThings, getShadows, getThings } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock, Metrics, Scope } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import { AwsClients } from '../aws/aws-clients.js';
import { AwsConnections } from '../aws/aws-connections.js';
import { AwsServer, KEYS } from '../aws/aws-server.fixture.js';
import { RulesMetrics } from '../metrics/rules-metrics.js';
import { rulesConfig } from '../rules.fixture.js';
import { ExternalLookups } from './external-lookups.js';

class SystemClock extends Clock {
  override now() {
    return Date.now();
  }
}

/** A registry with one thing and its shadows. */
class FakeRpc extends RpcClient {
  readonly calls: [contract: unknown, request: unknown, options: unknown][] = [];
  error: Error | undefined;

  override call<Reply>(contract: unknown, request: unknown, options: unknown): Promise<Reply> {
    this.calls.push([contract, request, options]);
    if (this.error !== undefined) return Promise.reject(this.error);
    return Promise.resolve(this.reply(contract, request) as Reply);
  }

  private reply(contract: unknown, request: unknown): unknown {
    const { thingNames, shadowName = 'classic' } = request as { thingNames: string[]; shadowName?: string };
    const known = thingNames.filter((thingName) => thingName.startsWith('press'));
    if (contract === getShadows) {
      return {
        shadows: known.map((thingName) => ({ thingName, document: { state: { of: `${thingName} ${shadowName}` } } })),
      };
    }
    if (contract === getGroupsOfThings) return { things: known.map((thingName) => ({ thingName, groupNames: ['g'] })) };
    return {
      things: known.map((thingName) => ({
        thingName,
        thingId: 'id',
        thingArn: `arn:aws:iot:us-east-1:123456789012:thing/${thingName}`,
        attributes: { line: '7' },
        version: 3,
        createdAt: 0,
      })),
    };
  }
}

const roleArn = 'arn:aws:iam::123456789012:role/r';
const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:f';

describe('what rules look up', () => {
  let server: AwsServer;
  let aws: AwsClients;
  let rpc: FakeRpc;
  let lookups: ExternalLookups;
  let metrics: Metrics;

  beforeAll(async () => {
    server = await AwsServer.start();
    const keys = { awsAccessKeyId: KEYS.accessKeyId, awsSecretAccessKey: KEYS.secretAccessKey };
    aws = new AwsClients(new AwsConnections(rulesConfig({ awsEndpoint: server.url, ...keys })));
  });

  afterAll(async () => {
    await aws.onApplicationShutdown();
    await server.stop();
  });

  beforeEach(() => {
    server.reset();
    rpc = new FakeRpc();
    metrics = new Metrics();
    const scope = new Scope('us-east-1', '123456789012');
    lookups = new ExternalLookups(rpc, aws, rulesConfig(), scope, new SystemClock(), new RulesMetrics(metrics));
  });

  const shadow = (thingName: string, shadowName?: string) =>
    lookups.functions.get_thing_shadow({ thingName, shadowName, roleArn });
  const registry = (api: 'DescribeThing' | 'ListThingGroupsForThing', thingName: string) =>
    lookups.functions.get_registry_data({ api, thingName, roleArn });

  it('are shadows, those of a moment with one question for each name of a shadow', async () => {
    const asked = [
      shadow('press-1'),
      shadow('press-2'),
      shadow('press-1'),
      shadow('press-1', 'config'),
      shadow('gone'),
    ];
    expect(await Promise.all(asked)).toEqual([
      { state: { of: 'press-1 classic' } },
      { state: { of: 'press-2 classic' } },
      { state: { of: 'press-1 classic' } },
      { state: { of: 'press-1 config' } },
      undefined,
    ]);
    expect(rpc.calls).toEqual([
      [getShadows, { thingNames: ['press-1', 'press-2', 'gone'] }, { deadlineMs: 2000 }],
      [getShadows, { thingNames: ['press-1'], shadowName: 'config' }, { deadlineMs: 2000 }],
    ]);
  });

  it('ask nobody for a name that no thing can have', async () => {
    expect(await shadow('a/b')).toBeUndefined();
    expect(await registry('DescribeThing', '')).toBeUndefined();
    expect(rpc.calls).toEqual([]);
  });

  // AWS: DescribeThing and ListThingGroupsForThing
  it('are things and their groups, as AWS answers them', async () => {
    expect(
      await Promise.all([registry('DescribeThing', 'press-1'), registry('ListThingGroupsForThing', 'press-1')]),
    ).toEqual([
      {
        defaultClientId: 'press-1',
        thingName: 'press-1',
        thingId: 'id',
        thingArn: 'arn:aws:iot:us-east-1:123456789012:thing/press-1',
        attributes: { line: '7' },
        version: 3,
      },
      { thingGroups: [{ groupName: 'g', groupArn: 'arn:aws:iot:us-east-1:123456789012:thinggroup/g' }] },
    ]);
    expect(rpc.calls.map(([contract]) => contract)).toEqual([getThings, getGroupsOfThings]);
  });

  it('fail with the error of the service, by the name of the function', async () => {
    rpc.error = new IotError('ServiceUnavailable', 'nobody listens');
    const failed = [shadow('press-1'), shadow('press-2')];
    for (const one of failed) {
      await expect(one).rejects.toMatchObject({
        code: 'ServiceUnavailable',
        retryable: true,
        message: 'get_thing_shadow(): nobody listens',
      });
    }
    expect(await metrics.registry.metrics()).toContain(
      'thingcore_rules_lookups_total{function="get_thing_shadow",outcome="failure"} 2',
    );
  });

  describe('with aws_lambda()', () => {
    const invoke = () => lookups.functions.aws_lambda({ functionArn, input: { n: 1 } });

    it('are what a function answers', async () => {
      server.answer = () => ({ body: '{"sum":3}' });
      expect(await invoke()).toEqual({ sum: 3 });
      expect(server.last.headers['x-amz-invocation-type']).toBe('RequestResponse');
      expect(server.lastJson).toEqual({ n: 1 });
      expect(server.problems).toEqual([]);
    });

    it('fail with a function that failed', async () => {
      server.answer = () => ({ headers: { 'x-amz-function-error': 'Unhandled' }, body: '{"errorMessage":"boom"}' });
      await expect(invoke()).rejects.toMatchObject({
        retryable: false,
        message: expect.stringMatching(/Unhandled.*boom/),
      });
    });
  });

  it('are rows of DynamoDB, as JSON', async () => {
    const Item = {
      id: { S: 'a' },
      n: { N: '1.5' },
      ok: { BOOL: true },
      list: { L: [{ NULL: true }] },
      set: { NS: ['1'] },
    };
    server.answer = () => ({ body: JSON.stringify({ Item }) });
    const request = {
      table: 't',
      partitionKey: { name: 'id', value: 'a' },
      sortKey: { name: 'at', value: 7 },
      roleArn,
    };
    expect(await lookups.functions.get_dynamodb(request)).toEqual({
      id: 'a',
      n: 1.5,
      ok: true,
      list: [null],
      set: [1],
    });
    expect(server.lastJson).toMatchObject({ TableName: 't', Key: { id: { S: 'a' }, at: { N: '7' } } });
    server.answer = () => ({ body: '{}' });
    expect(await lookups.functions.get_dynamodb(request)).toBeUndefined();
  });
});
