import { UseFilters } from '@nestjs/common';
import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import {
  describeThingRegistrationTask,
  listThingRegistrationTasks,
  startThingRegistrationTask,
  stopThingRegistrationTask,
} from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { PAGE_FIELDS, toPageRequest } from '../connections/page.args.js';
import { type Connection, toConnectionBy } from '../connections/relay-connection.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { nullWhenMissing } from '../errors/null-when-missing.js';
import { ObjectMutation } from '../mutations/payload-mutation.js';
import { textOfDocument } from '../scalars/json-document.js';
import {
  StartThingRegistrationTaskInput,
  ThingRegistrationTask,
  ThingRegistrationTaskConnection,
  ThingRegistrationTasksArgs,
  toThingRegistrationTask,
} from './registration-task.type.js';

const LIST_FIELDS = { ...PAGE_FIELDS, status: 'filter.status' } as const;

const TASK_FIELDS = { taskId: 'id' } as const;

/** Bulk registration. */
@Resolver(() => ThingRegistrationTask)
@UseFilters(GraphqlErrorFilter)
export class RegistrationTaskResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => ThingRegistrationTask, {
    nullable: true,
    description: 'A bulk registration and how far it is; null when there is none of this id.',
  })
  async thingRegistrationTask(
    @Args('id', { type: () => ID, description: 'The id of the bulk registration.' }) taskId: string,
  ): Promise<ThingRegistrationTask | null> {
    const answer = inTermsOf(TASK_FIELDS, this.rpc.call(describeThingRegistrationTask, { taskId }));
    const task = await nullWhenMissing(answer);
    return task === null ? null : toThingRegistrationTask(task);
  }

  @Query(() => ThingRegistrationTaskConnection, { description: 'Bulk registrations, the newest first.' })
  async thingRegistrationTasks(
    @Args() { filter, ...page }: ThingRegistrationTasksArgs,
  ): Promise<Connection<ThingRegistrationTask>> {
    const request = { ...toPageRequest(page), status: filter?.status ?? undefined };
    const { tasks, nextToken } = await inTermsOf(LIST_FIELDS, this.rpc.call(listThingRegistrationTasks, request));
    const sequences = new Map(tasks.map(({ taskId, sequence }) => [taskId, sequence]));
    const place = { nextToken, after: page.after };
    return toConnectionBy(({ id }) => sequences.get(id) ?? '', tasks.map(toThingRegistrationTask), place);
  }

  @ObjectMutation('task', () => ThingRegistrationTask, {
    description:
      'Registers a thing for each line of an input: all that the template says, or nothing of it for a line that fails. One bulk registration runs at a time; another one is the error LimitExceeded until then.',
  })
  async startThingRegistrationTask(
    @Args('input', { type: () => StartThingRegistrationTaskInput, description: 'The bulk registration.' })
    { templateBody, inputFileKey }: StartThingRegistrationTaskInput,
  ): Promise<ThingRegistrationTask> {
    const request = { templateBody: textOfDocument(templateBody), inputFileKey };
    return toThingRegistrationTask(await this.rpc.call(startThingRegistrationTask, request));
  }

  @ObjectMutation('task', () => ThingRegistrationTask, {
    description:
      'Stops a bulk registration: lines that were begun are finished, the others are not registered. What is registered stays.',
  })
  async stopThingRegistrationTask(
    @Args('id', { type: () => ID, description: 'The id of the bulk registration.' }) taskId: string,
  ): Promise<ThingRegistrationTask> {
    return toThingRegistrationTask(await inTermsOf(TASK_FIELDS, this.rpc.call(stopThingRegistrationTask, { taskId })));
  }
}
