import { UseFilters } from '@nestjs/common';
import { Args, Context, Extensions, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CaCertificate, toCaCertificate } from '../ca-certificates/ca-certificate.type.js';
import { toNamedConnection } from '../connections/named-order.js';
import { PAGE_FIELDS } from '../connections/page.args.js';
import { toTwoWayPageRequest, TwoWayPageArgs } from '../connections/two-way-page.args.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { loadPoliciesOfTarget } from '../policies/load-policies.js';
import { Policy } from '../policies/policy.type.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { ThingConnection, toThing } from '../things/thing.type.js';
import { Certificate } from './certificate.type.js';

/** The other resources of the registry that a certificate has to do with. */
@Resolver(() => Certificate)
@UseFilters(GraphqlErrorFilter)
export class CertificateRelationsResolver {
  @ResolveField(() => CaCertificate, {
    nullable: true,
    description:
      'The CA of the operator that signed it; null for those that the platform signed and those registered without a CA.',
  })
  async ca(
    @Parent() { caCertificateId }: Certificate,
    @Context() { loaders }: GatewayContext,
  ): Promise<CaCertificate | null> {
    if (caCertificateId === undefined) return null;
    const ca = await loaders.caCertificates.load(caCertificateId);
    return ca === undefined ? null : toCaCertificate(ca);
  }

  @ResolveField(() => ThingConnection, {
    description: 'The things whose devices may connect with it, in the order of their names.',
  })
  async things(
    @Parent() { id }: Certificate,
    @Args() page: TwoWayPageArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<ThingConnection> {
    const request = { principal: id, ...toTwoWayPageRequest(page) };
    const { things: attached, nextToken } = await inTermsOf(PAGE_FIELDS, loaders.principalThingLists.load(request));
    const things = await Promise.all(attached.map(({ thingName }) => loaders.things.load(thingName)));
    return toNamedConnection(things.filter((thing) => thing !== undefined).map(toThing), nextToken, page);
  }

  @Extensions({ listSize: 10 })
  @ResolveField(() => [Policy], { description: 'The policies attached to it, in the order of their names.' })
  policies(@Parent() { arn }: Certificate, @Context() { loaders }: GatewayContext): Promise<Policy[]> {
    return loadPoliciesOfTarget(loaders, arn);
  }
}
