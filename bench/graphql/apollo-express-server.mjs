// The same resolver on Nest with Apollo as the documentation of Nest sets it up: code first, on Express, which is the
// default platform of Nest, with a guard that checks the API key of a request. None of the limits of the product.
// KEY is the key that is let in.
import 'reflect-metadata';
import { createHash, timingSafeEqual } from 'node:crypto';
import { ApolloDriver } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import {
  Args,
  Field,
  GqlExecutionContext,
  GraphQLModule,
  Int,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { GraphQLScalarType } from 'graphql';
import { openLookUps } from './look-ups.mjs';

const lookUps = openLookUps();
const hashOf = (key) => createHash('sha256').update(key).digest();
const known = hashOf(process.env.KEY);

/** Decorators are called: node runs this file as it stands. */
const decorate = (type, name, ...decorators) => {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, name);
  for (const decorator of decorators) decorator(type.prototype, name, descriptor);
};

const Json = new GraphQLScalarType({ name: 'JSON' });

class Shadow {}
decorate(
  Shadow,
  'reported',
  Field(() => Json, { nullable: true }),
);
decorate(
  Shadow,
  'version',
  Field(() => Int),
);
ObjectType()(Shadow);

class Thing {}
decorate(
  Thing,
  'name',
  Field(() => String),
);
decorate(
  Thing,
  'attributes',
  Field(() => Json),
);
ObjectType()(Thing);

class ThingResolver {
  thing(name) {
    return lookUps.thing(name);
  }

  shadow({ name }) {
    return lookUps.shadow(name);
  }
}
Reflect.defineMetadata('design:paramtypes', [String], ThingResolver.prototype, 'thing');
Reflect.defineMetadata('design:paramtypes', [Thing], ThingResolver.prototype, 'shadow');
Args('name', { type: () => String })(ThingResolver.prototype, 'thing', 0);
Parent()(ThingResolver.prototype, 'shadow', 0);
decorate(
  ThingResolver,
  'thing',
  Query(() => Thing, { nullable: true }),
);
decorate(
  ThingResolver,
  'shadow',
  ResolveField(() => Shadow, { nullable: true }),
);
Resolver(() => Thing)(ThingResolver);

class KeyGuard {
  canActivate(context) {
    const { req } = GqlExecutionContext.create(context).getContext();
    const [scheme, key = ''] = (req.headers.authorization ?? '').split(' ');
    return scheme === 'Bearer' && timingSafeEqual(hashOf(key), known);
  }
}

class ApolloModule {}
Module({
  imports: [GraphQLModule.forRoot({ driver: ApolloDriver, autoSchemaFile: true })],
  providers: [ThingResolver, { provide: APP_GUARD, useClass: KeyGuard }],
})(ApolloModule);

const app = await NestFactory.create(ApolloModule, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
process.stdout.write(`http://127.0.0.1:${app.getHttpServer().address().port}\n`);
process.once('SIGINT', async () => {
  await app.close();
  await lookUps.close();
});
