import { UseFilters } from '@nestjs/common';
import { Args, ArgsType, Context, Field, Int, Resolver, Subscription } from '@nestjs/graphql';
import type { ShadowPosition } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { SHADOW_NAME_PATTERN } from '#thingcore/topics';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { SubscriptionContext } from '../requests/gateway-context.js';
import { checkResourceName } from '../requests/resource-name.js';
import { positionOfCursor } from './shadow-cursor.js';
import { ShadowUpdate } from './shadow-update.type.js';
import { ShadowUpdates } from './shadow-updates.js';

/** The arguments of `shadowUpdated`. */
@ArgsType()
export class ShadowUpdatedArgs {
  @Field(() => String, { description: 'The name of the thing.' })
  thing: string;

  @Field(() => String, {
    nullable: true,
    description: 'The name of a named shadow; the classic shadow when it is left out.',
  })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The cursor of the last change that was seen: begins with what came after it. An error when the history does not reach back so far.',
  })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'As `after`, from the version of a shadow that was read; 0 for its whole history.',
  })
  afterVersion?: number | null;
}

/** Shows the changes of shadows. */
@Resolver(() => ShadowUpdate)
@UseFilters(GraphqlErrorFilter)
export class ShadowUpdatedResolver {
  constructor(private readonly updates: ShadowUpdates) {}

  @Subscription(() => ShadowUpdate, {
    description:
      'The changes of a shadow: from now on, or from a place in its history on. Each comes once, in their order.',
    resolve: (update: ShadowUpdate) => update,
  })
  shadowUpdated(
    @Args() { thing, name, ...place }: ShadowUpdatedArgs,
    @Context() { connection, lastEventId }: SubscriptionContext,
  ): Promise<AsyncIterableIterator<ShadowUpdate>> {
    checkResourceName('thing', thing, 'thing');
    checkShadowName(name);
    const shadow = { thingName: thing, shadowName: name ?? null };
    return this.updates.subscribe(connection, shadow, positionOf(place, lastEventId));
  }
}

/** A subscription is seen by no service: for a name that cannot be it would wait for ever. */
function checkShadowName(name: string | null | undefined): void {
  if (name === undefined || name === null || SHADOW_NAME_PATTERN.test(name)) return;
  throw new IotError(
    'InvalidRequest',
    `${JSON.stringify(name)} is no name of a shadow: it must be 1 to 64 characters out of a-z, A-Z, 0-9, dollar, colon, underscore and hyphen`,
    { details: { field: 'name' } },
  );
}

function positionOf(
  { after, afterVersion }: Pick<ShadowUpdatedArgs, 'after' | 'afterVersion'>,
  lastEventId: string | undefined,
): ShadowPosition | undefined {
  const cursor = lastEventId ?? after ?? undefined;
  if (cursor !== undefined) return positionOfCursor(cursor);
  if (afterVersion === undefined || afterVersion === null) return undefined;
  if (afterVersion >= 0) return { version: afterVersion, isDeletion: false };
  throw new IotError('InvalidRequest', `afterVersion is a version or 0, not ${afterVersion}`, {
    details: { field: 'afterVersion' },
  });
}
