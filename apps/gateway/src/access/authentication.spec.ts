import { createHash } from 'node:crypto';
import { apiKeyRevoked, getThings, verifyApiKey } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import type { Role } from './caller.js';

const QUERY = '{ thing(name: "lamp") { name } }';
const MUTATION = 'mutation { deleteTopicRule(name: "alert") { name } }';

describe('authentication', () => {
  let gateway: GatewayUnderTest;

  beforeEach(async () => {
    gateway = await startGateway();
    gateway.services.answer(getThings, () => ({ things: [] }));
  });

  afterEach(() => gateway.close());

  const inject = (headers: Record<string, string>, url = '/graphql') =>
    gateway.app.inject({ method: 'POST', url, headers, payload: { query: QUERY } });

  it.each([
    ['Authorization: Bearer', { authorization: `Bearer ${API_KEYS.viewer}` }],
    ['the scheme in lower case', { authorization: `bearer ${API_KEYS.viewer}` }],
    ['x-api-key', { 'x-api-key': API_KEYS.viewer }],
  ])('takes the key from %s', async (_name, headers) => {
    const response = await inject(headers);
    expect(response.json()).toEqual({ data: { thing: null } });
  });

  it.each([
    ['no key', {}],
    ['a wrong key', { authorization: 'Bearer nonsense' }],
    ['another scheme', { authorization: `Basic ${API_KEYS.admin}` }],
    ['an empty key', { 'x-api-key': '' }],
  ])('refuses %s with 401 and tells nothing else', async (_name, headers: Record<string, string>) => {
    const response = await inject(headers);
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer');
    expect(response.json()).toEqual({
      data: null,
      errors: [{ message: expect.stringContaining('Authorization: Bearer'), extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(gateway.services.requestsOf(getThings)).toEqual([]);
  });

  it('refuses without a key before it reads the body', async () => {
    const response = await gateway.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json' },
      payload: '{ this is no JSON',
    });
    expect(response.statusCode).toBe(401);
  });

  it('refuses introspection, and queries by GET, without a key', async () => {
    const { statusCode } = await gateway.graphql('{ __schema { types { name } } }', undefined, null);
    expect(statusCode).toBe(401);
    const byGet = await gateway.app.inject({ url: '/graphql', query: { query: QUERY } });
    expect(byGet.statusCode).toBe(401);
  });

  it('is not fooled by the headers of an upgrade', async () => {
    const response = await inject({ connection: 'Upgrade', upgrade: 'websocket' });
    expect(response.statusCode).toBe(401);
  });

  it('serves the page of GraphiQL without a key', async () => {
    const page = await gateway.app.inject({ url: '/graphiql' });
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
  });

  it('sends only the SHA-256 of a key to the registry', async () => {
    await inject({ 'x-api-key': API_KEYS.admin });
    const keySha256 = createHash('sha256').update(API_KEYS.admin).digest('hex');
    expect(gateway.services.requestsOf(verifyApiKey)).toEqual([{ keySha256 }]);
  });

  it('asks the registry once for requests with the same key that come together', async () => {
    await Promise.all([inject({ 'x-api-key': API_KEYS.admin }), inject({ 'x-api-key': API_KEYS.admin })]);
    expect(gateway.services.requestsOf(verifyApiKey)).toHaveLength(1);
  });

  it.each([
    ['believes a valid key', API_KEYS.admin, 10_000],
    ['refuses a wrong key', 'nonsense', 1_000],
  ])('%s for a while without asking again', async (_name, key, lifetimeMs) => {
    await inject({ 'x-api-key': key });
    gateway.clock.milliseconds += lifetimeMs - 1;
    await inject({ 'x-api-key': key });
    expect(gateway.services.requestsOf(verifyApiKey)).toHaveLength(1);
    gateway.clock.milliseconds += 1;
    await inject({ 'x-api-key': key });
    expect(gateway.services.requestsOf(verifyApiKey)).toHaveLength(2);
  });

  it('forgets a key at once when it is revoked', async () => {
    await inject({ 'x-api-key': API_KEYS.admin });
    gateway.services.answer(verifyApiKey, () => {
      throw new IotError('Unauthorized', 'It was revoked');
    });
    await gateway.events.publish(apiKeyRevoked, { name: 'the viewer' });
    expect((await inject({ 'x-api-key': API_KEYS.admin })).statusCode).toBe(200);
    await gateway.events.publish(apiKeyRevoked, { name: 'the admin' });
    expect((await inject({ 'x-api-key': API_KEYS.admin })).statusCode).toBe(401);
  });

  it('does not believe an answer of the registry that the revocation has overtaken', async () => {
    const holder = { name: 'app', role: 'admin' as const };
    gateway.services.answer(verifyApiKey, async () => {
      await gateway.events.publish(apiKeyRevoked, { name: 'app' });
      return holder;
    });
    expect((await inject({ 'x-api-key': 'key' })).statusCode).toBe(401);
  });

  it('believes a key no longer than it is valid', async () => {
    const expiresAt = gateway.clock.now() + 500;
    gateway.services.answer(verifyApiKey, () => ({ name: 'guest', role: 'viewer' as const, expiresAt }));
    gateway.clock.milliseconds += 499;
    expect((await inject({ 'x-api-key': 'key' })).statusCode).toBe(200);
    gateway.clock.milliseconds += 1;
    expect((await inject({ 'x-api-key': 'key' })).statusCode).toBe(401);
    expect(gateway.services.requestsOf(verifyApiKey)).toHaveLength(1);
  });

  it('answers 503, not 401, when the registry cannot be asked, and asks again at once', async () => {
    gateway.services.answer(verifyApiKey, () => {
      throw new IotError('ServiceUnavailable', 'Nothing listens to apiKey.verify.v1');
    });
    const response = await inject({ 'x-api-key': API_KEYS.admin });
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ errors: [{ extensions: { code: 'ServiceUnavailable' } }] });
    await inject({ 'x-api-key': API_KEYS.admin });
    expect(gateway.services.requestsOf(verifyApiKey)).toHaveLength(2);
  });

  it.each<[Role, string | undefined]>([
    ['admin', undefined],
    ['operator', undefined],
    ['viewer', 'FORBIDDEN'],
  ])('lets a key of the role %s mutate: %s', async (role, code) => {
    const { statusCode, body } = await gateway.graphql(MUTATION, undefined, API_KEYS[role]);
    expect(statusCode).toBe(200);
    // Without a service behind it, a mutation that is allowed ends with ServiceUnavailable.
    expect(body.errors?.[0]?.extensions?.code).toBe(code ?? 'ServiceUnavailable');
  });

  it('runs the operation that was asked for, also when a document with a mutation comes again and again', async () => {
    const query = `query Look ${QUERY} ${MUTATION.replace('mutation', 'mutation Drop')}`;
    const run = (operationName: string, key: string) =>
      gateway.app.inject({
        method: 'POST',
        url: '/graphql',
        headers: { 'x-api-key': key },
        payload: { query, operationName },
      });
    for (let round = 0; round < 3; round++) await run('Drop', API_KEYS.admin);
    const mutations = gateway.services.calls.length;
    const response = await run('Look', API_KEYS.viewer);
    expect(response.json()).toEqual({ data: { thing: null } });
    expect(gateway.services.calls.slice(mutations).map(({ pattern }) => pattern)).not.toContain('rule.delete.v1');
  });
});

it('does not serve GraphiQL when it is off', async () => {
  const gateway = await startGateway([], { graphiql: false });
  const page = await gateway.app.inject({ url: '/graphiql' });
  expect(page.statusCode).toBe(404);
  await gateway.close();
});
