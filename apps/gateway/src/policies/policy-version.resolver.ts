import { UseFilters } from '@nestjs/common';
import { Args, Context, Extensions, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { createPolicyVersion, deletePolicyVersion, setDefaultPolicyVersion } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation, ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { textOfDocument } from '../scalars/json-document.js';
import {
  CreatePolicyVersionInput,
  DeletedPolicyVersion,
  POLICY_VERSION_FIELDS,
  PolicyVersion,
  PolicyVersionInput,
  toPolicyVersion,
} from './policy-version.type.js';
import { Policy, PolicyWarning, toPolicy, toPolicyWarnings } from './policy.type.js';

@Resolver(() => PolicyVersion)
@UseFilters(GraphqlErrorFilter)
export class PolicyVersionResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Extensions({ listSize: 10 })
  @ResolveField(() => [PolicyWarning], { description: 'What the linter says about its document.' })
  async warnings(
    @Parent() { documentText }: PolicyVersion,
    @Context() { loaders }: GatewayContext,
  ): Promise<PolicyWarning[]> {
    return toPolicyWarnings(await loaders.policyWarnings.load({ policyDocument: documentText }));
  }

  @ObjectMutation('policyVersion', () => PolicyVersion, {
    description:
      'Adds a version to a policy. A sixth one is the error VersionsLimitExceeded: delete one that is no longer needed first.',
  })
  async createPolicyVersion(
    @Args('input', { type: () => CreatePolicyVersionInput, description: 'The version to add.' })
    { policyName, document, setAsDefault }: CreatePolicyVersionInput,
  ): Promise<PolicyVersion> {
    const request = { policyName, policyDocument: textOfDocument(document), setAsDefault };
    return toPolicyVersion(await inTermsOf(POLICY_VERSION_FIELDS, this.rpc.call(createPolicyVersion, request)));
  }

  @ObjectMutation('policy', () => Policy, {
    description: 'Makes a version the one that counts; live connections follow at once.',
  })
  async setDefaultPolicyVersion(
    @Args('input', { type: () => PolicyVersionInput, description: 'The version.' })
    { policyName, versionId }: PolicyVersionInput,
  ): Promise<Policy> {
    const request = { policyName, policyVersionId: versionId };
    return toPolicy(await inTermsOf(POLICY_VERSION_FIELDS, this.rpc.call(setDefaultPolicyVersion, request)));
  }

  @FactsMutation(DeletedPolicyVersion, {
    description: 'Deletes a version of a policy; the one that counts is the error DeleteConflict.',
  })
  async deletePolicyVersion(
    @Args('input', { type: () => PolicyVersionInput, description: 'The version.' })
    { policyName, versionId }: PolicyVersionInput,
  ): Promise<DeletedPolicyVersion> {
    const request = { policyName, policyVersionId: versionId };
    await inTermsOf(POLICY_VERSION_FIELDS, this.rpc.call(deletePolicyVersion, request));
    return { policyName, versionId };
  }
}

/** The versions of a policy. */
@Resolver(() => Policy)
@UseFilters(GraphqlErrorFilter)
export class PolicyVersionsResolver {
  @Extensions({ listSize: 5 })
  @ResolveField(() => [PolicyVersion], { description: 'All its versions, at most five, the newest first.' })
  async versions(@Parent() { name }: Policy, @Context() { loaders }: GatewayContext): Promise<PolicyVersion[]> {
    const { versions } = await loaders.policyVersionLists.load({ policyName: name });
    return versions.map(toPolicyVersion);
  }
}
