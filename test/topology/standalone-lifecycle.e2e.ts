import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort, makeTempDir, waitFor } from '#thingcore/testing';
import { Application } from './support/application.js';
import { connectMqttjs } from './support/devices/mqttjs-device.js';
import { OperatorDatabase } from './support/operator-database.js';
import { endOrphanedPostgres, launchStandalone, type Product, startStandalone } from './support/product.js';
import type { Program } from './support/program.js';
import { POLICY_NAME } from './support/world.js';
import { DEVICE_POLICY } from './support/policies.js';

/** Rule hits that are on their way when the product is killed. */
const HITS = 50;

/** The messages of a killed process are worked off soon, so that the test does not wait for it. */
const SETTINGS = { THINGCORE_RULES_LEASE_MS: '1000' };

describe('the standalone product, killed and started again', () => {
  const products: Product[] = [];
  let product: Product;
  let application: Application;

  const start = async (dataDirectory?: string) => {
    product = await startStandalone({ ...(dataDirectory !== undefined && { dataDirectory }), settings: SETTINGS });
    products.push(product);
    application = new Application(product);
  };

  /** A client whose session outlives its connection. */
  const connectSleeper = () => connectMqttjs({ clientId: 'sleeper', url: product.endpoints.mqtt }, { clean: false });

  beforeAll(async () => {
    await start();
    await application.createPolicy(POLICY_NAME, DEVICE_POLICY);
    const certificate = await application.provision('survivor', POLICY_NAME);
    await application.updateShadow('survivor', { desired: { on: true } });

    const database = await OperatorDatabase.connect(product.operatorDatabaseUrl);
    await database.rows('CREATE TABLE hits (n integer)');
    await database.close();
    await application.createRule('hits', "SELECT n FROM 'hits'", [{ postgresql: { table: 'hits' } }]);

    const sleeper = await connectSleeper();
    await sleeper.subscribe('letters');
    await sleeper.disconnect();

    const device = await connectMqttjs({ clientId: 'survivor', url: product.endpoints.mqtts, certificate });
    await device.publish('$aws/things/survivor/shadow/update', { state: { reported: { on: false } } });
    const writer = await connectMqttjs({ clientId: 'writer', url: product.endpoints.mqtt });
    await writer.client.publishAsync('notices', 'kept', { qos: 1, retain: true });
    await writer.publish('letters', 'queued');
    await waitFor(async () => (await application.thing('survivor')).shadow?.version === 2, { what: 'the shadow' });
    await Promise.all(Array.from({ length: HITS }, (_, n) => writer.publish('hits', { n })));
    // Everything up to here was acknowledged; nothing that follows gives the product time to put it in order.
    const { dataDirectory } = product;
    await product.kill();
    await Promise.all([device.disconnect(), writer.disconnect(), application.close()]);
    await start(dataDirectory);
    process.stdout.write(`The start after a crash took ${Math.round(product.readyAfterMs)} ms.\n`);
  });

  afterAll(async () => {
    await application?.close();
    for (const each of products) await each.dispose();
  });

  it('has its things, with what their devices may do', async () => {
    await expect(application.thing('survivor')).resolves.toMatchObject({ attributes: { model: 'press-4' } });
  });

  it('has its shadows', async () => {
    await expect(application.thing('survivor')).resolves.toMatchObject({
      shadow: { desired: { on: true }, reported: { on: false }, version: 2 },
    });
  });

  it('has its retained messages', async () => {
    const reader = await connectMqttjs({ clientId: 'reader', url: product.endpoints.mqtt });
    await reader.subscribe('notices');
    await expect(reader.inbox.find(() => true, 'the retained message')).resolves.toMatchObject({ payload: 'kept' });
    await reader.disconnect();
  });

  it('has the sessions of clients that were away, with the messages that wait for them', async () => {
    const sleeper = await connectSleeper();
    await expect(sleeper.inbox.find(() => true, 'the queued message')).resolves.toEqual({
      topic: 'letters',
      payload: 'queued',
    });
    await sleeper.disconnect();
  });

  it('has a row for every message that a rule was to store', async () => {
    const database = await OperatorDatabase.connect(product.operatorDatabaseUrl);
    const stored = () => database.rows<{ n: number }>('SELECT DISTINCT n FROM hits ORDER BY n');
    await waitFor(async () => (await stored()).length === HITS, { what: `${HITS} rows`, timeoutMs: 40_000 });
    await database.close();
  });

  it('refuses a second start on the same directory, and is not disturbed by it', async () => {
    const second = launchStandalone(product.dataDirectory);
    await expect(second.ended()).resolves.toBe(1);
    expect(complaint(second)).toMatch(/in use|already/i);
    expect(complaint(second)).toContain('THINGCORE_DATA_DIR');
    expect(existsSync(join(product.dataDirectory, 'endpoints.json'))).toBe(true);
    await expect(application.thing('survivor')).resolves.toMatchObject({ name: 'survivor' });
  });

  it('stops on SIGINT with exit code 0, whoever is connected, and takes its endpoints back', async () => {
    const idle = await connectMqttjs({ clientId: 'idle', url: product.endpoints.mqtt });
    application.watchMessages('#'); // an open subscription must not hold it back either
    const { code } = await product.stop();
    expect(code).toBe(0);
    expect(existsSync(join(product.dataDirectory, 'endpoints.json'))).toBe(false);
    expect(existsSync(join(product.dataDirectory, 'operator-database-url'))).toBe(false);
    await idle.disconnect();
  });

  it('comes back after a clean stop with the same authority and key', async () => {
    const { ca, apiKey, dataDirectory } = product;
    await start(dataDirectory);
    process.stdout.write(`A later start took ${Math.round(product.readyAfterMs)} ms.\n`);
    expect(product).toMatchObject({ ca, apiKey });
  });
});

describe('the standalone product, when it cannot start', () => {
  const programs: { program: Program; dataDirectory: string }[] = [];
  const servers: Server[] = [];

  const launch = async (dataDirectory: string, settings: Record<string, string> = {}) => {
    const program = launchStandalone(dataDirectory, settings);
    programs.push({ program, dataDirectory });
    return { code: await program.ended(), complaint: complaint(program) };
  };

  /** A port that somebody else listens on. */
  const takenPort = async () => {
    const server = createServer().listen(await freePort(), '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return String((server.address() as { port: number }).port);
  };

  afterAll(async () => {
    for (const server of servers) server.close();
    for (const { program, dataDirectory } of programs) {
      if (program.isRunning) await program.stop();
      await endOrphanedPostgres(dataDirectory);
    }
  });

  it.each([
    'THINGCORE_MQTT_PORT',
    'THINGCORE_MQTTS_PORT',
    'THINGCORE_WS_PORT',
    'THINGCORE_HTTPS_PORT',
    'THINGCORE_HTTP_PORT',
    'THINGCORE_METRICS_PORT',
  ])('names %s in one line when that port is taken, and leaves nothing in a new directory', async (setting) => {
    const dataDirectory = join(await makeTempDir(), 'new');
    const port = await takenPort();
    const { code, complaint } = await launch(dataDirectory, { [setting]: port });
    expect(code).toBe(1);
    expect(complaint).toMatch(new RegExp(`^thingcore: [^\\n]*${port}[^\\n]*${setting}[^\\n]*$`));
    expect(existsSync(dataDirectory) ? await readdir(dataDirectory) : []).toEqual([]);
  });

  it('names THINGCORE_DATA_DIR in one line when the directory is of a newer version, and leaves it as it is', async () => {
    const dataDirectory = await makeTempDir();
    await writeFile(join(dataDirectory, 'version'), '999\n');
    const { code, complaint } = await launch(dataDirectory);
    expect(code).toBe(1);
    expect(complaint).toMatch(/^thingcore: [^\n]*THINGCORE_DATA_DIR[^\n]*$/);
    await expect(readdir(dataDirectory)).resolves.toEqual(['version']);
    await expect(readFile(join(dataDirectory, 'version'), 'utf8')).resolves.toBe('999\n');
  });

  it('names THINGCORE_DATA_DIR in one line when the directory cannot be one', async () => {
    const file = join(await makeTempDir(), 'file');
    await writeFile(file, 'not a directory');
    const { code, complaint } = await launch(file);
    expect(code).toBe(1);
    expect(complaint).toMatch(/^thingcore: [^\n]*THINGCORE_DATA_DIR[^\n]*$/);
  });

  it('names the file and the setting in one line when the server certificate is not readable', async () => {
    const dataDirectory = await makeTempDir();
    await writeFile(join(dataDirectory, 'server.pem'), 'garbage');
    const { code, complaint } = await launch(dataDirectory);
    expect(code).toBe(1);
    expect(complaint).toMatch(/^thingcore: [^\n]*server\.pem[^\n]*THINGCORE_BROKER_TLS_CERT_FILE[^\n]*$/);
  });

  it("names the setting in one line when the operator's own certificate is missing", async () => {
    const dataDirectory = join(await makeTempDir(), 'new');
    const settings = {
      THINGCORE_BROKER_TLS_CERT_FILE: '/nowhere/cert.pem',
      THINGCORE_BROKER_TLS_KEY_FILE: '/nowhere/key.pem',
    };
    const { code, complaint } = await launch(dataDirectory, settings);
    expect(code).toBe(1);
    expect(complaint).toMatch(/^thingcore: [^\n]*THINGCORE_BROKER_TLS_CERT_FILE[^\n]*$/);
    expect(existsSync(dataDirectory) ? await readdir(dataDirectory) : []).toEqual([]);
  });
});

/** What a program said on standard error before it ended. */
function complaint(program: Program): string {
  return program.stderr.trimEnd();
}
