import { apiKeyRevoked, verifyApiKey } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { waitFor } from '#thingcore/testing';
import { DenialFeed } from '../denials/denial-feed.js';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { Subscribers } from '../subscriptions.fixture.js';
import { Issuer, makeSigningKey, sign, type SigningKey } from './oidc/issuer.fixture.js';
import { SessionWatch } from './session-watch.js';

const SUBSCRIPTION = 'subscription { denials { id } }';

describe('a WebSocket', () => {
  let issuer: Issuer;
  let key: SigningKey;
  let gateway: GatewayUnderTest;
  let subscribers: Subscribers;

  beforeEach(async () => {
    issuer = await Issuer.start();
    key = await makeSigningKey('first');
    issuer.keys = [key.publicJwk];
    gateway = await startGateway([], { oidcIssuer: issuer.url, oidcAudience: 'thingcore' });
    await gateway.listen();
    subscribers = new Subscribers(gateway);
  });

  afterEach(async () => {
    await subscribers.close();
    await gateway.close();
    await issuer.stop();
  });

  const tokenUntil = (exp: number, facts: Record<string, unknown> = {}) =>
    sign(key, { iss: issuer.url, aud: 'thingcore', sub: 'ada', roles: 'thingcore-viewer', exp, ...facts });

  const seconds = () => gateway.clock.now() / 1000;

  /** Subscribes and answers how the connection ends; resolves when the subscription is in force. */
  const subscribed = async (params?: Record<string, unknown>) => {
    const feed = gateway.app.get(DenialFeed);
    const before = feed.size;
    const end = subscribers
      .subscribe(SUBSCRIPTION, params)
      .next()
      .catch((error: unknown) => error);
    await waitFor(() => feed.size > before, { what: 'the subscription' });
    return { end };
  };

  const subscriptions = () => gateway.app.get(DenialFeed).size;

  it('is closed at once when its key is revoked, and no other is', async () => {
    const { end } = await subscribed({ apiKey: API_KEYS.viewer });
    await subscribed({ apiKey: API_KEYS.operator });
    await subscribed({ Authorization: `Bearer ${await tokenUntil(seconds() + 60, { sub: 'the viewer' })}` });
    await gateway.events.publish(apiKeyRevoked, { name: 'the viewer' });
    expect(await end).toMatchObject({ code: 4403, reason: 'The API key was revoked' });
    await waitFor(() => subscriptions() === 2, { what: 'the end of its subscription' });
    expect(gateway.app.get(SessionWatch).size).toBe(2);
  });

  it('is closed when its key turns out to be invalid, though nobody told of it', async () => {
    const { end } = await subscribed({ apiKey: API_KEYS.viewer });
    gateway.services.answer(verifyApiKey, () => {
      throw new IotError('Unauthorized', 'It was revoked');
    });
    gateway.clock.milliseconds += 30_000;
    expect(await end).toMatchObject({ code: 4403, reason: 'The API key is not valid any more' });
  });

  it('is closed when its key expires', async () => {
    const expiresAt = gateway.clock.now() + 60_000;
    gateway.services.answer(verifyApiKey, () => ({ name: 'guest', role: 'viewer' as const, expiresAt }));
    const { end } = await subscribed({ apiKey: 'guest' });
    gateway.clock.milliseconds = expiresAt;
    expect(await end).toMatchObject({ code: 4403, reason: 'The API key has expired' });
  });

  it('is closed when its token expires', async () => {
    const { end } = await subscribed({ Authorization: `Bearer ${await tokenUntil(seconds() + 60)}` });
    gateway.clock.milliseconds += 65_000;
    expect(await end).toMatchObject({ code: 4403, reason: 'The token has expired' });
    await waitFor(() => subscriptions() === 0, { what: 'the end of its subscription' });
  });

  it('is forgotten with its client', async () => {
    await subscribed();
    await subscribers.close();
    await waitFor(() => gateway.app.get(SessionWatch).size === 0, { what: 'the end of the session' });
  });

  it.each<[string, () => Promise<string>, number, string]>([
    [
      'a token that has expired',
      () => tokenUntil(7),
      4403,
      'This token is not accepted: it has expired, get a new one',
    ],
    [
      'a token without a role',
      () => tokenUntil(seconds() + 60, { roles: 'other' }),
      4403,
      'This token gives no role: its claim roles must hold one of thingcore-admin, thingcore-operator, thingcore-viewer',
    ],
  ])('is closed when it is opened with %s, and says why', async (_name, make, code, reason) => {
    const messages = subscribers.subscribe(SUBSCRIPTION, { Authorization: `Bearer ${await make()}` });
    await expect(messages.next()).rejects.toMatchObject({ code, reason });
  });

  it('is asked to come again when the issuer of its token does not answer', async () => {
    issuer.status = 500;
    const params = { Authorization: `Bearer ${await tokenUntil(seconds() + 60)}` };
    await expect(subscribers.subscribe(SUBSCRIPTION, params).next()).rejects.toMatchObject({
      code: 1013,
      reason: 'Keys and tokens cannot be checked at the moment',
    });
  });
});
