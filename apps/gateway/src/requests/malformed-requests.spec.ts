import fc from 'fast-check';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';

const RUNS = Number(process.env['FUZZ_INPUTS'] ?? 150);

const WORDS = [
  ...['{', '}', '(', ')', '[', ']', ':', '!', '$', '@', '...', '"', '"""', '=', '|', '&', '#', '\\u', '\0', '\ud800'],
  ...[
    'query',
    'mutation',
    'subscription',
    'fragment',
    'on',
    'F',
    'thing',
    'things',
    'name',
    'first',
    'null',
    'true',
    '1',
  ],
  ...['-1', '1e999', '99999999999', '$n', 'String', 'Int', '__schema', '__typename', '@skip(if: $n)', 'edges', 'node'],
];

const document = fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }).map((words) => words.join(' '));
const anything = fc.jsonValue({ maxDepth: 4 });

/** A request of the right form with anything in it, or anything at all. */
const body = fc.oneof(
  fc.record(
    {
      query: fc.oneof({ weight: 4, arbitrary: document }, anything),
      variables: anything,
      operationName: anything,
      extensions: fc.oneof(anything, fc.record({ persistedQuery: anything })),
    },
    { requiredKeys: [] },
  ),
  fc.record({
    query: fc.constantFrom(
      'query ($n: Int!) { things(first: $n) { nodes { name } } }',
      'query ($n: String!) { thing(name: $n) { name shadow { version } } }',
      'mutation ($n: CreateThingInput!) { createThing(input: $n) { thing { name } } }',
      'mutation ($n: PublishInput!) { publish(input: $n) { messageId } }',
    ),
    variables: fc.oneof(anything, fc.record({ n: anything })),
  }),
  anything,
);

describe('a request of any form', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  const send = (payload: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    gateway.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'x-api-key': API_KEYS.admin, ...headers },
      payload,
    });

  const check = ({ statusCode, body: answer }: { statusCode: number; body: string }) => {
    // Away are the services here, which is no fault of the gateway.
    expect([200, 400, 413, 415, 503]).toContain(statusCode);
    expect(answer).not.toMatch(/\bat .*\.(js|ts):\d+|node_modules|"Internal"/);
    const { errors = [] } = JSON.parse(answer) as { errors?: { extensions?: { code?: string } }[] };
    for (const { extensions } of errors) expect(extensions?.code).toEqual(expect.any(String));
  };

  it('is answered with errors that have codes, and no stack', async () => {
    await fc.assert(
      fc.asyncProperty(body, async (payload) => {
        gateway.clock.milliseconds += 1_000;
        check(await send(JSON.stringify(payload)));
      }),
      { numRuns: RUNS },
    );
  });

  it('is answered so when it is no JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), document), async (payload) => check(await send(payload))),
      { numRuns: RUNS },
    );
  });

  it('is answered so in a query string', async () => {
    await fc.assert(
      fc.asyncProperty(document, anything, fc.string(), async (query, variables, extensions) => {
        const response = await gateway.app.inject({
          method: 'GET',
          url: '/graphql',
          headers: { 'x-api-key': API_KEYS.admin },
          query: { query, variables: JSON.stringify(variables), extensions },
        });
        expect(response.statusCode).not.toBe(500);
        expect(response.body).not.toMatch(/\bat .*\.(js|ts):\d+|node_modules/);
      }),
      { numRuns: RUNS },
    );
  });

  it('that is a batch of operations is told to send them one by one', async () => {
    const { statusCode, json } = await send(JSON.stringify([{ query: '{ me { name } }' }]));
    expect(statusCode).toBe(400);
    expect(json()).toMatchObject({
      data: null,
      errors: [
        {
          message: 'A request is one operation, an object with "query": send those of a batch one by one',
          extensions: { code: 'InvalidRequest' },
        },
      ],
    });
  });
});
