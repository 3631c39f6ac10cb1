import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { parse } from 'graphql';
import { createThing, getShadows, getThings, getTopicRule, listThings } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { IotRpcExceptionFilter } from '#thingcore/transport';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';

const LAMP = { thingName: 'lamp', thingId: 'id', thingArn: 'arn', attributes: {}, version: 1, createdAt: 0 };
const CORRELATION_ID = expect.stringMatching(/^[0-9a-f-]{36}$/);

@Module({})
class FilterModule {}

describe.each([
  ['without filters of the application', []],
  [
    'with the filter of message handlers as filter of the application',
    [{ module: FilterModule, providers: [{ provide: APP_FILTER, useClass: IotRpcExceptionFilter }] }],
  ],
])('errors, %s', (_name, extra) => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway(extra);
    gateway.services.answer(getThings, () => ({ things: [LAMP] }));
  });

  afterAll(() => gateway.close());

  // A document that comes again must fail in the same way.
  const twice = async (query: string, variables?: Record<string, unknown>) => {
    const answers = [];
    for (let round = 0; round < 3; round++) answers.push(await gateway.graphql(query, variables));
    return answers;
  };

  it('keep the code, message and details of a service in a query', async () => {
    gateway.services.answer(getTopicRule, () => {
      throw new IotError('VersionConflict', 'The version is 7, not 6', { details: { version: 7 } });
    });
    for (const { statusCode, body } of await twice('{ topicRule(name: "r") { name } }')) {
      expect(statusCode).toBe(200);
      expect(body).toEqual({
        data: { topicRule: null },
        errors: [
          {
            message: 'The version is 7, not 6',
            locations: expect.anything(),
            path: ['topicRule'],
            extensions: { code: 'VersionConflict', details: { version: 7 }, correlationId: CORRELATION_ID },
          },
        ],
      });
    }
  });

  it('carry the correlation id of the calls that the request made', async () => {
    gateway.services.answer(getTopicRule, () => {
      throw new IotError('LimitExceeded', 'Too many');
    });
    const { body } = await gateway.graphql('{ topicRule(name: "r") { arn } }');
    expect(body.errors?.[0]?.extensions?.correlationId).toBe(gateway.services.calls.at(-1)?.correlationId);
  });

  it('keep code and message in a mutation', async () => {
    gateway.services.answer(createThing, () => {
      throw new IotError('ResourceAlreadyExists', 'Thing lamp already exists');
    });
    for (const { body } of await twice('mutation { createThing(input: { name: "lamp" }) { thing { name } } }')) {
      expect(body.data).toBeNull();
      expect(body.errors).toMatchObject([
        { message: 'Thing lamp already exists', extensions: { code: 'ResourceAlreadyExists' } },
      ]);
    }
  });

  it('say where they happened in a list, with its index as a number', async () => {
    gateway.services.answer(listThings, () => ({ things: [LAMP] }));
    gateway.services.answer(getShadows, () => {
      throw new IotError('ServiceUnavailable', 'No shadows today');
    });
    for (const { body } of await twice('{ things { edges { node { name shadow { version } } } } }')) {
      expect(body.data).toEqual({ things: { edges: [{ node: { name: 'lamp', shadow: null } }] } });
      expect(body.errors).toMatchObject([
        { path: ['things', 'edges', 0, 'node', 'shadow'], extensions: { code: 'ServiceUnavailable' } },
      ]);
    }
  });

  it('reveal nothing of what was not foreseen', async () => {
    gateway.services.answer(getTopicRule, () => {
      throw new TypeError("Cannot read properties of undefined (reading 'secret')");
    });
    for (const { statusCode, body } of await twice('{ topicRule(name: "r") { sql } }')) {
      expect(statusCode).toBe(200);
      expect(body.errors).toMatchObject([
        { message: 'Internal service failure', extensions: { code: 'Internal', correlationId: CORRELATION_ID } },
      ]);
      expect(JSON.stringify(body)).not.toMatch(/secret|TypeError|at /);
    }
  });

  it('reveal nothing when an answer breaks the schema', async () => {
    gateway.services.answer(getThings, () => ({ things: [{ ...LAMP, version: 1.5 }] }));
    for (const { body } of await twice('{ thing(name: "lamp") { version } }')) {
      expect(body.errors).toMatchObject([{ message: 'Internal service failure', extensions: { code: 'Internal' } }]);
    }
  });

  it.each([
    ['a syntax error', '{ thing(', undefined, 'GRAPHQL_PARSE_FAILED'],
    ['a character that GraphQL has not', '{ thing(name: ?', undefined, 'GRAPHQL_PARSE_FAILED'],
    ['an empty object for a document', '{}', undefined, 'GRAPHQL_PARSE_FAILED'],
    ['null for a document', 'null', undefined, 'GRAPHQL_PARSE_FAILED'],
    [
      'a syntax tree for a document',
      JSON.stringify(parse('{ __typename }', { noLocation: true })),
      undefined,
      'GRAPHQL_PARSE_FAILED',
    ],
    ['an unknown field', '{ thing(name: "a") { colour } }', undefined, 'GRAPHQL_VALIDATION_FAILED'],
    ['a missing variable', 'query ($n: String!) { thing(name: $n) { name } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['a wrong variable', 'query ($n: String!) { thing(name: $n) { arn } }', { n: 7 }, 'GRAPHQL_VALIDATION_FAILED'],
    ['no document', '', undefined, 'InvalidRequest'],
    ['a subscription', 'subscription { messages(topicFilter: "a") { topic } }', undefined, 'InvalidRequest'],
  ])('answer 400 to %s', async (_case, query, variables, code) => {
    for (const { statusCode, body } of await twice(query, variables)) {
      expect(statusCode).toBe(400);
      expect(body.errors?.[0]?.extensions?.code).toBe(code);
      expect(body.data ?? null).toBeNull();
    }
  });

  const send = (type: string, payload: string) =>
    gateway.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'x-api-key': API_KEYS.admin, 'content-type': type },
      payload,
    });

  it('answer 400 to a body that is no JSON', async () => {
    const broken = await send('application/json', '{"query": ');
    expect([broken.statusCode, broken.json().errors[0].extensions.code]).toEqual([400, 'InvalidRequest']);
  });

  it.each([
    ['XML', 'text/xml', '<query/>'],
    ['plain text', 'text/plain', '{"query":"{ __typename }"}'],
    ['a form', 'application/x-www-form-urlencoded', 'query=%7B+__typename+%7D'],
    ['JSON that says it is a form', 'application/x-www-form-urlencoded', '{"query":"{ __typename }"}'],
    ['a bare document', 'application/graphql', '{ __typename }'],
    ['JSON that says it is a bare document', 'application/graphql', '{"query":"{ __typename }"}'],
    ['a type that only begins like JSON', 'application/json-patch+json', '{"query":"{ __typename }"}'],
  ])('answer 415 to %s', async (_case, type, payload) => {
    const response = await send(type, payload);
    expect(response.statusCode).toBe(415);
    expect(response.json()).toEqual({
      data: null,
      errors: [
        {
          message: 'A request is JSON: send "Content-Type: application/json"',
          extensions: { code: 'UnsupportedEncoding' },
        },
      ],
    });
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON'])('answer what is asked as %s', async (type) => {
    const response = await send(type, '{"query":"{ __typename }"}');
    expect(response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  it('answer 405 to a mutation by GET', async () => {
    const response = await gateway.app.inject({
      url: '/graphql',
      query: { query: 'mutation { deleteTopicRule(name: "r") { name } }' },
      headers: { 'x-api-key': API_KEYS.admin },
    });
    expect(response.statusCode).toBe(405);
    expect(gateway.services.calls.map(({ pattern }) => pattern)).not.toContain('rule.delete.v1');
  });
});
