import { readFile, writeFile } from 'node:fs/promises';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import {
  buildSchema,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { type GatewayUnderTest, startGateway } from './gateway.fixture.js';

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

  it('documents every type, field, argument and value', () => {
    expect(undocumented(schema)).toEqual([]);
  });
});

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
