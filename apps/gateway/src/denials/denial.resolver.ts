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
  type DenialListFilter,
  DenialsArgs,
  DenialSubscriptionArgs,
  LIST_DENIALS_FIELDS,
  OwnDenialsArgs,
  toDenialFilter,
  toListDenialsRequest,
} from './denial.args.js';
import { Denial, DenialConnection, type RecordedDenial, toDenial, toDenialConnection } from './denial.type.js';

/** Why clients were not allowed something. */
@Resolver(() => Denial)
@UseFilters(GraphqlErrorFilter)
export class DenialResolver {
  constructor(
    private readonly rpc: RpcClient,
    private readonly feed: DenialFeed,
  ) {}

  @Query(() => DenialConnection, {
    description:
      'Why clients were not allowed something, the newest denials first. Those of the last while are kept; a client that is denied again and again is recorded now and then.',
  })
  async denials(@Args() args: DenialsArgs): Promise<DenialConnection> {
    const page = await inTermsOf(LIST_DENIALS_FIELDS, this.rpc.call(listDenials, toListDenialsRequest(args)));
    return toDenialConnection(page, args.after);
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
    description:
      'The denials that meet all that is given as they are recorded: from now on, or from the cursor `after` on.',
    resolve: (denial: Denial) => denial,
  })
  denialsRecorded(
    @Args() { after, ...args }: DenialSubscriptionArgs,
    @Context() { connection, lastEventId }: SubscriptionContext,
  ): Promise<AsyncIterableIterator<RecordedDenial>> {
    const filter = toDenialFilter(args);
    checkDenialFilter(filter);
    return this.feed.subscribe(connection, filter, lastEventId ?? after ?? undefined);
  }
}

/** The principal of clients without a certificate. */
const ANONYMOUS = 'anonymous';

/** The denials of a thing. */
@Resolver(() => Thing)
@UseFilters(GraphqlErrorFilter)
export class ThingDenialsResolver {
  @ResolveField(() => DenialConnection, {
    description: 'Why its device was not allowed something: its denials, the newest first.',
  })
  denials(
    @Parent() { name }: Thing,
    @Args() args: OwnDenialsArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<DenialConnection> {
    return denialsOf(loaders, args, { thing: name });
  }
}

/** The denials of a certificate. */
@Resolver(() => Certificate)
@UseFilters(GraphqlErrorFilter)
export class CertificateDenialsResolver {
  @ResolveField(() => DenialConnection, {
    description: 'Why a client with it was not allowed something: its denials, the newest first.',
  })
  denials(
    @Parent() { id }: Certificate,
    @Args() args: OwnDenialsArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<DenialConnection> {
    return denialsOf(loaders, args, { certificateId: id });
  }
}

async function denialsOf(
  loaders: Loaders,
  { filter, ...page }: OwnDenialsArgs,
  owner: Pick<DenialListFilter, 'thing' | 'certificateId'>,
): Promise<DenialConnection> {
  const request = toListDenialsRequest({ ...page, filter: { ...filter, ...owner } });
  return toDenialConnection(await inTermsOf(LIST_DENIALS_FIELDS, loaders.denialLists.load(request)), page.after);
}
