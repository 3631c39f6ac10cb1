import { Aedes, type AedesOptions, type Client } from 'aedes';
import memoryPersistence from 'aedes-persistence';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import mqtt, { type IClientOptions, type IClientPublishOptions, type MqttClient } from 'mqtt';
import { waitFor } from '#thingcore/testing';
import type { EngineClient } from './engine/engine-client.js';
import type { EnginePersistence } from './engine/lane-persistence.js';
import { MessageLane } from './message-lane.js';
import type { LaneOptions } from './ports/lane-options.js';
import { AWS_LANE_LIMITS, type LaneLimits, STANDARD_LANE_LIMITS } from './ports/lane-limits.js';
import type { LaneRefusal } from './ports/lane-policy.js';
import { MemoryStore } from './memory-store.fixture.js';

// The types of the package say `export default` where it is a CommonJS module.
const memory = memoryPersistence as unknown as () => EnginePersistence;

/** A topic that the fixture's policy refuses to publish and to receive. */
export const FORBIDDEN = 'forbidden';

export const ALLOW_ALL: LaneOptions['policy'] = {
  mayPublish: (_publisher, topic) =>
    topic === FORBIDDEN
      ? { reasonCode: 0x87, reason: 'no policy allows iot:Publish on forbidden', endsConnection: false }
      : undefined,
  mayReceive: (_receiver, topic) => topic !== FORBIDDEN,
};

export interface TestLane {
  lane: MessageLane;
  aedes: Aedes;
  store: MemoryStore;
  server: Server;
  port: number;
  refusals: LaneRefusal[];
  failures: unknown[];
  /** Milliseconds that the clock of the lane is ahead. */
  ahead: number;
  readonly accept: (socket: Duplex) => Client;
  connect(options?: IClientOptions): Promise<MqttClient>;
  close(): Promise<void>;
}

/** A lane over a real aedes, reachable on a TCP port of 127.0.0.1. */
export async function startLane(
  overrides: Partial<LaneOptions> & { aedes?: AedesOptions; aws?: boolean } = {},
): Promise<TestLane> {
  const { aedes: engineOptions, aws, ...options } = overrides;
  const store = (options.store as MemoryStore | undefined) ?? new MemoryStore();
  const limits: LaneLimits = aws === true ? AWS_LANE_LIMITS : STANDARD_LANE_LIMITS;
  const test = { store, refusals: [], failures: [], ahead: 0 } as unknown as TestLane;
  const lane = new MessageLane({
    limits,
    policy: ALLOW_ALL,
    tap: { watches: () => false, offer: () => undefined },
    now: () => performance.timeOrigin + performance.now() + test.ahead,
    random: () => randomInt(1_000) / 1_000,
    explain: (error) => ({ reasonCode: 0x80, reason: String(error), endsConnection: false }),
    refused: (_peer, refusal) => test.refusals.push(refusal),
    failed: (error) => test.failures.push(error),
    ...options,
    store,
  });
  const aedes = await Aedes.createBroker({
    mq: lane.emitter,
    persistence: lane.persistence(memory()),
    topicAliasMaximum: limits.topicAliasMaximum,
    receiveMaximum: limits.receiveMaximum,
    maximumPacketSize: limits.packetBytes,
    ...engineOptions,
  });
  lane.start(aedes as never);
  aedes.on('clientError', () => undefined);
  const accept = (socket: Duplex) => {
    const client = aedes.handle(socket);
    lane.attach(client as unknown as EngineClient);
    return client;
  };
  const server = createServer({ noDelay: true }, accept).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients: MqttClient[] = [];
  return Object.assign(test, {
    lane,
    aedes,
    server,
    port,
    accept,
    connect: async (given: IClientOptions = {}) => {
      const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, ...given });
      clients.push(client);
      return client;
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.endAsync(true)));
      server.close();
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      lane.stop();
    },
  });
}

/** A message as a client of mqtt.js got it. */
export interface Received {
  topic: string;
  payload: string;
  qos: number;
  retain: boolean;
  dup: boolean;
  properties: Record<string, unknown>;
}

/** Collects what a client gets from now on. */
export function collect(client: MqttClient): Received[] {
  const received: Received[] = [];
  client.on('message', (topic, payload, { qos, retain, dup, properties }) => {
    received.push({ topic, payload: payload.toString(), qos, retain, dup, properties: { ...properties } });
  });
  return received;
}

/** Publishes with QoS 1 unless told otherwise. */
export function publish(client: MqttClient, topic: string, payload: string, options: IClientPublishOptions = {}) {
  return client.publishAsync(topic, payload, { qos: 1, ...options });
}

/** Waits until so many messages have come. */
export async function received(messages: readonly Received[], count: number): Promise<void> {
  await waitFor(() => messages.length >= count, { what: `${count} messages to come, ${messages.length} have` });
}
