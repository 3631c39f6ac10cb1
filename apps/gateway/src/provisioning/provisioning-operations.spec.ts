import {
  createProvisioningClaim,
  createProvisioningTemplate,
  createProvisioningTemplateVersion,
  deleteProvisioningTemplate,
  deleteProvisioningTemplateVersion,
  getProvisioningTemplates,
  getTagsOfResources,
  listProvisioningTemplates,
  listProvisioningTemplateVersions,
  registerCaCertificate,
  registerThing,
  updateProvisioningTemplate,
} from '#thingcore/contracts';
import { toCursor } from '../connections/cursor.js';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { describeOperations } from '../operations.fixture.js';
import { aCaCertificate, anId, CREATED_AT, CREATED_AT_TEXT } from '../registry.fixture.js';

const BODY = '{ "Resources": {} }';
const TEMPLATE = {
  templateName: 'pumps',
  templateArn: 'arn:aws:iot:us-east-1:123456789012:provisioningtemplate/pumps',
  type: 'FLEET_PROVISIONING',
  enabled: true,
  defaultVersionId: 2,
  templateBody: BODY,
  createdAt: CREATED_AT,
  lastModifiedAt: CREATED_AT,
} as const;
const HOOK = { payloadVersion: '2020-04-01', targetArn: 'https://gate.example.org', isSigned: true } as const;
const VERSION = {
  templateName: 'pumps',
  versionId: 2,
  templateBody: BODY,
  isDefaultVersion: true,
  createdAt: CREATED_AT,
} as const;

describeOperations(
  'the operations of provisioning',
  [
    {
      name: 'provisioningTemplate with everything',
      operation: `{ provisioningTemplate(name: "pumps") {
        name arn description type enabled defaultVersionId templateBody templateBodyText provisioningRoleArn
        preProvisioningHook { payloadVersion targetArn isSigned } createdAt lastModifiedAt tags
        versions { templateName versionId templateBody templateBodyText isDefault createdAt }
      } }`,
      command: getProvisioningTemplates,
      request: { templateNames: ['pumps'] },
      reply: {
        templates: [
          {
            ...TEMPLATE,
            description: 'd',
            provisioningRoleArn: 'arn:aws:iam::123456789012:role/r',
            preProvisioningHook: HOOK,
          },
        ],
      },
      data: {
        provisioningTemplate: {
          name: 'pumps',
          arn: 'arn:aws:iot:us-east-1:123456789012:provisioningtemplate/pumps',
          description: 'd',
          type: 'FLEET_PROVISIONING',
          enabled: true,
          defaultVersionId: 2,
          templateBody: { Resources: {} },
          templateBodyText: BODY,
          provisioningRoleArn: 'arn:aws:iam::123456789012:role/r',
          preProvisioningHook: HOOK,
          createdAt: CREATED_AT_TEXT,
          lastModifiedAt: CREATED_AT_TEXT,
          tags: { site: 'b7' },
          versions: [
            {
              templateName: 'pumps',
              versionId: 2,
              templateBody: { Resources: {} },
              templateBodyText: BODY,
              isDefault: true,
              createdAt: CREATED_AT_TEXT,
            },
          ],
        },
      },
    },
    {
      name: 'provisioningTemplates of one type',
      operation: `{ provisioningTemplates(first: 1, after: "${toCursor('a')}", namePrefix: "p", type: JITP) {
        edges { cursor node { name description preProvisioningHook { targetArn } } } pageInfo { hasNextPage }
      } }`,
      command: listProvisioningTemplates,
      request: { limit: 1, after: 'a', namePrefix: 'p', type: 'JITP', isAscending: true, orderBy: 'name' },
      reply: { templates: [TEMPLATE], nextToken: 'pumps' },
      data: {
        provisioningTemplates: {
          edges: [{ cursor: toCursor('pumps'), node: { name: 'pumps', description: null, preProvisioningHook: null } }],
          pageInfo: { hasNextPage: true },
        },
      },
    },
    {
      name: 'createProvisioningTemplate with everything',
      operation: `mutation { createProvisioningTemplate(input: {
        name: "pumps", templateBody: { Resources: {} }, type: FLEET_PROVISIONING, description: "d", enabled: true,
        provisioningRoleArn: "arn:aws:iam::123456789012:role/r", tags: { site: "b7" },
        preProvisioningHook: { targetArn: "https://gate.example.org", signingSecret: "0123456789abcdef" }
      }) { provisioningTemplate { name } } }`,
      command: createProvisioningTemplate,
      request: {
        templateName: 'pumps',
        templateBody: '{"Resources":{}}',
        type: 'FLEET_PROVISIONING',
        description: 'd',
        enabled: true,
        provisioningRoleArn: 'arn:aws:iam::123456789012:role/r',
        preProvisioningHook: {
          targetArn: 'https://gate.example.org',
          payloadVersion: '2020-04-01',
          signingSecret: '0123456789abcdef',
        },
        tags: { site: 'b7' },
      },
      reply: TEMPLATE,
      data: { createProvisioningTemplate: { provisioningTemplate: { name: 'pumps' } } },
    },
    {
      name: 'updateProvisioningTemplate, nulls left out',
      operation: `mutation { updateProvisioningTemplate(input: {
        name: "pumps", description: null, enabled: false, defaultVersionId: 1, removePreProvisioningHook: true
      }) { provisioningTemplate { name } } }`,
      command: updateProvisioningTemplate,
      request: { templateName: 'pumps', enabled: false, defaultVersionId: 1, removePreProvisioningHook: true },
      reply: TEMPLATE,
      data: { updateProvisioningTemplate: { provisioningTemplate: { name: 'pumps' } } },
    },
    {
      name: 'deleteProvisioningTemplate',
      operation: 'mutation { deleteProvisioningTemplate(name: "pumps") { name } }',
      command: deleteProvisioningTemplate,
      request: { templateName: 'pumps' },
      reply: {},
      data: { deleteProvisioningTemplate: { name: 'pumps' } },
    },
    {
      name: 'createProvisioningTemplateVersion',
      operation: String.raw`mutation { createProvisioningTemplateVersion(input: {
        templateName: "pumps", templateBody: "{ \"Resources\": {} }", setAsDefault: true
      }) { provisioningTemplateVersion { versionId } } }`,
      command: createProvisioningTemplateVersion,
      request: { templateName: 'pumps', templateBody: BODY, setAsDefault: true },
      reply: VERSION,
      data: { createProvisioningTemplateVersion: { provisioningTemplateVersion: { versionId: 2 } } },
    },
    {
      name: 'deleteProvisioningTemplateVersion',
      operation: `mutation { deleteProvisioningTemplateVersion(input: { templateName: "pumps", versionId: 1 }) {
        templateName versionId
      } }`,
      command: deleteProvisioningTemplateVersion,
      request: { templateName: 'pumps', versionId: 1 },
      reply: {},
      data: { deleteProvisioningTemplateVersion: { templateName: 'pumps', versionId: 1 } },
    },
    {
      name: 'createProvisioningClaim',
      operation: `mutation { createProvisioningClaim(templateName: "pumps") {
        provisioningClaim { certificateId certificatePem publicKeyPem privateKeyPem authorityPem expiresAt }
      } }`,
      command: createProvisioningClaim,
      request: { templateName: 'pumps' },
      reply: {
        certificateId: anId('a'),
        certificatePem: 'C',
        publicKeyPem: 'P',
        privateKeyPem: 'K',
        authorityPem: 'A',
        expiresAt: CREATED_AT,
      },
      data: {
        createProvisioningClaim: {
          provisioningClaim: {
            certificateId: anId('a'),
            certificatePem: 'C',
            publicKeyPem: 'P',
            privateKeyPem: 'K',
            authorityPem: 'A',
            expiresAt: CREATED_AT_TEXT,
          },
        },
      },
    },
    {
      name: 'registerThing',
      operation: `mutation { registerThing(input: { templateBody: { Resources: {} }, parameters: { Name: "pump-7" } }) {
        thingName certificateId certificatePem resourceArns
      } }`,
      command: registerThing,
      request: { templateBody: '{"Resources":{}}', parameters: { Name: 'pump-7' } },
      reply: { thingName: 'pump-7', certificateId: anId('a'), resourceArns: { thing: 'arn:thing' } },
      data: {
        registerThing: {
          thingName: 'pump-7',
          certificateId: anId('a'),
          certificatePem: null,
          resourceArns: { thing: 'arn:thing' },
        },
      },
    },
    {
      name: 'registerCaCertificate with the name of a template',
      operation: `mutation { registerCaCertificate(input: {
        caCertificatePem: "CA", certificateMode: SNI_ONLY, registrationConfig: { templateName: "jitp" }
      }) { caCertificate { registrationConfig { templateName templateBody templateBodyText } } } }`,
      command: registerCaCertificate,
      request: {
        caCertificatePem: 'CA',
        certificateMode: 'SNI_ONLY',
        setAsActive: false,
        allowAutoRegistration: false,
        registrationConfig: { templateName: 'jitp' },
      },
      reply: { ...aCaCertificate('c'), registrationConfig: { templateName: 'jitp' } },
      data: {
        registerCaCertificate: {
          caCertificate: {
            registrationConfig: { templateName: 'jitp', templateBody: null, templateBodyText: null },
          },
        },
      },
    },
  ],
  ({ services }) => {
    services.answer(getTagsOfResources, ({ resourceArns }) => ({
      resources: resourceArns.map((resourceArn) => ({ resourceArn, tags: { site: 'b7' } })),
    }));
    services.answer(listProvisioningTemplateVersions, () => ({ versions: [VERSION] }));
  },
);

describe('provisioning templates', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  it('are null when there is none of that name, and are not asked for when there can be none', async () => {
    gateway.services.answer(getProvisioningTemplates, () => ({ templates: [] }));
    expect((await gateway.graphql('{ provisioningTemplate(name: "none") { name } }')).body).toEqual({
      data: { provisioningTemplate: null },
    });
    const { body } = await gateway.graphql('{ provisioningTemplate(name: "no name") { name } }');
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'InvalidRequest', details: { field: 'name' } });
  });
});
