import { getIntrospectionQuery } from 'graphql';
import { Metrics } from '#thingcore/platform';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { isDevelopment } from '../gateway.config.js';

describe('a gateway in production', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway([], {
      httpHost: '0.0.0.0',
      graphiql: undefined,
      corsOrigins: ['https://app.example.com'],
      trustedProxies: ['127.0.0.1', '10.0.0.0/8'],
    });
  });

  afterAll(() => gateway.close());

  it('does not tell its schema, and still the type of an object', async () => {
    const { statusCode, body } = await gateway.graphql(getIntrospectionQuery());
    expect([statusCode, body.errors?.[0]?.message]).toEqual([400, expect.stringContaining('introspection')]);
    expect((await gateway.graphql('{ me { __typename } }')).body).toEqual({ data: { me: { __typename: 'Caller' } } });
  });

  it('guesses no names of fields for those who do not know them', async () => {
    const { body } = await gateway.graphql('{ me { nam } }');
    expect(body.errors?.map(({ message }) => message)).toEqual(['Cannot query field "nam" on type "Caller".']);
  });

  it('serves no page for people', async () => {
    expect((await gateway.app.inject({ method: 'GET', url: '/graphiql' })).statusCode).not.toBe(200);
  });

  const preflight = (origin: string) =>
    gateway.app.inject({
      method: 'OPTIONS',
      url: '/graphql',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });

  it('lets pages of the origins it was told use it in a browser, and of no other', async () => {
    const [own, other] = [await preflight('https://app.example.com'), await preflight('https://evil.example.com')];
    expect([own.statusCode, own.headers['access-control-allow-origin']]).toEqual([204, 'https://app.example.com']);
    expect(own.headers['access-control-allow-headers']).toContain('authorization');
    expect(other.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('a gateway in development', () => {
  it.each([
    ['127.0.0.1', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['10.0.0.7', false],
  ])('is one that listens on %s: %s', (httpHost, expected) => {
    expect(isDevelopment({ httpHost })).toBe(expected);
  });
});

describe('the metrics of the gateway', () => {
  it('count operations and refusals, with labels that callers cannot add to', async () => {
    const gateway = await startGateway();
    const { registry } = gateway.app.get(Metrics, { strict: false });
    await gateway.graphql('{ me { name } }');
    await gateway.graphql('query Named { me { name } }', undefined, API_KEYS.viewer);
    await gateway.graphql('mutation { createThing(input: { name: "a" }) { thing { name } } }');
    await gateway.graphql('{ me { nam } }');
    await gateway.graphql('{ me { name } }', undefined, 'wrong');
    const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('thingcore_graphql_'));
    expect(lines).toEqual(
      expect.arrayContaining([
        'thingcore_graphql_operations_total{kind="query",outcome="success"} 2',
        'thingcore_graphql_operations_total{kind="mutation",outcome="errors"} 1',
        'thingcore_graphql_rejected_total{cause="invalid"} 1',
        'thingcore_graphql_rejected_total{cause="unauthenticated"} 1',
        'thingcore_graphql_operation_seconds_count{kind="query"} 2',
      ]),
    );
    expect(lines.join('\n')).not.toContain('Named');
    await gateway.close();
  });
});
