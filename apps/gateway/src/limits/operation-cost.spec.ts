import { type DocumentNode, type GraphQLObjectType, buildSchema, parse } from 'graphql';
import { costOf } from './operation-cost.js';
import { OperationCosts } from './operation-costs.js';

const SCHEMA = buildSchema(`
  type Query {
    version: String!
    lamp(name: String): Lamp
    lamps(first: Int! = 50, after: String): LampConnection!
    denials(last: Int! = 20): [Lamp!]!
    walked(first: Int, after: String, last: Int, before: String): LampConnection!
  }
  type Mutation { createLamp(name: String): Payload }
  type Subscription { lampChanged: Lamp }
  type Payload { lamp: Lamp }
  type LampConnection { edges: [LampEdge!]! nodes: [Lamp!]! pageInfo: PageInfo! }
  type LampEdge { cursor: String! node: Lamp! }
  type PageInfo { hasNextPage: Boolean! }
  type Lamp { name: String! tags: [String!]! shadow: Shadow groups: [Group!]! rooms: [Room!]! lamps(first: Int! = 50): LampConnection! heavy: Shadow }
  type Shadow { version: Int! }
  type Group { name: String! lamp: Lamp }
  type Room { name: String! }
`);
const lamp = SCHEMA.getType('Lamp') as GraphQLObjectType;
Object.assign(lamp.getFields()['rooms']?.extensions ?? {}, { listSize: 3 });
Object.assign(lamp.getFields()['heavy']?.extensions ?? {}, { cost: 20 });

describe('costOf', () => {
  it.each<[string, string, number, Record<string, unknown>?]>([
    ['a scalar at the top', '{ version }', 1],
    ['an object, whatever scalars it has', '{ lamp { name tags } }', 1],
    ['objects in an object', '{ lamp { name shadow { version } } }', 2],
    ['a page of objects', '{ lamps(first: 100) { edges { cursor node { name } } pageInfo { hasNextPage } } }', 105],
    ['a page without its size', '{ lamps { nodes { name } } }', 55],
    ['a page of objects with objects', '{ lamps(first: 100) { edges { node { shadow { version } } } } }', 205],
    [
      'pages in a page',
      '{ lamps(first: 10) { nodes { lamps(first: 20) { nodes { name } } } } }',
      5 + 10 * (1 + 5 + 20),
    ],
    ['a page from either end without its size', '{ walked { nodes { name } } }', 55],
    ['a page from the end', '{ walked(last: 200) { nodes { name } } }', 205],
    ['a page of nulls', '{ walked(first: null, last: null) { nodes { name } } }', 55],
    ['a page from both ends, which is refused later', '{ walked(first: 1, last: 20) { nodes { name } } }', 25],
    ['a list with a size', '{ denials(last: 7) { name } }', 12],
    ['a list of which nobody says how long it is', '{ lamp { groups { name lamp { name } } } }', 21],
    ['a list of which the schema says how long it is', '{ lamp { rooms { name } } }', 4],
    ['a field that says what it costs', '{ lamp { heavy { version } } }', 21],
    ['a mutation', 'mutation { createLamp { lamp { name } } }', 11],
    ['aliases, each', '{ a: lamp { name } b: lamp { name } }', 2],
    [
      'fragments where they are used',
      '{ lamps(first: 2) { ...P } } fragment P on LampConnection { nodes { ...L } } fragment L on Lamp { shadow { version } }',
      9,
    ],
    ['inline fragments', '{ lamp { ... on Lamp { shadow { version } } ... { name } } }', 2],
    ['introspection, which is none', '{ __schema { types { name } } __typename }', 0],
    [
      'the costliest of several operations',
      'query A { lamp { name } } query B { lamps(first: 9) { nodes { name } } }',
      14,
    ],
    ['a variable', 'query ($n: Int!) { lamps(first: $n) { nodes { name } } }', 17, { n: 12 }],
    ['a variable with a default', 'query ($n: Int! = 4) { lamps(first: $n) { nodes { name } } }', 9],
    ['a page larger than any may be', '{ lamps(first: 1000000) { nodes { name } } }', 255],
    ['a negative page', '{ lamps(first: -3) { nodes { name } } }', 6],
    ['a variable that is no number', 'query ($n: Int!) { lamps(first: $n) { nodes { name } } }', 55, { n: 'x' }],
  ])('counts %s', (_name, document, cost, variables = {}) => {
    expect(costOf(SCHEMA, parse(document), variables).cost).toBe(cost);
  });

  it('comes to an end for fragments that multiply', () => {
    const levels = Array.from(
      { length: 60 },
      (_, n) => `fragment F${n} on Lamp { a: groups { lamp { ...F${n + 1} } } b: groups { lamp { ...F${n + 1} } } }`,
    );
    const document = parse(`{ lamp { ...F0 } } ${levels.join(' ')} fragment F60 on Lamp { name }`);
    expect(costOf(SCHEMA, document, {}).cost).toBeGreaterThan(1e60);
  });

  it('counts every branch of fragments by the page that it is in', () => {
    const document = parse(`{ a: lamps(first: 2) { ...P } b: lamps(first: 100) { ...P } }
      fragment P on LampConnection { nodes { name } }`);
    expect(costOf(SCHEMA, document, {}).cost).toBe(7 + 105);
  });
});

describe('OperationCosts', () => {
  const document: DocumentNode = parse(
    'query ($n: Int!, $x: String) { lamps(first: $n, after: $x) { nodes { name } } }',
  );

  it('tells apart what the cost depends on, and nothing else', () => {
    const sut = new OperationCosts();
    expect([1, 2, 1, 200].map((n) => sut.of(SCHEMA, document, { n, x: `${n}` }))).toEqual([6, 7, 6, 205]);
  });

  it('measures anew for another schema', () => {
    const sut = new OperationCosts();
    const query = parse('{ lamp { name } }');
    const other = buildSchema('type Query { lamp: [Lamp] } type Lamp { name: String }');
    expect([sut.of(SCHEMA, query, {}), sut.of(other, query, {}), sut.of(SCHEMA, query, {})]).toEqual([1, 10, 1]);
  });
});
