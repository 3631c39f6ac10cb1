import { setTimeout as sleep } from 'node:timers/promises';
import { type DurablePostgres, startDurablePostgres, waitFor } from '#thingcore/testing';
import { Application } from './support/application.js';
import { Cluster, type Replica } from './support/cluster.js';
import { connectMqttjs, type MqttjsDevice } from './support/devices/mqttjs-device.js';
import { ShadowStream, versionsOf } from './support/shadow-stream.js';

const THINGS = Array.from({ length: 30 }, (_, n) => `durable-${n}`);
const DEVICES = 6;

describe('updates of shadows while processes are killed', () => {
  const cluster = new Cluster();
  const devices: MqttjsDevice[] = [];
  let postgres: DurablePostgres;
  let application: Application;
  let shadows: Replica[];
  let stream: ShadowStream;

  beforeAll(async () => {
    postgres = await startDurablePostgres();
    await cluster.open({ THINGCORE_DATABASE_URL: postgres.url });
    const [brokers, replicas] = await Promise.all([
      cluster.startAll('broker-gateway', 'broker-gateway'),
      cluster.startAll('shadow', 'shadow'),
      cluster.startAll('registry', 'rules', 'gateway'),
    ]);
    shadows = replicas;
    application = new Application(await cluster.access());
    for (const thing of THINGS) await application.createThing(thing);
    for (let n = 0; n < DEVICES; n++) {
      const url = brokers[n % brokers.length]?.mqttUrl ?? '';
      devices.push(await connectMqttjs({ clientId: `sender-${n}`, url }, { protocolVersion: 5 }));
    }
    stream = new ShadowStream(devices, THINGS);
    await stream.start();
  });

  afterAll(async () => {
    await stream?.stop();
    await Promise.allSettled(devices.map((device) => device.disconnect()));
    await application?.close();
    await cluster.close();
    await postgres?.stop();
  });

  const moreAccepted = async (what: string) => {
    const before = stream.accepted.length;
    await waitFor(() => stream.accepted.length > before + 100, { what, timeoutMs: 30_000 });
  };

  it('goes on when a replica of the shadow service is killed', async () => {
    await moreAccepted('updates to be accepted');
    await shadows[0]?.program.kill();
    await moreAccepted('updates to be accepted by the other replica');
    await cluster.startAll('shadow');
    await moreAccepted('updates to be accepted with a new replica');
  });

  it('recovers by itself when PostgreSQL was killed and comes back', async () => {
    await postgres.kill();
    await sleep(1_000);
    await postgres.restart();
    await moreAccepted('updates to be accepted again');
  });

  it('has stored every update that was accepted, none of them twice, and answered the others with a 503', async () => {
    await stream.stop();
    const kept = new Map<string, { thingName: string; version: number }>();
    let versions = 0;
    for (const thingName of THINGS) {
      const history = await versionsOf(application, thingName);
      expect(history.map(({ version }) => version)).toEqual(history.map((_, index) => index + 1));
      versions += history.length;
      for (const { clientToken, version } of history) kept.set(clientToken ?? '', { thingName, version });
    }
    expect(kept.size).toBe(versions);
    const { accepted, answers } = stream;
    for (const [token, answer] of accepted) expect({ token, ...kept.get(token) }).toEqual({ token, ...answer });
    const refused = [...answers.values()].flatMap(({ code }) => (code === undefined ? [] : [code]));
    expect(new Set(refused).size).toBeLessThanOrEqual(1);
    for (const code of refused) expect(code).toBe(503);
    const unanswered = stream.sent - answers.size;
    process.stdout.write(
      `${stream.sent} updates: ${accepted.length} accepted, all stored once; ${refused.length} answered 503, ` +
        `${unanswered} not answered, of both ${versions - accepted.length} stored.\n`,
    );
  });
});
