import { connect, type IClientOptions } from 'mqtt';
import type { MqttjsDevice } from '../devices/mqttjs-device.js';
import type { DeviceIdentity } from '../devices/device.js';
import { waitFor } from '#thingcore/testing';

/** MQTT 5, "Not authorized". */
export const NOT_AUTHORIZED = 0x87;

/** What the issue promises for every change that concerns live connections. */
const EFFECT_WITHIN_MS = 1000;

/** What a broker answered a CONNECT packet of MQTT 5 before it closed the connection. */
export interface RefusedConnect {
  /** Whether TLS was established, so that MQTT could have begun. */
  readonly wasSecure: boolean;
  /** Every packet that came; none: the connection was closed without a word. */
  readonly packets: readonly { readonly cmd: string; readonly reasonCode?: number; readonly reason?: string }[];
}

/** Tries to connect and answers what was said until the connection was closed; rejects when it was let in. */
export function refusedConnect(
  { clientId, url, certificate }: DeviceIdentity,
  protocolVersion: 4 | 5 = 5,
): Promise<RefusedConnect> {
  const options: IClientOptions = { clientId, protocolVersion, reconnectPeriod: 0, connectTimeout: 10_000 };
  const tls = certificate && {
    cert: certificate.certificatePem,
    key: certificate.privateKey,
    ca: certificate.caPem,
  };
  return new Promise((resolve, reject) => {
    const client = connect(url, { ...options, ...tls });
    const packets: RefusedConnect['packets'][number][] = [];
    let wasSecure = false;
    client.stream.once('secureConnect', () => (wasSecure = true));
    client.on('packetreceive', (packet) => {
      const { cmd } = packet;
      const { reasonCode, properties } = packet as { reasonCode?: number; properties?: { reasonString?: string } };
      const reason = properties?.reasonString;
      packets.push({
        cmd,
        ...(reasonCode !== undefined && { reasonCode }),
        ...(reason !== undefined && { reason }),
      });
    });
    client.on('error', () => undefined);
    client.once('connect', () => {
      client.end(true);
      reject(new Error(`${clientId} was let in`));
    });
    client.once('close', () => {
      client.end(true);
      resolve({ wasSecure, packets });
    });
  });
}

/** What was answered to a message or subscription: `undefined` when it was allowed, else the Reason String (or nothing). */
export type Answer = { readonly reason: string | undefined } | undefined;

/** Publishes with QoS 1 from an MQTT 5 device; rejects when the answer is neither "yes" nor "not authorized". */
export async function tryPublish({ client }: MqttjsDevice, topic: string): Promise<Answer> {
  return answerOf(client.publishAsync(topic, '{}', { qos: 1 }), client, 'puback');
}

/** Subscribes from an MQTT 5 device; rejects when the answer is neither "yes" nor "not authorized". */
export async function trySubscribe({ client }: MqttjsDevice, topicFilter: string): Promise<Answer> {
  return answerOf(client.subscribeAsync(topicFilter, { qos: 1 }), client, 'suback');
}

/** Whether a device may publish on a topic now. */
export async function mayPublish(device: MqttjsDevice, topic: string): Promise<boolean> {
  return (await tryPublish(device, topic)) === undefined;
}

/** The DISCONNECT that the broker sends an MQTT 5 device. */
export function goodbyeTo({ client }: MqttjsDevice): Promise<{ reasonCode: number | undefined; reason: string }> {
  return new Promise((resolve) =>
    client.once('disconnect', ({ reasonCode, properties }) =>
      resolve({ reasonCode, reason: properties?.reasonString ?? '' }),
    ),
  );
}

/**
 * Makes a change and waits until each of the devices sees what follows from it; fails when one does not within a second of
 * the request. Answers how long it took the slowest, in milliseconds.
 */
export async function effectOf<D>(
  change: () => Promise<unknown>,
  devices: readonly D[],
  isInEffect: (device: D, n: number) => Promise<boolean>,
): Promise<number> {
  const askedAt = performance.now();
  const changed = change();
  const times = await Promise.all(
    devices.map(async (device, n) => {
      await waitFor(() => isInEffect(device, n), { what: `device ${n} to see the change`, intervalMs: 5 });
      return performance.now() - askedAt;
    }),
  );
  await changed;
  const slowest = Math.max(...times);
  expect(slowest).toBeLessThan(EFFECT_WITHIN_MS);
  return slowest;
}

async function answerOf(outcome: Promise<unknown>, client: MqttjsDevice['client'], cmd: string): Promise<Answer> {
  let reason: string | undefined;
  const listen = (packet: { cmd: string; properties?: { reasonString?: string } }) => {
    if (packet.cmd === cmd) reason = packet.properties?.reasonString;
  };
  client.on('packetreceive', listen as never);
  try {
    await outcome;
    return undefined;
  } catch (error) {
    const { code, packet } = error as { code?: number; packet?: { granted?: number[] } };
    if (code !== NOT_AUTHORIZED && packet?.granted?.[0] !== NOT_AUTHORIZED) throw error;
    return { reason };
  } finally {
    client.off('packetreceive', listen as never);
  }
}
