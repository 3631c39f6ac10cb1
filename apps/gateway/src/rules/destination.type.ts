import { Field, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { TopicRuleDestination as RulesDestination } from '#thingcore/contracts';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';

/** The statuses of a destination. */
export const DestinationStatus = {
  IN_PROGRESS: 'IN_PROGRESS',
  ENABLED: 'ENABLED',
  DISABLED: 'DISABLED',
  ERROR: 'ERROR',
} as const;

/** The status of a destination. */
export type DestinationStatus = keyof typeof DestinationStatus;

registerEnumType(DestinationStatus, {
  name: 'TopicRuleDestinationStatus',
  description: 'The status of a destination.',
  valuesMap: {
    IN_PROGRESS: { description: 'A token was sent to it, which did not come back yet.' },
    ENABLED: { description: 'HTTP actions deliver to it.' },
    DISABLED: { description: 'It is confirmed, but held back.' },
    ERROR: { description: 'The token could not be sent.' },
  },
});

/** A destination of HTTP actions. */
@ObjectType({ description: 'Where HTTP actions may deliver to: a URL whose owner agreed.' })
export class TopicRuleDestination {
  @Field(() => String, { description: 'Its ARN.' })
  arn: string;

  @Field(() => String, { description: 'What the URLs of actions begin with that deliver to it.' })
  confirmationUrl: string;

  @Field(() => DestinationStatus, { description: 'Whether actions deliver to it.' })
  status: DestinationStatus;

  @Field(() => String, { nullable: true, description: 'Why it has this status, if that is not plain.' })
  statusReason: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt: number;

  @Field(() => DateTimeScalar, { description: 'When it last changed.' })
  lastUpdatedAt: number;
}

/** A page of destinations. */
export const TopicRuleDestinationConnection = relayConnection(TopicRuleDestination, {
  one: 'destination',
  many: 'destinations',
  order: 'in the order of their ARNs',
});

/** A page of destinations. */
export type TopicRuleDestinationConnection = Connection<TopicRuleDestination>;

/** What `createTopicRuleDestination` takes. */
@InputType({ description: 'The destination to create.' })
export class CreateTopicRuleDestinationInput extends IdempotentInput {
  @Field(() => String, { description: 'The URL that a token is sent to, for its owner to confirm.' })
  confirmationUrl: string;
}

/** What `updateTopicRuleDestination` takes. */
@InputType({ description: 'The change of a destination.' })
export class UpdateTopicRuleDestinationInput {
  @Field(() => String, { description: 'Its ARN.' })
  arn: string;

  @Field(() => DestinationStatus, {
    description: 'ENABLED or DISABLED for one that was confirmed; IN_PROGRESS sends a new token to one that was not.',
  })
  status: DestinationStatus;
}

/** What `deleteTopicRuleDestination` answers. */
@ObjectType({ description: 'A destination that was deleted.' })
export class DeletedTopicRuleDestination {
  @Field(() => String, { description: 'Its ARN.' })
  arn: string;
}

/** A destination as the rules service keeps it. */
export function toDestination({ statusReason, ...destination }: RulesDestination): TopicRuleDestination {
  return { ...destination, statusReason: statusReason ?? null };
}
