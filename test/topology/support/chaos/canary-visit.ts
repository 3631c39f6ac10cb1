import mqtt, { type MqttClient } from 'mqtt';
import type { DeviceCredentials } from '../application.js';
import type { ServiceProcess } from './service-process.js';

const ATTEMPT_MS = 10_000;

/** A short visit of a client to one broker node. */
export interface Visit {
  /** Publishes with QoS 1; resolves when it is acknowledged. */
  publish(topic: string, payload: unknown): Promise<void>;
  subscribe(topicFilter: string): Promise<void>;
  /** Resolves when a message has come that fits; rejects when none has come in time. */
  received(topic: string, fits: (payload: string) => boolean): Promise<void>;
}

let visits = 0;

/** Connects once to the node, does what is wanted, and leaves; rejects when that takes more than 10 s. */
export async function visit(
  node: ServiceProcess,
  certificate: DeviceCredentials,
  doWhatIsWanted: (visit: Visit) => Promise<void>,
): Promise<void> {
  const client = mqtt.connect(node.mqttsUrl, {
    clientId: `chaos-visit-${visits++}`,
    protocolVersion: 5,
    reconnectPeriod: 0,
    cert: certificate.certificatePem,
    key: certificate.privateKey,
    ca: certificate.caPem,
    connectTimeout: ATTEMPT_MS,
  });
  try {
    await inTime(node, failed(client), connectAndDo(client, doWhatIsWanted));
  } finally {
    client.end(true);
  }
}

async function connectAndDo(client: MqttClient, doWhatIsWanted: (visit: Visit) => Promise<void>): Promise<void> {
  const received: { topic: string; payload: string }[] = [];
  const listeners = new Set<() => void>();
  client.on('message', (topic, payload) => {
    received.push({ topic, payload: payload.toString() });
    for (const listener of listeners) listener();
  });
  await new Promise((resolve) => client.once('connect', resolve));
  await doWhatIsWanted({
    publish: async (topic, payload) => {
      await client.publishAsync(topic, JSON.stringify(payload), { qos: 1 });
    },
    subscribe: async (topicFilter) => {
      await client.subscribeAsync(topicFilter, { qos: 1 });
    },
    received: (topic, fits) =>
      new Promise((resolve) => {
        const look = () => {
          if (!received.some((message) => message.topic === topic && fits(message.payload))) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
  });
}

function failed(client: MqttClient): Promise<never> {
  return new Promise((_resolve, reject) => {
    client.once('error', reject);
    client.once('close', () => reject(new Error('The connection was closed')));
  });
}

async function inTime(node: ServiceProcess, failure: Promise<never>, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`A visit to ${node.name} took more than ${ATTEMPT_MS} ms`)), ATTEMPT_MS);
  });
  work.catch(() => undefined);
  failure.catch(() => undefined);
  try {
    await Promise.race([work, failure, late]);
  } finally {
    clearTimeout(timer);
  }
}
