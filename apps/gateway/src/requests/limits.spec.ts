import { buildSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { depthLimit } from './depth-limit.js';

describe('depthLimit', () => {
  const schema = buildSchema('type Query { a: A } type A { a: A b: Int }');
  const messages = (query: string) => validate(schema, parse(query), [depthLimit(3)]).map(({ message }) => message);

  it.each([
    ['as deep as allowed', '{ a { a { b } } }', []],
    ['deeper', '{ a { a { a { b } } } }', ['This query nests fields 4 deep; at most 3 are allowed']],
    ['deeper, with a name', 'query Q { a { a { a { b } } } }', ['Q nests fields 4 deep; at most 3 are allowed']],
    [
      'deeper by a fragment',
      '{ a { ...F } } fragment F on A { a { a { b } } }',
      ['This query nests fields 4 deep; at most 3 are allowed'],
    ],
    ['a fragment twice, side by side', '{ a { ...F a { b } ...F } } fragment F on A { a { b } }', []],
    ['an inline fragment, which is no level', '{ a { ... on A { a { b } } } }', []],
    ['a fragment in itself', '{ a { ...F } } fragment F on A { a { ...F } }', []],
    ['introspection', getIntrospectionQuery(), []],
  ])('judges an operation: %s', (_name, query, expected) => {
    expect(messages(query)).toEqual(expected);
  });
});

describe('the limits of a request', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  it('refuse a body above 1 MB', async () => {
    const { statusCode, body } = await gateway.graphql('{ __typename }', { filler: 'x'.repeat(1024 * 1024) });
    expect(statusCode).toBe(413);
    expect(body.errors).toEqual([
      {
        message: 'A request has at most 1048576 bytes; send less at once',
        extensions: { code: 'PayloadTooLarge', details: { maxBytes: 1_048_576 } },
      },
    ]);
  });

  it('refuse a document of too many words', async () => {
    const { statusCode, body } = await gateway.graphql(`{ ${'a '.repeat(10_000)} }`);
    expect(statusCode).toBe(400);
    expect(body.errors?.[0]).toMatchObject({
      message: expect.stringContaining('10000 tokens'),
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
    });
  });

  it('let the introspection of tools through', async () => {
    const { statusCode, body } = await gateway.graphql(getIntrospectionQuery());
    expect([statusCode, body.errors]).toEqual([200, undefined]);
  });
});
