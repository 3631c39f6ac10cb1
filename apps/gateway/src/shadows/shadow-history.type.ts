import { ArgsType, Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { ShadowAuthor, ShadowChange as StoredChange } from '#thingcore/contracts';
import type { JsonObject } from '#thingcore/errors';
import type { StatePatch } from '#thingcore/shadow-document';
import { PageInfo } from '../connections/page-info.type.js';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import type { LoadedPast } from './shadow-loaders.js';

/** What changes of shadows come through. */
export const ShadowChangeOrigin = { MQTT: 'MQTT', GRAPHQL: 'GRAPHQL', HTTP: 'HTTP', PLATFORM: 'PLATFORM' } as const;

registerEnumType(ShadowChangeOrigin, {
  name: 'ShadowChangeOrigin',
  description: 'What a change of a shadow came through.',
  valuesMap: {
    MQTT: { description: 'A message of an MQTT client.' },
    GRAPHQL: { description: 'This API.' },
    HTTP: { description: 'The HTTP API of the AWS SDKs.' },
    PLATFORM: { description: 'The platform itself: a rule that republishes, or a message published through this API.' },
  },
});

/** A change of a shadow that is past. */
@ObjectType({ description: 'A change of a shadow that is past.' })
export class ShadowChange {
  @Field(() => Int, { description: 'The version it made; of a deletion the version that was deleted.' })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was stored.' })
  at: number;

  @Field(() => ShadowChangeOrigin, { nullable: true, description: 'What it came through, if that is known.' })
  origin: ShadowAuthor['origin'] | null;

  @Field(() => String, {
    nullable: true,
    description: 'Who made it: the id of a certificate, `anonymous`, or the name of an API key; null when unknown.',
  })
  by: string | null;

  @Field(() => String, { nullable: true, description: 'The MQTT client id it came from.' })
  clientId: string | null;

  @Field(() => String, { nullable: true, description: 'The client token of its request.' })
  clientToken: string | null;

  @Field(() => Boolean, { description: 'Whether it deleted the shadow.' })
  deleted: boolean;

  @Field(() => JsonScalar, {
    description:
      'What it set and, as null, removed: `{ "desired": {...}, "reported": {...} }`. Values that stayed what they were are left out.',
  })
  changes: StatePatch;
}

/** A shadow as it was. */
@ObjectType({ description: 'A shadow as it was.' })
export class PastShadow {
  @Field(() => JsonScalar, { nullable: true, description: 'The state that applications wanted.' })
  desired: JsonObject | null;

  @Field(() => JsonScalar, { nullable: true, description: 'The state that the device reported.' })
  reported: JsonObject | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'What of the desired state the device did not report; null when there was nothing.',
  })
  delta: JsonObject | null;

  @Field(() => Int, { description: 'The version it had.' })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it had become so.' })
  at: number;
}

/** How many changes a page of a history has at most. */
export const MOST_CHANGES = 100;

/** The arguments of a shadow's history. */
@ArgsType()
export class ShadowHistoryArgs {
  @Field(() => Int, { defaultValue: 10, description: `How many changes to return: 1 to ${MOST_CHANGES}.` })
  first: number;

  @Field(() => String, {
    nullable: true,
    description: 'Return changes behind this cursor, which are older; the latest ones when it is left out.',
  })
  after?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only changes that made the value of this field another one: its path, as in `desired.led.color`.',
  })
  field?: string | null;
}

/** A page of changes. */
export const ShadowChangeConnection = relayConnection(ShadowChange, {
  one: 'change',
  many: 'changes',
  order: 'the latest first',
});

/** A page of changes. */
export type ShadowChangeConnection = Connection<ShadowChange>;

/** The named shadows of a thing, a page of them. */
@ObjectType({ description: 'A page of the named shadows of a thing, in the order of their names.' })
export class NamedShadows {
  @Field(() => [String], { description: 'Their names.' })
  names: string[];

  @Field(() => PageInfo, { description: 'Where the page lies in the list.' })
  pageInfo: PageInfo;
}

/** A change as the shadow service tells it. */
export function toShadowChange({ version, at, author, clientToken, isDeletion, changes }: StoredChange): ShadowChange {
  return {
    version,
    at,
    origin: author?.origin ?? null,
    by: author?.principal ?? null,
    clientId: author?.clientId ?? null,
    clientToken: clientToken ?? null,
    deleted: isDeletion,
    changes,
  };
}

/** A shadow as it was, of which that is known. */
export function toPastShadow({ state, version, at }: Extract<LoadedPast, { isForgotten: false }>): PastShadow {
  const { desired = null, reported = null, delta = null } = state;
  return { desired, reported, delta, version, at };
}
