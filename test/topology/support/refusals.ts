import { connectAwsSdk } from './devices/aws-sdk-device.js';
import { connectMqttjs, type MqttjsOptions } from './devices/mqttjs-device.js';
import { GraphqlClient } from './graphql-client.js';
import { OperatorCa } from './identity/operator-pki.js';
import { NO_SECRETS } from './policies.js';
import { POLICY_NAME, type World } from './world.js';

/** MQTT 3.1.1 CONNACK, "not authorized". */
const RETURN_CODE_NOT_AUTHORIZED = 5;

/** MQTT 5, "Not authorized". */
const NOT_AUTHORIZED = 0x87;

const MQTT_VERSIONS: { version: string; options: MqttjsOptions; connackCode: number; subackCode: number }[] = [
  {
    version: 'MQTT 3.1.1',
    options: { protocolVersion: 4 },
    connackCode: RETURN_CODE_NOT_AUTHORIZED,
    subackCode: 0x80,
  },
  { version: 'MQTT 5', options: { protocolVersion: 5 }, connackCode: NOT_AUTHORIZED, subackCode: NOT_AUTHORIZED },
];

const SOME_QUERY = 'query { thing(name: "nobody") { name } }';
const SOME_SUBSCRIPTION = 'subscription { messages(topicFilter: "#") { topic } }';

/** What must not be possible. */
export function describeRefusals(worldOf: () => World): void {
  const urlOf = () => worldOf().product.endpoints.mqtts;

  describe.each([
    { name: 'no API key', key: undefined },
    { name: 'an unknown API key', key: 'thingcore_nobody-has-ever-issued-this-key-0000' },
  ])('an application with $name', ({ key }) => {
    it('is refused as UNAUTHENTICATED', async () => {
      const client = new GraphqlClient(worldOf().product.endpoints.graphql, key);
      await expect(client.run(SOME_QUERY)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', httpStatus: 401 });
    });

    it('gets no subscription', async () => {
      const client = new GraphqlClient(worldOf().product.endpoints.graphql, key);
      const { ended } = client.subscribe(SOME_SUBSCRIPTION);
      await expect(ended).rejects.toThrow('closed with 4403');
      await client.close();
    });
  });

  // The server ends the handshake, so MQTT never begins: there is no CONNACK with a code.
  it('a device with a certificate of another authority gets no connection', async () => {
    const authority = await OperatorCa.create('An authority of somebody else');
    const certificate = { ...(await authority.issue('AWS IoT Certificate')), caPem: worldOf().product.ca };
    const attempt = connectMqttjs({ clientId: 'stranger', url: urlOf(), certificate });
    await expect(attempt).rejects.not.toMatchObject({ code: expect.any(Number) });
  });

  it('a device without a certificate gets no connection over TLS', async () => {
    const attempt = connectMqttjs({ clientId: 'nobody', url: urlOf() }, { ca: worldOf().product.ca });
    await expect(attempt).rejects.not.toMatchObject({ code: expect.any(Number) });
  });

  describe.each(MQTT_VERSIONS)('over $version', ({ version, options, connackCode, subackCode }) => {
    const slug = version.replace(/\W+/g, '-').toLowerCase();
    const provision = (purpose: string) => worldOf().application.provision(`${purpose}-${slug}`, POLICY_NAME);
    const connect = async (purpose: string) => {
      const certificate = await provision(purpose);
      const device = await connectMqttjs({ clientId: `${purpose}-${slug}`, url: urlOf(), certificate }, options);
      return { certificate, device: worldOf().keep(device) };
    };

    it('an inactive certificate is not let in nor told anything, and is let in once it is active', async () => {
      const { application } = worldOf();
      const thingName = `asleep-${slug}`;
      const certificate = await application.createCertificate(false);
      await application.createThing(thingName);
      await application.attachPolicy(POLICY_NAME, certificate.certificateArn);
      await application.attachThing(thingName, certificate.certificateArn);
      const attempt = () => connectMqttjs({ clientId: thingName, url: urlOf(), certificate }, options);
      await expect(attempt()).rejects.not.toMatchObject({ code: expect.any(Number) });
      await application.setStatus(certificate.certificateId, 'ACTIVE');
      worldOf().keep(await attempt());
    });

    it('a device does not connect under the name of another', async () => {
      const certificate = await provision('impostor');
      const attempt = connectMqttjs({ clientId: 'machine-of-somebody-else', url: urlOf(), certificate }, options);
      await expect(attempt).rejects.toMatchObject({ code: connackCode });
    });

    it('a device that is deactivated is disconnected within a second and does not come back', async () => {
      const { application } = worldOf();
      const { certificate, device } = await connect('expelled');
      const askedAt = performance.now();
      await application.setStatus(certificate.certificateId, 'INACTIVE');
      await device.lost;
      expect(performance.now() - askedAt).toBeLessThan(1000);
      const again = connectMqttjs({ clientId: `expelled-${slug}`, url: urlOf(), certificate }, options);
      await expect(again).rejects.not.toMatchObject({ code: expect.any(Number) });
    });

    it('a subscription that the policy does not allow is answered with a failure, the others hold', async () => {
      const { device } = await connect('eavesdropper');
      await expect(device.subscribe('telemetry/machine-of-somebody-else/#')).rejects.toMatchObject({
        packet: { granted: [subackCode] },
      });
      expect(device.client.connected).toBe(true);
      await device.subscribe(`commands/eavesdropper-${slug}`);
      await worldOf().application.publish(`commands/eavesdropper-${slug}`, { still: 'here' });
      await device.inbox.find(
        ({ payload }) => payload.includes('here'),
        'a message on the subscription that is allowed',
      );
    });

    it('a message that the policy does not allow reaches nobody', async () => {
      const { application, product } = worldOf();
      const witness = worldOf().keep(
        await connectMqttjs({ clientId: `witness-${slug}`, url: product.endpoints.mqtt }, options),
      );
      const victim = `commands/machine-of-somebody-else-${slug}`;
      await witness.subscribe(victim);
      const { device } = await connect('forger');
      const outcome = await Promise.race([
        device.publish(victim, { forged: true }).then(
          () => 'acknowledged',
          (error: { code?: number }) => `answered ${error.code}`,
        ),
        device.lost.then(() => 'disconnected'),
      ]);
      // AWS: Message broker, an MQTT 3.1.1 client is disconnected, an MQTT 5 client gets a PUBACK with the reason.
      expect(outcome).toBe(options.protocolVersion === 5 ? `answered ${NOT_AUTHORIZED}` : 'disconnected');
      await application.publish(victim, { genuine: true });
      await witness.inbox.find(({ payload }) => payload.includes('genuine'), 'the message that is allowed');
      expect(witness.inbox.items.map(({ payload }) => payload)).toEqual(['{"genuine":true}']);
    });

    it('a message that the policy does not let a device receive is not delivered to it', async () => {
      const { application } = worldOf();
      const certificate = await provision('curious');
      await application.createPolicy(`no-secrets-${slug}`, NO_SECRETS);
      await application.attachPolicy(`no-secrets-${slug}`, certificate.certificateArn);
      const device = worldOf().keep(
        await connectMqttjs({ clientId: `curious-${slug}`, url: urlOf(), certificate }, options),
      );
      await device.subscribe(`inbox/curious-${slug}/#`);
      await application.publish(`inbox/curious-${slug}/secret`, 'not for you');
      await application.publish(`inbox/curious-${slug}/open`, 'for you');
      await device.inbox.find(({ topic }) => topic.endsWith('/open'), 'the message that is allowed');
      expect(device.inbox.items.map(({ topic }) => topic)).toEqual([`inbox/curious-${slug}/open`]);
      expect(device.client.connected).toBe(true);
    });
  });

  it('the Mqtt5Client of aws-iot-device-sdk-v2 is told that its policies do not let it in', async () => {
    const certificate = await worldOf().application.provision('known', POLICY_NAME);
    const attempt = connectAwsSdk('mqtt5', { clientId: 'known-by-another-name', url: urlOf(), certificate });
    await expect(attempt).rejects.toMatchObject({ reasonCode: NOT_AUTHORIZED });
  });
}
