import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { Inbox } from '../inbox.js';
import { type Device, type DeviceIdentity, type ReceivedMessage, toText } from './device.js';

/** What is particular to one connection of mqtt.js. */
export type MqttjsOptions = Pick<IClientOptions, 'protocolVersion' | 'clean' | 'properties' | 'ca' | 'ALPNProtocols'>;

/** A device that also lets tests look at what mqtt.js alone tells. */
export interface MqttjsDevice extends Device {
  readonly client: MqttClient;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly lost: Promise<void>;
}

/** Connects mqtt.js; rejects when the broker refuses. It never connects a second time on its own. */
export async function connectMqttjs(identity: DeviceIdentity, options: MqttjsOptions = {}): Promise<MqttjsDevice> {
  const { clientId, url, certificate } = identity;
  const client = await connectAsync(
    url,
    {
      clientId,
      protocolVersion: 4,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      ...(certificate && { cert: certificate.certificatePem, key: certificate.privateKey, ca: certificate.caPem }),
      ...options,
    },
    false,
  );
  const inbox = new Inbox<ReceivedMessage>();
  client.on('message', (topic, payload) => inbox.push({ topic, payload: payload.toString() }));
  // Without a listener an error of the connection would end the test run.
  client.on('error', () => undefined);
  return {
    client,
    inbox,
    lost: new Promise((resolve) => client.once('close', resolve)),
    publish: async (topic, payload) => {
      await client.publishAsync(topic, toText(payload), { qos: 1 });
    },
    subscribe: async (topicFilter) => {
      await client.subscribeAsync(topicFilter, { qos: 1 });
    },
    // On a connection that is lost, a goodbye would wait for answers that cannot come any more.
    disconnect: () => client.endAsync(!client.connected),
  };
}
