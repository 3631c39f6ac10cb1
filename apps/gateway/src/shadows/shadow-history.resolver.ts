import { UseFilters } from '@nestjs/common';
import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { IotError, reviveError } from '#thingcore/errors';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { PastShadow, ShadowChange, ShadowHistoryArgs, toPastShadow, toShadowChange } from './shadow-history.type.js';
import type { LoadedHistory } from './shadow-loaders.js';
import { Shadow } from './shadow.type.js';

const MOST_CHANGES = 100;

/** What shadows were, and who made them so. */
@Resolver(() => Shadow)
@UseFilters(GraphqlErrorFilter)
export class ShadowHistoryResolver {
  @ResolveField(() => [ShadowChange], {
    description: 'Its last changes, the latest first, as far back as the history of shadows is kept.',
  })
  async history(
    @Parent() { thingName, shadowName }: Shadow,
    @Args() { last, field, before }: ShadowHistoryArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<ShadowChange[]> {
    checkArguments(last, before ?? 1);
    const question = { shadowName, last, field: field ?? undefined, before: before ?? undefined };
    return changesOf(await loaders.shadows.histories(question).load(thingName)).map(toShadowChange);
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

/** In a batch an argument that cannot be would spoil it for the others. */
function checkArguments(last: number, before: number): void {
  if (last < 1 || last > MOST_CHANGES) {
    throw new IotError('InvalidRequest', `A history has 1 to ${MOST_CHANGES} changes at a time, not ${last}`, {
      details: { field: 'last', least: 1, most: MOST_CHANGES },
    });
  }
  if (before < 1) {
    throw new IotError('InvalidRequest', `No version is before ${before}: versions are counted from 1`, {
      details: { field: 'before', least: 1 },
    });
  }
}
