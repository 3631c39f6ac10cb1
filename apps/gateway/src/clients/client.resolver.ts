import { UseFilters } from '@nestjs/common';
import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { deleteConnection, listConnections, sendDirectMessage } from '#thingcore/contracts';
import { DEFAULT_DEADLINE_MS, RpcClient } from '#thingcore/transport';
import { Certificate, toCertificate } from '../certificates/certificate.type.js';
import { PAGE_FIELDS, PageArgs, toPageRequest } from '../connections/page.args.js';
import { toConnectionBy } from '../connections/relay-connection.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation } from '../mutations/payload-mutation.js';
import { nullWhenMissing } from '../errors/null-when-missing.js';
import { MESSAGE_PROPERTIES_FIELDS } from '../messages/message-properties.type.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { Thing, toThing } from '../things/thing.type.js';
import {
  DisconnectClientInput,
  DisconnectedClient,
  SendDirectMessageInput,
  SentDirectMessage,
  toSendDirectMessageRequest,
} from './client.input.js';
import { Client, ClientConnection, ClientSubscriptionConnection, toClient } from './client.type.js';

/** The principal of clients without a certificate. */
const ANONYMOUS = 'anonymous';

/** How the page of {@link ClientResolver.subscriptions} is called by the command. */
const SUBSCRIPTIONS_FIELDS = { maxResults: 'first', nextToken: 'after' } as const;

@Resolver(() => Client)
@UseFilters(GraphqlErrorFilter)
export class ClientResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => Client, {
    nullable: true,
    description:
      'An MQTT client; null when it was never seen, or not for a long time. That of a device is also to be had as the connectivity of its thing.',
  })
  async client(
    @Args('clientId', { type: () => String, description: 'The client id.' }) clientId: string,
    @Context() { loaders }: GatewayContext,
  ): Promise<Client | null> {
    const known = await loaders.connectivity.load(clientId);
    return known === undefined ? null : toClient(known);
  }

  @Query(() => ClientConnection, {
    description: 'The MQTT clients that are connected, to all nodes of the broker, in the order of their ids.',
  })
  async clients(@Args() page: PageArgs): Promise<ClientConnection> {
    const { connections, nextToken } = await inTermsOf(
      PAGE_FIELDS,
      this.rpc.call(listConnections, toPageRequest(page)),
    );
    return toConnectionBy(({ clientId }) => clientId, connections.map(toClient), { nextToken, after: page.after });
  }

  @ResolveField(() => ClientSubscriptionConnection, {
    nullable: true,
    description:
      'What it is subscribed to, or the session that it left; null when it is away and has left none with subscriptions.',
  })
  async subscriptions(
    @Parent() { clientId }: Client,
    @Args() page: PageArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<ClientSubscriptionConnection | null> {
    const { limit, after } = toPageRequest(page);
    const request = { clientId, maxResults: limit, nextToken: after };
    const found = await nullWhenMissing(inTermsOf(SUBSCRIPTIONS_FIELDS, loaders.clientSubscriptionLists.load(request)));
    if (found === null) return null;
    const { subscriptions, nextToken } = found;
    return toConnectionBy(({ topicFilter }) => topicFilter, subscriptions, { nextToken, after: page.after });
  }

  @ResolveField(() => Thing, {
    nullable: true,
    description: 'The thing that the connection is of; null when it is of none, or when the thing is gone.',
  })
  async thing(@Parent() { thingName }: Client, @Context() { loaders }: GatewayContext): Promise<Thing | null> {
    const thing = thingName === undefined ? undefined : await loaders.things.load(thingName);
    return thing === undefined ? null : toThing(thing);
  }

  @ResolveField(() => Certificate, {
    nullable: true,
    description:
      'The certificate it connected with; null for an anonymous client, or when it is not registered any more.',
  })
  async certificate(
    @Parent() { principal }: Client,
    @Context() { loaders }: GatewayContext,
  ): Promise<Certificate | null> {
    const certificate = principal === ANONYMOUS ? undefined : await loaders.certificates.load(principal);
    return certificate === undefined ? null : toCertificate(certificate);
  }

  @FactsMutation(DisconnectedClient, {
    description:
      'Ends the connection of a client, wherever it is connected; one of MQTT 5 is told that it was an administrator. It may connect again: to keep it out, deactivate its certificate. The error is ResourceNotFound when there is nothing to end.',
  })
  async disconnectClient(
    @Args('input', { type: () => DisconnectClientInput, description: 'The client.' })
    { clientId, cleanSession, preventWillMessage }: DisconnectClientInput,
  ): Promise<DisconnectedClient> {
    await this.rpc.call(deleteConnection, { clientId, cleanSession, preventWillMessage });
    return { clientId };
  }

  @FactsMutation(SentDirectMessage, {
    description:
      'Sends a message to one connected client and to nobody else: no other subscriber, no rule and no live view sees it. It is not kept for a client that is away: that is the error ResourceNotFound.',
  })
  async sendDirectMessage(
    @Args('input', { type: () => SendDirectMessageInput, description: 'The message.' }) input: SendDirectMessageInput,
  ): Promise<SentDirectMessage> {
    // The client may take its time, and so may the node that it is connected to.
    const deadlineMs = DEFAULT_DEADLINE_MS + input.timeout * 1_000;
    const { messageId } = await inTermsOf(
      MESSAGE_PROPERTIES_FIELDS,
      this.rpc.call(sendDirectMessage, toSendDirectMessageRequest(input), { deadlineMs }),
    );
    return { messageId };
  }
}
