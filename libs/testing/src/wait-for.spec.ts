import { waitFor } from './index.js';

describe('waitFor', () => {
  it('answers the first truthy answer and takes a failed attempt for "not yet"', async () => {
    let attempts = 0;
    const condition = () => {
      attempts += 1;
      if (attempts === 1) throw new Error('too early');
      return attempts === 3 && 'ready';
    };
    await expect(waitFor(condition, { what: 'it', intervalMs: 1 })).resolves.toBe('ready');
    expect(attempts).toBe(3);
  });

  it.each([
    { name: 'answered', condition: () => 0, says: 'Waited 5 ms in vain for the moon; the last attempt answered 0' },
    { name: 'threw', condition: () => Promise.reject(new Error('dark')), says: 'the last attempt threw Error: dark' },
  ])('says what it waited for and what the last attempt $name', async ({ condition, says }) => {
    const attempt = waitFor<unknown>(condition, { what: 'the moon', timeoutMs: 5, intervalMs: 1 });
    await expect(attempt).rejects.toThrow(says);
  });
});
