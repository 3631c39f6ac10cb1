import { UseFilters } from '@nestjs/common';
import { Args, Context, Resolver, Subscription } from '@nestjs/graphql';
import { IotError } from '#thingcore/errors';
import { isLifecycleClientId } from '#thingcore/topics';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { Message } from '../messages/message.type.js';
import { TapPool } from '../messages/tap-pool.js';
import type { SubscriptionContext } from '../requests/gateway-context.js';
import { PresenceEvent, toPresenceEvent } from './presence-event.type.js';

const PRESENCE = '$aws/events/presence';

/** Shows the lifecycle events of connections, through the same live views that show other messages. */
@Resolver(() => PresenceEvent)
@UseFilters(GraphqlErrorFilter)
export class PresenceResolver {
  constructor(private readonly taps: TapPool) {}

  @Subscription(() => PresenceEvent, {
    description: 'Who connects and disconnects from now on: one client, or all. An event may come more than once.',
    resolve: (message: Message) => toPresenceEvent(message),
  })
  presence(
    @Args('clientId', { type: () => String, nullable: true, description: 'The client; all when it is left out.' })
    clientId: string | null | undefined,
    @Context() { connection }: SubscriptionContext,
  ): Promise<AsyncIterableIterator<Message>> {
    if (clientId === undefined || clientId === null) return this.taps.subscribe(connection, `${PRESENCE}/#`);
    if (!isLifecycleClientId(clientId)) {
      throw new IotError(
        'InvalidRequest',
        `Nothing is told of clients whose id is empty or holds + or #: ${clientId}`,
        {
          details: { field: 'clientId' },
        },
      );
    }
    return this.taps.subscribe(connection, `${PRESENCE}/+/${clientId}`);
  }
}
