import { Injectable } from '@nestjs/common';
import type {
  listThingRegistrationTaskReports,
  listThingRegistrationTasks,
  ParsedRequestOf,
  RegistrationTask,
  ReplyOf,
  startThingRegistrationTask,
} from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import { RegistryContext } from '../changes/registry-context.js';
import { checkTemplate } from '../provisioning-templates/check-template.js';
import { RegistrationInputService } from './registration-input.service.js';
import { RegistrationLineStore } from './registration-line.store.js';
import { type RegistrationTaskRecord, RegistrationTaskStore } from './registration-task.store.js';
import { RegistrationWorker } from './registration-worker.js';

/** Bulk registrations, as those see them who start and watch them. */
@Injectable()
export class RegistrationTaskService {
  constructor(
    private readonly store: RegistrationTaskStore,
    private readonly lines: RegistrationLineStore,
    private readonly inputs: RegistrationInputService,
    private readonly worker: RegistrationWorker,
    private readonly context: RegistryContext,
  ) {}

  /** Starts a task, unless its template or its input is at fault, or another one is running. */
  async start({
    templateBody,
    inputFileKey: inputId,
    roleArn,
  }: ParsedRequestOf<typeof startThingRegistrationTask>): Promise<RegistrationTask> {
    checkTemplate('templateBody', templateBody, 'REGISTER');
    const { lineCount } = await this.inputs.toUse(inputId);
    const task = { taskId: this.context.newId(), inputId, templateBody, roleArn: roleArn ?? null, lineCount };
    try {
      const record = await this.store.insert(task, this.context.now());
      this.worker.wake();
      return toTask(record);
    } catch (error) {
      throw await this.withRunningTask(reviveError(error));
    }
  }

  /** ResourceNotFound. */
  async describe(taskId: string): Promise<RegistrationTask> {
    return toTask(await this.get(taskId));
  }

  /** A page, the newest first. */
  async list({
    status,
    after,
    limit,
  }: ParsedRequestOf<typeof listThingRegistrationTasks>): Promise<ReplyOf<typeof listThingRegistrationTasks>> {
    // One more than asked for tells whether there is another page.
    const found = await this.store.list(status, after, limit + 1);
    const tasks = found.slice(0, limit).map(toTask);
    const last = tasks.at(-1);
    return found.length > limit && last !== undefined ? { tasks, nextToken: last.sequence } : { tasks };
  }

  /** Asks for the end of a task. InvalidRequest for one that has ended by itself; ResourceNotFound. */
  async stop(taskId: string): Promise<RegistrationTask> {
    await this.store.cancel(taskId, this.context.now());
    const record = await this.get(taskId);
    if (record.status === 'Completed' || record.status === 'Failed') {
      throw new IotError(
        'InvalidRequest',
        `The registration task ${taskId} is ${record.status}; there is nothing to stop`,
        {
          details: { field: 'taskId', status: record.status },
        },
      );
    }
    this.worker.wake();
    return toTask(record);
  }

  /** A page of what came of the lines. ResourceNotFound. */
  async report({
    taskId,
    reportType,
    after = '0',
    limit,
  }: ParsedRequestOf<typeof listThingRegistrationTaskReports>): Promise<
    ReplyOf<typeof listThingRegistrationTaskReports>
  > {
    await this.get(taskId);
    const found = await this.lines.report(taskId, reportType, Number(after), limit + 1);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const lines = page.map(({ report }) => report);
    return found.length > limit && last !== undefined ? { lines, nextToken: String(last.lineNumber) } : { lines };
  }

  private async get(taskId: string): Promise<RegistrationTaskRecord> {
    const record = await this.store.find(taskId);
    if (record !== undefined) return record;
    throw new IotError('ResourceNotFound', `The registration task ${taskId} does not exist`, {
      details: { field: 'taskId' },
    });
  }

  /** Whoever meets a running task wants to know which. */
  private async withRunningTask(error: IotError): Promise<IotError> {
    const running = error.code === 'LimitExceeded' ? await this.store.findRunning() : undefined;
    if (running === undefined) return error;
    const { taskId } = running;
    const message = `The registration task ${taskId} is running, and there can be one at a time; wait for its end, or stop it first`;
    return new IotError('LimitExceeded', message, { details: { taskId } });
  }
}

function toTask(record: RegistrationTaskRecord): RegistrationTask {
  const { inputId, message, createdAt, lastModifiedAt, lineCount, successCount, failureCount } = record;
  const { taskId, sequence, templateBody, roleArn, status } = record;
  return {
    taskId,
    status,
    ...(message === null ? {} : { message }),
    templateBody,
    inputFileKey: inputId,
    ...(roleArn === null ? {} : { roleArn }),
    lineCount,
    successCount,
    failureCount,
    percentageProgress: Math.floor((100 * (successCount + failureCount)) / lineCount),
    createdAt: createdAt.getTime(),
    lastModifiedAt: lastModifiedAt.getTime(),
    sequence,
  };
}
