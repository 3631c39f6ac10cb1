import {
  type ExecutionResult,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  graphql,
  parse,
  subscribe,
} from 'graphql';
import type { Role } from './caller.js';
import { ADMINS_ONLY, ROLES } from './least-role.js';
import { restrictFields } from './restrict-fields.js';

const field = { type: GraphQLString, resolve: () => 'reached' };
const forAdmins = { ...field, extensions: ADMINS_ONLY };

const KEY = new GraphQLObjectType({
  name: 'Key',
  fields: { open: { type: GraphQLString }, secret: { type: GraphQLString, extensions: ADMINS_ONLY } },
});

async function* events(): AsyncGenerator<unknown> {
  await Promise.resolve();
  yield {};
}

const sut = restrictFields(
  new GraphQLSchema({
    query: new GraphQLObjectType({
      name: 'Query',
      fields: { open: field, forAdmins, key: { type: KEY, resolve: () => ({ open: 'reached', secret: 'reached' }) } },
    }),
    mutation: new GraphQLObjectType({ name: 'Mutation', fields: { change: field, forAdmins } }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      fields: { open: { ...field, subscribe: events }, forAdmins: { ...forAdmins, subscribe: events } },
    }),
  }),
);

const contextOf = (role: Role | undefined) => ({
  caller: role === undefined ? undefined : { name: 'somebody', role, credential: 'apiKey' },
});

const codeOf = ({ errors }: ExecutionResult) => errors?.[0]?.extensions['code'];

/** Which roles are let through; the others must be told that theirs does not allow it. */
async function rolesThrough(run: (context: unknown) => Promise<ExecutionResult>): Promise<Role[]> {
  const outcomes = await Promise.all(ROLES.map(async (role) => [role, codeOf(await run(contextOf(role)))] as const));
  for (const [, code] of outcomes) expect([undefined, 'FORBIDDEN']).toContain(code);
  return outcomes.filter(([, code]) => code === undefined).map(([role]) => role);
}

describe('restrictFields', () => {
  it.each([
    ['a query', '{ open }', ['viewer', 'operator', 'admin']],
    ['a query for administrators', '{ forAdmins }', ['admin']],
    ['a field of an object', '{ key { open } }', ['viewer', 'operator', 'admin']],
    ['a field of an object for administrators', '{ key { secret } }', ['admin']],
    ['a mutation', 'mutation { change }', ['operator', 'admin']],
    ['a mutation for administrators', 'mutation { forAdmins }', ['admin']],
  ])('lets the right roles through to %s', async (_name, source, roles) => {
    expect(await rolesThrough(async (contextValue) => graphql({ schema: sut, source, contextValue }))).toEqual(roles);
  });

  it.each([
    ['a subscription', 'subscription { open }', ['viewer', 'operator', 'admin']],
    ['a subscription for administrators, when it begins', 'subscription { forAdmins }', ['admin']],
  ])('lets the right roles through to %s', async (_name, source, roles) => {
    const through = await rolesThrough(async (contextValue) => {
      const outcome = await subscribe({ schema: sut, document: parse(source), contextValue });
      return 'errors' in outcome ? outcome : {};
    });
    expect(through).toEqual(roles);
  });

  it('lets nobody through to what is restricted without knowing who it is', async () => {
    const run = (source: string) => graphql({ schema: sut, source, contextValue: contextOf(undefined) });
    expect(codeOf(await run('{ forAdmins }'))).toBe('UNAUTHENTICATED');
    expect(codeOf(await run('mutation { change }'))).toBe('UNAUTHENTICATED');
  });
});
