import { UseFilters } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { getRetainedMessage, listRetainedMessages, publishMessage } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { PAGE_FIELDS, PageArgs, toPageRequest } from '../connections/page.args.js';
import { toConnectionBy } from '../connections/relay-connection.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation } from '../mutations/payload-mutation.js';
import { nullWhenMissing } from '../errors/null-when-missing.js';
import {
  DeletedRetainedMessage,
  RetainedMessage,
  RetainedTopicConnection,
  toRetainedMessage,
  toRetainedTopic,
} from './retained-message.type.js';

const TOPIC = 'The topic, without wildcards.';

@Resolver(() => RetainedMessage)
@UseFilters(GraphqlErrorFilter)
export class RetainedMessageResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => RetainedMessage, {
    nullable: true,
    description: 'The message that is retained on a topic; null when there is none.',
  })
  async retainedMessage(
    @Args('topic', { type: () => String, description: TOPIC }) topic: string,
  ): Promise<RetainedMessage | null> {
    const message = await nullWhenMissing(this.rpc.call(getRetainedMessage, { topic }));
    return message === null ? null : toRetainedMessage(message);
  }

  @Query(() => RetainedTopicConnection, {
    description: 'The topics that messages are retained on, in the order of their bytes.',
  })
  async retainedMessages(@Args() page: PageArgs): Promise<RetainedTopicConnection> {
    const { messages, nextToken } = await inTermsOf(
      PAGE_FIELDS,
      this.rpc.call(listRetainedMessages, toPageRequest(page)),
    );
    return toConnectionBy(({ topic }) => topic, messages.map(toRetainedTopic), { nextToken, after: page.after });
  }

  @FactsMutation(DeletedRetainedMessage, {
    description:
      'Deletes the message that is retained on a topic, as MQTT has it: by publishing an empty one, which subscribers of the topic get. That there is none is no error.',
  })
  async deleteRetainedMessage(
    @Args('topic', { type: () => String, description: TOPIC }) topic: string,
  ): Promise<DeletedRetainedMessage> {
    await this.rpc.call(publishMessage, { topic, payload: '', retain: true });
    return { topic };
  }
}
