import { Extensions, Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { DeadLetter as RulesDeadLetter, DeadLetterSelection } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { PART_OF_DOCUMENT } from '../connections/part-of-document.js';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import { Message, toMessage } from '../messages/message.type.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';

/** A message that an action failed on for good. */
@ObjectType({ description: 'A message that an action of a rule failed on for good.' })
export class DeadLetter {
  @Field(() => ID, { description: 'Its id.' })
  id: string;

  @Field(() => String, { description: 'The name of the rule.' })
  ruleName: string;

  @Field(() => String, { description: 'The key of the action; `sql` when a look-up of the statement failed.' })
  action: string;

  @Field(() => Int, { nullable: true, description: 'The place of the action in the rule, from 0; null for `sql`.' })
  actionIndex: number | null;

  @Field(() => String, { description: 'What went wrong.' })
  error: string;

  @Field(() => DateTimeScalar, { description: 'When it did.' })
  failedAt: number;

  @Field(() => Message, { description: 'The message, as it came in.' })
  message: Message;
}

/** A page of dead letters. */
export const DeadLetterConnection = relayConnection(DeadLetter, {
  one: 'dead letter',
  many: 'dead letters',
  order: 'the oldest first',
});

/** A page of dead letters. */
export type DeadLetterConnection = Connection<DeadLetter>;

/** Which dead letters a mutation is about. */
@InputType({ description: 'Some dead letters by their ids, or the oldest of a rule: exactly one of the two.' })
export class DeadLetterSelectionInput {
  @Field(() => [ID], { nullable: true, description: 'Their ids, at most 1000.' })
  ids?: string[] | null;

  @Field(() => String, { nullable: true, description: 'The name of the rule.' })
  ruleName?: string | null;

  @Field(() => Int, { defaultValue: 1000, description: 'How many of the rule at most: 1 to 1000.' })
  limit: number;
}

@ObjectType({ description: 'A dead letter that was not replayed.' })
export class RefusedDeadLetter {
  @Field(() => ID, { description: 'Its id.' })
  id: string;

  @Field(() => String, { description: 'Why not.' })
  reason: string;
}

/** What `replayDeadLetters` answers. */
@ObjectType({ description: 'What came of a replay of dead letters.' })
export class ReplayedDeadLetters {
  @Field(() => Int, { description: 'How many went back to their rules.' })
  replayed: number;

  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [RefusedDeadLetter], { description: 'Those that were kept, and why.' })
  refused: RefusedDeadLetter[];
}

/** What `deleteDeadLetters` answers. */
@ObjectType({ description: 'Dead letters that were deleted.' })
export class DeletedDeadLetters {
  @Field(() => Int, { description: 'How many.' })
  deleted: number;
}

/** A dead letter as the rules service keeps it. */
export function toDeadLetter({ actionIndex, message, ...letter }: RulesDeadLetter): DeadLetter {
  return { ...letter, actionIndex: actionIndex ?? null, message: toMessage(message) };
}

/** The selection of the contract. Throws `InvalidRequest` unless exactly one way to select is given. */
export function toSelection({ ids, ruleName, limit }: DeadLetterSelectionInput): DeadLetterSelection {
  const byIds = ids !== undefined && ids !== null;
  const byRule = ruleName !== undefined && ruleName !== null;
  if (byIds && !byRule) return { ids };
  if (byRule && !byIds) return { ruleName, limit };
  const problem = `Exactly one of ids and ruleName is needed, not ${byIds ? 'both' : 'none'}`;
  throw new IotError('InvalidRequest', problem, { details: { field: 'ids' } });
}
