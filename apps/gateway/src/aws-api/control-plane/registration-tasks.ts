import type {
  DescribeThingRegistrationTaskRequest,
  DescribeThingRegistrationTaskResponse,
  ListThingRegistrationTaskReportsRequest,
  ListThingRegistrationTaskReportsResponse,
  ListThingRegistrationTasksRequest,
  ListThingRegistrationTasksResponse,
  StartThingRegistrationTaskRequest,
  StartThingRegistrationTaskResponse,
  StopThingRegistrationTaskRequest,
} from '@aws-sdk/client-iot';
import {
  describeThingRegistrationTask,
  listThingRegistrationTaskReports,
  listThingRegistrationTasks,
  registrationReportType,
  startThingRegistrationTask,
  stopThingRegistrationTask,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { inTermsOf } from '../../errors/field-names.js';
import { reportPath } from '../../registration-tasks/report-path.js';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { pageOf, pageOfAll, TOKEN_PAGE_FIELDS } from '../pages.js';

/** There is no S3 here: inputs are uploaded to the gateway, and this is the only bucket that has them. */
export const INPUT_BUCKET = 'registration-inputs';

/** AWS: Control plane, thing registration tasks. */
export const registrationTaskHandlers: OperationHandlers = {
  StartThingRegistrationTask: handler<StartThingRegistrationTaskRequest, StartThingRegistrationTaskResponse>(
    'operator',
    async ({ rpc }, { templateBody, inputFileBucket, inputFileKey, roleArn }) => {
      if (inputFileBucket !== INPUT_BUCKET) throw noSuchBucket(inputFileBucket);
      const { taskId } = await rpc.call(startThingRegistrationTask, { templateBody, inputFileKey, roleArn });
      return { taskId };
    },
  ),

  DescribeThingRegistrationTask: handler<DescribeThingRegistrationTaskRequest, DescribeThingRegistrationTaskResponse>(
    'viewer',
    async ({ rpc }, { taskId }) => {
      const task = await rpc.call(describeThingRegistrationTask, { taskId });
      const { templateBody, inputFileKey, roleArn, status, message } = task;
      const { successCount, failureCount, percentageProgress } = task;
      return {
        ...{ taskId, templateBody, inputFileKey, roleArn, status, message },
        ...{ successCount, failureCount, percentageProgress },
        inputFileBucket: INPUT_BUCKET,
        creationDate: new Date(task.createdAt),
        lastModifiedDate: new Date(task.lastModifiedAt),
      };
    },
  ),

  ListThingRegistrationTasks: handler<ListThingRegistrationTasksRequest, ListThingRegistrationTasksResponse>(
    'viewer',
    async ({ rpc }, input) => {
      const listed = rpc.call(listThingRegistrationTasks, { status: input.status, ...pageOf(input) });
      const { tasks, nextToken } = await inTermsOf(TOKEN_PAGE_FIELDS, listed);
      return { taskIds: tasks.map(({ taskId }) => taskId), nextToken };
    },
  ),

  StopThingRegistrationTask: handler<StopThingRegistrationTaskRequest>('operator', async ({ rpc }, { taskId }) => {
    await rpc.call(stopThingRegistrationTask, { taskId });
  }),

  ListThingRegistrationTaskReports: handler<
    ListThingRegistrationTaskReportsRequest,
    ListThingRegistrationTaskReportsResponse
  >('viewer', async ({ rpc, linkTo }, input) => {
    const { taskId, reportType } = input;
    // Refuses a type that is none, and a task that does not exist; the report itself is behind the link.
    await rpc.call(listThingRegistrationTaskReports, { taskId, reportType, limit: 1 });
    const path = reportPath(taskId, registrationReportType.parse(reportType));
    // A report is one file, however long it is.
    const { page } = pageOfAll([path], (one) => one, input);
    return { resourceLinks: await Promise.all(page.map(linkTo)), reportType };
  }),
};

function noSuchBucket(bucket: string): IotError {
  const text =
    `There is no S3 here, and so no bucket '${bucket}': upload the file with POST /${INPUT_BUCKET} or the command line ` +
    `(thingcore), then give inputFileBucket '${INPUT_BUCKET}' and the inputFileKey that the upload answers`;
  return new IotError('InvalidRequest', `'inputFileBucket': ${text}`, { details: { field: 'inputFileBucket' } });
}
