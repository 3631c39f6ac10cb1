import { listThings, verifyApiKey } from '#thingcore/contracts';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';

const THINGS = 'query ($first: Int! = 250) { things(first: $first) { nodes { name groups { name } } } }';

describe('what one caller may ask for', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway([], {
      maxCost: 1_000,
      requestsPerSecond: 5,
      costPerSecond: 600,
      failedLoginsPerMinute: 6,
    });
  });

  beforeEach(() => {
    gateway.services.answer(listThings, () => ({ things: [] }));
    gateway.clock.milliseconds += 60_000;
  });

  afterAll(() => gateway.close());

  const statuses = async (count: number, key: string | null) => {
    const answers = [];
    for (let index = 0; index < count; index++) answers.push(await gateway.graphql('{ __typename }', undefined, key));
    return answers;
  };

  it('is told with every answer what it costs', async () => {
    const { headers, body } = await gateway.graphql(THINGS, { first: 50 });
    expect(headers).toMatchObject({ 'x-graphql-cost': '555', 'x-graphql-cost-limit': '1000' });
    expect(body.errors).toBeUndefined();
  });

  it('is refused what costs more than any operation may, before anything is asked for', async () => {
    const calls = gateway.services.requestsOf(listThings).length;
    const { statusCode, headers, body } = await gateway.graphql(THINGS);
    expect([statusCode, headers['x-graphql-cost']]).toEqual([400, '2755']);
    expect(body.errors).toEqual([
      {
        message:
          'This operation costs 2755, that is how many objects its answer may hold; at most 1000 are allowed: ask for smaller pages ("first"), or for fewer lists inside lists',
        extensions: { code: 'OPERATION_TOO_COSTLY', details: { cost: 2_755, maxCost: 1_000 } },
      },
    ]);
    expect(gateway.services.requestsOf(listThings)).toHaveLength(calls);
  });

  it('has to wait when it asks too often, and is told how long', async () => {
    const answers = await statuses(11, API_KEYS.admin);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array<number>(10).fill(200), 429]);
    expect(answers.at(-1)?.headers['retry-after']).toBe('1');
    expect(answers.at(-1)?.body.errors).toEqual([
      {
        message: 'Too many requests (5 a second): try again in 1 s',
        extensions: { code: 'Throttling', details: { retryAfterSeconds: 1, retryAfterMs: 200 } },
      },
    ]);
    expect((await gateway.graphql('{ __typename }', undefined, API_KEYS.viewer)).statusCode).toBe(200);
    gateway.clock.milliseconds += 200;
    expect((await gateway.graphql('{ __typename }')).statusCode).toBe(200);
  });

  it('has to wait when it asks for too much', async () => {
    const codes = [];
    for (let index = 0; index < 3; index++) codes.push((await gateway.graphql(THINGS, { first: 50 })).statusCode);
    expect(codes).toEqual([200, 200, 429]);
  });

  it('has to wait when it fails to log in too often, unless its key is known', async () => {
    expect((await gateway.graphql('{ __typename }')).statusCode).toBe(200);
    const answers = [...(await statuses(3, 'wrong')), ...(await statuses(4, null))];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([...Array<number>(6).fill(401), 429]);
    expect(answers.at(-1)?.headers['retry-after']).toBe('10');
    const asked = gateway.services.requestsOf(verifyApiKey).length;
    expect((await gateway.graphql('{ __typename }', undefined, 'another guess')).statusCode).toBe(429);
    expect(gateway.services.requestsOf(verifyApiKey)).toHaveLength(asked);
    expect((await gateway.graphql('{ __typename }')).statusCode).toBe(200);
  });
});
