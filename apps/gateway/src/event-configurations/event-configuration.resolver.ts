import { UseFilters } from '@nestjs/common';
import { Args, Extensions, Query, Resolver } from '@nestjs/graphql';
import { getEventConfigurations, type RequestOf, updateEventConfigurations } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { RpcClient } from '#thingcore/transport';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { ObjectMutation } from '../mutations/payload-mutation.js';
import {
  EventConfiguration,
  type EventConfigurationInput,
  toEventConfigurations,
  UpdateEventConfigurationsInput,
} from './event-configuration.type.js';

@Resolver(() => EventConfiguration)
@UseFilters(GraphqlErrorFilter)
export class EventConfigurationResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Extensions({ listSize: 11 })
  @Query(() => [EventConfiguration], { description: 'Which kinds of events of the registry are published.' })
  async eventConfigurations(): Promise<EventConfiguration[]> {
    return toEventConfigurations((await this.rpc.call(getEventConfigurations, {})).eventConfigurations);
  }

  @ObjectMutation('eventConfigurations', () => [EventConfiguration], {
    description: 'Enables and disables kinds of events; answers all of them.',
  })
  async updateEventConfigurations(
    @Args('input', { type: () => UpdateEventConfigurationsInput, description: 'The kinds to enable and to disable.' })
    input: UpdateEventConfigurationsInput,
  ): Promise<EventConfiguration[]> {
    const request = { eventConfigurations: enabledByKind(input.eventConfigurations) };
    return toEventConfigurations((await this.rpc.call(updateEventConfigurations, request)).eventConfigurations);
  }
}

function enabledByKind(
  configurations: readonly EventConfigurationInput[],
): RequestOf<typeof updateEventConfigurations>['eventConfigurations'] {
  const enabled = new Map(configurations.map((configuration) => [configuration.kind, configuration.enabled]));
  if (enabled.size < configurations.length) {
    throw new IotError('InvalidRequest', 'A kind of events is given more than once; give each once', {
      details: { field: 'eventConfigurations' },
    });
  }
  return Object.fromEntries(enabled);
}
