import type { Readable } from 'node:stream';
import type { EnginePacket } from '../lane/engine/engine-client.js';
import type { EnginePersistence } from '../lane/engine/lane-persistence.js';
import { keepRetainedIn } from './engine-retained.js';
import type { RetainedRecords } from './retained-records.js';
import { type RetainedRules, RetainedStore } from './retained-store.js';

/** A message to be retained. */
function packet(topic: string, payload: string, changes: Partial<EnginePacket> = {}): EnginePacket {
  return { topic, payload: Buffer.from(payload), qos: 1, retain: true, ...changes };
}

/** What {@link RetainedStore} promises over every adapter of {@link RetainedRecords}; `fresh` answers an empty one. */
export function describeRetainedStore(name: string, fresh: () => Promise<RetainedRecords>): void {
  describe(`RetainedStore on ${name}`, () => {
    const clock = { time: 0, now: () => clock.time };
    let records: RetainedRecords;

    const storeWith = (rules: Partial<RetainedRules> = {}) =>
      new RetainedStore(records, clock, { retainedMessages: Infinity, parentMatchesHash: true, ...rules });
    const engineWith = (store: RetainedStore) => keepRetainedIn(store, {} as EnginePersistence, clock.now);
    const retain = (one: EnginePacket, store = storeWith()) => engineWith(store).storeRetained(one);
    const given = async (filters: string[], store = storeWith()) => {
      const found: EnginePacket[] = [];
      const stream: Readable = engineWith(store).createRetainedStreamCombi(filters);
      for await (const one of stream) found.push(one as EnginePacket);
      return found;
    };
    const delivered = async (filters: string[], store = storeWith()) =>
      (await given(filters, store)).map(({ topic }) => topic);
    const topics = async (after?: string, limit = 100) =>
      (await storeWith().list(after, limit)).map(({ topic }) => topic);

    beforeEach(async () => {
      clock.time = 1_760_000_000_123;
      records = await fresh();
    });

    // AWS: GetRetainedMessage
    it('shows a message with when it was retained and its user properties', async () => {
      const userProperties = { lot: ['A', 'B'] };
      await retain(packet('site/ä', 'grüße', { properties: { userProperties } }));
      expect(await storeWith().find('site/ä')).toEqual({
        topic: 'site/ä',
        payload: Buffer.from('grüße'),
        qos: 1,
        lastModifiedTime: 1_760_000_000_123,
        userProperties: [
          ['lot', 'A'],
          ['lot', 'B'],
        ],
      });
      expect(await storeWith().find('site')).toBeUndefined();
    });

    it('keeps one for each topic, the last; an empty one deletes it [MQTT-3.3.1-5] [MQTT-3.3.1-6]', async () => {
      await retain(packet('a', 'first', { qos: 0 }));
      clock.time += 1_000;
      await retain(packet('a', 'second'));
      expect(await storeWith().list(undefined, 10)).toEqual([
        { topic: 'a', payloadSize: 6, qos: 1, lastModifiedTime: 1_760_000_001_123 },
      ]);
      await retain(packet('a', ''));
      await retain(packet('never', ''));
      expect(await topics()).toEqual([]);
    });

    it('gives the engine what it was given', async () => {
      const properties = { contentType: 'text/plain', correlationData: Buffer.from([1, 0]), messageExpiryInterval: 60 };
      const messageExpiry = clock.time + 60_000;
      await retain(packet('a', 'x', { properties, messageExpiry }));
      const [one] = await given(['a']);
      expect(one).toMatchObject({ cmd: 'publish', topic: 'a', qos: 1, retain: true, properties, messageExpiry });
      expect(String(one?.payload)).toBe('x');
    });

    // AWS: ListRetainedMessages
    it('lists them page by page in the order of their topics as bytes compare', async () => {
      for (const topic of ['b', 'a/1', 'ä', 'a', 'B', 'a/10']) await retain(packet(topic, 'x'));
      expect(await topics(undefined, 3)).toEqual(['B', 'a', 'a/1']);
      expect(await topics('a/1', 2)).toEqual(['a/10', 'b']);
      expect(await topics('b', 10)).toEqual(['ä']);
      expect(await topics('ä', 10)).toEqual([]);
    });

    it('lists more than are read at a time', async () => {
      const all = Array.from({ length: 120 }, (_, index) => `t/${1000 + index}`);
      await Promise.all(all.map((topic) => retain(packet(topic, 'x'))));
      expect(await topics(undefined, 119)).toEqual(all.slice(0, 119));
      expect(await delivered(['t/+'])).toEqual(all);
    });

    it.each([
      [['a/b'], ['a/b']],
      [['a/b', 'a/b', 'nothing'], ['a/b']],
      [['a/+'], ['a/b', 'a/c']],
      [['a/#'], ['a', 'a/b', 'a/b/c', 'a/c']],
      [['+/b', 'a/b'], ['a/b']],
      [['#'], ['a', 'a/b', 'a/b/c', 'a/c', 'ab']],
      [['$s/#'], ['$s/x']],
    ])('delivers to a subscription to %j each message that matches, once', async (filters, expected) => {
      for (const topic of ['a', 'a/b', 'a/b/c', 'a/c', 'ab', '$s/x']) await retain(packet(topic, 'x'));
      expect(await delivered(filters)).toEqual(expected);
    });

    // AWS: `a/#` does not match `a`
    it('matches as its profile does', async () => {
      for (const topic of ['a', 'a/b']) await retain(packet(topic, 'x'));
      expect(await delivered(['a/#'], storeWith({ parentMatchesHash: false }))).toEqual(['a/b']);
    });

    it('has none that has expired, whether the engine says when or only how long', async () => {
      await retain(packet('at', 'x', { messageExpiry: clock.time + 1_000 }));
      await retain(packet('in', 'x', { properties: { messageExpiryInterval: 1 } }));
      await retain(packet('lasting', 'x'));
      expect(await topics()).toEqual(['at', 'in', 'lasting']);
      clock.time += 1_000;
      expect(await topics()).toEqual(['lasting']);
      expect(await delivered(['#', 'at'])).toEqual(['lasting']);
      expect(await storeWith().find('in')).toBeUndefined();
      await storeWith().sweep(Infinity);
      expect((await records.page('', true, 10)).map(([topic]) => topic)).toEqual(['lasting']);
    });

    // AWS: retained messages, three years after the last update or access
    it('forgets what nobody has changed or asked for in a long time', async () => {
      const day = 86_400_000;
      for (const topic of ['forgotten', 'read', 'delivered', 'changed']) await retain(packet(topic, 'x'));
      clock.time += 2 * day;
      await storeWith().find('read');
      await delivered(['delivered']);
      await retain(packet('changed', 'y'));
      clock.time += 2 * day;
      await storeWith().sweep(3 * day);
      expect(await topics()).toEqual(['changed', 'delivered', 'read']);
      clock.time += day;
      await storeWith().sweep(3 * day);
      expect(await topics()).toEqual([]);
    });

    // AWS: quotas, retained messages per account; deletes are still allowed
    it('takes no more than there may be, but others in the place of those', async () => {
      const full = storeWith({ retainedMessages: 2 });
      await Promise.all(['a', 'b'].map((topic) => retain(packet(topic, 'x'), full)));
      await expect(retain(packet('c', 'x'), full)).rejects.toMatchObject({ code: 'Throttling' });
      await retain(packet('b', 'y'), full);
      await retain(packet('a', ''), full);
      await retain(packet('c', 'x'), full);
      await expect(retain(packet('d', 'x'), full)).rejects.toMatchObject({ code: 'Throttling' });
      expect(await topics()).toEqual(['b', 'c']);
    });
  });
}
