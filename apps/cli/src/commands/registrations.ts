import type { CommandContext } from '../command-context.js';
import { table } from '../output.js';
import { listUpTo } from '../pages.js';
import { type RegistrationTask, TASK_FIELDS } from './registration-task.js';

const LIST = `query ($first: Int!, $after: String) {
  thingRegistrationTasks(first: $first, after: $after) {
    edges { node { ${TASK_FIELDS} } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const STOP = `mutation ($id: ID!) { stopThingRegistrationTask(id: $id) { task { ${TASK_FIELDS} } } }`;

/** Lists bulk registrations, the newest first. */
export async function listRegistrations(context: CommandContext, { limit }: { limit: number }): Promise<void> {
  const query = { field: 'thingRegistrationTasks', operation: LIST, variables: {}, limit };
  const { nodes: tasks, hasMore } = await listUpTo<RegistrationTask>(await context.api(), query);
  const rows = tasks.map(({ id, status, lineCount, successCount, failureCount, createdAt }) => [
    id,
    status,
    `${successCount} of ${lineCount}`,
    String(failureCount),
    createdAt,
  ]);
  context.output.result({ tasks, hasMore }, [
    ...(tasks.length === 0
      ? ['There is no bulk registration.']
      : table(['ID', 'STATUS', 'REGISTERED', 'FAILED', 'STARTED'], rows)),
    ...(hasMore ? [`There are more than ${limit}: see --limit.`] : []),
  ]);
}

/** Stops a bulk registration; what is registered stays. */
export async function stopRegistration(context: CommandContext, id: string): Promise<void> {
  const api = await context.api();
  type Stopped = { stopThingRegistrationTask: { task: RegistrationTask } };
  const { stopThingRegistrationTask } = await api.run<Stopped>(STOP, { id });
  const { task } = stopThingRegistrationTask;
  context.output.result({ task }, [
    `${task.status}: ${task.successCount} of ${task.lineCount} are registered and stay.`,
  ]);
}
