import { buildSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { createKeysAndCertificate, recordAudit } from '#thingcore/contracts';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { checkArgumentDepth } from './argument-depth.js';
import { depthLimit } from './depth-limit.js';
import { rootFieldLimit } from './root-field-limit.js';

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

describe('rootFieldLimit', () => {
  const schema = buildSchema('type Query { a: Query b: Int } type Mutation { a: Query b: Int }');
  const limit = rootFieldLimit({ query: 3, mutation: 2, subscription: 1 } as const);
  const messages = (document: string) => validate(schema, parse(document), [limit]).map(({ message }) => message);
  const refusal = (operation: string, count: number, allowed: number) =>
    `${operation} has ${count} root fields; at most ${allowed} are allowed: send the others in further requests`;

  it.each([
    ['as many as allowed', '{ a { b } b c: b }', []],
    ['more', '{ a { b } b c: b d: b }', [refusal('This query', 4, 3)]],
    ['more, with a name', 'query Q { a { b } b c: b d: b }', [refusal('Q', 4, 3)]],
    ['more than a mutation may have', 'mutation { b c: b d: b }', [refusal('This mutation', 3, 2)]],
    ['the same field again and again, which is executed once', 'mutation { b b b b }', []],
    ['more below the top', 'mutation { a { b c: b d: b e: b } }', []],
    [
      'more by an inline fragment',
      'mutation { b ... on Mutation { c: b ... { d: b } } }',
      [refusal('This mutation', 3, 2)],
    ],
    [
      'more by fragments in fragments',
      'mutation { b ...F } fragment F on Mutation { c: b ...G } fragment G on Mutation { d: b }',
      [refusal('This mutation', 3, 2)],
    ],
    ['a fragment twice, which is executed once', 'mutation { ...F ...F } fragment F on Mutation { b c: b }', []],
    ['a fragment in itself', 'mutation { ...F } fragment F on Mutation { b ...F }', []],
    [
      'introspection again and again',
      '{ a: __typename b: __typename c: __typename d: __typename }',
      [refusal('This query', 4, 3)],
    ],
    ['two operations, of which one runs', 'mutation A { b c: b } mutation B { b c: b }', []],
  ])('judges an operation: %s', (_name, document, expected) => {
    expect(messages(document)).toEqual(expected);
  });
});

describe('checkArgumentDepth', () => {
  const lists = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as unknown;

  it.each([
    ['as deep as allowed', { input: { a: lists(128) } }],
    ['no argument', {}],
    ['null', { input: null, name: null }],
  ])('lets through: %s', (_name, args) => {
    expect(() => checkArgumentDepth(args)).not.toThrow();
  });

  it.each([
    ['a field of the input', { input: { name: 'p', document: lists(129) } }, 'document'],
    ['one value of many', { input: { actions: [1, {}, { a: { b: lists(126) } }] } }, 'actions'],
    ['an argument beside it', { input: { name: 'p' }, filter: lists(129) }, 'filter'],
    ['a value far too deep for recursion', { input: { state: lists(200_000) } }, 'state'],
  ])('refuses and names %s', (_name, args, field) => {
    let refusal: unknown;
    try {
      checkArgumentDepth(args);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: 'InvalidRequest', details: { field, maxDepth: 128 } });
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

  it.each([
    ['lists', '['.repeat(4_900)],
    ['objects', '{ a: '.repeat(2_400)],
  ])('refuse a document with %s too deep for its parser', async (_name, value) => {
    const { statusCode, body } = await gateway.graphql(`mutation { publish(input: { payload: ${value}`);
    expect(statusCode).toBe(400);
    expect(body.errors).toEqual([
      {
        message: 'A document nests brackets at most 256 deep; pass data as variables',
        extensions: { code: 'GRAPHQL_PARSE_FAILED' },
      },
    ]);
  });

  it('count no brackets in texts and comments', async () => {
    const { statusCode } = await gateway.graphql(
      `{ __type(name: "${'['.repeat(300)}") { name } } # ${'{'.repeat(300)}`,
    );
    expect(statusCode).toBe(200);
  });

  const nested = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;

  it.each([
    ['createPolicy', 'CreatePolicyInput', `{ "name": "p", "document": ${nested} }`, 'document'],
    ['updateShadow', 'UpdateShadowInput', `{ "thingName": "lamp", "state": { "desired": ${nested} } }`, 'state'],
    ['publish', 'PublishInput', `{ "topic": "a", "payload": ${nested} }`, 'payload'],
    ['createThing', 'CreateThingInput', `{ "name": "lamp", "attributes": ${nested} }`, 'attributes'],
    ['createTopicRule', 'TopicRuleInput', `{ "ruleName": "r", "sql": "", "actions": [${nested}] }`, 'actions'],
  ])('refuse JSON that nests too deep, and name its field: %s', async (mutation, type, input, field) => {
    const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`;
    const calls = gateway.services.calls.length;
    const response = await gateway.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'x-api-key': API_KEYS.admin, 'content-type': 'application/json' },
      // Written by hand: JSON.stringify would overflow here as it would in a resolver.
      payload: `{ "query": ${JSON.stringify(query)}, "variables": { "input": ${input} } }`,
    });
    expect(response.json().errors).toMatchObject([
      {
        message: `The JSON in ${field} nests more than 128 deep; send it with fewer levels of objects and arrays`,
        path: [mutation],
        extensions: { code: 'InvalidRequest', details: { field, maxDepth: 128 } },
      },
    ]);
    // That somebody tried is all that is told.
    const patterns = gateway.services.calls.slice(calls).map(({ pattern }) => pattern);
    expect(patterns.filter((pattern) => pattern !== recordAudit.pattern)).toEqual([]);
  });

  it('refuse JSON written into a document that nests too deep, too', async () => {
    const { body } = await gateway.graphql(
      `mutation { createPolicy(input: { name: "p", document: ${'['.repeat(129)}${']'.repeat(129)} }) { policy { name } } }`,
    );
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'InvalidRequest', details: { field: 'document' } });
  });

  it.each([
    ['lintPolicy', (deep: string) => `lintPolicy(document: ${deep}) { code }`],
    [
      'testPolicy',
      (deep: string) => `testPolicy(input: { document: ${deep}, questions: [] }) { missingContextValues }`,
    ],
  ])('refuse JSON that nests too deep in a query: %s', async (_name, query) => {
    const { body } = await gateway.graphql(`{ ${query(`${'['.repeat(129)}${']'.repeat(129)}`)} }`);
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'InvalidRequest', details: { field: 'document' } });
  });

  it('refuse a mutation of too many root fields before any of them runs', async () => {
    const fields = Array.from(
      { length: 31 },
      (_, n) => `c${n}: createKeysAndCertificate(input: { setAsActive: true }) { caPem }`,
    );
    const { statusCode, body } = await gateway.graphql(`mutation { ${fields.join(' ')} }`);
    expect(statusCode).toBe(400);
    expect(body.errors).toMatchObject([
      {
        message: 'This mutation has 31 root fields; at most 30 are allowed: send the others in further requests',
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      },
    ]);
    expect(gateway.services.requestsOf(createKeysAndCertificate)).toEqual([]);
  });

  it('refuse a query of too many root fields', async () => {
    const fields = Array.from({ length: 101 }, (_, n) => `t${n}: __typename`);
    const { statusCode, body } = await gateway.graphql(`{ ${fields.join(' ')} }`);
    expect([statusCode, body.errors?.[0]?.message]).toEqual([400, expect.stringContaining('101 root fields')]);
  });

  it('let the introspection of tools through', async () => {
    const { statusCode, body } = await gateway.graphql(getIntrospectionQuery());
    expect([statusCode, body.errors]).toEqual([200, undefined]);
  });
});
