import {
  describeThingRegistrationTask,
  listThingRegistrationTasks,
  startThingRegistrationTask,
  stopThingRegistrationTask,
} from '#thingcore/contracts';
import { describeOperations } from '../operations.fixture.js';
import { CREATED_AT, CREATED_AT_TEXT } from '../registry.fixture.js';

const ID = '0b0c1c9e-53b5-4a9c-8f2f-6a0a0f3f0001';
const KEY = '0b0c1c9e-53b5-4a9c-8f2f-6a0a0f3f0002';

const TASK = {
  taskId: ID,
  status: 'InProgress',
  templateBody: '{"Resources":{}}',
  inputFileKey: KEY,
  lineCount: 3,
  successCount: 1,
  failureCount: 1,
  percentageProgress: 66,
  createdAt: CREATED_AT,
  lastModifiedAt: CREATED_AT,
  sequence: '12',
};

const cursor = Buffer.from('after:12').toString('base64url');

describeOperations('the operations of bulk registration', [
  {
    name: 'thingRegistrationTask',
    operation: `{ thingRegistrationTask(id: "${ID}") {
      id status message templateBody inputFileKey lineCount successCount failureCount percentageProgress
      resultsPath errorsPath createdAt lastModifiedAt } }`,
    command: describeThingRegistrationTask,
    request: { taskId: ID },
    reply: TASK,
    data: {
      thingRegistrationTask: {
        id: ID,
        status: 'InProgress',
        message: null,
        templateBody: { Resources: {} },
        inputFileKey: KEY,
        lineCount: 3,
        successCount: 1,
        failureCount: 1,
        percentageProgress: 66,
        resultsPath: `/registration-tasks/${ID}/results.jsonl`,
        errorsPath: `/registration-tasks/${ID}/errors.jsonl`,
        createdAt: CREATED_AT_TEXT,
        lastModifiedAt: CREATED_AT_TEXT,
      },
    },
  },
  {
    name: 'thingRegistrationTasks',
    operation: `{ thingRegistrationTasks(first: 1, after: "${cursor}", filter: { status: Failed }) {
      edges { cursor node { id message } } pageInfo { hasNextPage } } }`,
    command: listThingRegistrationTasks,
    request: { limit: 1, after: '12', status: 'Failed' },
    reply: { tasks: [{ ...TASK, message: 'why' }], nextToken: '12' },
    data: {
      thingRegistrationTasks: {
        edges: [{ cursor, node: { id: ID, message: 'why' } }],
        pageInfo: { hasNextPage: true },
      },
    },
  },
  {
    name: 'startThingRegistrationTask',
    operation: `mutation { startThingRegistrationTask(input: { templateBody: { Resources: {} }, inputFileKey: "${KEY}" }) {
      task { id } errors { code } } }`,
    command: startThingRegistrationTask,
    request: { templateBody: '{"Resources":{}}', inputFileKey: KEY },
    reply: TASK,
    data: { startThingRegistrationTask: { task: { id: ID }, errors: [] } },
  },
  {
    name: 'stopThingRegistrationTask',
    operation: `mutation { stopThingRegistrationTask(id: "${ID}") { task { status } } }`,
    command: stopThingRegistrationTask,
    request: { taskId: ID },
    reply: { ...TASK, status: 'Cancelling' },
    data: { stopThingRegistrationTask: { task: { status: 'Cancelling' } } },
  },
]);
