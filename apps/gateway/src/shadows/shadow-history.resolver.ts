import { UseFilters } from '@nestjs/common';
import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { IotError, reviveError } from '#thingcore/errors';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { checkPageSize, keyOfCursor, noCursor } from '../connections/cursor.js';
import { toConnectionBy } from '../connections/relay-connection.js';
import {
  MOST_CHANGES,
  PastShadow,
  ShadowChange,
  ShadowChangeConnection,
  ShadowHistoryArgs,
  toPastShadow,
  toShadowChange,
} from './shadow-history.type.js';
import type { LoadedHistory } from './shadow-loaders.js';
import { Shadow } from './shadow.type.js';

/** What shadows were, and who made them so. */
@Resolver(() => Shadow)
@UseFilters(GraphqlErrorFilter)
export class ShadowHistoryResolver {
  @ResolveField(() => ShadowChangeConnection, {
    description: 'Its changes, the latest first, as far back as the history of shadows is kept.',
  })
  async history(
    @Parent() { thingName, shadowName }: Shadow,
    @Args() { first, after, field }: ShadowHistoryArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<ShadowChangeConnection> {
    checkPageSize(first, 'first', MOST_CHANGES);
    // One more than asked for tells whether there is another page.
    const question = { shadowName, last: first + 1, field: field ?? undefined, before: versionOf(after) };
    const changes = changesOf(await loaders.shadows.histories(question).load(thingName)).map(toShadowChange);
    const page = changes.slice(0, first);
    const keyOf = ({ version }: ShadowChange) => String(version);
    const nextToken = changes.length > first ? keyOf(page.at(-1) as ShadowChange) : undefined;
    return toConnectionBy(keyOf, page, { nextToken, after });
  }

  @ResolveField(() => ShadowChange, {
    nullable: true,
    description: 'The change that made the value of a field what it is; null when it is older than the history.',
  })
  async whoSet(
    @Parent() { thingName, shadowName }: Shadow,
    @Args('field', { type: () => String, description: 'The path of the field, as in `desired.led.color`.' })
    field: string,
    @Context() { loaders }: GatewayContext,
  ): Promise<ShadowChange | null> {
    const [change] = changesOf(await loaders.shadows.histories({ shadowName, last: 1, field }).load(thingName));
    return change === undefined ? null : toShadowChange(change);
  }

  @ResolveField(() => PastShadow, {
    nullable: true,
    description:
      'What it was at a time; null when it did not exist. An error when its history does not reach so far back.',
  })
  async asOf(
    @Parent() { thingName, shadowName }: Shadow,
    @Args('time', { type: () => DateTimeScalar, description: 'The time.' }) time: number,
    @Context() { loaders }: GatewayContext,
  ): Promise<PastShadow | null> {
    const past = await loaders.shadows.past({ shadowName, time: Math.max(0, Math.floor(time)) }).load(thingName);
    if (past === undefined) return null;
    if ('error' in past) throw reviveError(past.error);
    if (!past.isForgotten) return toPastShadow(past);
    throw new IotError(
      'ResourceNotFound',
      `The history of the shadow of ${thingName} does not reach back to ${new Date(time).toISOString()}`,
      { details: { field: 'time' } },
    );
  }
}

/** Throws what was not to be had of this thing; of the others that were asked about with it, it was. */
function changesOf(history: LoadedHistory | undefined): LoadedHistory['changes'] {
  if (history?.error !== undefined) throw reviveError(history.error);
  return history?.changes ?? [];
}

/** The version that a cursor stands for. In a batch one that cannot be would spoil it for the others. */
function versionOf(cursor: string | null | undefined): number | undefined {
  if (cursor === undefined || cursor === null) return undefined;
  const version = Number(keyOfCursor(cursor));
  if (Number.isSafeInteger(version) && version > 0) return version;
  throw noCursor(cursor);
}
