import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, EXIT_CODES } from '../failure.js';
import type { Output } from '../output.js';
import type { PlatformApi } from '../platform-api.js';

/** A bulk registration, as the API shows it. */
export interface RegistrationTask {
  readonly id: string;
  readonly status: 'InProgress' | 'Completed' | 'Failed' | 'Cancelled' | 'Cancelling';
  readonly message: string | null;
  readonly lineCount: number;
  readonly successCount: number;
  readonly failureCount: number;
  readonly percentageProgress: number;
  readonly resultsPath: string;
  readonly errorsPath: string;
  readonly createdAt: string;
  readonly lastModifiedAt: string;
}

/** What is asked of a task. */
export const TASK_FIELDS = `id status message lineCount successCount failureCount percentageProgress resultsPath errorsPath
  createdAt lastModifiedAt`;

const POLL_MS = 300;

const RETRY_MS = 1_000;

/** For how long a platform that does not answer is waited for: a restart is shorter. */
const PATIENCE_MS = 60_000;

/** The task of an id. */
export async function findTask(api: PlatformApi, id: string): Promise<RegistrationTask> {
  const operation = `query ($id: ID!) { thingRegistrationTask(id: $id) { ${TASK_FIELDS} } }`;
  const { thingRegistrationTask: task } = await api.run<{ thingRegistrationTask: RegistrationTask | null }>(operation, {
    id,
  });
  if (task !== null) return task;
  throw new Failure('ResourceNotFound', `There is no bulk registration ${id}: see thingcore registrations list`);
}

/** Whether a task goes on. */
export function isRunning({ status }: RegistrationTask): boolean {
  return status === 'InProgress' || status === 'Cancelling';
}

/** Follows a task to its end and shows how far it is; a platform that restarts meanwhile is waited for. */
export async function followTask(
  api: PlatformApi,
  id: string,
  output: Output,
  signal: AbortSignal,
): Promise<RegistrationTask> {
  let lostAt: number | undefined;
  for (;;) {
    if (signal.aborted) throw interrupted(id);
    try {
      const task = await findTask(api, id);
      lostAt = undefined;
      output.progress(progressOf(task));
      if (!isRunning(task)) return task;
      await sleep(POLL_MS);
    } catch (error) {
      if (!(error instanceof Failure) || error.exitCode !== EXIT_CODES.unreachable) throw error;
      lostAt ??= performance.now();
      if (performance.now() - lostAt > PATIENCE_MS) throw error;
      output.progress('The platform does not answer; the task goes on when it is back');
      await sleep(RETRY_MS);
    }
  }
}

/** How far a task is, in a line. */
export function progressOf(task: RegistrationTask): string {
  const { percentageProgress, lineCount, successCount, failureCount, status } = task;
  const done = successCount + failureCount;
  return `${status}: ${percentageProgress} %, ${done} of ${lineCount} lines, ${failureCount} failed`;
}

/** Writes a report to a file, as it comes in. */
export async function reportOf(api: PlatformApi, path: string): Promise<ReadableStream<Uint8Array>> {
  const { body } = await api.request(path);
  if (body === null) throw new Failure('UnexpectedFailure', `${path} has no content: try again`);
  return body;
}

function interrupted(id: string): Failure {
  return new Failure(
    'Interrupted',
    `The bulk registration ${id} goes on without this command: follow it with thingcore register --resume ${id}, or stop it with thingcore registrations stop ${id}`,
    EXIT_CODES.failed,
    { taskId: id },
  );
}
