import {
  CreateProvisioningClaimCommand,
  CreateProvisioningTemplateCommand,
  CreateProvisioningTemplateVersionCommand,
  DeleteProvisioningTemplateCommand,
  DeleteProvisioningTemplateVersionCommand,
  DescribeProvisioningTemplateCommand,
  DescribeProvisioningTemplateVersionCommand,
  ListProvisioningTemplatesCommand,
  ListProvisioningTemplateVersionsCommand,
  UpdateProvisioningTemplateCommand,
} from '@aws-sdk/client-iot';
import {
  createProvisioningClaim,
  createProvisioningTemplate,
  createProvisioningTemplateVersion,
  deleteProvisioningTemplate,
  deleteProvisioningTemplateVersion,
  getProvisioningTemplates,
  getProvisioningTemplateVersions,
  listProvisioningTemplates,
  listProvisioningTemplateVersions,
  updateProvisioningTemplate,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { toToken } from '../page-tokens.js';
import { call, describeArea } from './area.fixture.js';

const AT = 1_700_000_000_000;
const templateName = 'pumps';
const templateArn = 'arn:aws:iot:us-east-1:123456789012:provisioningtemplate/pumps';
const templateBody = '{"Resources":{}}';
const provisioningRoleArn = 'arn:aws:iam::123456789012:role/provisioning';
const HOOK = {
  payloadVersion: '2020-04-01' as const,
  targetArn: 'arn:aws:lambda:us-east-1:123456789012:function:gate',
};
const TEMPLATE = {
  ...{ templateName, templateArn, templateBody, provisioningRoleArn },
  description: 'all pumps',
  type: 'FLEET_PROVISIONING' as const,
  enabled: true,
  defaultVersionId: 2,
  preProvisioningHook: { ...HOOK, isSigned: false },
  createdAt: AT,
  lastModifiedAt: AT + 1_000,
};
const SUMMARY = {
  ...{ templateArn, templateName },
  description: 'all pumps',
  enabled: true,
  type: 'FLEET_PROVISIONING',
  creationDate: new Date(AT),
  lastModifiedDate: new Date(AT + 1_000),
};
const version = (versionId: number) => ({
  ...{ templateName, versionId, templateBody },
  isDefaultVersion: versionId === 2,
  createdAt: AT,
});
const listed = (versionId: number) => ({
  versionId,
  isDefaultVersion: versionId === 2,
  creationDate: new Date(AT),
});
const afterPumps = toToken('ListProvisioningTemplates', 'pumps');
const afterTwo = toToken('ListProvisioningTemplateVersions', '0000000002');
const create = (more: object) =>
  new CreateProvisioningTemplateCommand({ templateName, templateBody, provisioningRoleArn, ...more });

/** What AWS SDKs expect of provisioning templates. */
export function describeProvisioningTemplates(): void {
  describeArea(
    'provisioning templates',
    [
      {
        name: 'CreateProvisioningTemplate with all that it takes',
        send: (iot) =>
          iot.send(
            create({
              ...{ description: 'all pumps', enabled: true, type: 'FLEET_PROVISIONING', preProvisioningHook: HOOK },
              tags: [{ Key: 'team', Value: 'plant' }],
            }),
          ),
        calls: [
          call(
            createProvisioningTemplate,
            {
              ...{ templateName, templateBody, provisioningRoleArn, description: 'all pumps', enabled: true },
              ...{ type: 'FLEET_PROVISIONING', preProvisioningHook: HOOK, tags: { team: 'plant' } },
            },
            TEMPLATE,
          ),
        ],
        output: { templateArn, templateName, defaultVersionId: 2 },
      },
      {
        name: 'DescribeProvisioningTemplate',
        send: (iot) => iot.send(new DescribeProvisioningTemplateCommand({ templateName })),
        calls: [call(getProvisioningTemplates, { templateNames: [templateName] }, { templates: [TEMPLATE] })],
        output: { ...SUMMARY, defaultVersionId: 2, templateBody, provisioningRoleArn, preProvisioningHook: HOOK },
      },
      {
        name: 'ListProvisioningTemplates, page by page',
        send: (iot) => iot.send(new ListProvisioningTemplatesCommand({ maxResults: 1, nextToken: afterPumps })),
        calls: [
          call(
            listProvisioningTemplates,
            { limit: 1, after: 'pumps' },
            { templates: [TEMPLATE], nextToken: templateName },
          ),
        ],
        output: { templates: [SUMMARY], nextToken: afterPumps },
      },
      {
        name: 'UpdateProvisioningTemplate',
        send: (iot) =>
          iot.send(
            new UpdateProvisioningTemplateCommand({
              ...{ templateName, description: '', enabled: false, defaultVersionId: 1, provisioningRoleArn },
              removePreProvisioningHook: true,
            }),
          ),
        calls: [
          call(
            updateProvisioningTemplate,
            {
              ...{ templateName, description: '', enabled: false, defaultVersionId: 1, provisioningRoleArn },
              removePreProvisioningHook: true,
            },
            TEMPLATE,
          ),
        ],
        output: {},
      },
      {
        name: 'DeleteProvisioningTemplate',
        send: (iot) => iot.send(new DeleteProvisioningTemplateCommand({ templateName })),
        calls: [call(deleteProvisioningTemplate, { templateName }, {})],
        output: {},
      },
      {
        name: 'CreateProvisioningClaim',
        send: (iot) => iot.send(new CreateProvisioningClaimCommand({ templateName })),
        calls: [
          call(
            createProvisioningClaim,
            { templateName },
            {
              certificateId: 'c'.repeat(64),
              certificatePem: 'certificate',
              publicKeyPem: 'public',
              privateKeyPem: 'private',
              authorityPem: 'authority',
              expiresAt: AT + 300_000,
            },
          ),
        ],
        output: {
          certificateId: 'c'.repeat(64),
          certificatePem: 'certificate',
          keyPair: { PublicKey: 'public', PrivateKey: 'private' },
          expiration: new Date(AT + 300_000),
        },
      },
      {
        name: 'CreateProvisioningTemplateVersion',
        send: (iot) =>
          iot.send(new CreateProvisioningTemplateVersionCommand({ templateName, templateBody, setAsDefault: true })),
        calls: [
          call(createProvisioningTemplateVersion, { templateName, templateBody, setAsDefault: true }, version(2)),
        ],
        output: { templateArn, templateName, versionId: 2, isDefaultVersion: true },
      },
      {
        name: 'DescribeProvisioningTemplateVersion',
        send: (iot) => iot.send(new DescribeProvisioningTemplateVersionCommand({ templateName, versionId: 2 })),
        calls: [
          call(
            getProvisioningTemplateVersions,
            { versions: [{ templateName, versionId: 2 }] },
            { versions: [version(2)] },
          ),
        ],
        output: { ...listed(2), templateBody },
      },
      {
        name: 'ListProvisioningTemplateVersions, the first page',
        send: (iot) => iot.send(new ListProvisioningTemplateVersionsCommand({ templateName, maxResults: 2 })),
        calls: [
          call(listProvisioningTemplateVersions, { templateName }, { versions: [version(10), version(2), version(1)] }),
        ],
        output: { versions: [listed(1), listed(2)], nextToken: afterTwo },
      },
      {
        name: 'ListProvisioningTemplateVersions, the page after it',
        send: (iot) => iot.send(new ListProvisioningTemplateVersionsCommand({ templateName, nextToken: afterTwo })),
        calls: [
          call(listProvisioningTemplateVersions, { templateName }, { versions: [version(10), version(2), version(1)] }),
        ],
        output: { versions: [listed(10)] },
      },
      {
        name: 'DeleteProvisioningTemplateVersion',
        send: (iot) => iot.send(new DeleteProvisioningTemplateVersionCommand({ templateName, versionId: 1 })),
        calls: [call(deleteProvisioningTemplateVersion, { templateName, versionId: 1 }, {})],
        output: {},
      },
    ],
    [
      {
        name: 'to describe one that does not exist',
        send: (iot) => iot.send(new DescribeProvisioningTemplateCommand({ templateName: 'none' })),
        services: [[getProvisioningTemplates, { templates: [] }]],
        error: 'ResourceNotFoundException',
        status: 404,
      },
      {
        name: 'to describe a version that does not exist',
        send: (iot) => iot.send(new DescribeProvisioningTemplateVersionCommand({ templateName, versionId: 9 })),
        services: [[getProvisioningTemplateVersions, { versions: [] }]],
        error: 'ResourceNotFoundException',
        status: 404,
      },
      {
        name: 'a sixth version',
        send: (iot) => iot.send(new CreateProvisioningTemplateVersionCommand({ templateName, templateBody })),
        services: [[createProvisioningTemplateVersion, new IotError('VersionsLimitExceeded', 'five')]],
        error: 'VersionsLimitExceededException',
        status: 409,
      },
      {
        name: 'to delete the default version',
        send: (iot) => iot.send(new DeleteProvisioningTemplateVersionCommand({ templateName, versionId: 1 })),
        services: [[deleteProvisioningTemplateVersion, new IotError('DeleteConflict', 'default')]],
        error: 'DeleteConflictException',
        status: 409,
      },
      {
        name: 'a name of 37 characters',
        send: (iot) => iot.send(create({ templateName: 'n'.repeat(37) })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^"templateName"/,
      },
      {
        name: 'a name that is none, by the name of its member',
        send: (iot) => iot.send(new DescribeProvisioningTemplateCommand({ templateName: 'a.b' })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^"templateName"/,
      },
      {
        name: 'a role that is none',
        send: (iot) => iot.send(create({ provisioningRoleArn: 'admin' })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^"provisioningRoleArn": must be the ARN of a role/,
      },
      {
        name: 'a hook of another version',
        send: (iot) => iot.send(create({ preProvisioningHook: { ...HOOK, payloadVersion: '2019-01-01' } })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^"preProvisioningHook\.payloadVersion"/,
      },
      {
        name: 'a type that is none',
        send: (iot) => iot.send(create({ type: 'BULK' })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^"type"/,
      },
      {
        name: 'a tag that is there twice',
        send: (iot) =>
          iot.send(
            create({
              tags: [
                { Key: 'a', Value: '1' },
                { Key: 'a', Value: '2' },
              ],
            }),
          ),
        error: 'InvalidRequestException',
        status: 400,
        message: /'tags' has the key a twice/,
      },
    ],
  );
}
