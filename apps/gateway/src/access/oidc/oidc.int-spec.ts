import { createHmac } from 'node:crypto';
import { type JWTPayload, UnsecuredJWT } from 'jose';
import { verifyApiKey } from '#thingcore/contracts';
import { type GatewayUnderTest, startGateway } from '../../gateway.fixture.js';
import { Issuer, makeSigningKey, sign, type SigningKey } from './issuer.fixture.js';

const AUDIENCE = 'thingcore';
const MINUTE = 60_000;

describe('tokens of an OpenID Connect issuer', () => {
  let issuer: Issuer;
  let key: SigningKey;
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    key = await makeSigningKey('first');
  });

  beforeEach(async () => {
    issuer = await Issuer.start();
    issuer.keys = [key.publicJwk];
    gateway = await startGateway([], { oidcIssuer: issuer.url, oidcAudience: AUDIENCE });
  });

  afterEach(async () => {
    await gateway.close();
    await issuer.stop();
  });

  const seconds = () => gateway.clock.now() / 1000;

  const claims = (facts: JWTPayload = {}): JWTPayload => ({
    iss: issuer.url,
    aud: AUDIENCE,
    sub: 'user-7',
    preferred_username: 'ada',
    exp: seconds() + 300,
    roles: ['thingcore-operator'],
    ...facts,
  });

  const tokenWith = async (facts: JWTPayload = {}, by = key) => sign(by, claims(facts));

  const ask = async (token: string) => gateway.graphql('{ me { name role } }', undefined, token);

  const refusal = async (token: string) => {
    const { statusCode, headers, body } = await ask(token);
    const [error] = body.errors ?? [];
    // Neither the token nor any part of it may come back.
    for (const part of token.split('.').filter((text) => text !== '')) expect(JSON.stringify(body)).not.toContain(part);
    return {
      statusCode,
      challenge: headers['www-authenticate'],
      code: error?.extensions?.code,
      message: error?.message,
    };
  };

  it('open the API with the name and the role they give', async () => {
    const { statusCode, body } = await ask(await tokenWith());
    expect([statusCode, body]).toEqual([200, { data: { me: { name: 'ada', role: 'OPERATOR' } } }]);
    expect(gateway.services.requestsOf(verifyApiKey)).toEqual([]);
  });

  it('restrict as keys of the same role do', async () => {
    const { body } = await gateway.graphql(
      'mutation { createApiKey(input: { name: "a", role: ADMIN }) { key } }',
      undefined,
      await tokenWith(),
    );
    expect(body.errors?.[0]?.message).toBe('createApiKey needs the role admin; this caller has the role operator');
  });

  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'])('may be signed with %s', async (algorithm) => {
    const other = await makeSigningKey('other', algorithm);
    issuer.keys = [key.publicJwk, other.publicJwk];
    expect((await ask(await tokenWith({}, other))).body.errors).toBeUndefined();
  });

  it('may be for several audiences', async () => {
    expect((await ask(await tokenWith({ aud: ['account', AUDIENCE] }))).body.errors).toBeUndefined();
  });

  it('leave API keys as they are', async () => {
    const { body } = await gateway.graphql('{ me { role } }');
    expect(body).toEqual({ data: { me: { role: 'ADMIN' } } });
  });

  it('count until their end and the difference that clocks may have, and not longer', async () => {
    const token = await tokenWith({ exp: seconds() + 60 });
    gateway.clock.milliseconds += 64_999;
    expect((await ask(token)).statusCode).toBe(200);
    gateway.clock.milliseconds += 1;
    expect((await refusal(token)).message).toContain('it has expired');
  });

  it('count from their begin, less the difference that clocks may have', async () => {
    const token = await tokenWith({ nbf: seconds() + 60 });
    gateway.clock.milliseconds += 54_000;
    expect((await refusal(token)).message).toContain('it is not valid yet');
    gateway.clock.milliseconds += 1_000;
    expect((await ask(token)).statusCode).toBe(200);
  });

  it.each<[string, JWTPayload, string]>([
    ['are of another issuer', { iss: 'https://evil.example' }, 'it is of another issuer (iss)'],
    ['name no issuer', { iss: undefined }, 'it is of another issuer (iss)'],
    ['are for another audience', { aud: 'shop' }, 'it is for another audience (aud)'],
    ['are for nobody', { aud: undefined }, 'it is for another audience (aud)'],
    ['are older than their end', { exp: 1_600_000_000 }, 'it has expired, get a new one'],
    ['have no end', { exp: undefined }, 'it does not say when it expires (exp)'],
  ])('are refused when they %s', async (_name, facts, reason) => {
    expect(await refusal(await tokenWith(facts))).toEqual({
      statusCode: 401,
      challenge: 'Bearer',
      code: 'UNAUTHENTICATED',
      message: `This token is not accepted: ${reason}`,
    });
  });

  const base64url = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');

  it.each<[string, () => Promise<string> | string, string]>([
    ['are not signed', () => new UnsecuredJWT(claims()).encode(), 'it must be signed with one of RS256'],
    [
      'are signed with the public key as a shared secret',
      () => {
        const head = `${base64url({ alg: 'HS256', kid: 'first' })}.${base64url(claims())}`;
        return `${head}.${createHmac('sha256', JSON.stringify(key.publicJwk)).update(head).digest('base64url')}`;
      },
      'it must be signed with one of RS256',
    ],
    [
      'are signed by somebody else with a known key id',
      async () => tokenWith({}, await makeSigningKey('first')),
      'its signature is wrong',
    ],
    [
      'are signed by somebody else with a key id of their own',
      async () => tokenWith({}, await makeSigningKey('mine')),
      'its issuer has no such key as it is signed with',
    ],
    [
      'bring a key of their own along',
      async () => {
        const own = await makeSigningKey('first');
        const { publicJwk: jwk } = own;
        const [, ...rest] = (await tokenWith({}, own)).split('.');
        return [base64url({ alg: 'ES256', kid: 'first', jwk }), ...rest].join('.');
      },
      'its signature is wrong',
    ],
    [
      'were changed after they were signed',
      async () => {
        const [head, , signature] = (await tokenWith()).split('.');
        return `${head}.${base64url(claims({ roles: ['thingcore-admin'] }))}.${signature}`;
      },
      'its signature is wrong',
    ],
    ['have lost their signature', async () => (await tokenWith()).replace(/[^.]+$/, ''), 'its signature is wrong'],
    ['are no JSON inside', () => `${base64url({ alg: 'ES256' })}.e30.e30`, 'its signature is wrong'],
  ])('are refused when they %s', async (_name, make, reason) => {
    const { statusCode, code, message } = await refusal(await make());
    expect([statusCode, code, message]).toEqual([401, 'UNAUTHENTICATED', expect.stringContaining(reason)]);
  });

  it.each<[string, JWTPayload]>([
    ['without roles', { roles: undefined }],
    ['with roles of other applications only', { roles: ['admin', 'offline_access'] }],
  ])('%s are refused with 403', async (_name, facts) => {
    expect(await refusal(await tokenWith(facts))).toMatchObject({
      statusCode: 403,
      code: 'FORBIDDEN',
      message:
        'This token gives no role: its claim roles must hold one of thingcore-admin, thingcore-operator, thingcore-viewer',
    });
  });

  it('are read as the settings say', async () => {
    const other = await startGateway([], {
      oidcIssuer: issuer.url,
      oidcAudience: AUDIENCE,
      oidcRoleClaim: 'realm_access.roles',
      oidcViewerRole: 'auditors',
    });
    const token = await tokenWith({ realm_access: { roles: ['auditors'] } });
    const { body } = await other.graphql('{ me { role } }', undefined, token);
    await other.close();
    expect(body).toEqual({ data: { me: { role: 'VIEWER' } } });
  });

  describe('and its keys', () => {
    it('are fetched once for tokens that come together and for those that follow', async () => {
      const token = await tokenWith();
      await Promise.all([ask(token), ask(token), ask(await tokenWith({ sub: 'user-8' }))]);
      await ask(token);
      expect(issuer.requests).toEqual(['/realms/plant/.well-known/openid-configuration', '/realms/plant/certs']);
    });

    it('are fetched again when it signs with a new one', async () => {
      await ask(await tokenWith());
      const next = await makeSigningKey('second');
      issuer.keys = [key.publicJwk, next.publicJwk];
      gateway.clock.milliseconds += 30_000;
      expect((await ask(await tokenWith({}, next))).statusCode).toBe(200);
      expect((await ask(await tokenWith())).statusCode).toBe(200);
      expect(issuer.requests).toHaveLength(4);
    });

    it('are not fetched for every invented key id', async () => {
      const stranger = await makeSigningKey('invented');
      await ask(await tokenWith());
      for (let count = 0; count < 5; count++) await refusal(await tokenWith({}, stranger));
      expect(issuer.requests).toHaveLength(2);
    });

    it('are forgotten when it has withdrawn them', async () => {
      const token = await tokenWith({ exp: seconds() + 3600 });
      await ask(token);
      issuer.keys = [(await makeSigningKey('second')).publicJwk];
      gateway.clock.milliseconds += 10 * MINUTE;
      expect((await refusal(token)).message).toContain('its issuer has no such key');
    });

    it('are used for an hour while it does not answer, then tokens wait for it', async () => {
      const token = await tokenWith({ exp: seconds() + 7200 });
      await ask(token);
      issuer.status = 500;
      gateway.clock.milliseconds += 59 * MINUTE;
      expect((await ask(token)).statusCode).toBe(200);
      gateway.clock.milliseconds += MINUTE;
      expect(await refusal(token)).toMatchObject({ statusCode: 503, code: 'ServiceUnavailable' });
      issuer.status = 200;
      gateway.clock.milliseconds += 5_000;
      expect((await ask(token)).statusCode).toBe(200);
    });

    it.each<[string, () => void | Promise<void>]>([
      ['it does not listen', () => issuer.stop()],
      ['it fails', () => void (issuer.status = 500)],
      ['it sends the gateway elsewhere', () => void (issuer.status = 302)],
      ['its discovery document is that of another', () => void (issuer.discovery = { issuer: 'https://evil.example' })],
      ['its discovery document names no keys', () => void (issuer.discovery = { jwks_uri: undefined })],
      ['its keys are in a file', () => void (issuer.discovery = { jwks_uri: 'file:///etc/passwd' })],
      ['its keys are not there', () => void (issuer.discovery = { jwks_uri: `${issuer.url}/nowhere` })],
    ])('cannot be had when %s, which is 503 and not 401', async (_name, breakIt) => {
      const token = await tokenWith();
      await breakIt();
      expect(await refusal(token)).toMatchObject({
        statusCode: 503,
        code: 'ServiceUnavailable',
        message: expect.stringContaining('their issuer does not answer as it should'),
      });
      expect((await gateway.graphql('{ me { role } }')).statusCode).toBe(200);
    });

    it('are not asked for again and again while it fails', async () => {
      issuer.status = 500;
      const token = await tokenWith();
      await refusal(token);
      await refusal(token);
      expect(issuer.requests).toHaveLength(1);
      gateway.clock.milliseconds += 5_000;
      await refusal(token);
      expect(issuer.requests).toHaveLength(2);
    });

    it('must be one for a token that does not say which', async () => {
      const { kid: _kid, ...anonymous } = key.publicJwk;
      const token = await sign({ ...key, kid: undefined as unknown as string }, claims());
      issuer.keys = [anonymous];
      expect((await ask(token)).statusCode).toBe(200);
      issuer.keys = [anonymous, (await makeSigningKey('second')).publicJwk];
      gateway.clock.milliseconds += 10 * MINUTE;
      const later = await sign({ ...key, kid: undefined as unknown as string }, claims());
      expect((await refusal(later)).message).toContain('it does not say which key of its issuer it is signed with');
    });
  });
});

describe('tokens without an issuer', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  it('are refused, and it is said why', async () => {
    const token = await sign(await makeSigningKey('first'), { sub: 'ada' });
    const { statusCode, body } = await gateway.graphql('{ me { name } }', undefined, token);
    expect([statusCode, body.errors?.[0]?.message]).toEqual([
      401,
      'This token is not accepted: no OpenID Connect issuer is set up here',
    ]);
  });

  it('are let in when they are the API key that an operator has chosen', async () => {
    const key = `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.b.c`;
    gateway.services.answer(verifyApiKey, () => ({ name: 'odd', role: 'viewer' as const }));
    const { body } = await gateway.graphql('{ me { name } }', undefined, key);
    expect(body).toEqual({ data: { me: { name: 'odd' } } });
  });
});
