import { setTimeout as sleep } from 'node:timers/promises';
import type { IClientOptions } from 'mqtt';
import { waitFor } from '#thingcore/testing';
import { type Product, startStandalone } from './support/product.js';
import { NumberedLoad } from './support/resilience/numbered-load.js';
import { SteadyClient } from './support/resilience/steady-client.js';

const SETTINGS = { THINGCORE_BROKER_PROFILE: 'mqtt' };

const session = (sessionExpiryInterval: number) =>
  ({ protocolVersion: 5, clean: false, properties: { sessionExpiryInterval } }) as const;

describe('the broker of the standalone product, killed and started again', () => {
  const clients: SteadyClient[] = [];
  let product: Product;

  async function connect(options: IClientOptions): Promise<SteadyClient> {
    const client = await SteadyClient.connect([{ mqttUrl: product.endpoints.mqtt }], options);
    clients.push(client);
    return client;
  }

  /** Kills the product and starts it on the same data. Clients that come back find it at its new port. */
  async function crash(whileAway: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    const { dataDirectory } = product;
    await product.kill();
    await whileAway();
    product = await startStandalone({ dataDirectory, settings: SETTINGS });
    for (const client of clients) client.moveTo([{ mqttUrl: product.endpoints.mqtt }]);
  }

  beforeAll(async () => {
    product = await startStandalone({ settings: SETTINGS });
  });

  afterEach(async () => {
    await Promise.allSettled(clients.splice(0).map((client) => client.end()));
  });

  afterAll(() => product.dispose());

  it('loses no acknowledged message for a session, connected or not', async () => {
    const away = await connect({ clientId: 'away', clean: false });
    await away.subscribe('load');
    await away.end();
    const online = await connect({ clientId: 'online', clean: false });
    await online.subscribe('load');
    const publisher = await connect({ clientId: 'publisher', clean: false });
    await publisher.client.publishAsync('kept', 'retained', { qos: 1, retain: true });
    const load = new NumberedLoad([publisher], 'load');
    await sleep(500);
    await crash();
    await waitFor(() => online.client.connected && publisher.client.connected, { what: 'its clients to come back' });
    await sleep(200);
    await load.stop();
    const resumed = await connect({ clientId: 'away', clean: false });
    for (const one of [online, resumed]) {
      await waitFor(() => load.missing(one.received).length === 0, { what: 'every acknowledged message' });
    }
    const late = await connect({ clientId: 'late' });
    await late.subscribe('kept');
    await waitFor(() => late.received.includes('retained'), { what: 'the retained message' });
  });

  it('publishes the wills of its clients once, tells of their end, and ends their sessions in time', async () => {
    const will = (topic: string, delay = 0) => ({
      topic: `wills/${topic}`,
      payload: Buffer.from(topic),
      qos: 1 as const,
      retain: false,
      ...(delay > 0 ? { properties: { willDelayInterval: delay } } : {}),
    });
    const witness = await connect({ clientId: 'witness', clean: false });
    await witness.subscribe('wills/#');
    await witness.subscribe('$aws/events/presence/disconnected/mortal');
    await connect({ clientId: 'mortal', reconnectPeriod: 0, will: will('now') });
    await connect({ ...session(600), clientId: 'patient', reconnectPeriod: 0, will: will('later', 9) });
    await connect({ ...session(600), clientId: 'polite', reconnectPeriod: 0, will: will('unsaid', 1) });
    await connect({ ...session(600), clientId: 'quick', will: will('never', 60) });
    await clients.find(({ client }) => client.options.clientId === 'polite')?.end();
    const brief = await connect({ ...session(2), clientId: 'brief', reconnectPeriod: 0 });
    await brief.subscribe('brief');
    // Its delay began while the process lived.
    const gone = await connect({ ...session(600), clientId: 'gone', reconnectPeriod: 0, will: will('begun', 3) });
    gone.vanish();
    await sleep(200);
    await crash(() => sleep(1_000));
    const wills = () => witness.received.filter((payload) => !payload.startsWith('{'));
    await waitFor(() => wills().length >= 3, { what: 'the wills', timeoutMs: 30_000 });
    await sleep(1_500);
    expect(wills().sort()).toEqual(['begun', 'later', 'now']);
    const ends = witness.received.filter((payload) => payload.startsWith('{'));
    expect(ends.map((end) => JSON.parse(end) as unknown)).toEqual([
      expect.objectContaining({ clientId: 'mortal', eventType: 'disconnected' }),
    ]);
    const again = await connect({ ...session(2), clientId: 'brief' });
    expect(again.isResumed).toBe(false);
  });

  it('tells its clients of MQTT 5 when it stops', async () => {
    const guest = await connect({ clientId: 'guest', protocolVersion: 5, reconnectPeriod: 0 });
    const goodbye = new Promise((resolve) => guest.client.once('disconnect', (packet) => resolve(packet.reasonCode)));
    const { code } = await product.stop();
    expect(code).toBe(0);
    expect(await goodbye).toBe(0x8b); // [MQTT5 3.14.2.1] server shutting down
  });
});
