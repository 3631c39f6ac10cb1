import {
  claimIdempotencyKey,
  completeIdempotencyKey,
  IDEMPOTENCY_KEPT_MS,
  releaseIdempotencyKey,
  type RequestOf,
} from '#thingcore/contracts';
import { DataSource } from 'typeorm';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';
import { IdempotencyExpiry } from './idempotency-expiry.js';

const LEASE_MS = 30_000;

describe('idempotency keys', () => {
  let registry: RegistryFixture;

  beforeAll(async () => {
    registry = await startRegistry();
  });

  afterAll(() => registry.stop());

  const claim = (key: string, fields: Partial<RequestOf<typeof claimIdempotencyKey>> = {}) =>
    registry.call(claimIdempotencyKey, {
      ...{ caller: 'apiKey:ops', key, operation: 'createThing', inputSha256: 'a'.repeat(64), leaseMs: LEASE_MS },
      ...fields,
    });
  const claimed = async (key: string) => {
    const reply = await claim(key);
    if (reply.state !== 'claimed') throw new Error(`It is ${reply.state}`);
    return { caller: 'apiKey:ops', key, claimId: reply.claimId };
  };
  const complete = (held: { caller: string; key: string; claimId: string }, answer: string) =>
    registry.call(completeIdempotencyKey, { ...held, answer });

  it('are claimed by one of many at the same time', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => claim('race')));
    expect(replies.map(({ state }) => state).sort()).toEqual(['claimed', ...Array<string>(19).fill('running')]);
  });

  it('answer what was kept under them, and only their caller', async () => {
    await complete(await claimed('kept'), '{"thing":1}');
    expect(await claim('kept')).toEqual({ state: 'completed', answer: '{"thing":1}' });
    expect(await claim('kept', { caller: 'apiKey:other' })).toMatchObject({ state: 'claimed' });
  });

  it.each([
    ['another input', { inputSha256: 'b'.repeat(64) }, 'with another input'],
    ['another operation', { operation: 'createPolicy' }, 'was used for createThing, not for createPolicy'],
  ])('refuse %s, while it runs and afterwards', async (name, fields, message) => {
    const refusal = { code: 'InvalidRequest', message: expect.stringContaining(message), details: { field: 'key' } };
    const held = await claimed(`other-${name.replaceAll(' ', '-')}`);
    await expect(claim(held.key, fields)).rejects.toMatchObject(refusal);
    await complete(held, '{}');
    await expect(claim(held.key, fields)).rejects.toMatchObject(refusal);
  });

  it('may be used anew when they were given back', async () => {
    const held = await claimed('refused');
    await registry.call(releaseIdempotencyKey, held);
    expect(await claim('refused', { inputSha256: 'c'.repeat(64) })).toMatchObject({ state: 'claimed' });
  });

  it('are taken over after the lease of somebody who crashed, whose late answer does not count', async () => {
    const crashed = await claimed('crashed');
    registry.clock.advance(LEASE_MS - 1);
    expect(await claim('crashed')).toEqual({ state: 'running' });
    registry.clock.advance(1);
    await expect(claim('crashed', { inputSha256: 'b'.repeat(64) })).rejects.toMatchObject({ code: 'InvalidRequest' });
    const heir = await claimed('crashed');
    await complete(crashed, '"late"');
    await registry.call(releaseIdempotencyKey, crashed);
    expect(await claim('crashed')).toEqual({ state: 'running' });
    await complete(heir, '"heir"');
    await complete(heir, '"again"');
    expect(await claim('crashed')).toEqual({ state: 'completed', answer: '"heir"' });
  });

  it('are kept for 24 hours, then free for another input, and removed', async () => {
    await complete(await claimed('old'), '{}');
    await complete(await claimed('older'), '{}');
    registry.clock.advance(IDEMPOTENCY_KEPT_MS - 1);
    expect(await claim('old')).toMatchObject({ state: 'completed' });
    registry.clock.advance(1);
    expect(await claim('old', { inputSha256: 'b'.repeat(64) })).toMatchObject({ state: 'claimed' });
    await registry.get(IdempotencyExpiry).sweep();
    expect(await rows()).toHaveLength(1);
  });

  it('are stored as hashes, with sealed answers', async () => {
    await complete(await claimed('a-secret-key'), '{"privateKey":"PRIVATE"}');
    expect(JSON.stringify(await rows())).not.toMatch(/a-secret-key|PRIVATE|ops/);
  });

  const rows = () => registry.get(DataSource).query<unknown[]>('SELECT * FROM registry.idempotency_keys');
});
