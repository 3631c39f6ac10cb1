import { UseFilters } from '@nestjs/common';
import { Args, Context, Extensions, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { attachPolicy, detachPolicy } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { PAGE_FIELDS } from '../connections/page.args.js';
import { toConnectionBy } from '../connections/relay-connection.js';
import { toTwoWayPageRequest, TwoWayPageArgs } from '../connections/two-way-page.args.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { ThingGroup } from '../thing-groups/thing-group.type.js';
import { loadPoliciesOfTarget } from './load-policies.js';
import {
  PolicyAttachment,
  PolicyAttachmentInput,
  PolicyTarget,
  PolicyTargetConnection,
} from './policy-attachment.type.js';
import { Policy, toPolicy } from './policy.type.js';

/** What policies are attached to. */
@Resolver(() => Policy)
@UseFilters(GraphqlErrorFilter)
export class PolicyTargetsResolver {
  @ResolveField(() => PolicyTargetConnection, { description: 'The certificates and thing groups it is attached to.' })
  async targets(
    @Parent() { name }: Policy,
    @Args() page: TwoWayPageArgs,
    @Context() { loaders }: GatewayContext,
  ): Promise<PolicyTargetConnection> {
    const request = { policyName: name, ...toTwoWayPageRequest(page) };
    const { targets, nextToken } = await inTermsOf(PAGE_FIELDS, loaders.policyTargetLists.load(request));
    const nodes: PolicyTarget[] = targets.map((arn) => ({ arn }));
    return toConnectionBy(({ arn }) => arn, nodes, { nextToken, ...page });
  }
}

/** Attaching policies, and what was attached or detached. */
@Resolver(() => PolicyAttachment)
@UseFilters(GraphqlErrorFilter)
export class PolicyAttachmentResolver {
  constructor(private readonly rpc: RpcClient) {}

  @ResolveField(() => Policy, { nullable: true, description: 'The policy; null when it is gone.' })
  async policy(
    @Parent() { policyName }: PolicyAttachment,
    @Context() { loaders }: GatewayContext,
  ): Promise<Policy | null> {
    const policy = await loaders.policies.load(policyName);
    return policy === undefined ? null : toPolicy(policy);
  }

  @ObjectMutation('attachment', () => PolicyAttachment, {
    description:
      'Attaches a policy to a certificate or a thing group; live connections follow at once. Doing it again changes nothing.',
  })
  async attachPolicy(
    @Args('input', { type: () => PolicyAttachmentInput, description: 'The policy and its target.' })
    { policyName, target }: PolicyAttachmentInput,
  ): Promise<PolicyAttachment> {
    await this.rpc.call(attachPolicy, { policyName, target });
    return { policyName, target };
  }

  @ObjectMutation('attachment', () => PolicyAttachment, {
    description: 'Detaches a policy from a certificate or a thing group; live connections follow at once.',
  })
  async detachPolicy(
    @Args('input', { type: () => PolicyAttachmentInput, description: 'The policy and its target.' })
    { policyName, target }: PolicyAttachmentInput,
  ): Promise<PolicyAttachment> {
    await this.rpc.call(detachPolicy, { policyName, target });
    return { policyName, target };
  }
}

/** The policies of a thing group. */
@Resolver(() => ThingGroup)
@UseFilters(GraphqlErrorFilter)
export class ThingGroupPoliciesResolver {
  @Extensions({ listSize: 14 })
  @ResolveField(() => [Policy], {
    description: 'The policies attached to it, which count for the things in it and in the groups below it.',
  })
  policies(
    @Parent() { arn }: ThingGroup,
    @Args('recursive', {
      type: () => Boolean,
      defaultValue: false,
      description: 'Whether the policies of the groups above it count too.',
    })
    recursive: boolean,
    @Context() { loaders }: GatewayContext,
  ): Promise<Policy[]> {
    return loadPoliciesOfTarget(loaders, arn, recursive);
  }
}
