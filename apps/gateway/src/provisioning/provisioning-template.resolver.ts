import { UseFilters } from '@nestjs/common';
import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  createProvisioningTemplate,
  deleteProvisioningTemplate,
  listProvisioningTemplates,
  updateProvisioningTemplate,
} from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { toNamedPageRequest } from '../connections/named-order.js';
import { PAGE_FIELDS } from '../connections/page.args.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { FactsMutation, ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import {
  CreateProvisioningTemplateInput,
  ProvisioningTemplatesArgs,
  TEMPLATE_FIELDS,
  toCreateTemplateRequest,
  toUpdateTemplateRequest,
  UpdateProvisioningTemplateInput,
} from './provisioning-template.input.js';
import {
  DeletedProvisioningTemplate,
  ProvisioningTemplate,
  ProvisioningTemplateConnection,
  toProvisioningTemplate,
  toProvisioningTemplateConnection,
} from './provisioning-template.type.js';
import { checkTemplateName } from './template-name.js';

@Resolver(() => ProvisioningTemplate)
@UseFilters(GraphqlErrorFilter)
export class ProvisioningTemplateResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Query(() => ProvisioningTemplate, {
    nullable: true,
    description: 'A provisioning template; null when there is none of that name.',
  })
  async provisioningTemplate(
    @Args('name', { type: () => String, description: 'The name of the template.' }) name: string,
    @Context() { loaders }: GatewayContext,
  ): Promise<ProvisioningTemplate | null> {
    checkTemplateName(name, 'name');
    const template = await loaders.provisioningTemplates.load(name);
    return template === undefined ? null : toProvisioningTemplate(template);
  }

  @Query(() => ProvisioningTemplateConnection, {
    description: 'Provisioning templates, in the order of their names if no other is asked for.',
  })
  async provisioningTemplates(
    @Args() { namePrefix, type, ...page }: ProvisioningTemplatesArgs,
  ): Promise<ProvisioningTemplateConnection> {
    const request = { namePrefix: namePrefix ?? undefined, type: type ?? undefined, ...toNamedPageRequest(page) };
    const reply = await inTermsOf(PAGE_FIELDS, this.rpc.call(listProvisioningTemplates, request));
    return toProvisioningTemplateConnection(reply, page);
  }

  @ResolveField(() => JsonScalar, { description: 'Its tags: an object of texts.' })
  async tags(
    @Parent() { arn }: ProvisioningTemplate,
    @Context() { loaders }: GatewayContext,
  ): Promise<Record<string, string>> {
    return (await loaders.tags.load(arn)) ?? {};
  }

  @ObjectMutation('provisioningTemplate', () => ProvisioningTemplate, {
    description:
      'Creates a provisioning template with its version 1. A document that is none of its type is the error InvalidRequest, which names the place.',
  })
  async createProvisioningTemplate(
    @Args('input', { type: () => CreateProvisioningTemplateInput, description: 'The template to create.' })
    input: CreateProvisioningTemplateInput,
  ): Promise<ProvisioningTemplate> {
    const reply = this.rpc.call(createProvisioningTemplate, toCreateTemplateRequest(input));
    return toProvisioningTemplate(await inTermsOf(TEMPLATE_FIELDS, reply));
  }

  @ObjectMutation('provisioningTemplate', () => ProvisioningTemplate, {
    description: 'Changes a provisioning template. Its document changes with a new version only.',
  })
  async updateProvisioningTemplate(
    @Args('input', { type: () => UpdateProvisioningTemplateInput, description: 'The template and what changes.' })
    input: UpdateProvisioningTemplateInput,
  ): Promise<ProvisioningTemplate> {
    const reply = this.rpc.call(updateProvisioningTemplate, toUpdateTemplateRequest(input));
    return toProvisioningTemplate(await inTermsOf(TEMPLATE_FIELDS, reply));
  }

  @FactsMutation(DeletedProvisioningTemplate, {
    description:
      'Deletes a provisioning template and ends its claims. One that has versions beside the default one, or that a CA provisions with, is the error DeleteConflict.',
  })
  async deleteProvisioningTemplate(
    @Args('name', { type: () => String, description: 'The name of the template.' }) name: string,
  ): Promise<DeletedProvisioningTemplate> {
    await inTermsOf(TEMPLATE_FIELDS, this.rpc.call(deleteProvisioningTemplate, { templateName: name }));
    return { name };
  }
}
