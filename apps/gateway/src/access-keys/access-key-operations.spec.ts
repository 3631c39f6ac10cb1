import { createAccessKey, listAccessKeys, revokeAccessKey } from '#thingcore/contracts';
import { API_KEYS, type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { describeOperations } from '../operations.fixture.js';
import { CREATED_AT, CREATED_AT_TEXT } from '../registry.fixture.js';

const ID = 'AKIATERRAFORMTERRAFO';
const KEY = { accessKeyId: ID, name: 'terraform', role: 'operator', createdAt: CREATED_AT };

describeOperations('the operations of access keys', [
  {
    name: 'accessKeys',
    operation: '{ accessKeys(first: 2) { nodes { accessKeyId name role createdAt expiresAt revokedAt } } }',
    command: listAccessKeys,
    request: {},
    reply: {
      accessKeys: [
        KEY,
        // Names are not unique: pages go by the id as well.
        { ...KEY, accessKeyId: 'AKIAZZZZZZZZZZZZZZZZ', expiresAt: CREATED_AT, revokedAt: CREATED_AT },
        { ...KEY, name: 'x' },
      ],
    },
    data: {
      accessKeys: {
        nodes: [
          {
            accessKeyId: ID,
            name: 'terraform',
            role: 'OPERATOR',
            createdAt: CREATED_AT_TEXT,
            expiresAt: null,
            revokedAt: null,
          },
          {
            accessKeyId: 'AKIAZZZZZZZZZZZZZZZZ',
            name: 'terraform',
            role: 'OPERATOR',
            createdAt: CREATED_AT_TEXT,
            expiresAt: CREATED_AT_TEXT,
            revokedAt: CREATED_AT_TEXT,
          },
        ],
      },
    },
  },
  {
    name: 'createAccessKey that expires',
    operation: `mutation { createAccessKey(input: { name: "terraform", role: OPERATOR, expiresAt: "${CREATED_AT_TEXT}" }) {
      accessKey { accessKeyId role } secretAccessKey
    } }`,
    command: createAccessKey,
    request: { name: 'terraform', role: 'operator', expiresAt: CREATED_AT },
    reply: { ...KEY, secretAccessKey: 'secret' },
    data: {
      createAccessKey: { accessKey: { accessKeyId: ID, role: 'OPERATOR' }, secretAccessKey: 'secret' },
    },
  },
  {
    name: 'revokeAccessKey',
    operation: `mutation { revokeAccessKey(accessKeyId: "${ID}") { accessKey { revokedAt } } }`,
    command: revokeAccessKey,
    request: { accessKeyId: ID },
    reply: { ...KEY, revokedAt: CREATED_AT },
    data: { revokeAccessKey: { accessKey: { revokedAt: CREATED_AT_TEXT } } },
  },
]);

describe('access keys', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  it.each([
    ['accessKeys', '{ accessKeys { nodes { name } } }'],
    [
      'createAccessKey',
      'mutation { createAccessKey(input: { name: "x", role: ADMIN }) { accessKey { accessKeyId } } }',
    ],
    ['revokeAccessKey', `mutation { revokeAccessKey(accessKeyId: "${ID}") { accessKey { accessKeyId } } }`],
  ])('are for administrators: %s', async (_name, operation) => {
    for (const key of [API_KEYS.operator, API_KEYS.viewer]) {
      const { body } = await gateway.graphql(operation, undefined, key);
      expect(body.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    }
  });

  it('names the id at fault in the words of the mutation', async () => {
    const { body } = await gateway.graphql(
      'mutation { revokeAccessKey(accessKeyId: "a b") { errors { code field } } }',
    );
    expect(body.data).toEqual({ revokeAccessKey: { errors: [{ code: 'InvalidRequest', field: ['accessKeyId'] }] } });
  });
});
