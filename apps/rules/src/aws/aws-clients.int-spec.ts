import { rulesConfig } from '../rules.fixture.js';
import { DYNAMODB_API, KINESIS_API, LAMBDA_API, S3_API } from './aws-apis.js';
import { AwsClients } from './aws-clients.js';
import { AwsConnections } from './aws-connections.js';
import { AwsServer, KEYS } from './aws-server.fixture.js';

describe('AwsClients', () => {
  let server: AwsServer;
  let clients: AwsClients;

  beforeAll(async () => {
    server = await AwsServer.start();
    const keys = { awsAccessKeyId: KEYS.accessKeyId, awsSecretAccessKey: KEYS.secretAccessKey };
    clients = new AwsClients(new AwsConnections(rulesConfig({ awsEndpoint: server.url, ...keys })));
  });

  afterAll(async () => {
    await clients.onApplicationShutdown();
    await server.stop();
  });

  const call = { roleArn: undefined, resource: 'r', deadlineMs: 200 };
  const bytes = Buffer.from('x');

  it.each<[name: string, ask: () => Promise<unknown>]>([
    ['Lambda', () => clients.call(LAMBDA_API, call, (api, signal) => api.invoke({ FunctionName: 'f' }, signal))],
    [
      'S3',
      () => clients.call(S3_API, call, (api, signal) => api.putObject({ Bucket: 'b', Key: 'k', Body: bytes }, signal)),
    ],
    [
      'Kinesis',
      () =>
        clients.call(KINESIS_API, call, (api, signal) =>
          api.putRecord({ StreamName: 's', PartitionKey: 'p', Data: bytes }, signal),
        ),
    ],
    [
      'DynamoDB',
      () =>
        clients.call(DYNAMODB_API, call, (api, signal) =>
          api.getItem({ TableName: 't', Key: { k: { S: 'v' } } }, signal),
        ),
    ],
  ])('gives up on %s when it begins to answer and never ends', async (_name, ask) => {
    server.answer = () => ({ status: 400, body: '{"half', isStalled: true, headers: { 'content-length': '1000' } });
    await expect(ask()).rejects.toMatchObject({
      code: 'ServiceUnavailable',
      message: expect.stringMatching(/did not answer within 200 ms$/) as string,
      details: { resource: 'r' },
    });
  });
});
