import { UseFilters } from '@nestjs/common';
import { Args, Context, Extensions, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { createProvisioningTemplateVersion, deleteProvisioningTemplateVersion } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation, ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { textOfDocument } from '../scalars/json-document.js';
import { ProvisioningTemplate } from './provisioning-template.type.js';
import {
  CreateProvisioningTemplateVersionInput,
  DeletedProvisioningTemplateVersion,
  ProvisioningTemplateVersion,
  ProvisioningTemplateVersionInput,
  toProvisioningTemplateVersion,
} from './template-version.type.js';

@Resolver(() => ProvisioningTemplate)
@UseFilters(GraphqlErrorFilter)
export class ProvisioningTemplateVersionResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Extensions({ listSize: 5 })
  @ResolveField(() => [ProvisioningTemplateVersion], {
    description: 'All its versions, at most five, the newest first.',
  })
  @Extensions({ listSize: 5 })
  async versions(
    @Parent() { name }: ProvisioningTemplate,
    @Context() { loaders }: GatewayContext,
  ): Promise<ProvisioningTemplateVersion[]> {
    const { versions } = await loaders.provisioningTemplateVersionLists.load({ templateName: name });
    return versions.map(toProvisioningTemplateVersion);
  }

  @ObjectMutation('provisioningTemplateVersion', () => ProvisioningTemplateVersion, {
    description:
      'Adds a version to a provisioning template. A sixth one is the error VersionsLimitExceeded: delete one that is no longer needed first.',
  })
  async createProvisioningTemplateVersion(
    @Args('input', { type: () => CreateProvisioningTemplateVersionInput, description: 'The version to add.' })
    { templateName, templateBody, setAsDefault }: CreateProvisioningTemplateVersionInput,
  ): Promise<ProvisioningTemplateVersion> {
    const request = { templateName, templateBody: textOfDocument(templateBody), setAsDefault };
    return toProvisioningTemplateVersion(await this.rpc.call(createProvisioningTemplateVersion, request));
  }

  @FactsMutation(DeletedProvisioningTemplateVersion, {
    description: 'Deletes a version of a provisioning template; the one that counts is the error DeleteConflict.',
  })
  async deleteProvisioningTemplateVersion(
    @Args('input', { type: () => ProvisioningTemplateVersionInput, description: 'The version.' })
    { templateName, versionId }: ProvisioningTemplateVersionInput,
  ): Promise<DeletedProvisioningTemplateVersion> {
    await this.rpc.call(deleteProvisioningTemplateVersion, { templateName, versionId });
    return { templateName, versionId };
  }
}
