import { UseFilters } from '@nestjs/common';
import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { toCursor } from '../connections/cursor.js';
import { PageArgs, toPageRequest } from '../connections/page.args.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { Thing } from '../things/thing.type.js';
import { NamedShadows } from './shadow-history.type.js';
import { Shadow, toShadow } from './shadow.type.js';

/** The shadows of things. */
@Resolver(() => Thing)
@UseFilters(GraphqlErrorFilter)
export class ThingShadowsResolver {
  @ResolveField(() => Shadow, { nullable: true, description: 'A shadow of the thing; null when it has none.' })
  async shadow(
    @Parent() thing: Thing,
    @Args('name', {
      type: () => String,
      nullable: true,
      description: 'The name of a named shadow; the classic shadow when it is left out.',
    })
    name: string | null | undefined,
    @Context() { loaders }: GatewayContext,
  ): Promise<Shadow | null> {
    const shadowName = name ?? undefined;
    const loaded = await loaders.shadows.documents(shadowName).load(thing.name);
    return loaded === undefined ? null : toShadow(loaded.document, { ...loaded, shadowName });
  }

  @ResolveField(() => NamedShadows, { description: 'The named shadows of the thing; the classic one is not listed.' })
  async shadows(
    @Parent() thing: Thing,
    @Args() page: PageArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<NamedShadows> {
    const loaded = await loaders.shadows.names(toPageRequest(page)).load(thing.name);
    const names = loaded?.shadowNames ?? [];
    const [first, last] = [names.at(0), names.at(-1)];
    return {
      names,
      pageInfo: {
        hasNextPage: loaded?.nextToken !== undefined,
        hasPreviousPage: page.after !== undefined && page.after !== null,
        startCursor: first === undefined ? null : toCursor(first),
        endCursor: last === undefined ? null : toCursor(last),
      },
    };
  }
}
