import { createHash } from 'node:crypto';
import type { JsonObject } from '#thingcore/errors';
import { AwsClients } from '../../aws/aws-clients.js';
import { AwsConnections } from '../../aws/aws-connections.js';
import { AwsServer, KEYS } from '../../aws/aws-server.fixture.js';
import type { RulesConfig } from '../../rules.config.js';
import { rulesConfig } from '../../rules.fixture.js';
import { actionInput, compileAction, type MessageOptions, refusal } from '../action.fixture.js';
import type { ActionKind } from '../action.js';
import { DynamodbKind } from './dynamodb.action.js';
import { DynamodbV2Kind } from './dynamodb-v2.action.js';
import { FirehoseKind } from './firehose.action.js';
import { KinesisKind } from './kinesis.action.js';
import { LambdaKind } from './lambda.action.js';
import { S3Kind } from './s3.action.js';
import { SnsKind } from './sns.action.js';
import { SqsKind } from './sqs.action.js';

const roleArn = 'arn:aws:iam::123456789012:role/rules';
const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:resize:prod';
const queueUrl = 'https://sqs.us-east-1.amazonaws.com/123456789012/alerts';
const targetArn = 'arn:aws:sns:us-east-1:123456789012:alerts';
const binary = Buffer.from([0xff, 0, 0xfe]);

describe('actions that are services of AWS', () => {
  let server: AwsServer;
  let clients: AwsClients;

  function connect(more: Partial<RulesConfig> = {}): AwsClients {
    const keys = { awsAccessKeyId: KEYS.accessKeyId, awsSecretAccessKey: KEYS.secretAccessKey };
    return new AwsClients(new AwsConnections(rulesConfig({ awsEndpoint: server.url, ...keys, ...more })));
  }

  async function run(
    Kind: new (aws: AwsClients) => ActionKind,
    config: JsonObject,
    options: MessageOptions = {},
  ): Promise<void> {
    await compileAction(new Kind(clients), config).execute(await actionInput(options));
    expect(server.problems).toEqual([]);
  }

  beforeAll(async () => {
    server = await AwsServer.start();
    clients = connect();
  });

  afterAll(async () => {
    await clients.onApplicationShutdown();
    await server.stop();
  });

  beforeEach(() => server.reset());

  describe('s3', () => {
    it('puts the payload into an object whose key is filled in', async () => {
      await run(S3Kind, { roleArn, bucketName: 'factory', key: '${topic(2)}/${n} ü.json', cannedAcl: 'public-read' });
      const { method, url, headers, body } = server.last;
      expect([method, url.split('?')[0]]).toEqual(['PUT', '/factory/p1/1%20%C3%BC.json']);
      expect(headers).toMatchObject({ 'x-amz-acl': 'public-read', 'content-type': 'application/json' });
      expect(body.toString()).toBe('{"n":1}');
    });

    it('stores binary payloads as they are', async () => {
      await run(S3Kind, { bucketName: 'factory', key: 'k' }, { payload: binary });
      expect(server.last.body).toEqual(binary);
      expect(server.last.headers['content-type']).toBe('application/octet-stream');
    });

    it('is not sent to AWS itself when S3 has an endpoint of its own', async () => {
      const own = connect({ awsEndpoint: 'http://127.0.0.1:1', s3Endpoint: server.url });
      await compileAction(new S3Kind(own), { bucketName: 'b-1', key: 'k' }).execute(await actionInput());
      await own.onApplicationShutdown();
      expect(server.requests).toHaveLength(1);
    });
  });

  describe('lambda', () => {
    it('invokes the function without waiting for it, the payload being the event', async () => {
      server.answer = () => ({ status: 202, body: '' });
      await run(LambdaKind, { functionArn });
      expect(server.last).toMatchObject({
        service: 'lambda',
        method: 'POST',
        url: `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`,
        headers: { 'x-amz-invocation-type': 'Event' },
      });
      expect(server.lastJson).toEqual({ n: 1 });
    });

    it('refuses a binary payload for good', async () => {
      await expect(run(LambdaKind, { functionArn }, { payload: binary })).rejects.toMatchObject({
        code: 'InvalidRequest',
        message: expect.stringMatching(/takes JSON.*encode/),
      });
    });
  });

  describe('sqs', () => {
    const answer = (body: Buffer) => {
      const { MessageBody } = JSON.parse(body.toString()) as { MessageBody: string };
      return { body: JSON.stringify({ MessageId: '1', MD5OfMessageBody: md5(MessageBody) }) };
    };

    it('sends the payload to the endpoint of the operator, whatever host the queue has', async () => {
      server.answer = ({ body }) => answer(body);
      await run(SqsKind, { roleArn, queueUrl });
      expect(server.last.headers['x-amz-target']).toBe('AmazonSQS.SendMessage');
      expect(server.lastJson).toEqual({ QueueUrl: queueUrl, MessageBody: '{"n":1}' });
    });

    it('sends bytes in base64 when it is told to, and refuses them otherwise', async () => {
      server.answer = ({ body }) => answer(body);
      await run(SqsKind, { queueUrl, useBase64: true }, { payload: binary });
      expect(server.lastJson).toMatchObject({ MessageBody: binary.toString('base64') });
      await expect(run(SqsKind, { queueUrl }, { payload: binary })).rejects.toThrow(/takes text/);
    });
  });

  describe('sns', () => {
    const published = () => Object.fromEntries(new URLSearchParams(server.last.body.toString()));
    const answer = () => ({
      headers: { 'content-type': 'text/xml' },
      body: `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>`,
    });

    it('publishes the payload', async () => {
      server.answer = answer;
      await run(SnsKind, { roleArn, targetArn });
      expect(published()).toMatchObject({ Action: 'Publish', TargetArn: targetArn, Message: '{"n":1}' });
      expect(published()).not.toHaveProperty('MessageStructure');
    });

    it('publishes a message for each protocol with messageFormat JSON', async () => {
      server.answer = answer;
      const payload = { default: 'hot', sms: 'HOT' };
      await run(SnsKind, { targetArn, messageFormat: 'JSON' }, { payload });
      expect(published()).toMatchObject({ MessageStructure: 'json', Message: JSON.stringify(payload) });
      await expect(run(SnsKind, { targetArn, messageFormat: 'JSON' })).rejects.toThrow(/"default"/);
    });
  });

  describe('dynamoDBv2', () => {
    it('puts a column for each member, typed as in JSON', async () => {
      const payload = { id: 'a', n: 1.5, ok: true, none: null, list: [1, 'x'], map: { a: 1 } };
      await run(DynamodbV2Kind, { roleArn, putItem: { tableName: 'readings' } }, { payload });
      expect(server.last.headers['x-amz-target']).toBe('DynamoDB_20120810.PutItem');
      expect(server.lastJson).toMatchObject({
        TableName: 'readings',
        Item: {
          id: { S: 'a' },
          n: { N: '1.5' },
          ok: { BOOL: true },
          none: { NULL: true },
          list: { L: [{ N: '1' }, { S: 'x' }] },
          map: { M: { a: { N: '1' } } },
        },
      });
    });

    it('refuses a payload that is no object', async () => {
      const failed = run(DynamodbV2Kind, { putItem: { tableName: 't' } }, { payload: [1] });
      await expect(failed).rejects.toThrow(/needs an object/);
    });
  });

  describe('dynamoDB', () => {
    const keys = { tableName: 'readings', hashKeyField: 'device', hashKeyValue: '${topic(2)}' };

    it('inserts a row of keys and the payload', async () => {
      const range = { rangeKeyField: 'at', rangeKeyValue: '${timestamp()}', rangeKeyType: 'NUMBER' };
      await run(DynamodbKind, { roleArn, ...keys, ...range });
      expect(server.last.headers['x-amz-target']).toBe('DynamoDB_20120810.PutItem');
      expect(server.lastJson).toMatchObject({
        TableName: 'readings',
        Item: { device: { S: 'p1' }, at: { N: '1764000000123' }, payload: { M: { n: { N: '1' } } } },
      });
    });

    it('stores what is no JSON as bytes', async () => {
      await run(DynamodbKind, { ...keys, payloadField: 'raw' }, { payload: binary });
      expect(server.lastJson).toMatchObject({ Item: { raw: { B: binary.toString('base64') } } });
    });

    it('updates and deletes as the operation of the message says', async () => {
      const config = { ...keys, operation: '${op}' };
      await run(DynamodbKind, config, { payload: { op: 'UPDATE' } });
      expect(server.lastJson).toMatchObject({
        Key: { device: { S: 'p1' } },
        UpdateExpression: 'SET #payload = :payload',
        ExpressionAttributeNames: { '#payload': 'payload' },
        ExpressionAttributeValues: { ':payload': { M: { op: { S: 'UPDATE' } } } },
      });
      await run(DynamodbKind, config, { payload: { op: 'DELETE' } });
      expect(server.last.headers['x-amz-target']).toBe('DynamoDB_20120810.DeleteItem');
      await expect(run(DynamodbKind, config, { payload: { op: 'MERGE' } })).rejects.toThrow(/INSERT, UPDATE, DELETE/);
    });
  });

  describe('kinesis', () => {
    it('puts a record with the partition key of the message', async () => {
      server.answer = () => ({ body: '{"SequenceNumber":"1","ShardId":"s"}' });
      await run(KinesisKind, { roleArn, streamName: 'readings', partitionKey: '${topic()}' }, { payload: binary });
      expect(server.last.headers['x-amz-target']).toBe('Kinesis_20131202.PutRecord');
      expect(server.lastJson).toEqual({
        StreamName: 'readings',
        PartitionKey: 'plant/p1',
        Data: binary.toString('base64'),
      });
    });

    it('spreads records over the shards when there is no partition key', async () => {
      server.answer = () => ({ body: '{"SequenceNumber":"1","ShardId":"s"}' });
      await run(KinesisKind, { streamName: 'readings' });
      expect(server.lastJson).toMatchObject({ PartitionKey: '7e146a2c-95b5-4caf-98b9-50e3969734c7' });
    });
  });

  describe('firehose', () => {
    const stream = { roleArn, deliveryStreamName: 'lake' };
    const text = (data: string) => Buffer.from(data, 'base64').toString();

    it('appends the separator', async () => {
      await run(FirehoseKind, { ...stream, separator: '\n' });
      expect(server.last.headers['x-amz-target']).toBe('Firehose_20150804.PutRecord');
      const { Record } = server.lastJson as { Record: { Data: string } };
      expect(text(Record.Data)).toBe('{"n":1}\n');
    });

    it('puts each element of an array as a record in batch mode, and again only those that failed', async () => {
      const answers = [
        { FailedPutCount: 1, RequestResponses: [{ RecordId: '1' }, { ErrorCode: 'Busy', ErrorMessage: 'wait' }] },
        { FailedPutCount: 0, RequestResponses: [{ RecordId: '2' }] },
      ];
      server.answer = () => ({ body: JSON.stringify(answers.shift()) });
      const action = compileAction(new FirehoseKind(clients), { ...stream, batchMode: true, separator: ',' });
      const input = await actionInput({ payload: [{ n: 1 }, { n: 2 }] });
      await expect(action.execute(input)).rejects.toMatchObject({
        code: 'ServiceUnavailable',
        message: 'Firehose did not take 1 of 2 records (Busy): wait',
      });
      await action.execute(input);
      const sent = server.requests.map(({ body }) =>
        (JSON.parse(body.toString()) as { Records: { Data: string }[] }).Records.map(({ Data }) => text(Data)),
      );
      expect(sent).toEqual([['{"n":1},', '{"n":2},'], ['{"n":2},']]);
    });

    // AWS: "Firehose", batchMode
    it('fails with more than 500 elements', async () => {
      const payload = Array.from({ length: 501 }, (_, n) => n);
      await expect(run(FirehoseKind, { ...stream, batchMode: true }, { payload })).rejects.toMatchObject({
        retryable: false,
        message: expect.stringMatching(/at most 500 records/),
      });
    });
  });

  describe('what a failure means', () => {
    const put = () => run(DynamodbV2Kind, { putItem: { tableName: 't' } });
    const fault =
      (type: string, status = 400) =>
      () => ({
        status,
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'said' }),
      });

    it.each([
      ['a table that does not exist', fault('ResourceNotFoundException'), false],
      ['a wrong item', fault('ValidationException'), false],
      ['too many writes', fault('ProvisionedThroughputExceededException'), true],
      ['a server that is at fault', fault('InternalServerError', 500), true],
    ])('%s', async (_name, answer, retryable) => {
      server.answer = answer;
      await expect(put()).rejects.toMatchObject({
        code: retryable ? 'ServiceUnavailable' : 'InvalidRequest',
        retryable,
        message: expect.stringMatching(/DynamoDB refused the request \(\w+\): said/),
        details: { resource: 't' },
      });
      // The retries are those of the rule, not of the SDK.
      expect(server.requests).toHaveLength(1);
    });

    it('a server that is not there may be tried again', async () => {
      const nowhere = connect({ awsEndpoint: 'http://127.0.0.1:1' });
      const action = compileAction(new SqsKind(nowhere), { queueUrl });
      await expect(action.execute(await actionInput())).rejects.toMatchObject({
        code: 'ServiceUnavailable',
        message: expect.stringMatching(/SQS cannot be reached: .*ECONNREFUSED/),
      });
      await nowhere.onApplicationShutdown();
    });

    it('a wrong secret is said without what the server quotes of the request', async () => {
      const other = connect({ awsSecretAccessKey: 'another' });
      const action = compileAction(new DynamodbV2Kind(other), { putItem: { tableName: 't' } });
      await expect(action.execute(await actionInput())).rejects.toMatchObject({
        code: 'InvalidRequest',
        message: 'DynamoDB refused the request (InvalidSignatureException): the secret access key does not fit',
      });
      await other.onApplicationShutdown();
    });
  });

  describe('creation', () => {
    it.each<[name: string, Kind: new (aws: AwsClients) => ActionKind, config: JsonObject, field: string]>([
      ['no bucket', S3Kind, { key: 'k' }, 's3.bucketName'],
      ['an unknown ACL', S3Kind, { bucketName: 'b-1', key: 'k', cannedAcl: 'all' }, 's3.cannedAcl'],
      ['a key that is too long', S3Kind, { bucketName: 'b-1', key: 'k'.repeat(1025) }, 's3.key'],
      ['a name in place of an ARN', LambdaKind, { functionArn: 'resize' }, 'lambda.functionArn'],
      // AWS: FIFO queues and topics are refused
      ['a FIFO queue', SqsKind, { queueUrl: `${queueUrl}.fifo` }, 'sqs.queueUrl'],
      ['a FIFO topic', SnsKind, { targetArn: `${targetArn}.fifo` }, 'sns.targetArn'],
      ['an unknown format', SnsKind, { targetArn, messageFormat: 'XML' }, 'sns.messageFormat'],
      ['no table', DynamodbV2Kind, { putItem: {} }, 'dynamoDBv2.putItem.tableName'],
      ['no key', DynamodbKind, { tableName: 't' }, 'dynamoDB.hashKeyField'],
      [
        'half a range key',
        DynamodbKind,
        { tableName: 't', hashKeyField: 'a', hashKeyValue: 'b', rangeKeyField: 'c' },
        'dynamoDB.rangeKeyValue',
      ],
      [
        'an unknown operation',
        DynamodbKind,
        { tableName: 't', hashKeyField: 'a', hashKeyValue: 'b', operation: 'MERGE' },
        'dynamoDB.operation',
      ],
      // AWS: the wire name is streamName, the guide's table says stream
      ['the name of the guide', KinesisKind, { stream: 's' }, 'kinesis.stream'],
      ['an unknown separator', FirehoseKind, { deliveryStreamName: 's', separator: ';' }, 'firehose.separator'],
    ])('refuses %s by the name of the field', (_name, Kind, config, field) => {
      const refused = refusal(() => compileAction(new Kind(clients), config));
      expect(refused).toMatchObject({ code: 'InvalidRequest', details: { field: `actions[0].${field}` } });
    });

    it('says which setting gives credentials when there are none', () => {
      const without = new AwsClients(new AwsConnections(rulesConfig()));
      const { unavailable } = compileAction(new S3Kind(without), { roleArn, bucketName: 'b-1', key: 'k' });
      expect(unavailable).toMatch(/no AWS credentials for arn:aws:iam::.*THINGCORE_RULES_AWS_ACCESS_KEY_ID/);
    });
  });
});

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
