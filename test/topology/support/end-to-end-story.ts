import { waitFor } from '#thingcore/testing';
import type { Json } from './application.js';
import { deviceKinds } from './devices/device-kinds.js';
import type { Device, ReceivedMessage } from './devices/device.js';
import type { Inbox } from './inbox.js';
import { isMosquittoInstalled } from './devices/mosquitto-device.js';
import { connectMqttjs } from './devices/mqttjs-device.js';
import { type World } from './world.js';

const CREATE_READINGS = `CREATE TABLE readings (
  thing text, sequence integer, temperature double precision, fahrenheit double precision, status text)`;

const READINGS_RULE = `
  SELECT topic(2) AS thing, sequence, temperature, temperature * 9 / 5 + 32 AS fahrenheit, upper(status) AS status
  FROM 'telemetry/+/readings'
  WHERE temperature > 20 AND status <> 'test'`;

/** Makes the table and the rule that the story goes through. */
export async function prepareReadings({ application, database }: World): Promise<void> {
  await database.rows(CREATE_READINGS);
  await application.createRule('readings', READINGS_RULE, [
    { postgresql: { table: 'readings' } },
    { republish: { topic: 'alerts/${topic(2)}', qos: 1, roleArn: 'arn:aws:iam::123456789012:role/rules' } },
  ]);
}

/** The whole path with every kind of client: certificate, shadow, rule, and an application that sees all of it. */
export function describeEndToEndStory(worldOf: () => World): void {
  if (!isMosquittoInstalled()) {
    process.stdout.write('mosquitto_sub is not on the PATH: the plain port is tested with mqtt.js only\n');
  }

  describe.each(deviceKinds())('a device that uses $name', (kind) => {
    const thing = `machine-${kind.slug}`;
    const shadow = `$aws/things/${thing}/shadow`;
    let device: Device;

    beforeAll(async () => {
      device = await worldOf().connect(kind, thing);
      for (const topic of ['update/accepted', 'update/rejected', 'update/delta', 'update/documents', 'get/accepted']) {
        await device.subscribe(`${shadow}/${topic}`);
      }
    });

    it('is seen connected by the application', async () => {
      const { application } = worldOf();
      await waitFor(async () => (await application.thing(thing)).connectivity?.connected, {
        what: `${thing} connected`,
      });
      await expect(application.thing(thing)).resolves.toMatchObject({
        name: thing,
        attributes: { model: 'press-4' },
        connectivity: { connected: true, disconnectReason: null },
      });
    });

    it('keeps its shadow: what it reports is accepted, documented and read back', async () => {
      await device.publish(`${shadow}/update`, { state: { reported: { temperature: 21 } }, clientToken: 'report' });
      await expect(documentOn(device.inbox, `${shadow}/update/accepted`, 'report')).resolves.toMatchObject({
        state: { reported: { temperature: 21 } },
        version: 1,
      });
      await expect(documentOn(device.inbox, `${shadow}/update/documents`, 'report')).resolves.toMatchObject({
        current: { state: { reported: { temperature: 21 } }, version: 1 },
      });
      await device.publish(`${shadow}/get`, { clientToken: 'read' });
      await expect(documentOn(device.inbox, `${shadow}/get/accepted`, 'read')).resolves.toMatchObject({
        state: { reported: { temperature: 21 } },
        version: 1,
      });
      await expect(worldOf().application.thing(thing)).resolves.toMatchObject({
        shadow: { reported: { temperature: 21 }, version: 1 },
      });
    });

    it('is told the delta of what the application wants, until it has become so', async () => {
      const { application } = worldOf();
      await application.updateShadow(thing, { desired: { mode: 'eco' } });
      const delta = await device.inbox.find(({ topic }) => topic === `${shadow}/update/delta`, 'a delta');
      expect(JSON.parse(delta.payload)).toMatchObject({ state: { mode: 'eco' } });
      expect((await application.thing(thing)).shadow?.delta).toEqual({ mode: 'eco' });
      await device.publish(`${shadow}/update`, { state: { reported: { mode: 'eco' } }, clientToken: 'done' });
      await documentOn(device.inbox, `${shadow}/update/accepted`, 'done');
      await expect(application.thing(thing)).resolves.toMatchObject({
        shadow: { desired: { mode: 'eco' }, reported: { mode: 'eco' }, delta: null },
      });
    });

    it('is told 409 when the version it names is not the current one', async () => {
      await device.publish(`${shadow}/update`, { state: { reported: { x: 1 } }, version: 999, clientToken: 'late' });
      await expect(documentOn(device.inbox, `${shadow}/update/rejected`, 'late')).resolves.toMatchObject({ code: 409 });
    });

    it('has its readings computed, filtered, stored and republished by a rule', async () => {
      const { database } = worldOf();
      await device.subscribe(`alerts/${thing}`);
      for (const reading of [
        { sequence: 1, temperature: 15, status: 'ok' },
        { sequence: 2, temperature: 25, status: 'ok' },
        { sequence: 3, temperature: 90, status: 'test' },
        { sequence: 4, temperature: 35.5, status: 'hot' },
      ]) {
        await device.publish(`telemetry/${thing}/readings`, reading);
      }
      const stored = () => database.rows('SELECT * FROM readings WHERE thing = $1 ORDER BY sequence', [thing]);
      await waitFor(async () => (await stored()).length >= 2, { what: 'the rows of the rule' });
      await device.inbox.find(
        ({ topic, payload }) => topic === `alerts/${thing}` && payload.includes('35.5'),
        'the alert',
      );
      await expect(stored()).resolves.toEqual([
        { thing, sequence: 2, temperature: 25, fahrenheit: 77, status: 'OK' },
        { thing, sequence: 4, temperature: 35.5, fahrenheit: 95.9, status: 'HOT' },
      ]);
      const alerts = device.inbox.items.filter(({ topic }) => topic === `alerts/${thing}`);
      expect(alerts.map(({ payload }) => (JSON.parse(payload) as Json)['fahrenheit']).sort()).toEqual([77, 95.9]);
    });

    it('is seen live by the application, which talks back to it', async () => {
      const { application } = worldOf();
      const updates = application.watchShadow(thing);
      const messages = application.watchMessages(`telemetry/${thing}/#`);
      let count = 0;
      // A subscription has no answer that says "I am there": the device goes on until it is seen.
      await waitFor(
        async () => {
          count += 1;
          await device.publish(`telemetry/${thing}/live`, { count });
          await device.publish(`${shadow}/update`, { state: { reported: { count } } });
          return messages.items.length > 0 && updates.items.length > 0;
        },
        { what: 'both subscriptions to see the device', intervalMs: 100 },
      );
      const [{ messages: message } = {}] = messages.items;
      expect(message).toMatchObject({ topic: `telemetry/${thing}/live`, qos: 1 });
      expect(message?.payload).toEqual({ count: expect.any(Number) });
      expect(message?.clientId).toMatch(new RegExp(`^${thing}`));
      expect(updates.items[0]?.shadowUpdated.shadow.reported).toMatchObject({ count: expect.any(Number) });

      await device.subscribe(`commands/${thing}`);
      await application.publish(`commands/${thing}`, { restart: true });
      const command = await device.inbox.find(({ topic }) => topic === `commands/${thing}`, 'the command');
      expect(JSON.parse(command.payload)).toEqual({ restart: true });
    });

    it('is seen gone when it says goodbye', async () => {
      const { application } = worldOf();
      await device.disconnect();
      await waitFor(async () => (await application.thing(thing)).connectivity?.connected === false, {
        what: `${thing} disconnected`,
      });
      expect((await application.thing(thing)).connectivity?.disconnectReason).toBe('CLIENT_INITIATED_DISCONNECT');
    });
  });

  it('hands a message whose action fails to the error action', async () => {
    const { application, product } = worldOf();
    await application.createRule('broken', "SELECT * FROM 'broken/in'", [{ postgresql: { table: 'no_such_table' } }], {
      republish: { topic: 'broken/errors', roleArn: 'arn:aws:iam::123456789012:role/rules' },
    });
    const identity = { clientId: 'broken-watcher', url: product.endpoints.mqtt };
    const device = worldOf().keep(await connectMqttjs(identity));
    await device.subscribe('broken/errors');
    await device.publish('broken/in', { value: 7 });
    const { payload } = await device.inbox.find(({ topic }) => topic === 'broken/errors', 'the error document');
    expect(JSON.parse(payload)).toMatchObject({
      ruleName: 'broken',
      topic: 'broken/in',
      failures: [
        { failedAction: expect.stringMatching(/postgresql/i), errorMessage: expect.stringContaining('no_such_table') },
      ],
    });
  });

  it('an operation means the same each time it is sent, the defaults of its input included', async () => {
    const { graphql } = worldOf().application;
    const publish = 'mutation Again($input: PublishInput!) { publish(input: $input) { messageId } }';
    const messageId = expect.any(String) as string;
    for (let time = 1; time <= 3; time++) {
      await expect(graphql.run(publish, { input: { topic: 'again', payload: time } })).resolves.toEqual({
        publish: { messageId },
      });
    }
  });
}

async function documentOn(inbox: Inbox<ReceivedMessage>, topic: string, clientToken: string): Promise<Json> {
  const message = await inbox.find(
    (each) => each.topic === topic && (JSON.parse(each.payload) as Json)['clientToken'] === clientToken,
    `${topic} with the token ${clientToken}`,
  );
  return JSON.parse(message.payload) as Json;
}
