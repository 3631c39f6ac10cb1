import { readFile, writeFile } from 'node:fs/promises';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import type { Caller, Role } from './access/caller.js';
import { PublicError } from './errors/public-error.js';
import { type GatewayUnderTest, startGateway } from './gateway.fixture.js';

/** Whatever else is a mutation is for operators, too. */
const MUTATIONS_OF_ADMINS = ['createApiKey', 'revokeApiKey', 'rotateAuthority', 'retireAuthority'];

const isForAdmins = (name: string) => name === 'apiKeys' || MUTATIONS_OF_ADMINS.includes(name);

const FILE = new URL('../schema.graphql', import.meta.url);

describe('the schema', () => {
  let gateway: GatewayUnderTest;
  let schema: GraphQLSchema;

  beforeAll(async () => {
    gateway = await startGateway();
    schema = gateway.app.get(GraphQLSchemaHost, { strict: false }).schema;
  });

  afterAll(() => gateway.close());

  it('is the one checked in as schema.graphql (UPDATE_SCHEMA=1 writes it)', async () => {
    if (process.env['UPDATE_SCHEMA'] === '1') await writeFile(FILE, `${printSchema(schema)}\n`);
    const checkedIn = buildSchema(await readFile(FILE, 'utf8'));
    expect(sorted(schema)).toBe(sorted(checkedIn));
  });

  it.each([
    ['viewer', []],
    ['operator', ['every other mutation']],
    ['admin', ['apiKeys', 'every other mutation', ...MUTATIONS_OF_ADMINS]],
  ] as [Role, string[]][])('lets the role %s use, of what is not for all: %j', (role, allowed) => {
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
    const apiKeys = schema.getQueryType()?.getFields()['apiKeys'];
    expect(mutations.map(({ name }) => name)).toEqual(expect.arrayContaining(MUTATIONS_OF_ADMINS));
    for (const field of [...mutations, ...(apiKeys === undefined ? [] : [apiKeys])]) {
      const isAllowed = allowed.includes(isForAdmins(field.name) ? field.name : 'every other mutation');
      const refusal = refusalOf(field, { name: 'somebody', role, credential: 'apiKey' });
      const needed = isForAdmins(field.name) ? 'admin' : 'operator or admin';
      expect([field.name, refusal]).toEqual([
        field.name,
        isAllowed ? undefined : `${field.name} needs the role ${needed}; this caller has the role ${role}`,
      ]);
      expect(refusalOf(field, undefined)).toContain('needs a valid API key');
    }
  });

  it('says in its documentation what is for administrators', () => {
    const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.values(type?.getFields() ?? {}),
    );
    const said = fields.filter(({ description }) => description?.endsWith('For administrators.'));
    expect(said.map(({ name }) => name).sort()).toEqual(['apiKeys', ...MUTATIONS_OF_ADMINS].sort());
  });

  it('documents every type, field, argument and value', () => {
    expect(undocumented(schema)).toEqual([]);
  });
});

/** What a caller is told who may not use a field; undefined when the field was reached, which fails without arguments. */
function refusalOf(field: GraphQLField<unknown, unknown>, caller: Caller | undefined): string | undefined {
  try {
    const outcome: unknown = field.resolve?.({}, {}, { caller }, {} as GraphQLResolveInfo);
    void Promise.resolve(outcome).catch(() => undefined);
    return undefined;
  } catch (error) {
    return error instanceof PublicError ? error.message : undefined;
  }
}

interface Documented {
  name: string;
  description?: string | null | undefined;
  args?: readonly Documented[];
}

/** The order of definitions means nothing; nor does the format of the file, which is the formatter's. */
function sorted(schema: GraphQLSchema): string {
  return printSchema(lexicographicSortSchema(schema));
}

function undocumented(schema: GraphQLSchema): string[] {
  const bare: string[] = [];
  const check = (path: string, { description }: Documented) => {
    if (!description) bare.push(path);
  };
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    if (!isObjectType(type) || !roots.includes(type)) check(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    if (!isObjectType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values<Documented>(type.getFields())) {
      check(`${type.name}.${field.name}`, field);
      for (const argument of field.args ?? []) {
        check(`${type.name}.${field.name}(${argument.name}:)`, argument);
      }
    }
  }
  return bare;
}
