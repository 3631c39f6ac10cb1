import { verifyApiKey } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Lifecycle, Logger, readConfig } from '#thingcore/platform';
import { gatewaySettings } from '../gateway.config.js';
import { FakeServices, StoppedClock } from '../gateway.fixture.js';
import { ApiKeys } from './api-keys.js';
import { Authenticator } from './authenticator.js';
import type { Caller } from './caller.js';
import { TokenVerifier } from './oidc/token-verifier.js';
import { SessionWatch } from './session-watch.js';

const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });
const CREDENTIAL = { kind: 'apiKey', secret: 'key' } as const;
const HOLDER: Caller = { name: 'app', role: 'viewer', credential: 'apiKey' };

function watch() {
  const services = new FakeServices();
  const clock = new StoppedClock();
  services.answer(verifyApiKey, () => ({ name: 'app', role: 'viewer' as const }));
  const tokens = new TokenVerifier(readConfig(gatewaySettings, {}), clock, logger);
  const authenticator = new Authenticator(new ApiKeys(services, clock), tokens);
  const sut = new SessionWatch(new Lifecycle(logger), authenticator, clock);
  const ended: string[] = [];
  const add = (facts: Partial<Caller> = {}) =>
    sut.watch({ caller: { ...HOLDER, ...facts }, credential: CREDENTIAL, end: (reason) => ended.push(reason) });
  /** Lets what a sweep has begun come to its end. */
  const sweep = async () => {
    sut.sweep();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { sut, services, clock, ended, add, sweep };
}

describe('SessionWatch', () => {
  it.each<[Caller['credential'], string]>([
    ['apiKey', 'The API key has expired'],
    ['token', 'The token has expired'],
  ])('ends a session when its %s expires, and not before', async (credential, reason) => {
    const { sut, clock, ended, add, sweep } = watch();
    add({ credential, expiresAt: clock.now() + 1_000 });
    clock.milliseconds += 999;
    await sweep();
    expect(ended).toEqual([]);
    clock.milliseconds += 1;
    await sweep();
    await sweep();
    expect(ended).toEqual([reason]);
    expect(sut.size).toBe(0);
  });

  it('ends the sessions of a key that is revoked, and no others', () => {
    const { sut, ended, add } = watch();
    add();
    add();
    add({ name: 'other' });
    add({ credential: 'token' });
    sut.endSessionsOfKey('app');
    expect(ended).toEqual(['The API key was revoked', 'The API key was revoked']);
    expect(sut.size).toBe(2);
  });

  it('asks for a key again after half a minute, and ends its sessions when it is not valid any more', async () => {
    const { services, clock, ended, add, sweep } = watch();
    add();
    add();
    clock.milliseconds += 29_999;
    await sweep();
    expect(services.requestsOf(verifyApiKey)).toHaveLength(0);
    clock.milliseconds += 1;
    await sweep();
    expect(services.requestsOf(verifyApiKey)).toHaveLength(1);
    expect(ended).toEqual([]);
    services.answer(verifyApiKey, () => {
      throw new IotError('Unauthorized', 'No');
    });
    clock.milliseconds += 30_000;
    await sweep();
    expect(ended).toEqual(['The API key is not valid any more', 'The API key is not valid any more']);
  });

  it('keeps sessions while the registry does not answer', async () => {
    const { sut, services, clock, ended, add, sweep } = watch();
    add();
    services.answer(verifyApiKey, () => {
      throw new IotError('ServiceUnavailable', 'Nobody there');
    });
    clock.milliseconds += 30_000;
    await sweep();
    expect([ended, sut.size]).toEqual([[], 1]);
  });

  it('does not ask the registry about tokens', async () => {
    const { services, clock, add, sweep } = watch();
    add({ credential: 'token' });
    clock.milliseconds += 60_000;
    await sweep();
    expect(services.requestsOf(verifyApiKey)).toEqual([]);
  });

  it('forgets a session that is over', () => {
    const { sut, ended, add } = watch();
    const unwatch = add();
    unwatch();
    sut.endSessionsOfKey('app');
    expect([ended, sut.size]).toEqual([[], 0]);
  });
});
