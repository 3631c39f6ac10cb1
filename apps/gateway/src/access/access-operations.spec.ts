import { createApiKey, listApiKeys, revokeApiKey } from '#thingcore/contracts';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { describeOperations } from '../operations.fixture.js';
import { CREATED_AT, CREATED_AT_TEXT } from '../registry.fixture.js';
import type { Role } from './caller.js';

const KEY = { name: 'ci', role: 'operator', createdAt: CREATED_AT };

describeOperations('the operations of API keys', [
  {
    name: 'apiKeys',
    operation: '{ apiKeys { nodes { name role createdAt expiresAt revokedAt } } }',
    command: listApiKeys,
    request: {},
    reply: { apiKeys: [KEY, { ...KEY, name: 'old', role: 'admin', expiresAt: CREATED_AT, revokedAt: CREATED_AT }] },
    data: {
      apiKeys: {
        nodes: [
          { name: 'ci', role: 'OPERATOR', createdAt: CREATED_AT_TEXT, expiresAt: null, revokedAt: null },
          {
            name: 'old',
            role: 'ADMIN',
            createdAt: CREATED_AT_TEXT,
            expiresAt: CREATED_AT_TEXT,
            revokedAt: CREATED_AT_TEXT,
          },
        ],
      },
    },
  },
  {
    name: 'createApiKey that expires',
    operation: `mutation { createApiKey(input: { name: "ci", role: OPERATOR, expiresAt: "${CREATED_AT_TEXT}" }) {
      apiKey { name role } key
    } }`,
    command: createApiKey,
    request: { name: 'ci', role: 'operator', expiresAt: CREATED_AT },
    reply: { ...KEY, key: 'tc_secret' },
    data: { createApiKey: { apiKey: { name: 'ci', role: 'OPERATOR' }, key: 'tc_secret' } },
  },
  {
    name: 'createApiKey that never expires',
    operation:
      'mutation { createApiKey(input: { name: "ci", role: VIEWER, expiresAt: null }) { apiKey { expiresAt } } }',
    command: createApiKey,
    request: { name: 'ci', role: 'viewer' },
    reply: { ...KEY, key: 'tc_secret' },
    data: { createApiKey: { apiKey: { expiresAt: null } } },
  },
  {
    name: 'revokeApiKey',
    operation: 'mutation { revokeApiKey(name: "ci") { apiKey { revokedAt } } }',
    command: revokeApiKey,
    request: { name: 'ci' },
    reply: { ...KEY, revokedAt: CREATED_AT },
    data: { revokeApiKey: { apiKey: { revokedAt: CREATED_AT_TEXT } } },
  },
]);

describe('the roles', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
    gateway.services.answer(listApiKeys, () => ({ apiKeys: [] }));
  });

  afterAll(() => gateway.close());

  it.each<[Role, string]>([
    ['admin', 'ADMIN'],
    ['operator', 'OPERATOR'],
    ['viewer', 'VIEWER'],
  ])('are known to their holders: %s', async (role, shown) => {
    const { body } = await gateway.graphql('{ me { name role } }', undefined, API_KEYS[role]);
    expect(body).toEqual({ data: { me: { name: `the ${role}`, role: shown } } });
  });

  it.each<[Role, string | undefined]>([
    ['admin', undefined],
    ['operator', 'FORBIDDEN'],
    ['viewer', 'FORBIDDEN'],
  ])('let %s list API keys or not: %s', async (role, code) => {
    const { statusCode, body } = await gateway.graphql('{ apiKeys { nodes { name } } }', undefined, API_KEYS[role]);
    expect([statusCode, body.errors?.[0]?.extensions?.code]).toEqual([200, code]);
  });

  it('say what a mutation for administrators needs', async () => {
    const calls = gateway.services.calls.length;
    const { body } = await gateway.graphql(
      'mutation { rotateAuthority { authority { id } } }',
      undefined,
      API_KEYS.operator,
    );
    expect(body.errors).toMatchObject([
      {
        message: 'rotateAuthority needs the role admin; this caller has the role operator',
        path: ['rotateAuthority'],
        extensions: {
          code: 'FORBIDDEN',
          details: { name: 'rotateAuthority', allowed: ['admin'], role: 'operator' },
        },
      },
    ]);
    expect(gateway.services.calls.slice(calls).map(({ pattern }) => pattern)).not.toContain('authority.rotate.v1');
  });
});
