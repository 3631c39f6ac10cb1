import { UseFilters } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { attachPolicy, createPolicy, detachPolicy, getPolicy } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { nullWhenMissing } from '../errors/null-when-missing.js';
import { CreatePolicyInput, Policy, PolicyAttachment, PolicyAttachmentInput, toPolicy } from './policy.type.js';

@Resolver(() => Policy)
@UseFilters(GraphqlErrorFilter)
export class PolicyResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => Policy, { nullable: true, description: 'A policy; null when there is none of that name.' })
  async policy(
    @Args('name', { type: () => String, description: 'The name of the policy.' }) name: string,
  ): Promise<Policy | null> {
    const policy = await nullWhenMissing(this.rpc.call(getPolicy, { policyName: name }));
    return policy === null ? null : toPolicy(policy);
  }

  @Mutation(() => Policy, { description: 'Creates a policy.' })
  async createPolicy(
    @Args('input', { type: () => CreatePolicyInput, description: 'The policy to create.' })
    { name, document }: CreatePolicyInput,
  ): Promise<Policy> {
    const policyDocument = typeof document === 'string' ? document : JSON.stringify(document);
    return toPolicy(await this.rpc.call(createPolicy, { policyName: name, policyDocument }));
  }

  @Mutation(() => PolicyAttachment, {
    description: 'Attaches a policy to a certificate. Doing it again changes nothing.',
  })
  async attachPolicy(
    @Args('input', { type: () => PolicyAttachmentInput, description: 'The policy and the certificate.' })
    input: PolicyAttachmentInput,
  ): Promise<PolicyAttachment> {
    await this.rpc.call(attachPolicy, { ...input });
    return input;
  }

  @Mutation(() => PolicyAttachment, { description: 'Detaches a policy from a certificate.' })
  async detachPolicy(
    @Args('input', { type: () => PolicyAttachmentInput, description: 'The policy and the certificate.' })
    input: PolicyAttachmentInput,
  ): Promise<PolicyAttachment> {
    await this.rpc.call(detachPolicy, { ...input });
    return input;
  }
}
