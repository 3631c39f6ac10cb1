import { UseFilters } from '@nestjs/common';
import { Args, ArgsType, Extensions, Field, Query, Resolver } from '@nestjs/graphql';
import { deleteDeadLetters, listDeadLetters, replayDeadLetters } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { OPERATORS_ONLY } from '../access/least-role.js';
import { PAGE_FIELDS, PageArgs, toPageRequest } from '../connections/page.args.js';
import { toConnectionBy } from '../connections/relay-connection.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation } from '../mutations/payload-mutation.js';
import {
  DeadLetter,
  DeadLetterConnection,
  DeadLetterSelectionInput,
  DeletedDeadLetters,
  ReplayedDeadLetters,
  toDeadLetter,
  toSelection,
} from './dead-letter.type.js';

@ArgsType()
class DeadLettersArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Those of this rule only.' })
  ruleName?: string | null;
}

const SELECTION = { type: () => DeadLetterSelectionInput, description: 'Which dead letters.' } as const;

/** What actions failed on for good. */
@Resolver(() => DeadLetter)
@UseFilters(GraphqlErrorFilter)
export class DeadLetterResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Extensions(OPERATORS_ONLY)
  @Query(() => DeadLetterConnection, {
    description: 'Dead letters, of one rule or of all, the oldest first. For operators.',
  })
  async deadLetters(@Args() { ruleName, ...page }: DeadLettersArgs): Promise<DeadLetterConnection> {
    const request = { ...toPageRequest(page), ruleName: ruleName ?? undefined };
    const reply = await inTermsOf(PAGE_FIELDS, this.rpc.call(listDeadLetters, request));
    const { nextToken } = reply;
    return toConnectionBy(({ id }) => id, reply.deadLetters.map(toDeadLetter), { nextToken, after: page.after });
  }

  @FactsMutation(ReplayedDeadLetters, {
    description:
      'Gives dead letters back to their rules as they are now: the action that failed runs again, and no other. Those of rules that are gone or changed are kept.',
  })
  replayDeadLetters(@Args('selection', SELECTION) selection: DeadLetterSelectionInput): Promise<ReplayedDeadLetters> {
    return this.rpc.call(replayDeadLetters, toSelection(selection));
  }

  @FactsMutation(DeletedDeadLetters, { description: 'Deletes dead letters.' })
  deleteDeadLetters(@Args('selection', SELECTION) selection: DeadLetterSelectionInput): Promise<DeletedDeadLetters> {
    return this.rpc.call(deleteDeadLetters, toSelection(selection));
  }
}
