import { UseFilters } from '@nestjs/common';
import { Args, Context, ID, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { getDenials, listDenials } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import type { Loaders } from '../batching/loaders.js';
import { Certificate, toCertificate } from '../certificates/certificate.type.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { GatewayContext, SubscriptionContext } from '../requests/gateway-context.js';
import { Thing, toThing } from '../things/thing.type.js';
import { DenialFeed } from './denial-feed.js';
import {
  checkDenialFilter,
  DENIAL_FIELDS,
  DenialFilterArgs,
  DenialsArgs,
  LastDenialsArgs,
  toDenialFilter,
} from './denial.args.js';
import { Denial, toDenial } from './denial.type.js';

/** Why clients were not allowed something. */
@Resolver(() => Denial)
@UseFilters(GraphqlErrorFilter)
export class DenialResolver {
  constructor(
    private readonly rpc: RpcClient,
    private readonly feed: DenialFeed,
  ) {}

  @Query(() => [Denial], {
    description:
      'Why clients were not allowed something: the last denials that meet all that is given, the newest first. Those of the last while are kept; a client that is denied again and again is recorded now and then.',
  })
  async denials(@Args() { last, ...filter }: DenialsArgs): Promise<Denial[]> {
    const request = { ...toDenialFilter(filter), last };
    const { denials } = await inTermsOf(DENIAL_FIELDS, this.rpc.call(listDenials, request));
    return denials.map(toDenial);
  }

  @Query(() => Denial, {
    nullable: true,
    description: 'A denial; null when there is none of that id, or none any more.',
  })
  async denial(
    @Args('id', { type: () => ID, description: 'The id of the denial.' }) id: string,
  ): Promise<Denial | null> {
    const names = { 'denialIds.0': 'id' };
    const { denials } = await inTermsOf(names, this.rpc.call(getDenials, { denialIds: [id] }));
    const [denial] = denials;
    return denial === undefined ? null : toDenial(denial);
  }

  @ResolveField(() => Thing, {
    nullable: true,
    description: 'The thing that the connection is of; null when it is of none, or when the thing is gone.',
  })
  async thing(@Parent() { thingName }: Denial, @Context() { loaders }: GatewayContext): Promise<Thing | null> {
    const thing = thingName === null ? undefined : await loaders.things.load(thingName);
    return thing === undefined ? null : toThing(thing);
  }

  @ResolveField(() => Certificate, {
    nullable: true,
    description: 'The certificate of the client; null for an anonymous one, or when it is not registered.',
  })
  async certificate(
    @Parent() { principal }: Denial,
    @Context() { loaders }: GatewayContext,
  ): Promise<Certificate | null> {
    const certificate = principal === ANONYMOUS ? undefined : await loaders.certificates.load(principal);
    return certificate === undefined ? null : toCertificate(certificate);
  }

  @Subscription(() => Denial, {
    name: 'denials',
    description: 'The denials that meet all that is given from now on, as they are recorded.',
    resolve: (denial: Denial) => denial,
  })
  denialsRecorded(
    @Args() args: DenialFilterArgs,
    @Context() { connection }: SubscriptionContext,
  ): AsyncIterableIterator<Denial> {
    const filter = toDenialFilter(args);
    checkDenialFilter(filter);
    return this.feed.subscribe(connection, filter);
  }
}

/** The principal of clients without a certificate. */
const ANONYMOUS = 'anonymous';

/** The denials of a thing. */
@Resolver(() => Thing)
@UseFilters(GraphqlErrorFilter)
export class ThingDenialsResolver {
  @ResolveField(() => [Denial], {
    description: 'Why its device was not allowed something: the last denials, the newest first.',
  })
  denials(
    @Parent() { name }: Thing,
    @Args() { last }: LastDenialsArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<Denial[]> {
    return lastDenials(loaders, { thingName: name, last });
  }
}

/** The denials of a certificate. */
@Resolver(() => Certificate)
@UseFilters(GraphqlErrorFilter)
export class CertificateDenialsResolver {
  @ResolveField(() => [Denial], {
    description: 'Why a client with it was not allowed something: the last denials, the newest first.',
  })
  denials(
    @Parent() { id }: Certificate,
    @Args() { last }: LastDenialsArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<Denial[]> {
    return lastDenials(loaders, { certificateId: id, last });
  }
}

async function lastDenials(
  loaders: Loaders,
  request: Parameters<Loaders['denialLists']['load']>[0],
): Promise<Denial[]> {
  const { denials } = await loaders.denialLists.load(request);
  return denials.map(toDenial);
}
