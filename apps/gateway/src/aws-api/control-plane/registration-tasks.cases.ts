import {
  DescribeThingRegistrationTaskCommand,
  ListThingRegistrationTaskReportsCommand,
  ListThingRegistrationTasksCommand,
  StartThingRegistrationTaskCommand,
  StopThingRegistrationTaskCommand,
} from '@aws-sdk/client-iot';
import {
  describeThingRegistrationTask,
  listThingRegistrationTaskReports,
  listThingRegistrationTasks,
  startThingRegistrationTask,
  stopThingRegistrationTask,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { type GatewayUnderTest, startGateway } from '../../gateway.fixture.js';
import { AwsSdk } from '../aws-sdk.fixture.js';
import { toToken } from '../page-tokens.js';
import { call, describeArea } from './area.fixture.js';

const AT = 1_700_000_000_000;
const taskId = '0b0c1c9e-53b5-4a9c-8f2f-6a0a0f3f0001';
const inputFileKey = '0b0c1c9e-53b5-4a9c-8f2f-6a0a0f3f0002';
const inputFileBucket = 'registration-inputs';
const roleArn = 'arn:aws:iam::123456789012:role/registration';
const templateBody = '{"Resources":{}}';
const TASK = {
  ...{ taskId, templateBody, inputFileKey, roleArn },
  status: 'Failed' as const,
  message: 'why',
  lineCount: 4,
  successCount: 1,
  failureCount: 2,
  percentageProgress: 75,
  createdAt: AT,
  lastModifiedAt: AT + 1_000,
  sequence: '12',
};
const after12 = toToken('ListThingRegistrationTasks', '12');
const start = (more: object) =>
  new StartThingRegistrationTaskCommand({ templateBody, inputFileBucket, inputFileKey, roleArn, ...more });

/** What AWS SDKs expect of registration tasks. */
export function describeRegistrationTasks(): void {
  describeArea(
    'thing registration tasks',
    [
      {
        name: 'StartThingRegistrationTask of an input that was uploaded to the gateway',
        send: (iot) => iot.send(start({})),
        calls: [call(startThingRegistrationTask, { templateBody, inputFileKey, roleArn }, TASK)],
        output: { taskId },
      },
      {
        name: 'DescribeThingRegistrationTask',
        send: (iot) => iot.send(new DescribeThingRegistrationTaskCommand({ taskId })),
        calls: [call(describeThingRegistrationTask, { taskId }, TASK)],
        output: {
          ...{ taskId, templateBody, inputFileBucket, inputFileKey, roleArn, status: 'Failed', message: 'why' },
          ...{ successCount: 1, failureCount: 2, percentageProgress: 75 },
          creationDate: new Date(AT),
          lastModifiedDate: new Date(AT + 1_000),
        },
      },
      {
        name: 'ListThingRegistrationTasks, page by page',
        send: (iot) =>
          iot.send(new ListThingRegistrationTasksCommand({ maxResults: 1, nextToken: after12, status: 'Failed' })),
        calls: [
          call(
            listThingRegistrationTasks,
            { limit: 1, after: '12', status: 'Failed' },
            { tasks: [TASK], nextToken: '12' },
          ),
        ],
        output: { taskIds: [taskId], nextToken: after12 },
      },
      {
        name: 'StopThingRegistrationTask',
        send: (iot) => iot.send(new StopThingRegistrationTaskCommand({ taskId })),
        calls: [call(stopThingRegistrationTask, { taskId }, TASK)],
        output: {},
      },
    ],
    [
      {
        name: 'a bucket of S3, and says where files go instead',
        send: (iot) => iot.send(start({ inputFileBucket: 'my-bucket' })),
        error: 'InvalidRequestException',
        status: 400,
        message: /no bucket 'my-bucket': upload the file with POST \/registration-inputs/,
      },
      {
        name: 'the key of no input',
        send: (iot) => iot.send(start({ inputFileKey: 'things.json' })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^"inputFileKey": must be the key of an input/,
      },
      {
        name: 'a role that is none',
        send: (iot) => iot.send(start({ roleArn: 'admin' })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^"roleArn"/,
      },
      {
        name: 'a second task at the same time',
        send: (iot) => iot.send(start({})),
        services: [[startThingRegistrationTask, new IotError('LimitExceeded', 'one at a time')]],
        error: 'LimitExceededException',
        status: 410,
      },
      {
        name: 'a task that does not exist',
        send: (iot) => iot.send(new DescribeThingRegistrationTaskCommand({ taskId })),
        services: [[describeThingRegistrationTask, new IotError('ResourceNotFound', 'none')]],
        error: 'ResourceNotFoundException',
        status: 404,
      },
      {
        name: 'a status that is none',
        send: (iot) => iot.send(new ListThingRegistrationTasksCommand({ status: 'Done' as 'Failed' })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^"status"/,
      },
      {
        name: 'a token of another list, by the name of its member',
        send: (iot) => iot.send(new ListThingRegistrationTasksCommand({ nextToken: toToken('ListThings', 'lamp') })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^'nextToken'/,
      },
      {
        name: 'a report of another type',
        send: (iot) =>
          iot.send(new ListThingRegistrationTaskReportsCommand({ taskId, reportType: 'ALL' as 'RESULTS' })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^"reportType"/,
      },
    ],
  );

  describe('ListThingRegistrationTaskReports', () => {
    let gateway: GatewayUnderTest;
    let sdk: AwsSdk;

    beforeAll(async () => {
      gateway = await startGateway();
      sdk = new AwsSdk(gateway);
      gateway.services.answer(listThingRegistrationTaskReports, () => ({ lines: ['{"lineNumber":1}'] }));
    });
    afterAll(() => gateway.close());

    const link = async (reportType: 'RESULTS' | 'ERRORS' = 'RESULTS') => {
      const answer = await sdk
        .iot({ role: 'viewer' })
        .send(new ListThingRegistrationTaskReportsCommand({ taskId, reportType }));
      expect(answer).toMatchObject({ reportType, resourceLinks: [expect.stringContaining('http://iot.example.org/')] });
      expect(answer.nextToken).toBeUndefined();
      return new URL(answer.resourceLinks?.[0] ?? '');
    };

    const follow = (url: URL) => gateway.app.inject({ url: url.pathname + url.search, headers: { host: url.host } });

    it.each([
      ['RESULTS', 'results.jsonl'],
      ['ERRORS', 'errors.jsonl'],
    ] as const)('answers a link to the %s that opens them without any key', async (reportType, file) => {
      const url = await link(reportType);
      expect(url.pathname).toBe(`/registration-tasks/${taskId}/${file}`);
      const response = await follow(url);
      expect([response.statusCode, response.body]).toEqual([200, '{"lineNumber":1}\n']);
    });

    it('answers a link that opens nothing else', async () => {
      const url = await link();
      url.pathname = url.pathname.replace('results', 'errors');
      expect((await follow(url)).statusCode).toBe(401);
    });

    it('answers a link that is over after an hour', async () => {
      const url = await link();
      gateway.clock.milliseconds += 3_600_001;
      expect((await follow(url)).statusCode).toBe(401);
    });
  });
}
