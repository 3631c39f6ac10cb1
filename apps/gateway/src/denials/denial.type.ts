import { Extensions, Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Denial as BrokerDenial, listDenials, ReplyOf } from '#thingcore/contracts';
import { AuthorizationDecision, Remedy, StatementProof, toProof } from '../authorization/authorization-proof.type.js';
import { PART_OF_DOCUMENT } from '../connections/part-of-document.js';
import { type Connection, relayConnection, toConnectionBy } from '../connections/relay-connection.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';

/** Who denied. */
export const DenialCause = { POLICY: 'POLICY', CERTIFICATE: 'CERTIFICATE' } as const;

/** Who denied. */
export type DenialCause = keyof typeof DenialCause;

registerEnumType(DenialCause, {
  name: 'DenialCause',
  description: 'What a denial goes back to.',
  valuesMap: {
    POLICY: { description: 'The policies: see the statements.' },
    CERTIFICATE: { description: 'The certificate itself, which does not count, so that no policy was asked.' },
  },
});

/** A denial. Its thing and its certificate are fields of its resolver. */
@ObjectType({ description: 'Something that a client was not allowed to do, with the proof.' })
export class Denial {
  @Field(() => ID, { description: 'Its id; MQTT 5 clients are told it in the reason string.' })
  id: string;

  @Field(() => DateTimeScalar, { description: 'When it happened.' })
  time: number;

  @Field(() => String, { description: 'The client id of the connection.' })
  clientId: string;

  @Field(() => String, { description: 'The id of the certificate of the client, or `anonymous`.' })
  principal: string;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the thing that the connection is of, if it is of one.',
  })
  thingName: string | null;

  @Field(() => String, { description: 'The address of the client.' })
  sourceIp: string;

  @Field(() => String, { description: 'What the client wanted to do, as policies name it: iot:Publish.' })
  action: string;

  @Field(() => String, { description: 'The ARN of what it wanted to do it with.' })
  resource: string;

  @Field(() => DenialCause, { description: 'Whether the policies or the certificate itself denied it.' })
  cause: DenialCause;

  @Field(() => AuthorizationDecision, {
    nullable: true,
    description: 'What the policies decided; null when the certificate itself does not count.',
  })
  decision: AuthorizationDecision | null;

  @Field(() => String, { description: 'Why, as a sentence.' })
  summary: string;

  @Extensions(PART_OF_DOCUMENT)
  @Field(() => [StatementProof], {
    description: 'The statement that denied it, or those that came nearest to allowing it, the nearest first.',
  })
  statements: StatementProof[];

  @Field(() => Remedy, { nullable: true, description: 'What would allow it; null when no policy would.' })
  remedy: Remedy | null;

  @Field(() => Int, {
    description: 'How many denials of this client since the one recorded before were too many to be recorded.',
  })
  suppressed: number;

  @Field(() => String, {
    nullable: true,
    description:
      'Where it stands among all denials: `after` of a subscription goes on from there. Null for one that was looked up by its id.',
  })
  cursor?: string | null;
}

/** A page of denials. */
export const DenialConnection = relayConnection(Denial, { one: 'denial', many: 'denials', order: 'the newest first' });

/** A page of denials. */
export type DenialConnection = Connection<Denial>;

/** A denial as subscribers see it. */
export type RecordedDenial = Denial & { readonly cursor: string };

/** A denial of the broker. */
export function toDenial({ denialId, timestamp, thingName, decision, ...denial }: BrokerDenial): Denial {
  const { clientId, principal, sourceIp, action, resource, cause, summary, suppressed } = denial;
  return {
    id: denialId,
    time: timestamp,
    clientId,
    principal,
    thingName: thingName ?? null,
    sourceIp,
    action,
    resource,
    cause,
    decision: decision ?? null,
    summary,
    ...toProof(denial),
    suppressed,
  };
}

/** A page of denials of the broker, which was asked for with the cursor `after`. */
export function toDenialConnection(
  { denials, cursors, hasMore }: ReplyOf<typeof listDenials>,
  after: string | null | undefined,
): DenialConnection {
  const nodes = denials.map((denial, index) => ({ ...toDenial(denial), cursor: cursors[index] ?? '' }));
  const nextToken = hasMore ? cursors.at(-1) : undefined;
  return toConnectionBy(({ cursor }) => cursor, nodes, { nextToken, after });
}
