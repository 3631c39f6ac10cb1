// One device of aws-iot-device-sdk-v2 in a process of its own: its Mqtt5Client keeps a process alive after it is closed,
// and what is native must not end the test run. The parent sends { id, operation, input } and gets { id, result } or
// { id, error }; what the device is told goes to it as { event, data }.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { iot, iotidentity, iotshadow, mqtt, mqtt5 } from 'aws-iot-device-sdk-v2';

const MQTT_5_FAILURE = 0x80;
const MQTT_311_FAILURE = 0x80;
const SERVICE_LIMITS = {
  maxRequestResponseSubscriptions: 12,
  maxStreamingSubscriptions: 3,
  operationTimeoutInSeconds: 10,
};

/** An Mqtt5Client (aws-crt 1.33.1) that is stopped while it acknowledges a message may never send its DISCONNECT. */
const QUIET_MS = 200;

const TRANSPORTS = { mqtt311: connectMqtt311, mqtt5: connectMqtt5 };

const STREAMS = {
  delta: 'createShadowDeltaUpdatedStream',
  documents: 'createShadowUpdatedStream',
  namedDelta: 'createNamedShadowDeltaUpdatedStream',
};

let device;
let shadows;
let identities;

const OPERATIONS = {
  connect: async ({ transport, identity }) => {
    device = await TRANSPORTS[transport](identity);
  },
  publish: ({ topic, payload }) => device.publish(topic, payload),
  subscribe: ({ topicFilter }) => device.subscribe(topicFilter),
  shadow: ({ method, request }) => {
    shadows ??= device.shadows();
    return shadows[method](request);
  },
  provision: ({ method, request }) => {
    identities ??= device.identities();
    return identities[method](request);
  },
  stream: async ({ kind, request }) => {
    shadows ??= device.shadows();
    const stream = shadows[STREAMS[kind]](request);
    stream.on('incomingPublish', ({ message }) => tell(kind, message));
    const established = once(stream, 'subscriptionStatus');
    stream.open();
    await established;
  },
  disconnect: async () => {
    shadows?.close();
    identities?.close();
    await device?.disconnect();
  },
};

process.on('message', ({ id, operation, input }) => {
  OPERATIONS[operation](input).then(
    (result) => process.send({ id, result }),
    (error) => process.send({ id, error: describe(error) }),
  );
});
// The test run has ended, in whatever way.
process.on('disconnect', () => process.exit());

async function connectMqtt311({ clientId, url, certificate }) {
  const { hostname, port } = new URL(url);
  const config = iot.AwsIotMqttConnectionConfigBuilder.new_mtls_builder(
    certificate.certificatePem,
    certificate.privateKey,
  )
    .with_certificate_authority(certificate.caPem)
    .with_endpoint(hostname)
    .with_port(Number(port))
    .with_client_id(clientId)
    .with_clean_session(true)
    .build();
  const connection = new mqtt.MqttClient().new_connection(config);
  connection.on('message', (topic, payload) => tell('message', { topic, payload: toText(payload) }));
  connection.on('error', () => undefined);
  await connection.connect();
  return {
    publish: async (topic, payload) => {
      await connection.publish(topic, payload, mqtt.QoS.AtLeastOnce);
    },
    subscribe: async (topicFilter) => {
      const { qos } = await connection.subscribe(topicFilter, mqtt.QoS.AtLeastOnce);
      if (qos >= MQTT_311_FAILURE) throw new Error(`The subscription to ${topicFilter} was refused`);
    },
    shadows: () => iotshadow.IotShadowClientv2.newFromMqtt311(connection, SERVICE_LIMITS),
    identities: () => iotidentity.IotIdentityClientv2.newFromMqtt311(connection, SERVICE_LIMITS),
    disconnect: () => connection.disconnect(),
  };
}

async function connectMqtt5({ clientId, url, certificate }) {
  const { hostname, port } = new URL(url);
  const config = iot.AwsIotMqtt5ClientConfigBuilder.newDirectMqttBuilderWithMtlsFromMemory(
    hostname,
    certificate.certificatePem,
    certificate.privateKey,
  )
    .withCertificateAuthority(certificate.caPem)
    .withPort(Number(port))
    .withConnectProperties({ clientId, keepAliveIntervalSeconds: 30 })
    .build();
  const client = new mqtt5.Mqtt5Client(config);
  let lastMessageAt = 0;
  client.on('messageReceived', ({ message }) => {
    lastMessageAt = performance.now();
    tell('message', { topic: message.topicName, payload: toText(message.payload) });
  });
  client.on('error', () => undefined);
  await new Promise((resolve, reject) => {
    client.once('connectionSuccess', resolve);
    client.once('connectionFailure', ({ error, connack }) =>
      reject(Object.assign(error, { reasonCode: connack?.reasonCode })),
    );
    client.start();
  });
  return {
    publish: async (topicName, payload) => {
      const { reasonCode } = await client.publish({ topicName, payload, qos: mqtt5.QoS.AtLeastOnce });
      if (reasonCode >= MQTT_5_FAILURE) throw new Error(`The message on ${topicName} was refused`);
    },
    subscribe: async (topicFilter) => {
      const subscriptions = [{ topicFilter, qos: mqtt5.QoS.AtLeastOnce }];
      const { reasonCodes } = await client.subscribe({ subscriptions });
      if (reasonCodes.some((code) => code >= MQTT_5_FAILURE)) {
        throw new Error(`The subscription to ${topicFilter} was refused`);
      }
    },
    shadows: () => iotshadow.IotShadowClientv2.newFromMqtt5(client, SERVICE_LIMITS),
    identities: () => iotidentity.IotIdentityClientv2.newFromMqtt5(client, SERVICE_LIMITS),
    disconnect: async () => {
      while (performance.now() - lastMessageAt < QUIET_MS) await sleep(QUIET_MS);
      const stopped = once(client, 'stopped');
      client.stop({ reasonCode: mqtt5.DisconnectReasonCode.NormalDisconnection });
      await stopped;
    },
  };
}

function tell(event, data) {
  process.send({ event, data });
}

function toText(payload) {
  return Buffer.from(payload).toString();
}

function describe(error) {
  const { message = String(error), modeledError, reasonCode } = error;
  return { message, modeledError, reasonCode };
}
