import { createHash } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { apiKeyRevoked, createApiKey, listApiKeys, revokeApiKey, verifyApiKey } from '#thingcore/contracts';
import { ConfigError } from '#thingcore/platform';
import { DataSource } from 'typeorm';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';

const FIRST = 'first-administrator';

const firstKeyOf = async ({ dataDirectory }: RegistryFixture): Promise<string> =>
  (await readFile(`${dataDirectory}/api-key`, 'utf8')).trim();

const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

describe('API keys', () => {
  let registry: RegistryFixture;

  beforeAll(async () => {
    registry = await startRegistry();
  });

  afterAll(() => registry.stop());

  beforeEach(() => registry.events.clear());

  const verify = (key: string) => registry.call(verifyApiKey, { keySha256: hashOf(key) });

  it.each(['admin', 'operator', 'viewer'] as const)('are made for the role %s and shown once', async (role) => {
    const name = `ci.deploy@${role}-1`;
    const { key, ...made } = await registry.call(createApiKey, { name, role });
    expect(key).toMatch(/^tc_[A-Za-z0-9_-]{43}$/);
    expect(made).toEqual({ name, role, createdAt: registry.clock.now() });
    expect(await verify(key)).toEqual({ name, role });
    const { apiKeys } = await registry.call(listApiKeys, {});
    expect(apiKeys).toContainEqual(made);
    expect(JSON.stringify(apiKeys)).not.toMatch(/tc_|sha256/i);
    const rows = await registry.get(DataSource).query('SELECT api_keys::text FROM api_keys');
    expect(JSON.stringify(rows)).not.toContain(key);
    expect(JSON.stringify(rows)).toContain(hashOf(key));
  });

  it('are listed in the order of their names', async () => {
    for (const name of ['zoe', 'amir']) await registry.call(createApiKey, { name, role: 'viewer' });
    const { apiKeys } = await registry.call(listApiKeys, {});
    const names = apiKeys.map(({ name }) => name).filter((name) => ['amir', FIRST, 'zoe'].includes(name));
    expect(names).toEqual(['amir', FIRST, 'zoe']);
  });

  it.each([
    ['a name with a space', { name: 'my key' }, 'InvalidRequest', 'name'],
    ['an empty name', { name: '' }, 'InvalidRequest', 'name'],
    ['a name of 65 characters', { name: 'x'.repeat(65) }, 'InvalidRequest', 'name'],
    ['a role that is none', { role: 'root' as 'admin' }, 'InvalidRequest', 'role'],
    ['an end that is past', { expiresAt: Date.UTC(2025, 0, 1) }, 'InvalidRequest', 'expiresAt'],
    ['a name that is taken', { name: FIRST }, 'ResourceAlreadyExists', 'name'],
  ])('are refused for %s', async (_name, change, code, field) => {
    const before = await registry.call(listApiKeys, {});
    await expect(registry.call(createApiKey, { name: 'new', role: 'viewer', ...change })).rejects.toMatchObject({
      code,
      details: { field },
    });
    expect(await registry.call(listApiKeys, {})).toEqual(before);
  });

  it('are worth nothing from the moment they expire', async () => {
    const expiresAt = registry.clock.now() + 1000;
    const { key } = await registry.call(createApiKey, { name: 'guest', role: 'viewer', expiresAt });
    registry.clock.advance(999);
    expect(await verify(key)).toEqual({ name: 'guest', role: 'viewer', expiresAt });
    registry.clock.advance(1);
    await expect(verify(key)).rejects.toMatchObject({ code: 'Unauthorized' });
  });

  it('are revoked for good, and everybody hears of it', async () => {
    const { key } = await registry.call(createApiKey, { name: 'lost', role: 'operator' });
    const revoked = await registry.call(revokeApiKey, { name: 'lost' });
    expect(revoked.revokedAt).toBe(registry.clock.now());
    expect(registry.events.of(apiKeyRevoked)).toEqual([{ name: 'lost' }]);
    await expect(verify(key)).rejects.toMatchObject({ code: 'Unauthorized' });
    registry.clock.advance(1000);
    expect(await registry.call(revokeApiKey, { name: 'lost' })).toEqual(revoked);
    await expect(registry.call(createApiKey, { name: 'lost', role: 'viewer' })).rejects.toMatchObject({
      code: 'ResourceAlreadyExists',
    });
  });

  it('are refused when nobody made them', async () => {
    await expect(verify('tc_guess')).rejects.toMatchObject({ code: 'Unauthorized' });
    await expect(registry.call(revokeApiKey, { name: 'nobody' })).rejects.toMatchObject({ code: 'ResourceNotFound' });
  });
});

describe('API keys on a new database', () => {
  let registry: RegistryFixture;

  beforeEach(async () => {
    registry = await startRegistry();
  });

  afterEach(() => registry.stop());

  const verify = (key: string) => registry.call(verifyApiKey, { keySha256: hashOf(key) });
  const firstKey = () => firstKeyOf(registry);

  describe('of administrators', () => {
    it('keep the last one that is valid', async () => {
      const refusal = { code: 'InvalidRequest', details: { field: 'name', name: FIRST } };
      await registry.call(createApiKey, { name: 'watcher', role: 'viewer' });
      await expect(registry.call(revokeApiKey, { name: FIRST })).rejects.toMatchObject(refusal);
      const expiresAt = registry.clock.now() + 1000;
      await registry.call(createApiKey, { name: 'short', role: 'admin', expiresAt });
      registry.clock.advance(1000);
      await expect(registry.call(revokeApiKey, { name: FIRST })).rejects.toMatchObject(refusal);
      expect(await verify(await firstKey())).toMatchObject({ role: 'admin' });
      expect(await registry.call(revokeApiKey, { name: 'short' })).toMatchObject({ name: 'short' });
      await registry.call(createApiKey, { name: 'second', role: 'admin' });
      await registry.call(revokeApiKey, { name: FIRST });
      await expect(verify(await firstKey())).rejects.toMatchObject({ code: 'Unauthorized' });
    });

    it('keep one that never expires, or the platform would lock everybody out in time', async () => {
      const expiresAt = registry.clock.now() + 60_000;
      await registry.call(createApiKey, { name: 'guest', role: 'admin', expiresAt });
      await expect(registry.call(revokeApiKey, { name: FIRST })).rejects.toMatchObject({
        code: 'InvalidRequest',
        details: { field: 'name', name: FIRST },
      });
      expect(await registry.call(revokeApiKey, { name: 'guest' })).toHaveProperty('revokedAt');
      expect(await verify(await firstKey())).toMatchObject({ role: 'admin' });
    });

    it('keep one that expires where it is the last of all', async () => {
      const expiresAt = registry.clock.now() + 60_000;
      await registry.call(createApiKey, { name: 'guest', role: 'admin', expiresAt });
      await registry.get(DataSource).query('UPDATE api_keys SET revoked_at = now() WHERE name = $1', [FIRST]);
      await expect(registry.call(revokeApiKey, { name: 'guest' })).rejects.toMatchObject({ code: 'InvalidRequest' });
    });

    it('keep one when two replicas are told to revoke the last two at once', async () => {
      await registry.call(createApiKey, { name: 'second', role: 'admin' });
      const other = await registry.startReplica();
      try {
        const outcomes = await Promise.allSettled([
          registry.call(revokeApiKey, { name: FIRST }),
          other.call(revokeApiKey, { name: 'second' }),
        ]);
        expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      } finally {
        await other.stop();
      }
    });
  });

  describe('the first one', () => {
    it('is in a file that only its owner reads, and nowhere else', async () => {
      expect((await stat(`${registry.dataDirectory}/api-key`)).mode & 0o777).toBe(0o600);
      expect(await verify(await firstKey())).toEqual({ name: FIRST, role: 'admin' });
    });

    it('stays the same after a restart', async () => {
      const key = await firstKey();
      await registry.restart();
      expect(await firstKey()).toBe(key);
      expect(await verify(key)).toEqual({ name: FIRST, role: 'admin' });
    });

    it('is not made anew at the next start once it is revoked', async () => {
      const key = await firstKey();
      await registry.call(createApiKey, { name: 'second', role: 'admin' });
      await registry.call(revokeApiKey, { name: FIRST });
      await rm(`${registry.dataDirectory}/api-key`);
      await registry.restart();
      await expect(stat(`${registry.dataDirectory}/api-key`)).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(verify(key)).rejects.toMatchObject({ code: 'Unauthorized' });
    });

    it('is the one of the configuration where there is one', async () => {
      const apiKey = 'tc_of-the-configuration-of-this-installation';
      const configured = await startRegistry({ config: { apiKey } });
      try {
        expect(await configured.call(verifyApiKey, { keySha256: hashOf(apiKey) })).toEqual({
          name: FIRST,
          role: 'admin',
        });
      } finally {
        await configured.stop();
      }
    });
  });
});

describe('the API key of the configuration', () => {
  const OLD = 'tc_of-the-configuration-when-it-was-new';
  const NEW = 'tc_of-the-configuration-after-the-loss';
  const RECOVERED = 'recovered-administrator';
  let registry: RegistryFixture;
  let config: { apiKey: string };

  beforeEach(async () => {
    config = { apiKey: OLD };
    registry = await startRegistry({ config: () => config });
  });

  afterEach(() => registry.stop());

  const verify = (key: string) => registry.call(verifyApiKey, { keySha256: hashOf(key) });
  const loseAll = () => registry.get(DataSource).query(`UPDATE api_keys SET revoked_at = now() WHERE role = 'admin'`);
  const namesOfAll = async () => (await registry.call(listApiKeys, {})).apiKeys.map(({ name }) => name);

  it('lets an administrator in again where no key of one is valid', async () => {
    await loseAll();
    config = { apiKey: NEW };
    await registry.restart();
    expect(await verify(NEW)).toEqual({ name: RECOVERED, role: 'admin' });
    await expect(verify(OLD)).rejects.toMatchObject({ code: 'Unauthorized' });
    await registry.restart();
    expect(await namesOfAll()).toEqual([FIRST, RECOVERED]);
    await loseAll();
    config = { apiKey: `${NEW}-again` };
    await registry.restart();
    expect(await verify(`${NEW}-again`)).toEqual({ name: `${RECOVERED}-2`, role: 'admin' });
  });

  it('is not added while another key of an administrator is valid', async () => {
    await registry.call(createApiKey, { name: 'second', role: 'admin' });
    await registry.call(revokeApiKey, { name: FIRST });
    config = { apiKey: NEW };
    await registry.restart();
    expect(await namesOfAll()).toEqual([FIRST, 'second']);
    await expect(verify(NEW)).rejects.toMatchObject({ code: 'Unauthorized' });
  });

  it('does not bring back a key that was revoked: another must be set', async () => {
    await loseAll();
    const failure: unknown = await registry.startReplica().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(String(failure)).toMatch(/THINGCORE_REGISTRY_API_KEY .*set it to another key/);
    await expect(verify(OLD)).rejects.toMatchObject({ code: 'Unauthorized' });
  });
});
