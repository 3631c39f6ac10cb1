import {
  AddThingToBillingGroupCommand,
  ConfirmTopicRuleDestinationCommand,
  CreateBillingGroupCommand,
  CreateCertificateFromCsrCommand,
  CreateProvisioningClaimCommand,
  CreateProvisioningTemplateCommand,
  CreateProvisioningTemplateVersionCommand,
  CreateThingCommand,
  CreateThingTypeCommand,
  CreateTopicRuleDestinationCommand,
  DeleteCACertificateCommand,
  DeleteCertificateCommand,
  DeleteProvisioningTemplateCommand,
  DeleteProvisioningTemplateVersionCommand,
  DeleteThingTypeCommand,
  DeleteTopicRuleDestinationCommand,
  DeprecateThingTypeCommand,
  DescribeCACertificateCommand,
  DescribeCertificateCommand,
  DescribeProvisioningTemplateCommand,
  DescribeThingCommand,
  DescribeThingRegistrationTaskCommand,
  GetRegistrationCodeCommand,
  GetTopicRuleDestinationCommand,
  ListCertificatesByCACommand,
  ListTagsForResourceCommand,
  ListThingRegistrationTaskReportsCommand,
  ListThingsInBillingGroupCommand,
  ListThingTypesCommand,
  paginateListCertificates,
  RegisterCACertificateCommand,
  RegisterCertificateCommand,
  StartThingRegistrationTaskCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateCACertificateCommand,
  UpdateCertificateCommand,
  UpdateProvisioningTemplateCommand,
  UpdateThingTypeCommand,
} from '@aws-sdk/client-iot';
import {
  DeleteConnectionCommand,
  DeleteThingShadowCommand,
  GetConnectionCommand,
  GetRetainedMessageCommand,
  GetThingShadowCommand,
  ListNamedShadowsForThingCommand,
  ListSubscriptionsCommand,
  PublishCommand,
  UpdateThingShadowCommand,
} from '@aws-sdk/client-iot-data-plane';
import { waitFor } from '#thingcore/testing';
import { type AwsClients, awsClientsOf } from './aws-clients.js';
import { connectMqttjs } from './devices/mqttjs-device.js';
import { OperatorCa, requestCertificate } from './identity/operator-pki.js';
import { HookServer } from './provisioning/hook-server.js';
import type { World } from './world.js';

const ROLE = 'arn:aws:iam::123456789012:role/any';

/** A fleet template. AWS: Provisioning templates. */
const TEMPLATE = JSON.stringify({
  Parameters: { Serial: { Type: 'String' }, 'AWS::IoT::Certificate::Id': { Type: 'String' } },
  Resources: {
    thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: { 'Fn::Join': ['-', ['fleet', { Ref: 'Serial' }]] } } },
    certificate: {
      Type: 'AWS::IoT::Certificate',
      Properties: { CertificateId: { Ref: 'AWS::IoT::Certificate::Id' }, Status: 'ACTIVE' },
    },
  },
});

/** A template for things in bulk. AWS: Bulk registration. */
const BULK = JSON.stringify({
  Parameters: { Name: { Type: 'String' }, CSR: { Type: 'String' } },
  Resources: {
    thing: { Type: 'AWS::IoT::Thing', Properties: { ThingName: { Ref: 'Name' } } },
    certificate: {
      Type: 'AWS::IoT::Certificate',
      Properties: { CertificateSigningRequest: { Ref: 'CSR' }, Status: 'ACTIVE' },
    },
  },
});

/** The areas of the HTTP API beside things and policies, by the unmodified SDK against a whole product. */
export function describeHttpApiAreas(world: () => World): void {
  describe('the areas of the HTTP API', () => {
    let clients: AwsClients;
    const iot = () => clients.iot;
    const data = () => clients.data;

    beforeAll(async () => {
      clients = await awsClientsOf(world().product);
    });

    afterAll(() => clients?.close());

    it('has thing types, which are deprecated before they are deleted', async () => {
      const thingTypeName = 'area-type';
      await iot().send(new CreateThingTypeCommand({ thingTypeName, tags: [{ Key: 'site', Value: 'a' }] }));
      const thingTypeProperties = { thingTypeDescription: 'new' };
      await iot().send(new UpdateThingTypeCommand({ thingTypeName, thingTypeProperties }));
      const { thingTypes } = await iot().send(new ListThingTypesCommand({ thingTypeName }));
      expect(thingTypes).toMatchObject([{ thingTypeName, thingTypeProperties }]);
      await expect(iot().send(new DeleteThingTypeCommand({ thingTypeName }))).rejects.toMatchObject({
        name: 'InvalidRequestException',
      });
      await iot().send(new DeprecateThingTypeCommand({ thingTypeName }));
      await expect(iot().send(new CreateThingCommand({ thingName: 'late', thingTypeName }))).rejects.toMatchObject({
        name: 'InvalidRequestException',
      });
      await iot().send(new DeprecateThingTypeCommand({ thingTypeName, undoDeprecate: true }));
    });

    it('has billing groups with things in them, and tags', async () => {
      const billingGroupName = 'area-bill';
      const { billingGroupArn: resourceArn = '' } = await iot().send(
        new CreateBillingGroupCommand({ billingGroupName }),
      );
      await iot().send(new CreateThingCommand({ thingName: 'billed' }));
      await iot().send(new AddThingToBillingGroupCommand({ billingGroupName, thingName: 'billed' }));
      await expect(iot().send(new ListThingsInBillingGroupCommand({ billingGroupName }))).resolves.toMatchObject({
        things: ['billed'],
      });
      await expect(iot().send(new DescribeThingCommand({ thingName: 'billed' }))).resolves.toMatchObject({
        billingGroupName,
      });
      const tags = [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ];
      await iot().send(new TagResourceCommand({ resourceArn, tags }));
      await iot().send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
      await expect(iot().send(new ListTagsForResourceCommand({ resourceArn }))).resolves.toMatchObject({
        tags: [tags[1]],
      });
    });

    it('signs the requests of devices, and lists certificates page by page', async () => {
      const { csr } = await requestCertificate('ECDSA');
      const made = [];
      for (const setAsActive of [true, false]) {
        const asked = { certificateSigningRequest: csr, setAsActive };
        made.push(await iot().send(new CreateCertificateFromCsrCommand(asked)));
      }
      const listed: (string | undefined)[] = [];
      for await (const { certificates = [] } of paginateListCertificates({ client: iot(), pageSize: 1 }, {})) {
        listed.push(...certificates.map(({ certificateId }) => certificateId));
      }
      expect(listed).toEqual(expect.arrayContaining(made.map(({ certificateId }) => certificateId)));
      const { certificateId } = made[0]!;
      await expect(iot().send(new DeleteCertificateCommand({ certificateId }))).rejects.toMatchObject({
        name: 'CertificateStateException',
        $metadata: { httpStatusCode: 406 },
      });
      await iot().send(new UpdateCertificateCommand({ certificateId, newStatus: 'REVOKED' }));
      await iot().send(new DeleteCertificateCommand({ certificateId }));
      await expect(iot().send(new DescribeCertificateCommand({ certificateId }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    });

    it('registers an authority of the operator, and certificates of it', async () => {
      const { registrationCode = '' } = await iot().send(new GetRegistrationCodeCommand({}));
      const authority = await OperatorCa.create(`area ${registrationCode.slice(0, 8)}`);
      const { certificatePem: verificationCertificate } = await authority.issue(registrationCode);
      const caCertificate = authority.certificatePem;
      const registered = { caCertificate, verificationCertificate, setAsActive: true };
      const { certificateId } = await iot().send(new RegisterCACertificateCommand(registered));
      const { certificatePem } = await authority.issue('device');
      const device = { certificatePem, caCertificatePem: caCertificate, status: 'ACTIVE' as const };
      const { certificateId: own } = await iot().send(new RegisterCertificateCommand(device));
      const { certificates } = await iot().send(new ListCertificatesByCACommand({ caCertificateId: certificateId }));
      expect(certificates).toMatchObject([{ certificateId: own, status: 'ACTIVE' }]);
      await expect(iot().send(new RegisterCertificateCommand(device))).rejects.toMatchObject({
        name: 'ResourceAlreadyExistsException',
        resourceId: own,
      });
      await iot().send(new UpdateCACertificateCommand({ certificateId, newStatus: 'INACTIVE' }));
      await expect(iot().send(new DescribeCACertificateCommand({ certificateId }))).resolves.toMatchObject({
        certificateDescription: { status: 'INACTIVE' },
      });
      await iot().send(new DeleteCACertificateCommand({ certificateId }));
    });

    it('keeps versions of fleet templates and gives out claims', async () => {
      const templateName = 'area-fleet';
      const template = { templateName, templateBody: TEMPLATE, provisioningRoleArn: ROLE, enabled: true };
      await iot().send(new CreateProvisioningTemplateCommand(template));
      const next = { templateName, templateBody: TEMPLATE, setAsDefault: true };
      await iot().send(new CreateProvisioningTemplateVersionCommand(next));
      await expect(iot().send(new DescribeProvisioningTemplateCommand({ templateName }))).resolves.toMatchObject({
        defaultVersionId: 2,
        provisioningRoleArn: ROLE,
      });
      const claim = await iot().send(new CreateProvisioningClaimCommand({ templateName }));
      expect(claim).toMatchObject({ certificatePem: expect.stringContaining('BEGIN CERTIFICATE') as string });
      await iot().send(new UpdateProvisioningTemplateCommand({ templateName, enabled: false }));
      const busy = iot().send(new DeleteProvisioningTemplateCommand({ templateName }));
      await expect(busy).rejects.toMatchObject({ name: 'DeleteConflictException' });
      await iot().send(new DeleteProvisioningTemplateVersionCommand({ templateName, versionId: 1 }));
      await iot().send(new DeleteProvisioningTemplateCommand({ templateName }));
    });

    it('registers things in bulk and links to the reports', async () => {
      const { endpoints, apiKey } = world().product;
      const { csr } = await requestCertificate('ECDSA');
      const uploaded = await fetch(`${endpoints.http}/registration-inputs`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/x-ndjson' },
        body: `${JSON.stringify({ Name: 'bulk-1', CSR: csr })}\n`,
      });
      const { inputFileKey } = (await uploaded.json()) as { inputFileKey: string };
      const task = { templateBody: BULK, inputFileBucket: 'registration-inputs', inputFileKey, roleArn: ROLE };
      const { taskId } = await iot().send(new StartThingRegistrationTaskCommand(task));
      await waitFor(
        async () => {
          const { status } = await iot().send(new DescribeThingRegistrationTaskCommand({ taskId }));
          return status === 'Completed';
        },
        { what: 'the end of the task', intervalMs: 200 },
      );
      const asked = new ListThingRegistrationTaskReportsCommand({ taskId, reportType: 'RESULTS' });
      const { resourceLinks: [link = ''] = [] } = await iot().send(asked);
      // The link is signed: whoever has it needs no key.
      expect(await (await fetch(link)).text()).toContain('bulk-1');
      await expect(iot().send(new DescribeThingCommand({ thingName: 'bulk-1' }))).resolves.toMatchObject({
        version: 1,
      });
    });

    it('confirms destinations of rules', async () => {
      const server = await HookServer.start();
      const httpUrlConfiguration = { confirmationUrl: server.url };
      const destinationConfiguration = { httpUrlConfiguration };
      const { topicRuleDestination } = await iot().send(
        new CreateTopicRuleDestinationCommand({ destinationConfiguration }),
      );
      const arn = topicRuleDestination?.arn ?? '';
      await waitFor(() => server.questions.length > 0, { what: 'the challenge' });
      const confirmationToken = String(server.questions[0]?.['confirmationToken']);
      await iot().send(new ConfirmTopicRuleDestinationCommand({ confirmationToken }));
      await expect(iot().send(new GetTopicRuleDestinationCommand({ arn }))).resolves.toMatchObject({
        topicRuleDestination: { status: 'ENABLED' },
      });
      await iot().send(new DeleteTopicRuleDestinationCommand({ arn }));
      await server.stop();
    });

    it.each<[string, () => AwsClients['data']]>([
      ['at the gateway', data],
      ['at the port of devices', () => clients.dataOfDevices],
    ])('publishes, keeps shadows and ends connections, signed, %s', async (where, client) => {
      const clientId = `data ${where}`.replaceAll(' ', '-');
      const device = world().keep(await connectMqttjs({ clientId, url: world().product.endpoints.mqtt }));
      await device.subscribe(`${clientId}/#`);
      const message = {
        ...{ topic: `${clientId}/a`, qos: 1, retain: true, payload: Buffer.from('hello') },
        ...{ contentType: 'text/plain', responseTopic: 'answers', payloadFormatIndicator: 'UTF8_DATA' as const },
        ...{ correlationData: 'Nw==', userProperties: '[{"lot":"A"}]', messageExpiry: 600 },
      };
      await client().send(new PublishCommand(message));
      const heard = await device.inbox.find(({ topic }) => topic === `${clientId}/a`, 'the message');
      expect(heard.payload).toBe('hello');
      const retained = await client().send(new GetRetainedMessageCommand({ topic: `${clientId}/a` }));
      expect(Buffer.from(retained.userProperties ?? []).toString()).toBe('[{"lot":"A"}]');
      const thingName = clientId;
      const shadow = { thingName, shadowName: 'config', payload: Buffer.from('{"state":{"desired":{"on":true}}}') };
      await client().send(new UpdateThingShadowCommand(shadow));
      await expect(client().send(new ListNamedShadowsForThingCommand({ thingName }))).resolves.toMatchObject({
        results: ['config'],
      });
      const stale = { ...shadow, payload: Buffer.from('{"version":9,"state":{"desired":{"on":true}}}') };
      await expect(client().send(new UpdateThingShadowCommand(stale))).rejects.toMatchObject({
        name: 'ConflictException',
      });
      await client().send(new DeleteThingShadowCommand({ thingName, shadowName: 'config' }));
      await expect(client().send(new GetThingShadowCommand({ thingName, shadowName: 'config' }))).rejects.toMatchObject(
        { name: 'ResourceNotFoundException' },
      );
      await waitFor(
        async () =>
          (
            await client()
              .send(new GetConnectionCommand({ clientId }))
              .catch(() => undefined)
          )?.connected,
        {
          what: 'the connection to be known',
        },
      );
      const { subscriptions } = await client().send(new ListSubscriptionsCommand({ clientId }));
      expect(subscriptions).toMatchObject([{ topicFilter: `${clientId}/#` }]);
      await client().send(new DeleteConnectionCommand({ clientId }));
      await device.lost;
    });
  });
}
