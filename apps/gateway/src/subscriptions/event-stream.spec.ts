import { EventStream, type StreamedResult } from './event-stream.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));
const COMPLETE = 'event: complete\ndata: \n\n';

/** Results as a test wants them, with how often they were asked for. */
function resultsOf(make: (n: number) => Promise<StreamedResult | undefined>) {
  let asked = 0;
  let hasReturned = false;
  const results: AsyncIterator<StreamedResult, undefined> = {
    next: async () => {
      const value = await make(++asked);
      return value === undefined ? { value, done: true } : { value, done: false };
    },
    return: () => {
      hasReturned = true;
      return Promise.resolve({ value: undefined, done: true });
    },
  };
  const sut = new EventStream(results, (error) => ({ data: null, errors: [{ message: String(error) }] }));
  return { sut, asked: () => asked, hasReturned: () => hasReturned };
}

async function textOf(stream: EventStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

const never = () => new Promise<undefined>(() => undefined);

describe('EventStream', () => {
  it('writes each result with its cursor as id, and that it is complete', async () => {
    const { sut } = resultsOf((n) =>
      Promise.resolve([{ result: { data: { n } }, cursor: 'c1' }, { result: { data: { n } } }][n - 1]),
    );
    expect(await textOf(sut)).toBe(
      `:\n\nevent: next\nid: c1\ndata: {"data":{"n":1}}\n\nevent: next\ndata: {"data":{"n":2}}\n\n${COMPLETE}`,
    );
  });

  it('takes no more than fits while nobody reads: the rest waits where it is bounded', async () => {
    const text = 'x'.repeat(10_000);
    const { sut, asked } = resultsOf(() => Promise.resolve({ result: { data: { text } } }));
    sut.read(0);
    for (let turn = 0; turn < 20; turn++) await settled();
    expect(asked()).toBe(2);
    sut.destroy();
  });

  it('tells why a subscription ended, and that the client need not come back', async () => {
    const { sut, hasReturned } = resultsOf(() => Promise.reject(new Error('too slow')));
    expect(await textOf(sut)).toBe(
      `:\n\nevent: next\ndata: {"data":null,"errors":[{"message":"Error: too slow"}]}\n\n${COMPLETE}`,
    );
    expect(hasReturned()).toBe(true);
  });

  it('ends without a word when it is finished by the gateway', async () => {
    const { sut, hasReturned } = resultsOf(never);
    const text = textOf(sut);
    await settled();
    sut.finish();
    sut.fail(new Error('late'));
    expect(await text).toBe(':\n\n');
    expect(hasReturned()).toBe(true);
  });

  it('unsubscribes when its client is gone', async () => {
    const { sut, hasReturned } = resultsOf(never);
    sut.read(0);
    sut.destroy();
    await settled();
    expect(hasReturned()).toBe(true);
  });

  it('shows that it lives only while nothing else waits to be read', async () => {
    const { sut } = resultsOf(never);
    sut.keepAlive();
    expect(String(sut.read())).toBe(':\n\n');
    sut.keepAlive();
    expect(String(sut.read())).toBe(':\n\n');
    sut.destroy();
    await settled();
  });
});
