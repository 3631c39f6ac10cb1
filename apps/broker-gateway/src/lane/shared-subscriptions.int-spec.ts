import { waitFor } from '#thingcore/testing';
import { collect, publish, type Received, received, startLane, type TestLane } from './lane.fixture.js';
import { rawConnect } from './raw-client.fixture.js';

describe.each([4, 5] as const)('shared subscriptions of a client of MQTT level %i', (protocolVersion) => {
  let test: TestLane;

  beforeEach(async () => {
    test = await startLane();
  });
  afterEach(async () => {
    await test.close();
    expect(test.failures).toEqual([]);
  });

  async function member(filter: string): Promise<Received[]> {
    const client = await test.connect({ protocolVersion });
    const messages = collect(client);
    const [granted] = await client.subscribeAsync(filter, { qos: 1 });
    expect(granted?.qos).toBe(1);
    return messages;
  }

  it('get each message at one member of a group, of each group [MQTT-4.8.2-4]', async () => {
    const members = [await member('$share/g/s/+'), await member('$share/g/s/+')];
    const others = await member('$share/other/s/#');
    const publisher = await test.connect();
    for (let index = 0; index < 40; index++) await publish(publisher, 's/1', String(index));
    await received(others, 40);
    await waitFor(() => members.flat().length >= 40, { what: '40 messages' });
    const payloads = members.flat().map(({ payload }) => Number(payload));
    expect(payloads.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(members.every(({ length }) => length > 0)).toBe(true);
  });

  it('end when they are given up', async () => {
    const client = await test.connect({ protocolVersion });
    const messages = collect(client);
    await client.subscribeAsync(['$share/g/s', 'plain'], { qos: 1 });
    await client.unsubscribeAsync('$share/g/s');
    await publish(client, 's', 'x');
    await publish(client, 'plain', 'y');
    await received(messages, 1);
    expect(messages.map(({ payload }) => payload)).toEqual(['y']);
  });

  it('bring what came while nobody was online to whoever joins. AWS: Shared subscriptions', async () => {
    const session = {
      protocolVersion,
      clientId: 'away',
      clean: false,
      ...(protocolVersion === 5 ? { properties: { sessionExpiryInterval: 60 } } : {}),
    };
    const before = await test.connect(session);
    await before.subscribeAsync('$share/g/q', { qos: 1 });
    await before.endAsync();
    const publisher = await test.connect();
    for (let index = 0; index < 250; index++) await publish(publisher, 'q', String(index));
    const messages = await member('$share/g/q');
    await received(messages, 250);
    expect(messages.map(({ payload }) => Number(payload))).toEqual(Array.from({ length: 250 }, (_, index) => index));
    await waitFor(() => test.store.messages('\0group/$share/g/q').length === 0, { what: 'the queue to be empty' });
  });

  it('forget what waits when the last session has left', async () => {
    const session = {
      protocolVersion,
      clientId: 'away',
      clean: false,
      ...(protocolVersion === 5 ? { properties: { sessionExpiryInterval: 60 } } : {}),
    };
    const before = await test.connect(session);
    await before.subscribeAsync('$share/g/q', { qos: 1 });
    await before.endAsync();
    await publish(await test.connect(), 'q', 'waits');
    await (await test.connect({ ...session, clean: true })).endAsync();
    await waitFor(() => test.store.messages('\0group/$share/g/q').length === 0, { what: 'the queue to be empty' });
    expect(await member('$share/g/q')).toEqual([]);
  });

  it('are resumed with their session, and get what came meanwhile', async () => {
    const session = {
      protocolVersion,
      clientId: 'away',
      clean: false,
      ...(protocolVersion === 5 ? { properties: { sessionExpiryInterval: 60 } } : {}),
    };
    const before = await test.connect(session);
    await before.subscribeAsync('$share/g/q', { qos: 1 });
    await before.endAsync();
    const publisher = await test.connect();
    await publish(publisher, 'q', 'queued');
    expect(test.store.messages('\0group/$share/g/q')).toHaveLength(1);
    const messages = collect(await test.connect(session));
    await publish(publisher, 'q', 'live');
    await waitFor(() => messages.some(({ payload }) => payload === 'live'), { what: 'the live message' });
    await waitFor(() => test.store.messages('away').length === 0, { what: 'both to be acknowledged' });
  });

  it('get no retained messages', async () => {
    const publisher = await test.connect();
    await publish(publisher, 'r', 'kept', { retain: true });
    const messages = await member('$share/g/r');
    await publish(publisher, 'r', 'live');
    await received(messages, 1);
    expect(messages.map(({ payload }) => payload)).toEqual(['live']);
  });
});

describe('a shared subscription of MQTT 5', () => {
  it('is not No Local [MQTT-3.8.3-4]', async () => {
    const test = await startLane();
    const client = await rawConnect(test.port, { protocolVersion: 5 });
    const options = { qos: 1, nl: true, rap: false, rh: 0 } as const;
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '$share/g/s', ...options }] });
    expect((await client.next('disconnect')).reasonCode).toBe(0x82);
    await test.close();
  });
});
