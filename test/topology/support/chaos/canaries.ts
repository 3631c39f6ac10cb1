import { setTimeout as sleep } from 'node:timers/promises';
import type { DeviceCredentials } from '../application.js';
import { GraphqlClient } from '../graphql-client.js';
import { ask } from './balanced-graphql.js';
import { visit } from './canary-visit.js';
import type { ChaosCluster } from './chaos-cluster.js';
import type { MessageSink } from './message-sink.js';

/** The thing whose shadow canaries update, and the device that they are. */
export const CANARY = 'chaos-canary';

const POLL_MS = 25;
const ATTEMPT_MS = 10_000;

/** A small piece of the real work of a service; rejects when it cannot be done. */
export interface Canary {
  readonly name: string;
  attempt(): Promise<void>;
}

/** What canaries need. */
export interface CanaryWorld {
  readonly cluster: ChaosCluster;
  readonly apiKey: string;
  readonly certificate: DeviceCredentials;
  readonly table: MessageSink;
}

let numbers = 0;

/** One canary for the work of each service, through every replica that a client can choose. */
export function canaries(world: CanaryWorld): Canary[] {
  const { cluster, certificate } = world;
  const nodes = cluster.of('broker-gateway');
  return [
    ...cluster.processes.map((process) => ({
      name: `readyz of ${process.name}`,
      attempt: async () => {
        if (!(await process.isReady())) throw new Error(`${process.name} is not ready`);
      },
    })),
    ...cluster.of('gateway').map((gateway) => ({
      name: `registry through ${gateway.name}`,
      attempt: () => createsThing(gateway.graphqlUrl, world.apiKey),
    })),
    ...cluster.of('gateway').map((gateway) => ({
      name: `subscription at ${gateway.name}`,
      attempt: () => showsMessages(gateway.graphqlUrl, world.apiKey),
    })),
    ...nodes.map((node) => ({
      name: `shadow through ${node.name}`,
      attempt: () =>
        visit(node, certificate, async (client) => {
          const [topic, clientToken] = [`$aws/things/${CANARY}/shadow/update`, `canary-${numbers++}`];
          await client.subscribe(`${topic}/accepted`);
          await client.publish(topic, { state: { reported: { n: numbers } }, clientToken });
          await client.received(`${topic}/accepted`, (payload) => payload.includes(`"${clientToken}"`));
        }),
    })),
    ...nodes.map((node) => ({
      name: `rule through ${node.name}`,
      attempt: () =>
        visit(node, certificate, async (client) => {
          const n = -++numbers;
          await client.subscribe(`chaos/republished/${CANARY}`);
          await client.publish(`chaos/telemetry/${CANARY}`, { n });
          await client.received(`chaos/republished/${CANARY}`, (payload) => payload.includes(`${n}`));
          while ((await world.table.missing(new Set([n]))).length > 0) await sleep(POLL_MS);
        }),
    })),
    {
      name: 'message between the broker nodes',
      attempt: () => crosses(world),
    },
  ];
}

async function createsThing(url: string, apiKey: string): Promise<void> {
  const input = { name: `chaos-made-${numbers++}` };
  const mutation = 'mutation ($input: CreateThingInput!) { createThing(input: $input) { thing { name } } }';
  await ask(url, apiKey, mutation, { input });
}

async function showsMessages(url: string, apiKey: string): Promise<void> {
  const client = new GraphqlClient(url, apiKey);
  const topic = `chaos/shown/${numbers++}`;
  try {
    const { inbox, ended } = client.subscribe('subscription ($f: String!) { messages(topicFilter: $f) { topic } }', {
      f: topic,
    });
    let failure: unknown;
    ended.catch((error: unknown) => (failure = error));
    const mutation = 'mutation ($input: PublishInput!) { publish(input: $input) { messageId } }';
    for (const endAt = performance.now() + ATTEMPT_MS; inbox.items.length === 0; await sleep(POLL_MS)) {
      if (failure !== undefined) throw failure as Error;
      if (performance.now() > endAt) throw new Error(`No message was shown within ${ATTEMPT_MS} ms`);
      await ask(url, apiKey, mutation, { input: { topic, payload: {}, qos: 1, retain: false } });
    }
  } finally {
    await client.close();
  }
}

async function crosses({ cluster, certificate }: CanaryWorld): Promise<void> {
  const [left, right] = cluster.of('broker-gateway');
  if (left === undefined || right === undefined) throw new Error('There are two broker nodes');
  const topic = `chaos/across/${numbers++}`;
  await visit(right, certificate, async (receiver) => {
    await receiver.subscribe(topic);
    await visit(left, certificate, (sender) => sender.publish(topic, 'across'));
    await receiver.received(topic, () => true);
  });
}
