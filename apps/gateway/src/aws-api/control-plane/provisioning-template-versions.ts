import type {
  CreateProvisioningTemplateVersionRequest,
  CreateProvisioningTemplateVersionResponse,
  DeleteProvisioningTemplateVersionRequest,
  DescribeProvisioningTemplateVersionRequest,
  DescribeProvisioningTemplateVersionResponse,
  ListProvisioningTemplateVersionsRequest,
  ListProvisioningTemplateVersionsResponse,
} from '@aws-sdk/client-iot';
import {
  createProvisioningTemplateVersion,
  deleteProvisioningTemplateVersion,
  getProvisioningTemplateVersions,
  listProvisioningTemplateVersions,
} from '#thingcore/contracts';
import { iotArn } from '#thingcore/policy';
import { inTermsOf } from '../../errors/field-names.js';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { pageOfAll } from '../pages.js';
import { onlyOne } from './members.js';

const ONE_VERSION = {
  'versions.0.templateName': 'templateName',
  'versions.0.versionId': 'versionId',
} as const;

/** AWS: Control plane, versions of provisioning templates. */
export const provisioningTemplateVersionHandlers: OperationHandlers = {
  CreateProvisioningTemplateVersion: handler<
    CreateProvisioningTemplateVersionRequest,
    CreateProvisioningTemplateVersionResponse
  >('operator', async ({ rpc, installation }, { templateName, templateBody, setAsDefault }) => {
    const request = { templateName, templateBody, setAsDefault };
    const { versionId, isDefaultVersion } = await rpc.call(createProvisioningTemplateVersion, request);
    const templateArn = iotArn(installation.scope, 'provisioningtemplate', templateName);
    return { templateArn, templateName, versionId, isDefaultVersion };
  }),

  DescribeProvisioningTemplateVersion: handler<
    DescribeProvisioningTemplateVersionRequest,
    DescribeProvisioningTemplateVersionResponse
  >('viewer', async ({ rpc }, { templateName, versionId }) => {
    const asked = rpc.call(getProvisioningTemplateVersions, { versions: [{ templateName, versionId }] });
    const { versions } = await inTermsOf(ONE_VERSION, asked);
    const version = onlyOne(versions, 'Version', `${versionId} of provisioning template ${templateName}`);
    const { templateBody, isDefaultVersion, createdAt } = version;
    return { versionId, templateBody, isDefaultVersion, creationDate: new Date(createdAt) };
  }),

  ListProvisioningTemplateVersions: handler<
    ListProvisioningTemplateVersionsRequest,
    ListProvisioningTemplateVersionsResponse
  >('viewer', async ({ rpc }, input) => {
    const { versions } = await rpc.call(listProvisioningTemplateVersions, { templateName: input.templateName });
    const { page, nextToken } = pageOfAll(versions, ({ versionId }) => String(versionId).padStart(10, '0'), input);
    const listed = page.map(({ versionId, isDefaultVersion, createdAt }) => {
      return { versionId, isDefaultVersion, creationDate: new Date(createdAt) };
    });
    return { versions: listed, nextToken };
  }),

  DeleteProvisioningTemplateVersion: handler<DeleteProvisioningTemplateVersionRequest>(
    'operator',
    async ({ rpc }, { templateName, versionId }) => {
      await rpc.call(deleteProvisioningTemplateVersion, { templateName, versionId });
    },
  ),
};
