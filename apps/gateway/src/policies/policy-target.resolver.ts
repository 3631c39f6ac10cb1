import { UseFilters } from '@nestjs/common';
import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Certificate, toCertificate } from '../certificates/certificate.type.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { ThingGroup, toThingGroup } from '../thing-groups/thing-group.type.js';
import { PolicyTarget } from './policy-attachment.type.js';

const TARGET_ARN = /:(cert|thinggroup)\/(.+)$/;

/** The certificate or thing group that a policy is attached to. */
@Resolver(() => PolicyTarget)
@UseFilters(GraphqlErrorFilter)
export class PolicyTargetResolver {
  @ResolveField(() => Certificate, { nullable: true, description: 'The certificate; null for a thing group.' })
  async certificate(
    @Parent() { arn }: PolicyTarget,
    @Context() { loaders }: GatewayContext,
  ): Promise<Certificate | null> {
    const id = nameIn(arn, 'cert');
    const certificate = id === undefined ? undefined : await loaders.certificates.load(id);
    return certificate === undefined ? null : toCertificate(certificate);
  }

  @ResolveField(() => ThingGroup, { nullable: true, description: 'The thing group; null for a certificate.' })
  async thingGroup(
    @Parent() { arn }: PolicyTarget,
    @Context() { loaders }: GatewayContext,
  ): Promise<ThingGroup | null> {
    const name = nameIn(arn, 'thinggroup');
    const group = name === undefined ? undefined : await loaders.thingGroups.load(name);
    return group === undefined ? null : toThingGroup(group);
  }
}

function nameIn(arn: string, type: 'cert' | 'thinggroup'): string | undefined {
  const [, actualType, name] = TARGET_ARN.exec(arn) ?? [];
  return actualType === type ? name : undefined;
}
