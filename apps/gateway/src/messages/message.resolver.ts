import { UseFilters } from '@nestjs/common';
import { Args, Context, Resolver, Subscription } from '@nestjs/graphql';
import { publishMessage } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation } from '../mutations/payload-mutation.js';
import type { SubscriptionContext } from '../requests/gateway-context.js';
import { MESSAGE_PROPERTIES_FIELDS } from './message-properties.type.js';
import { Message } from './message.type.js';
import { PublishInput, PublishedMessage, toPublishRequest } from './publish.input.js';
import { TapPool } from './tap-pool.js';

@Resolver(() => Message)
@UseFilters(GraphqlErrorFilter)
export class MessageResolver {
  constructor(
    private readonly rpc: RpcClient,
    private readonly taps: TapPool,
  ) {}

  @FactsMutation(PublishedMessage, {
    description: 'Publishes a message in the name of the platform; answers when the broker has taken it.',
  })
  async publish(
    @Args('input', { type: () => PublishInput, description: 'The message.' }) input: PublishInput,
  ): Promise<PublishedMessage> {
    const { messageId } = await inTermsOf(
      MESSAGE_PROPERTIES_FIELDS,
      this.rpc.call(publishMessage, toPublishRequest(input)),
    );
    return { messageId };
  }

  @Subscription(() => Message, {
    description: 'The messages of a topic filter from now on, as they are published.',
    resolve: (message: Message) => message,
  })
  messages(
    @Args('topicFilter', { type: () => String, description: 'The topic filter, with + and # as in MQTT.' })
    topicFilter: string,
    @Context() { connection }: SubscriptionContext,
  ): Promise<AsyncIterableIterator<Message>> {
    return this.taps.subscribe(connection, topicFilter);
  }
}
