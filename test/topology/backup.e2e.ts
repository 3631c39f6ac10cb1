import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startPostgres, startRedis, type TestPostgres, type TestRedis, waitFor } from '#thingcore/testing';
import { Application, type DeviceCertificate, type Json } from './support/application.js';
import { connectMqttjs, type MqttjsDevice } from './support/devices/mqttjs-device.js';
import { Installation, newKeys } from './support/operations/installation.js';
import { DEVICE_POLICY } from './support/policies.js';

const THING = 'pump-7';
const SHADOW = `$aws/things/${THING}/shadow`;
const SERVICES = ['registry', 'shadow', 'broker-gateway', 'rules', 'gateway'] as const;

describe('an installation of the roles of the image', () => {
  const keys = newKeys();
  const installations: Installation[] = [];
  const stores: { stop(): Promise<void> }[] = [];
  const cleanUps: (() => Promise<unknown>)[] = [];
  let postgres: TestPostgres;
  let installation: Installation;
  let certificate: DeviceCertificate;
  let backup: string;

  async function install(database: string): Promise<Installation> {
    const redis: TestRedis = await startRedis();
    stores.push(redis);
    const made = await Installation.create({ database, redis: redis.url }, keys);
    installations.push(made);
    return made;
  }

  function applicationOf({ graphqlUrl }: Installation): Application {
    const application = new Application({ endpoints: { graphql: graphqlUrl }, apiKey: keys['api-key'] });
    cleanUps.push(() => application.close());
    return application;
  }

  async function connect({ mqttsUrl }: Installation): Promise<MqttjsDevice> {
    const device = await connectMqttjs({ clientId: THING, url: mqttsUrl, certificate });
    cleanUps.push(() => device.disconnect());
    return device;
  }

  async function alertOf(device: MqttjsDevice, temperature: number): Promise<Json> {
    await device.subscribe(`alerts/${THING}`);
    await device.publish(`telemetry/${THING}/readings`, { temperature });
    const isIt = ({ topic, payload }: { topic: string; payload: string }) =>
      topic === `alerts/${THING}` && payload.includes(`:${temperature}`);
    return JSON.parse((await device.inbox.find(isIt, 'the alert of the rule')).payload) as Json;
  }

  beforeAll(async () => {
    postgres = await startPostgres();
    stores.push(postgres);
    installation = await install(postgres.url);
  });

  afterAll(async () => {
    await Promise.allSettled(cleanUps.map((cleanUp) => cleanUp()));
    for (const made of installations) await made.destroy();
    for (const store of stores) await store.stop();
  });

  it('waits for the role migrate, lives meanwhile, and says at /readyz what it waits for', async () => {
    await installation.start('registry');
    const missing = async () => (await installation.readiness('registry')).missing['postgresql, schema registry'];
    await waitFor(async () => (await missing())?.includes('of an older version'), { what: 'the registry to wait' });
    expect(await missing()).toContain('lacks the migration CreateRegistry1764000000000');
    const { code, printed } = await installation.run('migrate');
    expect({ code, printed }).toEqual({
      code: 0,
      printed: expect.stringContaining('the database is up to date') as string,
    });
    await installation.allReady();
  });

  it('serves with secrets from files alone, its edges without any of the database', async () => {
    await installation.start('shadow', 'broker-gateway', 'rules', 'gateway');
    await installation.allReady();
    const application = applicationOf(installation);
    await application.createPolicy('devices', DEVICE_POLICY);
    certificate = await application.provision(THING, 'devices');
    await application.createRule('hot', "SELECT temperature FROM 'telemetry/+/readings' WHERE temperature > 50", [
      { republish: { topic: 'alerts/${topic(2)}', qos: 1, roleArn: 'arn:aws:iam::123456789012:role/any' } },
    ]);
    const device = await connect(installation);
    await device.publish(`${SHADOW}/update`, { state: { reported: { temperature: 21 } } });
    await waitFor(async () => (await application.thing(THING)).shadow?.version === 1, { what: 'the shadow' });
    await application.updateShadow(THING, { desired: { mode: 'eco' } });
    await expect(alertOf(device, 90)).resolves.toEqual({ temperature: 90 });
  });

  it('is backed up while it runs, to one file without a secret in plain text', async () => {
    backup = join(installation.directory, 'thingcore.backup');
    const { code, printed } = await installation.run('backup', backup);
    expect({ code, printed }).toEqual({ code: 0, printed: expect.stringContaining('the backup is written') as string });
    expect(printed).not.toContain('postgres://');
    expect((await readFile(backup)).includes(keys['api-key'])).toBe(false);
  });

  it('comes back in a fresh place after everything is lost: identity, shadows, rules, API keys', async () => {
    await installation.destroy();
    const fresh = await install(await postgres.createDatabase());
    const restored = await fresh.run('restore', backup);
    expect(restored).toEqual({ code: 0, printed: expect.stringContaining('the backup is restored') as string });
    await fresh.start(...SERVICES);
    await fresh.allReady();
    const application = applicationOf(fresh);
    await expect(application.thing(THING)).resolves.toMatchObject({
      attributes: { model: 'press-4' },
      shadow: { reported: { temperature: 21 }, desired: { mode: 'eco' }, version: 2 },
    });
    // With its old certificate, and with the old CA as the only one that it trusts.
    const device = await connect(fresh);
    await expect(alertOf(device, 91)).resolves.toEqual({ temperature: 91 });
    await device.publish(`${SHADOW}/update`, { state: { reported: { temperature: 22 } } });
    await waitFor(async () => (await application.thing(THING)).shadow?.version === 3, { what: 'the next version' });
    const { certificateId } = await application.createCertificate();
    expect(certificateId).not.toBe(certificate.certificateId);
  });
});
