// The same resolver on Nest with Apollo at its fastest: on Fastify instead of Express, without authentication and without
// any of the limits of the product.
import 'reflect-metadata';
import { ApolloDriver } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Args, GraphQLModule, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { GraphQLScalarType } from 'graphql';
import { openLookUps } from './look-ups.mjs';

const TYPES = `
  scalar JSON
  type Query { thing(name: String!): Thing }
  type Thing { name: String! attributes: JSON! shadow: Shadow }
  type Shadow { reported: JSON version: Int! }
`;

const lookUps = openLookUps();

/** Written without decorators: node runs it as it stands. */
class ThingResolver {
  thing(name) {
    return lookUps.thing(name);
  }

  shadow({ name }) {
    return lookUps.shadow(name);
  }
}
const methodOf = (name) => [
  ThingResolver.prototype,
  name,
  Object.getOwnPropertyDescriptor(ThingResolver.prototype, name),
];
Query('thing')(...methodOf('thing'));
Args('name')(ThingResolver.prototype, 'thing', 0);
ResolveField('shadow')(...methodOf('shadow'));
Parent()(ThingResolver.prototype, 'shadow', 0);
Resolver('Thing')(ThingResolver);

class ApolloModule {}
Module({
  imports: [
    GraphQLModule.forRoot({
      driver: ApolloDriver,
      typeDefs: TYPES,
      resolvers: { JSON: new GraphQLScalarType({ name: 'JSON' }) },
    }),
  ],
  providers: [ThingResolver],
})(ApolloModule);

const app = await NestFactory.create(ApolloModule, new FastifyAdapter(), { logger: ['error'] });
await app.listen(0, '127.0.0.1');
process.stdout.write(`http://127.0.0.1:${app.getHttpServer().address().port}\n`);
process.once('SIGINT', async () => {
  await app.close();
  await lookUps.close();
});
