import { waitFor } from '#thingcore/testing';
import { Application } from './support/application.js';
import { Cluster } from './support/cluster.js';
import { connectMqttjs, type MqttjsDevice } from './support/devices/mqttjs-device.js';
import type { ReceivedMessage } from './support/devices/device.js';

const UPDATES = 300;

/** Rounds that a sender is ahead of its answers; AWS lets a connection have ten requests for a thing under way. */
const AHEAD = 8;

const THINGS = ['order-a', 'order-b', 'order-c'];

describe('two replicas each of the shadow service and the broker', () => {
  const cluster = new Cluster();
  const devices: MqttjsDevice[] = [];
  let application: Application;
  let urls: string[];

  const connect = async (clientId: string, node: number) => {
    const device = await connectMqttjs({ clientId, url: urls[node] ?? '' }, { protocolVersion: 5 });
    devices.push(device);
    return device;
  };

  beforeAll(async () => {
    await cluster.open();
    const [brokers] = await Promise.all([
      cluster.startAll('broker-gateway', 'broker-gateway'),
      cluster.startAll('shadow', 'shadow'),
      cluster.startAll('registry', 'rules', 'gateway'),
    ]);
    urls = brokers.map(({ mqttUrl }) => mqttUrl);
    application = new Application(await cluster.access());
    for (const thing of [...THINGS, 'sender', 'writers']) await application.createThing(thing);
  });

  afterAll(async () => {
    await Promise.allSettled(devices.map((device) => device.disconnect()));
    await application?.close();
    await cluster.close();
  });

  it('tell each subscriber delta, documents and accepted of a version in this order, versions ascending', async () => {
    const subscribers = await Promise.all([connect('subscriber-0', 0), connect('subscriber-1', 1)]);
    for (const subscriber of subscribers) await subscriber.subscribe('$aws/things/+/shadow/update/#');
    const senders = await Promise.all(['left', 'right', 'third', 'fourth'].map((name, n) => connect(name, n % 2)));
    const answered = new Set<string>();
    subscribers[0]?.client.on('message', (_topic, payload) => answered.add(tokenOf(payload.toString())));
    await Promise.all(
      senders.map(async (sender, n) => {
        for (let round = 0; round < UPDATES / senders.length; round++) {
          for (const thing of THINGS) {
            const state = { desired: { [`d${n}`]: round }, reported: { [`r${n}`]: round } };
            const clientToken = `${thing} ${n} ${round}`;
            await sender.publish(`$aws/things/${thing}/shadow/update`, { state, clientToken });
          }
          const before = THINGS.map((thing) => `${thing} ${n} ${round - AHEAD}`);
          const isAnswered = () => round < AHEAD || before.every((token) => answered.has(token));
          await waitFor(isAnswered, { what: `answers of round ${round - AHEAD}`, timeoutMs: 30_000 });
        }
      }),
    );
    for (const { inbox } of subscribers) {
      for (const thing of THINGS) {
        const told = () => inbox.items.flatMap((message) => tellingOf(message, thing));
        await waitFor(() => told().length >= 3 * UPDATES, { what: `all about ${thing}`, timeoutMs: 60_000 });
        const kinds = ['delta', 'documents', 'accepted'];
        expect(told()).toEqual(
          Array.from({ length: UPDATES }, (_, index) => kinds.map((kind) => `${kind} ${index + 1}`)).flat(),
        );
      }
    }
  });

  it('apply what one connection sends in the order it sends it', async () => {
    const sender = await connect('sender', 0);
    await sender.subscribe('$aws/things/sender/shadow/update/accepted');
    await sender.subscribe('$aws/things/sender/shadow/update/rejected');
    const tokens: string[] = [];
    // Ten are under way at a time, as many as a connection may have for a thing; each names the version it follows.
    for (let from = 0; from < 100; from += 10) {
      for (let n = from; n < from + 10; n++) {
        tokens.push(`t${n}`);
        const update = { state: { reported: { n } }, version: n, clientToken: `t${n}` };
        void sender.publish('$aws/things/sender/shadow/update', update);
      }
      await waitFor(() => sender.inbox.items.length === from + 10, { what: `${from + 10} answers` });
    }
    const answers = sender.inbox.items.map(({ payload }) => tokenOf(payload));
    expect(answers).toEqual(tokens);
    expect(sender.inbox.items.every(({ topic }) => topic.endsWith('/accepted'))).toBe(true);
  });

  it('lose no field when many write at once', async () => {
    const writers = await Promise.all(Array.from({ length: 8 }, (_, n) => connect(`writer-${n}`, n % 2)));
    const FIELDS = 20;
    await Promise.all(
      writers.map(async (writer, n) => {
        const topic = '$aws/things/writers/shadow/update';
        await writer.subscribe(`${topic}/accepted`);
        const own = () => writer.inbox.items.filter(({ payload }) => payload.includes(`"w${n}-`)).length;
        for (let field = 0; field < FIELDS; field++) {
          await writer.publish(topic, { state: { reported: { [`w${n}-${field}`]: field } } });
          await waitFor(() => own() > field, { what: `update ${field} of writer ${n}` });
        }
      }),
    );
    const { shadow } = await application.thing('writers');
    expect(shadow?.version).toBe(8 * FIELDS);
    expect(Object.keys(shadow?.reported ?? {})).toHaveLength(8 * FIELDS);
  });
});

/** Which message about which version of a thing's shadow; nothing of a message about something else. */
function tellingOf({ topic, payload }: ReceivedMessage, thing: string): string[] {
  const [, , name, , , kind = ''] = topic.split('/');
  if (name !== thing || !['delta', 'documents', 'accepted'].includes(kind)) return [];
  const document = JSON.parse(payload) as { version?: number; current?: { version: number } };
  return [`${kind} ${document.version ?? document.current?.version}`];
}

function tokenOf(payload: string): string {
  return (JSON.parse(payload) as { clientToken: string }).clientToken;
}
