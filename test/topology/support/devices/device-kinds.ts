import { connectAwsSdk } from './aws-sdk-device.js';
import type { DeviceKind } from './device.js';
import { connectMosquitto, isMosquittoInstalled } from './mosquitto-device.js';
import { connectMqttjs } from './mqttjs-device.js';

const MOSQUITTO: DeviceKind = {
  name: 'mosquitto_pub and mosquitto_sub on the plain port',
  slug: 'mosquitto',
  usesTls: false,
  connect: connectMosquitto,
};

/** Every client the story is told with. The plain port always has mqtt.js, and Mosquitto's own clients where they are. */
export function deviceKinds(): DeviceKind[] {
  return [
    {
      name: 'the MQTT 3.1.1 client of aws-iot-device-sdk-v2',
      slug: 'aws-mqtt311',
      usesTls: true,
      connect: (identity) => connectAwsSdk('mqtt311', identity),
    },
    {
      name: 'the Mqtt5Client of aws-iot-device-sdk-v2',
      slug: 'aws-mqtt5',
      usesTls: true,
      connect: (identity) => connectAwsSdk('mqtt5', identity),
    },
    {
      name: 'mqtt.js with MQTT 3.1.1',
      slug: 'mqttjs-v4',
      usesTls: true,
      connect: (identity) => connectMqttjs(identity),
    },
    {
      name: 'mqtt.js with MQTT 5',
      slug: 'mqttjs-v5',
      usesTls: true,
      connect: (identity) => connectMqttjs(identity, { protocolVersion: 5 }),
    },
    {
      name: 'mqtt.js on the plain port',
      slug: 'mqttjs-plain',
      usesTls: false,
      connect: (identity) => connectMqttjs(identity),
    },
    ...(isMosquittoInstalled() ? [MOSQUITTO] : []),
  ];
}
