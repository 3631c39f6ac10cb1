import { UseFilters } from '@nestjs/common';
import { Args, ArgsType, Context, Field, Resolver, Subscription } from '@nestjs/graphql';
import { type Connectivity, getConnectivity, getConnectivityOfThings } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { isLifecycleClientId } from '#thingcore/topics';
import { RpcClient } from '#thingcore/transport';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { SubscriptionContext } from '../requests/gateway-context.js';
import { checkResourceName } from '../requests/resource-name.js';
import { ConnectivityChange, toInitialConnectivity } from './connectivity-change.type.js';
import { ConnectivityFeed, type ConnectivityFilter } from './connectivity-feed.js';

/** The arguments of `connectivityChanged`. */
@ArgsType()
export class ConnectivityChangedArgs {
  @Field(() => String, {
    nullable: true,
    description:
      'Only the device of this thing: the client that connects as the thing by its certificate, or whose id is its name.',
  })
  thing?: string | null;

  @Field(() => String, { nullable: true, description: 'Only this client.' })
  clientId?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether to begin with how things are, so that who comes back need not ask; only with a thing or a client, if it was ever seen.',
  })
  initial: boolean;
}

/** Shows who connects and disconnects. */
@Resolver(() => ConnectivityChange)
@UseFilters(GraphqlErrorFilter)
export class ConnectivityChangedResolver {
  constructor(
    private readonly feed: ConnectivityFeed,
    private readonly rpc: RpcClient,
  ) {}

  @Subscription(() => ConnectivityChange, {
    description:
      "Who connects and disconnects from now on: a thing's device, a client, or all. There is no history of it; `initial` tells how things are. A change may come more than once.",
    resolve: (change: ConnectivityChange) => change,
  })
  async connectivityChanged(
    @Args() { initial, ...args }: ConnectivityChangedArgs,
    @Context() { connection }: SubscriptionContext,
  ): Promise<AsyncIterableIterator<ConnectivityChange>> {
    const filter = toFilter(args, initial);
    const queue = await this.feed.subscribe(connection, filter);
    if (!initial) return queue;
    try {
      const known = await this.connectivityOf(filter);
      if (known !== undefined) queue.push(toInitialConnectivity(known));
      return queue;
    } catch (error) {
      queue.end();
      throw error;
    }
  }

  private async connectivityOf({ clientId, thingName }: ConnectivityFilter): Promise<Connectivity | undefined> {
    if (clientId !== undefined) {
      return (await this.rpc.call(getConnectivity, { clientIds: [clientId] })).connectivity[0];
    }
    const { things } = await this.rpc.call(getConnectivityOfThings, { thingNames: [thingName ?? ''] });
    return things[0]?.connectivity;
  }
}

function toFilter({ thing, clientId }: Omit<ConnectivityChangedArgs, 'initial'>, initial: boolean): ConnectivityFilter {
  if (typeof thing === 'string' && typeof clientId === 'string') {
    throw refused('Say which thing or which client, not both: the device of a thing is one client', 'clientId');
  }
  if (typeof thing === 'string') {
    checkResourceName('thing', thing, 'thing');
    return { thingName: thing };
  }
  if (typeof clientId === 'string') {
    if (!isLifecycleClientId(clientId)) {
      throw refused(`Nothing is told of clients whose id is empty or holds + or #: ${clientId}`, 'clientId');
    }
    return { clientId };
  }
  if (initial) throw refused('How things are is told of one thing or one client: say which', 'initial');
  return {};
}

function refused(message: string, field: string): IotError {
  return new IotError('InvalidRequest', message, { details: { field } });
}
