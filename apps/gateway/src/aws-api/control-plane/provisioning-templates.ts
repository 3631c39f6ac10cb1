import type {
  CreateProvisioningClaimRequest,
  CreateProvisioningClaimResponse,
  CreateProvisioningTemplateRequest,
  CreateProvisioningTemplateResponse,
  DeleteProvisioningTemplateRequest,
  DescribeProvisioningTemplateRequest,
  DescribeProvisioningTemplateResponse,
  ListProvisioningTemplatesRequest,
  ListProvisioningTemplatesResponse,
  ProvisioningHook,
  ProvisioningTemplateSummary,
  UpdateProvisioningTemplateRequest,
} from '@aws-sdk/client-iot';
import {
  createProvisioningClaim,
  createProvisioningTemplate,
  deleteProvisioningTemplate,
  getProvisioningTemplates,
  listProvisioningTemplates,
  type ProvisioningTemplateRecord,
  type RequestOf,
  updateProvisioningTemplate,
} from '#thingcore/contracts';
import { inTermsOf } from '../../errors/field-names.js';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { pageOf, TOKEN_PAGE_FIELDS } from '../pages.js';
import { fromTags, onlyOne } from './members.js';

/** AWS: Control plane, provisioning templates and claims. */
export const provisioningTemplateHandlers: OperationHandlers = {
  CreateProvisioningTemplate: handler<CreateProvisioningTemplateRequest, CreateProvisioningTemplateResponse>(
    'operator',
    async ({ rpc }, input) => {
      const { description, templateBody, enabled, provisioningRoleArn, type } = input;
      const { templateArn, templateName, defaultVersionId } = await rpc.call(createProvisioningTemplate, {
        ...{ description, templateBody, enabled, provisioningRoleArn, type },
        templateName: input.templateName,
        preProvisioningHook: fromHook(input.preProvisioningHook),
        tags: fromTags(input.tags),
      });
      return { templateArn, templateName, defaultVersionId };
    },
  ),

  DescribeProvisioningTemplate: handler<DescribeProvisioningTemplateRequest, DescribeProvisioningTemplateResponse>(
    'viewer',
    async ({ rpc }, { templateName }) => {
      const asked = rpc.call(getProvisioningTemplates, { templateNames: [templateName] });
      const { templates } = await inTermsOf({ 'templateNames.0': 'templateName' }, asked);
      const template = onlyOne(templates, 'Provisioning template', templateName);
      const { defaultVersionId, templateBody, provisioningRoleArn, preProvisioningHook: hook } = template;
      return {
        ...toSummary(template),
        ...{ defaultVersionId, templateBody, provisioningRoleArn },
        preProvisioningHook: hook && { payloadVersion: hook.payloadVersion, targetArn: hook.targetArn },
      };
    },
  ),

  ListProvisioningTemplates: handler<ListProvisioningTemplatesRequest, ListProvisioningTemplatesResponse>(
    'viewer',
    async ({ rpc }, input) => {
      const listed = rpc.call(listProvisioningTemplates, pageOf(input));
      const { templates, nextToken } = await inTermsOf(TOKEN_PAGE_FIELDS, listed);
      return { templates: templates.map(toSummary), nextToken };
    },
  ),

  UpdateProvisioningTemplate: handler<UpdateProvisioningTemplateRequest>('operator', async ({ rpc }, input) => {
    const { templateName, description, enabled, defaultVersionId, provisioningRoleArn } = input;
    await rpc.call(updateProvisioningTemplate, {
      ...{ templateName, description, enabled, defaultVersionId, provisioningRoleArn },
      preProvisioningHook: fromHook(input.preProvisioningHook),
      removePreProvisioningHook: input.removePreProvisioningHook,
    });
  }),

  DeleteProvisioningTemplate: handler<DeleteProvisioningTemplateRequest>(
    'operator',
    async ({ rpc }, { templateName }) => {
      await rpc.call(deleteProvisioningTemplate, { templateName });
    },
  ),

  CreateProvisioningClaim: handler<CreateProvisioningClaimRequest, CreateProvisioningClaimResponse>(
    'operator',
    async ({ rpc }, { templateName }) => {
      const claim = await rpc.call(createProvisioningClaim, { templateName });
      return {
        certificateId: claim.certificateId,
        certificatePem: claim.certificatePem,
        keyPair: { PublicKey: claim.publicKeyPem, PrivateKey: claim.privateKeyPem },
        expiration: new Date(claim.expiresAt),
      };
    },
  ),
};

/** The contract refuses a version of the payload that is none. */
function fromHook(
  hook: ProvisioningHook | undefined,
): RequestOf<typeof createProvisioningTemplate>['preProvisioningHook'] {
  return hook as RequestOf<typeof createProvisioningTemplate>['preProvisioningHook'];
}

function toSummary(template: ProvisioningTemplateRecord): ProvisioningTemplateSummary {
  const { templateArn, templateName, description, createdAt, lastModifiedAt, enabled, type } = template;
  return {
    ...{ templateArn, templateName, description, enabled, type },
    creationDate: new Date(createdAt),
    lastModifiedDate: new Date(lastModifiedAt),
  };
}
