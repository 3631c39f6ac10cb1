import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { GraphQLSchema } from 'graphql';
import { listShadowSchemas, type ShadowSchema } from '#thingcore/contracts';
import { type JsonValue, reviveError } from '#thingcore/errors';
import { Follower, Lifecycle, Logger, type Part } from '#thingcore/platform';
import { readShadowSchema } from '#thingcore/shadow-schema';
import { RpcClient } from '#thingcore/transport';
import { GraphqlOptions } from '../requests/graphql-options.js';
import { addThingTypes, checkNames, namesOfApi } from './typed-schema.js';

/** How often the registry is asked for the revision, in milliseconds: so long a change can stay unseen whose event was lost. */
const LOOK_MS = 1_000;

/** Mercurius, as far as it is needed: it forgets what it made of documents when its schema is another one. */
interface GraphqlServer {
  readonly graphql: { replaceSchema(schema: GraphQLSchema): void };
}

/**
 * Gives the API the fields of thing types whose shadows have a schema, and other ones when schemas change: the whole schema
 * is exchanged at once. Requests and subscriptions that are under way go on with the one they began with.
 */
@Injectable()
export class TypedThings implements Part {
  readonly name = 'the fields of thing types';
  readonly stage = 'prepare';
  private revision: number | undefined;
  private problems: ReadonlyMap<string, string> = new Map();
  private readonly follower: Follower;

  constructor(
    private readonly rpc: RpcClient,
    private readonly api: GraphQLSchemaHost,
    private readonly options: GraphqlOptions,
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly logger: Logger,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add(this);
    this.follower = new Follower({
      look: () => this.look(),
      everyMs: LOOK_MS,
      failing: (error) => {
        const { code, message } = reviveError(error);
        logger.warn('the registry cannot be asked for shadow schemas', { code, reason: message });
      },
      healed: () => logger.info('the registry tells of shadow schemas again'),
    });
  }

  start(): Promise<void> {
    return this.follower.start();
  }

  stop(): Promise<void> {
    return this.follower.stop();
  }

  /** Looks now; resolves when the API has what the registry had at this call. */
  refresh(): Promise<void> {
    return this.follower.look();
  }

  /** Why a thing type has no fields though it has a schema; undefined when it has them. */
  problemOf(thingTypeName: string): string | undefined {
    return this.problems.get(thingTypeName);
  }

  /**
   * Throws `InvalidRequest` for a schema that the registry would not store, or that would take names of the API, which the
   * registry does not know.
   */
  check(thingTypeName: string, shadowSchema: JsonValue | undefined): void {
    if (shadowSchema === undefined || shadowSchema === null) return;
    checkNames(readShadowSchema(thingTypeName, shadowSchema), [namesOfApi(this.api.schema)]);
  }

  private async look(): Promise<void> {
    const known = this.revision === undefined ? {} : { knownRevision: this.revision };
    const { revision, schemas } = await this.rpc.call(listShadowSchemas, known);
    if (schemas !== undefined) this.replace(schemas);
    this.revision = revision;
  }

  private replace(schemas: readonly ShadowSchema[]): void {
    const base = {
      schema: this.api.schema,
      guard: (schema: GraphQLSchema) => this.options.guard(schema),
      rpc: this.rpc,
    };
    const { schema, problems } = addThingTypes(base, schemas);
    for (const [thingTypeName, reason] of problems) {
      this.logger.error('a thing type with a shadow schema has no fields in the API', { thingTypeName, reason });
    }
    const server = this.host.httpAdapter.getInstance<GraphqlServer>();
    server.graphql.replaceSchema(schema);
    this.problems = problems;
  }
}
