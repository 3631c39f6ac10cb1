import { UseFilters } from '@nestjs/common';
import { Args, Context, Extensions, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { createPolicy, deletePolicy, getEffectivePolicies, listPolicies } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { toNamedPageRequest } from '../connections/named-order.js';
import { PAGE_FIELDS } from '../connections/page.args.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation, ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { textOfDocument } from '../scalars/json-document.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { asStringMap } from '../scalars/string-map.js';
import { checkPolicyName } from './policy-name.js';
import { CreatePolicyInput, PoliciesArgs, POLICY_FIELDS } from './policy.input.js';
import {
  DeletedPolicy,
  Policy,
  PolicyConnection,
  PolicyWarning,
  toPolicy,
  toPolicyConnection,
  toPolicyWarnings,
} from './policy.type.js';

@Resolver(() => Policy)
@UseFilters(GraphqlErrorFilter)
export class PolicyResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => Policy, { nullable: true, description: 'A policy; null when there is none of that name.' })
  async policy(
    @Args('name', { type: () => String, description: 'The name of the policy.' }) name: string,
    @Context() { loaders }: GatewayContext,
  ): Promise<Policy | null> {
    checkPolicyName(name, 'name');
    const policy = await loaders.policies.load(name);
    return policy === undefined ? null : toPolicy(policy);
  }

  @Query(() => PolicyConnection, { description: 'Policies, in the order of their names if no other is asked for.' })
  async policies(@Args() page: PoliciesArgs): Promise<PolicyConnection> {
    const { orderBy, ...place } = toNamedPageRequest(page);
    const request = { ...place, orderBy: orderBy === 'name' ? ('policyName' as const) : orderBy };
    return toPolicyConnection(await inTermsOf(PAGE_FIELDS, this.rpc.call(listPolicies, request)), page);
  }

  // Ten of a certificate, and two of each group: of ten groups on seven levels.
  @Extensions({ listSize: 150 })
  @Query(() => [Policy], {
    description:
      'The policies that count for a connection: those of its certificate, those of the groups of its thing and of the groups above them, each once. Name a thing, a certificate, or both.',
  })
  async effectivePolicies(
    @Args('thing', { type: () => String, nullable: true, description: 'The name of the thing.' })
    thing: string | null | undefined,
    @Args('principal', { type: () => String, nullable: true, description: 'The certificate: its ARN or its id.' })
    principal: string | null | undefined,
  ): Promise<Policy[]> {
    const request = { thingName: thing ?? undefined, principal: principal ?? undefined };
    const { policies } = await inTermsOf({ thingName: 'thing' }, this.rpc.call(getEffectivePolicies, request));
    return policies.map(toPolicy);
  }

  @ResolveField(() => JsonScalar, { description: 'Its tags: an object of texts.' })
  async tags(@Parent() { arn }: Policy, @Context() { loaders }: GatewayContext): Promise<Record<string, string>> {
    return (await loaders.tags.load(arn)) ?? {};
  }

  @Extensions({ listSize: 10 })
  @ResolveField(() => [PolicyWarning], { description: 'What the linter says about its document.' })
  async warnings(@Parent() { documentText }: Policy, @Context() { loaders }: GatewayContext): Promise<PolicyWarning[]> {
    return toPolicyWarnings(await loaders.policyWarnings.load({ policyDocument: documentText }));
  }

  @ObjectMutation('policy', () => Policy, {
    description:
      'Creates a policy with its first version. A document that breaks the grammar is the error MalformedPolicy, which names line and column.',
  })
  async createPolicy(
    @Args('input', { type: () => CreatePolicyInput, description: 'The policy to create.' })
    { name, document, tags }: CreatePolicyInput,
  ): Promise<Policy> {
    const request = { policyName: name, policyDocument: textOfDocument(document), tags: asStringMap(tags) };
    return toPolicy(await inTermsOf(POLICY_FIELDS, this.rpc.call(createPolicy, request)));
  }

  @FactsMutation(DeletedPolicy, {
    description:
      'Deletes a policy. One that is attached to something, or has versions beside the default one, is the error DeleteConflict.',
  })
  async deletePolicy(
    @Args('name', { type: () => String, description: 'The name of the policy.' }) name: string,
  ): Promise<DeletedPolicy> {
    await inTermsOf(POLICY_FIELDS, this.rpc.call(deletePolicy, { policyName: name }));
    return { name };
  }
}
