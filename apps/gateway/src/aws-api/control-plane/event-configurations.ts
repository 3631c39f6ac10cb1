import type {
  Configuration,
  DescribeEventConfigurationsRequest,
  DescribeEventConfigurationsResponse,
  UpdateEventConfigurationsRequest,
} from '@aws-sdk/client-iot';
import {
  getEventConfigurations,
  registryEventKind,
  type RegistryEventKind,
  updateEventConfigurations,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { handler, type OperationHandlers } from '../operation-handler.js';

/** Events of services that this product does not have: they are off, and stay so. */
const NEVER = ['JOB', 'JOB_EXECUTION'] as const;

/** AWS: Control plane, event configurations. */
export const eventConfigurationHandlers: OperationHandlers = {
  DescribeEventConfigurations: handler<DescribeEventConfigurationsRequest, DescribeEventConfigurationsResponse>(
    'viewer',
    async ({ rpc }) => {
      const { eventConfigurations, createdAt, lastModifiedAt } = await rpc.call(getEventConfigurations, {});
      const kinds = [...Object.entries(eventConfigurations), ...NEVER.map((kind) => [kind, false] as const)];
      return {
        eventConfigurations: Object.fromEntries(kinds.map(([kind, isEnabled]) => [kind, { Enabled: isEnabled }])),
        creationDate: createdAt === undefined ? undefined : new Date(createdAt),
        lastModifiedDate: lastModifiedAt === undefined ? undefined : new Date(lastModifiedAt),
      };
    },
  ),

  UpdateEventConfigurations: handler<UpdateEventConfigurationsRequest>('operator', async ({ rpc }, input) => {
    const entries = Object.entries(input.eventConfigurations ?? {}).map(([kind, configuration]) => {
      return [kind, isEnabled(kind, configuration)] as const;
    });
    const changes = entries.filter((entry): entry is readonly [RegistryEventKind, boolean] =>
      isRegistryEvent(entry[0]),
    );
    await rpc.call(updateEventConfigurations, { eventConfigurations: Object.fromEntries(changes) });
  }),
};

/** Throws `InvalidRequest` for what cannot be enabled, and for what is no kind of events at all. */
function isEnabled(kind: string, { Enabled }: Configuration): boolean {
  const field = `eventConfigurations.${kind}`;
  if (Enabled === undefined) throw invalid(`${field}.Enabled`, 'is needed: true or false');
  if (isRegistryEvent(kind)) return Enabled;
  if (!NEVER.some((one) => one === kind)) {
    const known = [...registryEventKind.options, ...NEVER].join(', ');
    throw invalid(field, `is none of the kinds of events: ${known}`);
  }
  if (Enabled) throw invalid(`${field}.Enabled`, 'cannot be true: this product has no jobs');
  return Enabled;
}

function isRegistryEvent(kind: string): kind is RegistryEventKind {
  return registryEventKind.safeParse(kind).success;
}

function invalid(field: string, problem: string): IotError {
  return new IotError('InvalidRequest', `'${field}' ${problem}`, { details: { field } });
}
