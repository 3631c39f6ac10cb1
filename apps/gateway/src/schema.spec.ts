import { readFile, writeFile } from 'node:fs/promises';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import {
  buildSchema,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import type { Caller, Role } from './access/caller.js';
import { PublicError } from './errors/public-error.js';
import { type GatewayUnderTest, startGateway } from './gateway.fixture.js';

const QUERIES_OF_ADMINS = ['accessKeys', 'apiKeys', 'auditEntries'];

/** Whatever else is a mutation is for operators, too. */
const MUTATIONS_OF_ADMINS = [
  ...['createApiKey', 'revokeApiKey', 'createAccessKey', 'revokeAccessKey'],
  ...['rotateAuthority', 'retireAuthority'],
];

/** What is created for minutes: a second one does no harm. */
const EXPIRING_BY_THEMSELVES = ['createProvisioningClaim'];

const FOR_ADMINS = [...QUERIES_OF_ADMINS, ...MUTATIONS_OF_ADMINS];

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
    ['admin', ['every other mutation', ...FOR_ADMINS]],
  ] as [Role, string[]][])('lets the role %s use, of what is not for all: %j', async (role, allowed) => {
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
    const queries = QUERIES_OF_ADMINS.flatMap((name) => schema.getQueryType()?.getFields()[name] ?? []);
    expect(mutations.map(({ name }) => name)).toEqual(expect.arrayContaining(MUTATIONS_OF_ADMINS));
    for (const field of [...mutations, ...queries]) {
      const isAllowed = allowed.includes(FOR_ADMINS.includes(field.name) ? field.name : 'every other mutation');
      const refusal = await refusalOf(field, { name: 'somebody', role, credential: 'apiKey' });
      const needed = FOR_ADMINS.includes(field.name) ? 'admin' : 'operator or admin';
      expect([field.name, refusal]).toEqual([
        field.name,
        isAllowed ? undefined : `${field.name} needs the role ${needed}; this caller has the role ${role}`,
      ]);
      await expect(refusalOf(field, undefined)).resolves.toContain('needs a valid API key');
    }
  });

  it('says in its documentation what is for administrators', () => {
    const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.values(type?.getFields() ?? {}),
    );
    const said = fields.filter(({ description }) => description?.endsWith('For administrators.'));
    expect(said.map(({ name }) => name).sort()).toEqual([...FOR_ADMINS].sort());
  });

  it('answers no list of objects that has no bound: it is in pages, says its size, or is part of one document', () => {
    expect(unbounded(schema)).toEqual([]);
  });

  it('answers every list in pages in the same way', () => {
    const connections = objectTypesOf(schema).filter(({ name }) => name.endsWith('Connection'));
    expect(connections.length).toBeGreaterThan(10);
    for (const type of connections) {
      expect([type.name, Object.keys(type.getFields()).sort()]).toEqual([type.name, ['edges', 'nodes', 'pageInfo']]);
    }
    const fields = objectTypesOf(schema).flatMap((type) => Object.values(type.getFields()));
    const paged = fields.filter(({ type }) => getNamedType(type).name.endsWith('Connection'));
    for (const { name, args } of paged) {
      expect([name, args.map((argument) => argument.name)]).toEqual([name, expect.arrayContaining(['first', 'after'])]);
    }
  });

  it('answers every mutation with a payload of its own, all of whose fields but the errors may be null', () => {
    for (const { name, type } of Object.values(schema.getMutationType()?.getFields() ?? {})) {
      expect([name, String(type)]).toEqual([name, `${name.charAt(0).toUpperCase()}${name.slice(1)}Payload!`]);
      const { errors, ...others } = (getNamedType(type) as GraphQLObjectType).getFields();
      expect([name, String(errors?.type)]).toEqual([name, '[UserError!]!']);
      expect([name, Object.values(others).filter((field) => isNonNullType(field.type))]).toEqual([name, []]);
    }
  });

  it('takes an idempotency key wherever something is created', () => {
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
    const creating = mutations.filter(({ name }) => /^(create|register|start|publish|sendDirect)/.test(name));
    const keyless = creating.filter(({ args }) => {
      const input = getNamedType(args.find(({ name }) => name === 'input')?.type);
      return !isInputObjectType(input) || !('idempotencyKey' in input.getFields());
    });
    expect(keyless.map(({ name }) => name)).toEqual(EXPIRING_BY_THEMSELVES);
  });

  it('documents every type, field, argument and value', () => {
    expect(undocumented(schema)).toEqual([]);
  });
});

/** What a caller is told who may not use a field; undefined when the field was reached, which fails without arguments. */
async function refusalOf(
  field: GraphQLField<unknown, unknown>,
  caller: Caller | undefined,
): Promise<string | undefined> {
  try {
    await field.resolve?.({}, {}, { caller }, {} as GraphQLResolveInfo);
    return undefined;
  } catch (error) {
    return error instanceof PublicError && isAboutRoles(error) ? error.message : undefined;
  }
}

const isAboutRoles = ({ code }: PublicError) => code === 'FORBIDDEN' || code === 'UNAUTHENTICATED';

function objectTypesOf(schema: GraphQLSchema): GraphQLObjectType[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => !isIntrospectionType(type));
}

/** The lists of objects that are neither those of a page nor bounded by what they say of themselves. */
function unbounded(schema: GraphQLSchema): string[] {
  return objectTypesOf(schema)
    .filter(({ name }) => !name.endsWith('Connection'))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
    .filter(({ field: { type } }) => isListType(getNullableType(type)) && isCompositeType(getNamedType(type)))
    .filter(({ field: { type } }) => getNamedType(type).name !== 'UserError')
    .filter(({ field: { extensions } }) => !('listSize' in extensions) && !('isPartOfDocument' in extensions))
    .map(({ type, field }) => `${type.name}.${field.name}`);
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
