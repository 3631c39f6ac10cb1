import { readFile, writeFile } from 'node:fs/promises';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { type GraphQLSchema, isIntrospectionType, isObjectType } from 'graphql';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import type { RoleRequirement } from './least-role.js';

const FILE = new URL('../../roles.txt', import.meta.url);

describe('the roles', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(() => gateway.close());

  it('that fields need at least are those checked in as roles.txt (UPDATE_SCHEMA=1 writes it)', async () => {
    const table = `${tableOf(gateway.app.get(GraphQLSchemaHost, { strict: false }).schema).join('\n')}\n`;
    if (process.env['UPDATE_SCHEMA'] === '1') await writeFile(FILE, table);
    expect(await readFile(FILE, 'utf8')).toBe(table);
  });
});

/** Each field at the top of an operation with its least role, and of the others those that are not for all. */
function tableOf(schema: GraphQLSchema): string[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !isIntrospectionType(type));
  return types
    .filter(isObjectType)
    .flatMap((type) => {
      const byDefault = type === schema.getMutationType() ? 'operator' : 'viewer';
      return Object.values(type.getFields())
        .map(({ name, extensions }) => {
          const { leastRole = byDefault } = extensions as Partial<RoleRequirement>;
          return { name: `${type.name}.${name}`, leastRole };
        })
        .filter(({ leastRole }) => roots.includes(type) || leastRole !== 'viewer')
        .map(({ name, leastRole }) => `${name} ${leastRole}`);
    })
    .sort();
}
