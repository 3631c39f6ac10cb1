import { Inject, Injectable } from '@nestjs/common';
import type { GqlOptionsFactory } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { GraphQLSchema } from 'graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { restrictFields } from '../access/restrict-fields.js';
import { AuditedMutations } from '../audit/audited-mutations.js';
import { ErrorAnswers } from '../errors/error-answers.js';
import { GATEWAY_CONFIG, type GatewayConfig, isDevelopment } from '../gateway.config.js';
import { MutationResults } from '../mutations/mutation-results.js';
import { boundArgumentDepth } from './argument-depth.js';
import { OperationGate } from './operation-gate.js';
import { RequestGate } from './request-gate.js';
import { REQUEST_LIMITS } from './request-limits.js';
import { WebSocketGate } from './websocket-gate.js';

/** Proxies drop connections that are silent for a minute or two. */
const KEEP_ALIVE_MS = 20_000;

/** How the GraphQL server is set up: who gets in, what is refused, how errors look. */
@Injectable()
export class GraphqlOptions implements GqlOptionsFactory<MercuriusDriverConfig> {
  constructor(
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly requests: RequestGate,
    private readonly webSockets: WebSocketGate,
    private readonly operations: OperationGate,
    private readonly mutations: AuditedMutations,
    private readonly results: MutationResults,
    private readonly answers: ErrorAnswers,
  ) {}

  /** Nest calls it once, when the schema is built. */
  createGqlOptions(): Omit<MercuriusDriverConfig, 'driver'> {
    return {
      path: '/graphql',
      // A page for people is of no use where only registered operations run.
      graphiql: (this.config.graphiql ?? isDevelopment(this.config)) && !this.config.onlyPersisted,
      autoSchemaFile: true,
      transformSchema: (schema) => this.guard(schema),
      validationRules: this.operations.rules,
      cache: REQUEST_LIMITS.documents,
      hooks: {
        preParsing: (_schema, text) => this.operations.checkText(text),
        preValidation: (_schema, document) => this.operations.checkDocument(document),
        preExecution: (schema, document, context, variables) =>
          this.operations.begin(schema, document, context, variables ?? {}),
        onResolution: (execution, context) => this.operations.end(execution, context),
        preSubscriptionExecution: (schema, document, context) => this.operations.subscribe(schema, document, context),
      },
      context: (request: FastifyRequest) => this.requests.context(request),
      subscription: {
        keepAlive: KEEP_ALIVE_MS,
        context: (socket) => this.webSockets.open(socket),
        onConnect: ({ payload }: { payload: unknown }) => this.webSockets.authenticate(payload),
      },
      errorFormatter: (execution) => this.answers.ofExecution(execution),
      errorHandler: (error, request, reply) => this.answers.send(error, request, reply),
      additionalRouteOptions: {
        bodyLimit: REQUEST_LIMITS.bodyBytes,
        preParsing: async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
          if (!isUpgrade(request)) await this.requests.admit(request, reply);
          return payload;
        },
        preHandler: (request: FastifyRequest, reply: FastifyReply, proceed: (error?: Error) => void) => {
          if (isUpgrade(request)) this.webSockets.enter(request, proceed);
          else this.requests.enter(request, reply, proceed);
        },
      },
    };
  }

  /** Puts what everybody has to pass before the fields of a schema: roles, limits of arguments, the audit log. */
  guard(schema: GraphQLSchema): GraphQLSchema {
    return this.mutations.audit(restrictFields(this.results.ofMutations(boundArgumentDepth(schema))));
  }
}

/** The driver that {@link GraphqlOptions} are for. */
export const GraphqlDriver = MercuriusDriver;

/** Whether the server is about to turn a request into a WebSocket; headers alone would prove nothing. */
function isUpgrade(request: FastifyRequest & { ws?: boolean | null }): boolean {
  return request.ws === true;
}
