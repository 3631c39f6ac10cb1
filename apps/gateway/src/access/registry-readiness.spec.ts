import { verifyApiKey } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Readiness } from '#thingcore/platform';
import { FakeServices } from '../gateway.fixture.js';
import { RegistryReadiness } from './registry-readiness.js';

describe('the readiness of the gateway', () => {
  it.each([
    ['is there when the registry knows no such key', 'Unauthorized', { ready: true, missing: {} }],
    ['names the registry when it is away', 'ServiceUnavailable', { ready: false, missing: { registry: 'x' } }],
  ] as const)('%s', async (_name, code, expected) => {
    const services = new FakeServices();
    services.answer(verifyApiKey, () => {
      throw new IotError(code, 'x');
    });
    const readiness = new Readiness();
    expect(new RegistryReadiness(readiness, services)).toBeDefined();
    expect(await readiness.check()).toEqual(expected);
  });
});
