import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateBillingGroupCommand,
  CreateKeysAndCertificateCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  CreateThingTypeCommand,
  CreateTopicRuleCommand,
  DeleteBillingGroupCommand,
  DeletePolicyCommand,
  DeleteThingCommand,
  DeleteThingGroupCommand,
  DeleteTopicRuleCommand,
  DescribeBillingGroupCommand,
  DescribeThingCommand,
  DescribeThingGroupCommand,
  DescribeThingTypeCommand,
  GetPolicyCommand,
  GetTopicRuleCommand,
  IoTClient,
  ListPolicyVersionsCommand,
  paginateListThings,
  UpdateBillingGroupCommand,
  UpdateThingCommand,
  UpdateThingGroupCommand,
} from '@aws-sdk/client-iot';
import {
  DeleteConnectionCommand,
  GetThingShadowCommand,
  type IoTDataPlaneClient,
  PublishCommand,
  UpdateThingShadowCommand,
} from '@aws-sdk/client-iot-data-plane';
import { waitFor } from '#thingcore/testing';
import type { DeviceCredentials } from './application.js';
import { type AwsClients, type AwsCredentials, awsClientsOf } from './aws-clients.js';
import { connectAwsSdk } from './devices/aws-sdk-device.js';
import { connectMqttjs } from './devices/mqttjs-device.js';
import { presignedWebSocket } from './presigned-websocket.js';
import type { World } from './world.js';

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }],
});

/** AWS: "Creating an AWS IoT rule", as its documentation writes rules. */
const RULE_OF_AWS = `{
  "sql": "SELECT *, topic(2) AS device FROM 'iot/+/telemetry' WHERE temp > 50",
  "description": "Republish hot values",
  "ruleDisabled": false,
  "awsIotSqlVersion": "2016-03-23",
  "actions": [
    { "republish": { "topic": "hot/\${topic(2)}", "qos": 1, "roleArn": "arn:aws:iam::123456789012:role/my-iot-role" } }
  ]
}`;

/** What an operator does who knows AWS: the unmodified SDK, pointed at this product by its endpoint. */
export function describeHttpApiStory(world: () => World): void {
  describe('the HTTP API', () => {
    let clients: AwsClients;
    let credentials: AwsCredentials;
    let iot: IoTClient;
    let data: IoTDataPlaneClient;
    let certificate: DeviceCredentials & { readonly certificateArn: string };

    beforeAll(async () => {
      clients = await awsClientsOf(world().product);
      ({ credentials, iot, data } = clients);
    });

    afterAll(() => clients?.close());

    it('creates, describes, updates and deletes things by their versions', async () => {
      const attributePayload = { attributes: { site: 'a' } };
      await iot.send(new CreateThingCommand({ thingName: 'http-1', attributePayload }));
      await iot.send(new UpdateThingCommand({ thingName: 'http-1', expectedVersion: 1, attributePayload: {} }));
      await expect(iot.send(new DescribeThingCommand({ thingName: 'http-1' }))).resolves.toMatchObject({
        attributes: { site: 'a' },
        version: 2,
      });
      const stale = iot.send(new UpdateThingCommand({ thingName: 'http-1', expectedVersion: 1, attributePayload }));
      await expect(stale).rejects.toMatchObject({ name: 'VersionConflictException' });
      await iot.send(new DeleteThingCommand({ thingName: 'http-1', expectedVersion: 2 }));
      const gone = iot.send(new DescribeThingCommand({ thingName: 'http-1' }));
      await expect(gone).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        $metadata: { httpStatusCode: 404 },
      });
    });

    it('leads through the pages of a list', async () => {
      const names = ['page-1', 'page-2', 'page-3', 'page-4', 'page-5'];
      const attributePayload = { attributes: { paged: 'yes' } };
      await Promise.all(names.map((thingName) => iot.send(new CreateThingCommand({ thingName, attributePayload }))));
      const pages: (string | undefined)[][] = [];
      const query = { attributeName: 'paged', attributeValue: 'yes' };
      for await (const { things = [] } of paginateListThings({ client: iot, pageSize: 2 }, query)) {
        pages.push(things.map(({ thingName }) => thingName));
      }
      expect(pages.flat()).toEqual(names);
      expect(pages.length).toBeGreaterThan(2);
    });

    it('does the same with types, groups and billing groups', async () => {
      await iot.send(
        new CreateThingTypeCommand({ thingTypeName: 'press', thingTypeProperties: { thingTypeDescription: 'p' } }),
      );
      await expect(iot.send(new DescribeThingTypeCommand({ thingTypeName: 'press' }))).resolves.toMatchObject({
        thingTypeProperties: { thingTypeDescription: 'p' },
      });
      const thingGroupProperties = { thingGroupDescription: 'new' };
      await iot.send(new CreateThingGroupCommand({ thingGroupName: 'hall' }));
      await iot.send(new UpdateThingGroupCommand({ thingGroupName: 'hall', thingGroupProperties }));
      await expect(iot.send(new DescribeThingGroupCommand({ thingGroupName: 'hall' }))).resolves.toMatchObject({
        thingGroupProperties,
        version: 2,
      });
      await iot.send(new DeleteThingGroupCommand({ thingGroupName: 'hall' }));
      const billingGroupProperties = { billingGroupDescription: 'new' };
      await iot.send(new CreateBillingGroupCommand({ billingGroupName: 'cost' }));
      await iot.send(new UpdateBillingGroupCommand({ billingGroupName: 'cost', billingGroupProperties }));
      await expect(iot.send(new DescribeBillingGroupCommand({ billingGroupName: 'cost' }))).resolves.toMatchObject({
        billingGroupProperties,
      });
      await iot.send(new DeleteBillingGroupCommand({ billingGroupName: 'cost' }));
    });

    it('keeps versions of policies', async () => {
      await iot.send(new CreatePolicyCommand({ policyName: 'versions', policyDocument: POLICY }));
      const next = { policyName: 'versions', policyDocument: POLICY, setAsDefault: true };
      await expect(iot.send(new CreatePolicyVersionCommand(next))).resolves.toMatchObject({ policyVersionId: '2' });
      await expect(iot.send(new GetPolicyCommand({ policyName: 'versions' }))).resolves.toMatchObject({
        defaultVersionId: '2',
      });
      const { policyVersions } = await iot.send(new ListPolicyVersionsCommand({ policyName: 'versions' }));
      expect(policyVersions).toHaveLength(2);
      const busy = iot.send(new DeletePolicyCommand({ policyName: 'versions' }));
      await expect(busy).rejects.toMatchObject({ name: 'DeleteConflictException' });
    });

    it('provisions a device that the SDK of AWS runs', async () => {
      const { product } = world();
      await iot.send(new CreateThingCommand({ thingName: 'http-device' }));
      const made = await iot.send(new CreateKeysAndCertificateCommand({ setAsActive: true }));
      const { certificateArn = '', certificatePem = '', keyPair } = made;
      certificate = { certificateArn, certificatePem, privateKey: keyPair?.PrivateKey ?? '', caPem: product.ca };
      await iot.send(new CreatePolicyCommand({ policyName: 'all-of-it', policyDocument: POLICY }));
      await iot.send(new AttachPolicyCommand({ policyName: 'all-of-it', target: certificateArn }));
      await iot.send(new AttachThingPrincipalCommand({ thingName: 'http-device', principal: certificateArn }));
      const identity = { clientId: 'http-device', url: product.endpoints.mqtts, certificate };
      const device = world().keep(await connectAwsSdk('mqtt5', identity));
      await device.subscribe('orders/http-device');
      const payload = Buffer.from(JSON.stringify({ go: true }));
      await data.send(new PublishCommand({ topic: 'orders/http-device', qos: 1, payload }));
      const order = await device.inbox.find(({ topic }) => topic === 'orders/http-device', 'the order');
      expect(JSON.parse(order.payload)).toEqual({ go: true });
      await data.send(new DeleteConnectionCommand({ clientId: 'http-device' }));
    });

    it('reads and writes shadows', async () => {
      const payload = Buffer.from(JSON.stringify({ state: { desired: { on: true } } }));
      await data.send(new UpdateThingShadowCommand({ thingName: 'http-device', payload }));
      const { payload: read = [] } = await data.send(new GetThingShadowCommand({ thingName: 'http-device' }));
      expect(JSON.parse(Buffer.from(read).toString())).toMatchObject({ state: { desired: { on: true } } });
    });

    it('loads a rule as AWS documents it, unchanged', async () => {
      const topicRulePayload = JSON.parse(RULE_OF_AWS) as NonNullable<
        ConstructorParameters<typeof CreateTopicRuleCommand>[0]['topicRulePayload']
      >;
      await iot.send(new CreateTopicRuleCommand({ ruleName: 'hot_values', topicRulePayload }));
      const { rule } = await iot.send(new GetTopicRuleCommand({ ruleName: 'hot_values' }));
      expect(rule).toMatchObject({ ...topicRulePayload, ruleName: 'hot_values' });
      const listener = world().keep(await overWebSocket('rule-listener'));
      await listener.subscribe('hot/#');
      await waitFor(
        async () => {
          await data.send(
            new PublishCommand({ topic: 'iot/press/telemetry', qos: 1, payload: Buffer.from('{"temp":70}') }),
          );
          return listener.inbox.items.length > 0;
        },
        { what: 'the republished message', intervalMs: 200 },
      );
      const [hot] = listener.inbox.items;
      expect([hot?.topic, JSON.parse(hot?.payload ?? '')]).toEqual(['hot/press', { temp: 70, device: 'press' }]);
      await iot.send(new DeleteTopicRuleCommand({ ruleName: 'hot_values' }));
    });

    it('ends the WebSockets of an access key that is revoked, and refuses its requests', async () => {
      const { product, application } = world();
      const { graphql } = application;
      const { createAccessKey } = await graphql.run<{
        createAccessKey: { accessKey: { accessKeyId: string }; secretAccessKey: string };
      }>(`mutation { createAccessKey(input: { name: "short", role: VIEWER }) {
        accessKey { accessKeyId } secretAccessKey } }`);
      const { accessKey, secretAccessKey } = createAccessKey;
      const own = { accessKeyId: accessKey.accessKeyId, secretAccessKey };
      const viewer = world().keep(await overWebSocket('short-lived', own));
      await viewer.subscribe('orders/#');
      await graphql.run('mutation ($id: ID!) { revokeAccessKey(accessKeyId: $id) { accessKey { revokedAt } } }', {
        id: own.accessKeyId,
      });
      await viewer.lost;
      // What mqtt.js makes of the status 403.
      await expect(overWebSocket('too-late', own)).rejects.toThrow("Couldn't connect to server");
      const revoked = new IoTClient({ endpoint: product.endpoints.http, region: 'us-east-1', credentials: own });
      await expect(revoked.send(new DescribeThingCommand({ thingName: 'page-1' }))).rejects.toMatchObject({
        name: 'UnrecognizedClientException',
      });
      revoked.destroy();
    });

    const overWebSocket = async (clientId: string, own = credentials) => {
      const { endpoints, ca } = world().product;
      return connectMqttjs({ clientId, url: await presignedWebSocket(endpoints.wss, own) }, { ca });
    };
  });
}
