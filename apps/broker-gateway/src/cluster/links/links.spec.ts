import fc from 'fast-check';
import { decodeMessage, encodeMessage } from '../../lane/packets/message-encoding.js';
import { PublishForms } from '../../lane/packets/publish-forms.js';
import { PublishFrame } from '../../lane/packets/publish-frame.js';
import type { OutgoingMessage } from '../cluster.js';
import { MessageBatch, readBatch } from './message-batch.js';
import { NodeLink } from './node-link.js';

function message(topic: string, payload: string, more: Partial<OutgoingMessage> = {}, qos: 0 | 1 = 1): OutgoingMessage {
  const frame = decodeMessage(encodeMessage({ topic, payload: Buffer.from(payload), qos, isRetained: false }));
  return { frame, publisherId: undefined, queued: [], groups: [], hops: 0, ...more };
}

const NO_LIMITS = { contentTypeBytes: 0, responseTopicBytes: 0, correlationDataBytes: 0, userPropertiesBytes: 0 };
const forms = new PublishForms();
function formsOf({ frame }: OutgoingMessage): PublishForms {
  if (frame !== undefined) forms.use(frame);
  return forms;
}

const payloads = (bytes: Buffer) => Array.from(readBatch(bytes), ({ frame }) => frame?.payload.toString());

describe('MessageBatch', () => {
  it('brings every message back with all that goes with it, in order', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const any = fc.record({
      topic: text.map((value) => `t${value}`),
      payload: fc.string({ maxLength: 30_000 }),
      qos: fc.constantFrom(0 as const, 1 as const),
      isRetained: fc.boolean(),
      expiresAt: fc.nat(),
      publisherId: text,
      queued: fc.array(fc.record({ clientId: text, position: fc.nat() }), { maxLength: 3 }),
      groups: fc.array(text, { maxLength: 3 }),
      hops: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 5 }), (messages) => {
        const batch = new MessageBatch();
        for (const { topic, payload, qos, isRetained, expiresAt, publisherId, ...rest } of messages) {
          const frame = decodeMessage(encodeMessage({ topic, payload: Buffer.from(payload), qos, isRetained }));
          frame.expiresAt = expiresAt;
          const outgoing = { ...rest, frame, publisherId: publisherId === '' ? undefined : publisherId };
          batch.add(outgoing, formsOf(outgoing));
        }
        const read = Array.from(readBatch(batch.bytes()), ({ frame, publisherId, ...rest }) => {
          const { topic, payload, qos, isRetained, expiresAt } = frame as PublishFrame;
          const ofFrame = { topic, payload: payload.toString(), qos, isRetained, expiresAt };
          return { ...ofFrame, publisherId: publisherId ?? '', ...rest };
        });
        expect(read).toEqual(messages);
      }),
      { numRuns: 50 },
    );
  });
});

describe('MessageBatch of what connections bring', () => {
  /** Packets of MQTT 3.1.1 one behind the other, as one read brings them. */
  const chunk = Buffer.concat(
    ['1', '2', '3'].map((payload) => Buffer.from(`\x32\x08\0\x03a/b\0\x07${payload}`, 'latin1')),
  );
  const frames = [0, 10, 20].map((start) =>
    new PublishFrame().read(chunk, start, start + 2, start + 10, false, NO_LIMITS),
  );
  const add = (batch: MessageBatch, frame: PublishFrame | undefined, more: Partial<OutgoingMessage> = {}) => {
    const outgoing = { frame, publisherId: 'p', queued: [], groups: [], hops: 0, ...more };
    batch.add(outgoing, formsOf(outgoing));
  };

  it('holds the very bytes, once, with one head for all of a publisher in a row', () => {
    const batch = new MessageBatch();
    for (const frame of frames) add(batch, frame);
    const size = batch.size;
    const bytes = batch.bytes();
    expect(bytes).toHaveLength(size);
    expect(bytes.subarray(-chunk.length)).toEqual(chunk);
    expect(bytes).toHaveLength(chunk.length + 1 + 3 + 4);
    expect(Array.from(readBatch(bytes), ({ frame, publisherId }) => [publisherId, frame?.payload.toString()])).toEqual([
      ['p', '1'],
      ['p', '2'],
      ['p', '3'],
    ]);
  });

  it('keeps the order when packets, publishers, versions and duties take turns', () => {
    const batch = new MessageBatch();
    const v5 = decodeMessage(encodeMessage({ topic: 't', payload: Buffer.from('v5'), qos: 0, isRetained: false }));
    const queued = [{ clientId: 'q', position: 3 }];
    add(batch, frames[0]);
    add(batch, frames[2]);
    add(batch, v5);
    add(batch, frames[1], { queued });
    add(batch, undefined, { queued, publisherId: undefined });
    add(batch, frames[1], { publisherId: 'other' });
    const read = Array.from(readBatch(batch.bytes()), ({ frame, publisherId, queued: told }) => {
      return [frame?.payload.toString(), frame?.isV5, publisherId, told.length];
    });
    expect(read).toEqual([
      ['1', false, 'p', 0],
      ['3', false, 'p', 0],
      ['v5', true, 'p', 0],
      ['2', false, 'p', 1],
      [undefined, undefined, undefined, 1],
      ['2', false, 'other', 0],
    ]);
  });

  it('is used anew after it was cleared', () => {
    const batch = new MessageBatch();
    for (const frame of frames) add(batch, frame);
    batch.clear();
    expect(batch.size).toBe(0);
    add(batch, frames[1]);
    expect(payloads(batch.bytes())).toEqual(['2']);
  });

  it('gives each message for groups a frame of its own, since that is kept', () => {
    const batch = new MessageBatch();
    for (const frame of frames) add(batch, frame, { groups: ['$share/g/a/b'] });
    const kept = [...readBatch(batch.bytes())];
    expect(kept.map(({ frame }) => frame?.payload.toString())).toEqual(['1', '2', '3']);
  });
});

describe('NodeLink', () => {
  it('sends what one turn brings in one batch, and what comes meanwhile in the next', async () => {
    const sent: (string | undefined)[][] = [];
    let arrive: (inInbox: number) => void = () => undefined;
    const link = new NodeLink('other', (_nodeId, bytes) => {
      sent.push(payloads(bytes as Buffer));
      return new Promise((resolve) => (arrive = resolve));
    });
    const forward = (payload: string) => {
      const one = message('t', payload);
      return link.forward(one, formsOf(one));
    };
    const first = [forward('1'), forward('2')];
    await new Promise(setImmediate);
    expect(sent).toEqual([['1', '2']]);
    const next = ['3', '4', '5'].map(forward);
    await new Promise(setImmediate);
    expect(sent).toHaveLength(1);
    arrive(0);
    await Promise.all(first);
    await new Promise(setImmediate);
    expect(sent).toEqual([
      ['1', '2'],
      ['3', '4', '5'],
    ]);
    arrive(0);
    await Promise.all(next);
  });

  it('fails the messages of a batch that did not arrive, and sends those behind it', async () => {
    let attempts = 0;
    const link = new NodeLink('other', () =>
      attempts++ === 0 ? Promise.reject(new Error('no Redis')) : Promise.resolve(0),
    );
    const one = message('t', '1');
    await expect(link.forward(one, formsOf(one))).rejects.toThrow('no Redis');
    await expect(link.forward(one, formsOf(one))).resolves.toBeUndefined();
  });

  it('waits while the node has too much to do, and drops QoS 0 then rather than grow', async () => {
    let inInbox = 100_000_000;
    let batches = 0;
    const link = new NodeLink('other', (_nodeId, bytes) => {
      if (bytes !== undefined) batches++;
      return Promise.resolve(inInbox);
    });
    const large = message('t', 'x'.repeat(1_000_000));
    await link.forward(large, formsOf(large));
    const held = Array.from({ length: 20 }, () => link.forward(large, formsOf(large)));
    const loose = message('t', 'x', {}, 0);
    await link.forward(loose, formsOf(loose));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(batches).toBe(1);
    expect(link.dropped).toBe(1);
    inInbox = 0;
    await Promise.all(held);
    expect(batches).toBe(21);
  });
});
