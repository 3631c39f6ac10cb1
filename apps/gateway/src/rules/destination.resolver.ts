import { UseFilters } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import {
  confirmTopicRuleDestination,
  createTopicRuleDestination,
  deleteTopicRuleDestination,
  getTopicRuleDestination,
  listTopicRuleDestinations,
  type RequestOf,
  updateTopicRuleDestination,
} from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { PAGE_FIELDS, PageArgs, toPageRequest } from '../connections/page.args.js';
import { toConnectionBy } from '../connections/relay-connection.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation, ObjectMutation } from '../mutations/payload-mutation.js';
import { nullWhenMissing } from '../errors/null-when-missing.js';
import {
  CreateTopicRuleDestinationInput,
  DeletedTopicRuleDestination,
  toDestination,
  TopicRuleDestination,
  TopicRuleDestinationConnection,
  UpdateTopicRuleDestinationInput,
} from './destination.type.js';

const ARN = { type: () => String, description: 'The ARN of the destination.' } as const;

/** Where HTTP actions may deliver to. */
@Resolver(() => TopicRuleDestination)
@UseFilters(GraphqlErrorFilter)
export class DestinationResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => TopicRuleDestination, { nullable: true, description: 'A destination; null when there is none.' })
  async topicRuleDestination(@Args('arn', ARN) arn: string): Promise<TopicRuleDestination | null> {
    const destination = await nullWhenMissing(this.rpc.call(getTopicRuleDestination, { arn }));
    return destination === null ? null : toDestination(destination);
  }

  @Query(() => TopicRuleDestinationConnection, { description: 'The destinations, in the order of their ARNs.' })
  async topicRuleDestinations(@Args() page: PageArgs): Promise<TopicRuleDestinationConnection> {
    const request = this.rpc.call(listTopicRuleDestinations, toPageRequest(page));
    const { destinations, nextToken } = await inTermsOf(PAGE_FIELDS, request);
    return toConnectionBy(({ arn }) => arn, destinations.map(toDestination), { nextToken, after: page.after });
  }

  @ObjectMutation('destination', () => TopicRuleDestination, {
    description: 'Creates a destination and sends a token to its URL; who reads it there confirms the destination.',
  })
  async createTopicRuleDestination(
    @Args('input', { type: () => CreateTopicRuleDestinationInput, description: 'The destination to create.' })
    { confirmationUrl }: CreateTopicRuleDestinationInput,
  ): Promise<TopicRuleDestination> {
    return toDestination(await this.rpc.call(createTopicRuleDestination, { confirmationUrl }));
  }

  @ObjectMutation('destination', () => TopicRuleDestination, {
    description: 'Enables the destination that a token was sent to.',
  })
  async confirmTopicRuleDestination(
    @Args('confirmationToken', { type: () => String, description: 'The token.' }) confirmationToken: string,
  ): Promise<TopicRuleDestination> {
    return toDestination(await this.rpc.call(confirmTopicRuleDestination, { confirmationToken }));
  }

  @ObjectMutation('destination', () => TopicRuleDestination, { description: 'Changes the status of a destination.' })
  async updateTopicRuleDestination(
    @Args('input', { type: () => UpdateTopicRuleDestinationInput, description: 'The change.' })
    { arn, status }: UpdateTopicRuleDestinationInput,
  ): Promise<TopicRuleDestination> {
    // The contract refuses ERROR, which nobody can wish for.
    const request = { arn, status } as RequestOf<typeof updateTopicRuleDestination>;
    return toDestination(await this.rpc.call(updateTopicRuleDestination, request));
  }

  @FactsMutation(DeletedTopicRuleDestination, {
    description: 'Deletes a destination: actions that deliver there fail.',
  })
  async deleteTopicRuleDestination(@Args('arn', ARN) arn: string): Promise<DeletedTopicRuleDestination> {
    await this.rpc.call(deleteTopicRuleDestination, { arn });
    return { arn };
  }
}
