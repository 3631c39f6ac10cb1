import { setTimeout as sleep } from 'node:timers/promises';
import type { Packet } from 'mqtt-packet';
import { aPublish } from '../lane/raw-client.fixture.js';
import { aTopic, ConformanceBroker, type Dialog, KEPT } from './conformance.fixture.js';

const LEVELS = (count: number) => Array.from({ length: count }, (_, n) => String(n)).join('/');

/** What a broker does with one packet: an acknowledgement with a reason code, a DISCONNECT with one, or a bare close. */
async function answerTo(client: Dialog, packet: Packet, answer: 'puback' | 'suback'): Promise<string> {
  client.send(packet);
  const outcome = await Promise.race([
    client
      .next(answer)
      .then((one) => `${answer} ${'granted' in one ? one.granted.map(Number).join() : (one.reasonCode ?? 0)}`),
    client.goodbye().then((code) => (code === undefined ? 'closed' : `disconnect ${code}`)),
  ]);
  return outcome;
}

const publishOne = (
  topic: string,
  more: Partial<Parameters<typeof aPublish>[2]> = {},
  payload: string | Buffer = 'x',
) => aPublish(topic, payload, { qos: 1, messageId: 9, ...more });

const subscribeTo = (...topics: string[]): Packet => ({
  cmd: 'subscribe',
  messageId: 9,
  subscriptions: topics.map((topic) => ({ topic, qos: 1 as const, nl: false, rap: false, rh: 0 as const })),
});

describe.each(['aws', 'mqtt'] as const)('profile %s: limits and what lies beyond', (profile) => {
  const isMqtt = profile === 'mqtt';
  let broker: ConformanceBroker;

  beforeAll(async () => {
    broker = await ConformanceBroker.start(profile);
  });
  afterAll(() => broker.stop());

  const pair = (text: string) => ({ userProperties: { name: text } });

  it.each<[string, Packet, string, string]>([
    ['a topic of 256 bytes', publishOne('x'.repeat(256)), 'puback 0', 'puback 0'],
    ['a topic of 257 bytes', publishOne('x'.repeat(257)), 'disconnect 144', 'puback 0'],
    ['a topic with eight levels', publishOne(LEVELS(8)), 'puback 0', 'puback 0'],
    ['a topic with nine levels', publishOne(LEVELS(9)), 'disconnect 144', 'puback 0'],
    ['a topic with 10,000 levels', publishOne(LEVELS(10_000)), 'disconnect 144', 'disconnect 144'],
    ['a wildcard in a topic [MQTT-3.3.2-2]', publishOne('a/+'), 'disconnect 144', 'disconnect 144'],
    ['an unknown reserved topic', publishOne('$nobody/knows'), 'disconnect 144', 'disconnect 144'],
    ['a payload of 128 KB', publishOne('x', {}, Buffer.alloc(131_072)), 'puback 0', 'puback 0'],
    ['a payload above 128 KB', publishOne('x', {}, Buffer.alloc(131_073)), 'disconnect 149', 'puback 0'],
    ['QoS 2', aPublish('x', 'x', { qos: 2, messageId: 1 }), 'disconnect 155', 'pending'],
    [
      'a content type of 257 bytes',
      publishOne('x', { properties: { contentType: 'c'.repeat(257) } }),
      'disconnect 149',
      'puback 0',
    ],
    [
      'a response topic of 257 bytes',
      publishOne('x', { properties: { responseTopic: 'c'.repeat(257) } }),
      'disconnect 149',
      'puback 0',
    ],
    [
      'correlation data above 8 KB',
      publishOne('x', { properties: { correlationData: Buffer.alloc(8_193) } }),
      'disconnect 149',
      'puback 0',
    ],
    [
      'user properties above 8 KB',
      publishOne('x', { properties: pair('v'.repeat(8_192)) }),
      'disconnect 149',
      'puback 0',
    ],
    [
      'a retained message on a reserved topic',
      publishOne('$aws/things/t/shadow/get', { retain: true }),
      'disconnect 144',
      'puback 0',
    ],
  ])('%s is answered as the profile says', async (_name, packet, aws, mqtt) => {
    const expected = isMqtt ? mqtt : aws;
    const client = await broker.dial();
    if (expected === 'pending') {
      client.send(packet);
      await client.next('pubrec');
      return;
    }
    expect(await answerTo(client, packet, 'puback')).toBe(expected);
  });

  it.each<[string, Packet, string, string, string]>([
    [
      'eight filters',
      subscribeTo(...LEVELS(8).split('/')),
      'suback 1,1,1,1,1,1,1,1',
      'suback 1,1,1,1,1,1,1,1',
      'suback 1,1,1,1,1,1,1,1',
    ],
    [
      'nine filters',
      subscribeTo(...LEVELS(9).split('/')),
      `suback ${Array(9).fill(0x97).join()}`,
      `suback ${Array(9).fill(1).join()}`,
      `suback ${Array(9).fill(0x80).join()}`,
    ],
    ['a filter with nine levels', subscribeTo(LEVELS(9)), 'suback 143', 'suback 1', 'suback 128'],
    ['a filter with 10,000 levels', subscribeTo(LEVELS(10_000)), 'suback 143', 'suback 143', 'suback 128'],
    [
      'a share name of 129 characters',
      subscribeTo(`$share/${'s'.repeat(129)}/a`),
      'suback 143',
      'suback 1',
      'suback 128',
    ],
    ['a shared filter with eight levels', subscribeTo(`$share/s/${LEVELS(8)}`), 'suback 1', 'suback 1', 'suback 1'],
    [
      'a shared filter without a filter [MQTT-4.8.2-1]',
      subscribeTo('$share/s'),
      'suback 143',
      'suback 143',
      'suback 128',
    ],
    ['a wildcard in a share name [MQTT-4.8.2-2]', subscribeTo('$share/s+/a'), 'suback 143', 'suback 143', 'suback 128'],
    ['a wildcard within a level [MQTT-4.7.1-2]', subscribeTo('a/b+'), 'suback 143', 'suback 143', 'suback 128'],
  ])('a subscription to %s is answered as the profile says', async (_name, packet, aws, mqtt, awsV3) => {
    expect(await answerTo(await broker.dial(), packet, 'suback')).toBe(isMqtt ? mqtt : aws);
    if (!isMqtt) expect(await answerTo(await broker.dial({ protocolVersion: 4 }), packet, 'suback')).toBe(awsV3);
  });

  it('QoS 2 of MQTT 3.1.1 closes the connection, or is taken [MQTT-4.3.3-2]', async () => {
    const publisher = await broker.dial({ protocolVersion: 4 });
    publisher.send(aPublish('x', 'x', { qos: 2, messageId: 1 }));
    if (isMqtt) await publisher.next('pubrec');
    else expect(await publisher.goodbye()).toBeUndefined();
    const subscriber = await broker.dial({ protocolVersion: 4 });
    subscriber.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x', qos: 2 }] });
    if (isMqtt) expect((await subscriber.next('suback')).granted).toEqual([2]);
    else expect(await subscriber.goodbye()).toBeUndefined();
  });

  it('a client has 50 subscriptions, or as many as it likes', async () => {
    const client = await broker.dial();
    for (let n = 0; n < 50; n++) expect(await client.subscribe(`many/${n}`)).toBe(1);
    expect(await client.subscribe('many/50')).toBe(isMqtt ? 1 : 0x97);
    expect(await client.subscribe('many/0')).toBe(1); // it has that one
    await client.unsubscribe('many/1');
    expect(await client.subscribe('many/51')).toBe(1);
  });

  it('a filter that was refused is in no session', async () => {
    const clientId = `refused-${profile}`;
    const before = await broker.dial({ ...KEPT, clientId });
    const topics = Array.from({ length: 9 }, (_, n) => `refused/${n}`);
    await answerTo(before, subscribeTo(...topics), 'suback');
    await before.subscribe('refused/kept');
    await before.end();
    const after = await broker.dial({ ...KEPT, clientId });
    const publisher = await broker.dial();
    await publisher.publish('refused/1', 'no');
    await publisher.publish('refused/kept', 'yes');
    expect(await after.payloads(1)).toEqual([isMqtt ? 'no' : 'yes']);
  });

  it('the filter a/# matches the topic a, or not [MQTT-4.7.1-2]', async () => {
    const [client, topic] = [await broker.dial(), aTopic()];
    await client.subscribe(`${topic}/#`);
    await client.publish(topic, 'parent');
    await client.publish(`${topic}/`, 'child');
    expect(await client.payloads(1)).toEqual([isMqtt ? 'parent' : 'child']);
  });

  it('wildcards get retained messages, or not [MQTT-3.3.1-9]; shared subscriptions never do', async () => {
    const [client, topic] = [await broker.dial(), aTopic()];
    await client.publish(`${topic}/a`, 'kept', { retain: true });
    await client.subscribe(`$share/g/${topic}/a`);
    await client.subscribe(`${topic}/+`);
    await sleep(50);
    await client.settle();
    expect(client.publishes).toHaveLength(isMqtt ? 1 : 0);
    await client.subscribe(`${topic}/a`);
    await client.message();
  });

  it('clamps the expiry of a message, or takes it as it is', async () => {
    const [client, topic] = [await broker.dial(), aTopic()];
    await client.subscribe(topic);
    await client.publish(topic, 'x', { properties: { messageExpiryInterval: 1_000_000 } });
    expect((await client.message()).properties?.messageExpiryInterval).toBe(isMqtt ? 1_000_000 : 604_800);
  });

  it('more unacknowledged messages than the Receive Maximum end the connection [MQTT-3.3.4-7]', async () => {
    const topic = aTopic();
    const kept = await broker.dial({ ...KEPT, clientId: `window-${profile}` });
    await kept.subscribe(topic); // a queue, so that an acknowledgement takes a moment
    const client = await broker.dial();
    const many = (client.properties.receiveMaximum as number) + 200;
    client.send(...Array.from({ length: many }, (_, n) => aPublish(topic, 'x', { qos: 1, messageId: n + 1 })));
    // Up to 256 messages wait for the store at a time, so that a larger maximum is never reached.
    if (isMqtt) await client.settle();
    else expect(await client.goodbye()).toBe(0x93);
  });
});

describe('limits that an operator sets', () => {
  let broker: ConformanceBroker;

  beforeAll(async () => {
    broker = await ConformanceBroker.start('mqtt', {
      membersPerSharedGroup: 2,
      subscriptions: 3,
      retainedMessages: 2,
      limits: { retainedPublishesPerSecondPerTopic: 1, connectsPerSecondPerClientId: 1, deliveriesPerSecond: 1_000 },
    });
  });
  afterAll(() => broker.stop());

  it('a shared subscription has so many members', async () => {
    const members = await Promise.all([broker.dial(), broker.dial(), broker.dial()]);
    const codes: number[] = [];
    for (const member of members) codes.push(await member.subscribe('$share/g/full'));
    expect(codes).toEqual([1, 1, 0x97]);
    expect(await members[0].subscribe('$share/other/full')).toBe(1);
    for (const member of members) await member.end();
  });

  it('all clients of a node have so many subscriptions', async () => {
    const client = await broker.dial();
    const codes = [];
    for (const topic of ['a', 'b', 'c', 'd']) codes.push(await client.subscribe(topic));
    expect(codes).toEqual([1, 1, 1, 0x97]);
    await client.end();
  });

  it('a topic takes so many retained messages a second; deleting is free', async () => {
    const client = await broker.dial();
    const topic = aTopic();
    const retain = (payload: string) => answerTo(client, publishOne(topic, { retain: true }, payload), 'puback');
    const answers = [];
    for (const payload of ['1', '2', '3', '4', '']) answers.push(await retain(payload));
    expect(answers).toEqual(['puback 0', 'puback 0', 'puback 0', 'puback 151', 'puback 0']);
  });

  it('there are so many retained messages; deleting is possible', async () => {
    const client = await broker.dial();
    const topics = [aTopic(), aTopic(), aTopic()];
    const retain = (topic: string, payload: string) =>
      answerTo(client, publishOne(topic, { retain: true }, payload), 'puback');
    const codes = [];
    for (const topic of topics) codes.push(await retain(topic, 'x'));
    expect(codes.slice(0, 2)).toEqual(['puback 0', 'puback 0']);
    expect(codes[2]).toMatch(/^(puback|disconnect) 151$/);
  });

  it('a client id connects so often a second', async () => {
    const clientId = 'often';
    const codes = [];
    for (let n = 0; n < 4; n++) codes.push((await broker.dial({ clientId })).connack.reasonCode);
    expect(codes).toEqual([0, 0, 0, 0x97]);
    const old = await broker.open(4);
    old.send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId });
    await old.closed();
    expect(old.packets).toEqual([]);
  });
});
