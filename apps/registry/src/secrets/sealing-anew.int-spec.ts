import { randomBytes } from 'node:crypto';
import { createAccessKey, createKeysAndCertificate, deriveAccessKey } from '#thingcore/contracts';
import type { RegistryConfig } from '../registry.config.js';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';

const [FIRST, SECOND] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const DAY = { day: '20260131', region: 'us-east-1', service: 'iotdata' };

describe('the key that seals secrets', () => {
  let registry: RegistryFixture;
  let keys: Partial<RegistryConfig> = { secretKey: FIRST };

  beforeAll(async () => {
    registry = await startRegistry({ config: () => keys });
  });

  afterAll(() => registry.stop());

  const restartWith = async (next: Partial<RegistryConfig>) => {
    keys = next;
    await registry.restart();
  };

  it('is replaced by another, after which the one before opens nothing and is not needed', async () => {
    const { accessKeyId } = await registry.call(createAccessKey, { name: 'terraform', role: 'admin' });
    const before = await registry.call(deriveAccessKey, { accessKeyId, ...DAY });
    // Every replica can open what the next key seals before the first one seals with it.
    await restartWith({ secretKey: FIRST, previousSecretKey: SECOND });
    await restartWith({ secretKey: SECOND, previousSecretKey: FIRST });
    await restartWith({ secretKey: SECOND });
    expect(await registry.call(deriveAccessKey, { accessKeyId, ...DAY })).toEqual(before);
    const issued = await registry.call(createKeysAndCertificate, { setAsActive: true, keyType: 'EC_P256' });
    expect(issued.certificatePem).toContain('BEGIN CERTIFICATE');
    await expect(restartWith({ secretKey: FIRST })).rejects.toThrow('was sealed with another key');
    await expect(restartWith({ secretKey: 'short' })).rejects.toThrow('must hold 32 bytes in base64');
    await restartWith({ secretKey: SECOND });
  });
});
