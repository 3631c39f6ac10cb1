import { waitFor } from '#thingcore/testing';
import { collect, publish, received, startLane, type TestLane } from './lane.fixture.js';
import { decodeMessage, encodeMessage } from './packets/message-encoding.js';
import { PublishForms } from './packets/publish-forms.js';
import { aSubscribe, rawConnect } from './raw-client.fixture.js';
import type { QueuedPosition } from './ports/lane-remote.js';

/** A subscription as other nodes tell of it. */
const OPTIONS = { qos: 1, noLocal: false, retainAsPublished: false } as const;

interface Forwarded {
  nodeId: string;
  topic: string;
  bytes: Buffer;
  queued: readonly QueuedPosition[];
  groups: readonly string[];
  publisherId: string | undefined;
}

describe('MessageLane as one node of several', () => {
  const forwarded: Forwarded[] = [];
  const forms = new PublishForms();
  let handOver: () => Promise<void>;
  let test: TestLane;

  beforeEach(async () => {
    forwarded.length = 0;
    handOver = () => Promise.resolve();
    test = await startLane({
      remote: {
        forward: (nodeId, frame, { queued, groups, publisherId }) => {
          if (frame === undefined) {
            forwarded.push({ nodeId, topic: '', bytes: Buffer.alloc(0), queued, groups, publisherId });
            return handOver();
          }
          forms.use(frame);
          const { buffer, start, end } = forms.form(true, frame.qos, frame.isRetained);
          const bytes = Buffer.from(buffer.subarray(start, end));
          forwarded.push({ nodeId, topic: frame.topic, bytes, queued: [...queued], groups: [...groups], publisherId });
          return handOver();
        },
      },
    });
  });
  afterEach(async () => {
    await test.close();
    expect(test.failures).toEqual([]);
  });

  it('passes messages on to nodes that want them, and to no others', async () => {
    test.lane.nodes.remoteFilter('n2', 'a/+', true);
    test.lane.nodes.remoteFilter('n3', 'b/#', true);
    const publisher = await test.connect({ clientId: 'p' });
    await publish(publisher, 'a/1', 'x', { qos: 0 });
    await publish(publisher, 'c', 'x');
    await publish(publisher, 'b/1', 'x');
    expect(forwarded.map(({ nodeId, topic, publisherId }) => [nodeId, topic, publisherId])).toEqual([
      ['n2', 'a/1', 'p'],
      ['n3', 'b/1', 'p'],
    ]);
    test.lane.nodes.remoteFilter('n2', 'a/+', false);
    test.lane.nodes.remoteGone('n3');
    await publish(publisher, 'a/1', 'x');
    await publish(publisher, 'b/1', 'x');
    expect(forwarded).toHaveLength(2);
  });

  it('queues for a session at another node and tells that node where the message stands', async () => {
    test.lane.restore('far', [{ ...OPTIONS, filter: 'q' }]);
    test.lane.nodes.locate('far', 'n2');
    await publish(await test.connect(), 'q', 'x');
    expect(test.store.messages('far')).toHaveLength(1);
    expect(forwarded).toEqual([expect.objectContaining({ nodeId: 'n2', queued: [{ clientId: 'far', position: 1 }] })]);
    test.lane.nodes.remoteGone('n2');
    await publish(await test.connect(), 'q', 'y');
    expect(test.store.messages('far')).toHaveLength(2);
    expect(forwarded).toHaveLength(1);
  });

  it('passes QoS 0 on to the node where a session is connected, and delivers it there', async () => {
    test.lane.restore('far', [{ ...OPTIONS, filter: 'q' }]);
    test.lane.nodes.locate('far', 'n2');
    const kept = await test.connect({ clientId: 'kept', clean: false });
    const messages = collect(kept);
    await kept.subscribeAsync('z', { qos: 1 });
    await publish(kept, 'q', 'x', { qos: 0 });
    await waitFor(() => forwarded.length === 1, { what: 'the message to be passed on' });
    expect(forwarded).toEqual([expect.objectContaining({ nodeId: 'n2', queued: [] })]);
    const bytes = encodeMessage({ topic: 'z', payload: Buffer.from('x'), qos: 0, isRetained: false });
    void test.lane.nodes.receive({
      frame: decodeMessage(bytes),
      publisherId: undefined,
      queued: [],
      groups: [],
      hops: 0,
    });
    await received(messages, 1);
  });

  it('delivers what another node passes on to its own clients only, and what is queued from the queue', async () => {
    const clean = await test.connect();
    const cleanMessages = collect(clean);
    await clean.subscribeAsync('q', { qos: 1 });
    const kept = await test.connect({ clientId: 'kept', clean: false });
    const keptMessages = collect(kept);
    await kept.subscribeAsync('q', { qos: 1 });
    test.lane.nodes.remoteFilter('n3', '#', true);
    const bytes = encodeMessage({ topic: 'q', payload: Buffer.from('x'), qos: 1, isRetained: false });
    const [[position]] = (await test.store.enqueue([{ bytes, expiresAt: 0, clientIds: ['kept'] }])) as [[number]];
    const queued = [{ clientId: 'kept', position }];
    void test.lane.nodes.receive({ frame: decodeMessage(bytes), publisherId: 'p', queued, groups: [], hops: 0 });
    await received(cleanMessages, 1);
    await received(keptMessages, 1);
    await waitFor(() => test.store.messages('kept').length === 0, { what: 'the queue to be empty' });
    expect([cleanMessages.length, keptMessages.length]).toEqual([1, 1]);
    expect(forwarded.filter(({ topic }) => topic === 'q')).toEqual([]);
  });

  it('acknowledges a message when the other nodes have it, in the order of the messages', async () => {
    test.lane.nodes.remoteFilter('n2', 'a', true);
    const publisher = await test.connect();
    let arrive: () => void = () => undefined;
    handOver = () => new Promise<void>((resolve) => (arrive = resolve));
    const acknowledged: string[] = [];
    const sent = ['a', 'b'].map((topic) => publish(publisher, topic, 'x').then(() => acknowledged.push(topic)));
    await waitFor(() => forwarded.length === 1, { what: 'the message to be passed on' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(acknowledged).toEqual([]);
    arrive();
    await Promise.all(sent);
    expect(acknowledged).toEqual(['a', 'b']);
  });

  it('refuses a message that could not be handed over', async () => {
    test.lane.nodes.remoteFilter('n2', 'a', true);
    const publisher = await test.connect({ protocolVersion: 5 });
    handOver = () => Promise.reject(new Error('Redis is away'));
    await expect(publish(publisher, 'a', 'x')).rejects.toMatchObject({ code: 0x80 });
  });

  it('gives a message of a group to a member here or at another node, never to both', async () => {
    test.lane.nodes.remoteGroup('n2', '$share/g/s', 1);
    const member = await test.connect();
    const messages = collect(member);
    await member.subscribeAsync('$share/g/s', { qos: 1 });
    const publisher = await test.connect();
    for (let n = 0; n < 40; n++) await publish(publisher, 's', String(n), { qos: n % 2 === 0 ? 0 : 1 });
    await waitFor(() => messages.length + forwarded.length >= 40, { what: '40 messages' });
    expect(messages.length).toBeGreaterThan(0);
    expect(forwarded.length).toBeGreaterThan(0);
    expect(messages.length + forwarded.length).toBe(40);
    expect(forwarded.every(({ nodeId, groups }) => nodeId === 'n2' && groups.join() === '$share/g/s')).toBe(true);
  });

  it('hands a message for a group on when its member has left, at last to the queue of the group', async () => {
    test.lane.nodes.remoteGroup('n3', '$share/g/s', 1);
    test.lane.restore('away', [{ ...OPTIONS, filter: '$share/g/s' }]);
    const plain = collect(await subscribed('s'));
    const bytes = encodeMessage({ topic: 's', payload: Buffer.from('x'), qos: 1, isRetained: false });
    const message = { frame: decodeMessage(bytes), publisherId: 'p', queued: [], groups: ['$share/g/s'] };
    await test.lane.nodes.receive({ ...message, hops: 1 });
    expect(forwarded).toEqual([expect.objectContaining({ nodeId: 'n3', groups: ['$share/g/s'] })]);
    await test.lane.nodes.receive({ ...message, hops: 3 });
    expect(test.store.messages('\0group/$share/g/s')).toHaveLength(1);
    test.lane.nodes.remoteGone('n3');
    await test.lane.nodes.chooseAgain({ ...message, hops: 1 });
    expect(test.store.messages('\0group/$share/g/s')).toHaveLength(2);
    // The receivers that are no members got it before.
    expect(plain).toEqual([]);
  });

  it('gives what a member did not acknowledge before its end to another one [MQTT5 4.8.2]', async () => {
    const silent = await rawConnect(test.port, { clientId: 'silent' });
    silent.send(aSubscribe('$share/g/s'));
    await silent.next('suback');
    const publisher = await test.connect();
    await publish(publisher, 's', '1');
    await publish(publisher, 's', '2');
    await silent.next('publish');
    const messages = collect(await subscribed('$share/g/s'));
    silent.stream.destroy();
    await received(messages, 2);
    expect(messages.map(({ payload }) => payload).sort()).toEqual(['1', '2']);
  });

  it('tells the node to which a session has gone what was queued before that was known', async () => {
    test.lane.restore('far', [{ ...OPTIONS, filter: 'q' }]);
    await publish(await test.connect(), 'q', 'x');
    expect(forwarded).toEqual([]);
    test.lane.nodes.locate('far', 'n2');
    test.lane.nodes.locate('far', 'n3');
    expect(forwarded).toEqual([
      expect.objectContaining({ nodeId: 'n2', topic: '', queued: [{ clientId: 'far', position: 1 }] }),
    ]);
  });

  async function subscribed(filter: string) {
    const client = await test.connect();
    await client.subscribeAsync(filter, { qos: 1 });
    return client;
  }
});
