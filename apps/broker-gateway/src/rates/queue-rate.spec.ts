import { encodeMessage } from '../lane/packets/message-encoding.js';
import { MemoryStore } from '../lane/memory-store.fixture.js';
import { Allowance } from './allowance.js';
import { withQueueRate } from './queue-rate.js';

const message = (clientIds: string[]) => ({
  bytes: encodeMessage({ topic: 't', payload: Buffer.from('x'), qos: 1, isRetained: false }),
  expiresAt: 0,
  clientIds,
});

describe('withQueueRate', () => {
  it('queues so many messages a second and none beyond them', async () => {
    let now = 0;
    const store = withQueueRate(new MemoryStore(), new Allowance(2, 0), () => now);
    expect(await store.enqueue([message(['a']), message(['b']), message(['a'])])).toEqual([[1], [1], [0]]);
    now = 1_000;
    expect(await store.enqueue([message(['a'])])).toEqual([[2]]);
  });

  it('always notes what is no message', async () => {
    const store = withQueueRate(new MemoryStore(), new Allowance(1, 0), () => 0);
    await store.enqueue([message(['a'])]);
    const note = { bytes: Buffer.from([0x62, 2, 0, 1]), expiresAt: 0, clientIds: ['a'] };
    expect(await store.enqueue([message(['a']), note])).toEqual([[0], [2]]);
  });
});
