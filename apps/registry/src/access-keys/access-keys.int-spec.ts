import { readFile, stat } from 'node:fs/promises';
import {
  accessKeyRevoked,
  createAccessKey,
  deriveAccessKey,
  listAccessKeys,
  revokeAccessKey,
} from '#thingcore/contracts';
import { deriveSigningKey } from '#thingcore/sigv4';
import { DataSource } from 'typeorm';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';

const SCOPE = { day: '20260131', region: 'eu-test-1', service: 'iot' };

describe('access keys', () => {
  let registry: RegistryFixture;

  beforeAll(async () => {
    registry = await startRegistry();
  });

  afterAll(() => registry.stop());

  const derive = (accessKeyId: string) => registry.call(deriveAccessKey, { accessKeyId, ...SCOPE });

  it('begin with that of the first administrator, in a file that only its owner reads', async () => {
    const file = `${registry.dataDirectory}/aws-credentials.json`;
    const { accessKeyId, secretAccessKey } = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await derive(accessKeyId ?? '')).toEqual({
      signingKey: deriveSigningKey(secretAccessKey ?? '', SCOPE).toString('base64'),
      name: 'first-administrator',
      role: 'admin',
    });
  });

  it.each(['admin', 'operator', 'viewer'] as const)('are made for the role %s and shown once', async (role) => {
    const { secretAccessKey, ...made } = await registry.call(createAccessKey, { name: 'terraform', role });
    expect(secretAccessKey).toMatch(/^[\w-]{40}$/);
    expect(made).toEqual({
      accessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/) as string,
      name: 'terraform',
      role,
      createdAt: registry.clock.now(),
    });
    const { accessKeys } = await registry.call(listAccessKeys, {});
    expect(accessKeys).toContainEqual(made);
    expect(JSON.stringify(accessKeys)).not.toMatch(/secret/i);
    expect(await derive(made.accessKeyId)).toMatchObject({
      role,
      signingKey: deriveSigningKey(secretAccessKey, SCOPE).toString('base64'),
    });
    const rows = await registry.get(DataSource).query('SELECT access_keys::text FROM access_keys');
    expect(JSON.stringify(rows)).not.toContain(secretAccessKey);
  });

  it.each([
    ['a name with a space', { name: 'my key' }, 'name'],
    ['a role that is none', { role: 'root' as 'admin' }, 'role'],
    ['an end that is past', { expiresAt: Date.UTC(2025, 0, 1) }, 'expiresAt'],
  ])('are refused for %s', async (_name, change, field) => {
    const before = await registry.call(listAccessKeys, {});
    await expect(registry.call(createAccessKey, { name: 'new', role: 'viewer', ...change })).rejects.toMatchObject({
      code: 'InvalidRequest',
      details: { field },
    });
    expect(await registry.call(listAccessKeys, {})).toEqual(before);
  });

  it('sign nothing from the moment they expire', async () => {
    const expiresAt = registry.clock.now() + 1000;
    const { accessKeyId } = await registry.call(createAccessKey, { name: 'guest', role: 'viewer', expiresAt });
    registry.clock.advance(999);
    expect(await derive(accessKeyId)).toMatchObject({ expiresAt });
    registry.clock.advance(1);
    await expect(derive(accessKeyId)).rejects.toMatchObject({ code: 'Unauthorized' });
  });

  it('are revoked for good, and everybody hears of it', async () => {
    registry.events.clear();
    const { accessKeyId } = await registry.call(createAccessKey, { name: 'lost', role: 'operator' });
    const revoked = await registry.call(revokeAccessKey, { accessKeyId });
    expect(revoked.revokedAt).toBe(registry.clock.now());
    expect(registry.events.of(accessKeyRevoked)).toEqual([{ accessKeyId }]);
    await expect(derive(accessKeyId)).rejects.toMatchObject({ code: 'Unauthorized' });
    registry.clock.advance(1000);
    expect(await registry.call(revokeAccessKey, { accessKeyId })).toEqual(revoked);
  });

  it('are not known when nobody made them', async () => {
    const accessKeyId = 'AKIA2222222222222222';
    await expect(derive(accessKeyId)).rejects.toMatchObject({ code: 'Unauthorized' });
    await expect(registry.call(revokeAccessKey, { accessKeyId })).rejects.toMatchObject({ code: 'ResourceNotFound' });
  });
});
