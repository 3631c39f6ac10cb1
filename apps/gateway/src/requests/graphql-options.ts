import { Inject, Injectable } from '@nestjs/common';
import type { GqlOptionsFactory } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  Location,
  OperationTypeNode,
  specifiedRules,
  validate,
} from 'graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { restrictFields } from '../access/restrict-fields.js';
import { ErrorAnswers } from '../errors/error-answers.js';
import { PublicError } from '../errors/public-error.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../gateway.config.js';
import { boundArgumentDepth } from './argument-depth.js';
import { depthLimit } from './depth-limit.js';
import { checkDocumentText } from './document-text.js';
import { RequestGate } from './request-gate.js';
import { REQUEST_LIMITS } from './request-limits.js';
import { rootFieldLimit } from './root-field-limit.js';
import { WebSocketGate } from './websocket-gate.js';

/** Proxies drop connections that are silent for a minute or two. */
const KEEP_ALIVE_MS = 20_000;

const LIMIT_RULES = [depthLimit(REQUEST_LIMITS.depth), rootFieldLimit(REQUEST_LIMITS.rootFields)];

/** How the GraphQL server is set up: who gets in, what is refused, how errors look. */
@Injectable()
export class GraphqlOptions implements GqlOptionsFactory<MercuriusDriverConfig> {
  constructor(
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly requests: RequestGate,
    private readonly webSockets: WebSocketGate,
    private readonly answers: ErrorAnswers,
  ) {}

  /** Nest calls it once, when the schema is built. */
  createGqlOptions(): Omit<MercuriusDriverConfig, 'driver'> {
    return {
      path: '/graphql',
      graphiql: this.config.graphiql,
      autoSchemaFile: true,
      transformSchema: (schema) => restrictFields(boundArgumentDepth(schema)),
      validationRules: LIMIT_RULES,
      hooks: {
        preParsing: (_schema, text) => checkDocumentText(text),
        preValidation: refuseSyntaxTree,
        preExecution: refuseSubscription,
        preSubscriptionExecution: validateSubscription,
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
        preHandler: (request: FastifyRequest, reply: FastifyReply, proceed: () => void) => {
          if (isUpgrade(request)) this.webSockets.enter(request, proceed);
          else this.requests.enter(request, reply, proceed);
        },
      },
    };
  }
}

/** The driver that {@link GraphqlOptions} are for. */
export const GraphqlDriver = MercuriusDriver;

/** Whether the server is about to turn a request into a WebSocket; headers alone would prove nothing. */
function isUpgrade(request: FastifyRequest & { ws?: boolean | null }): boolean {
  return request.ws === true;
}

/** The server takes a syntax tree in JSON for a document, too: one that nothing has checked, and often none at all. */
function refuseSyntaxTree(_schema: GraphQLSchema, document: DocumentNode | null): void {
  if (document?.loc instanceof Location) return;
  throw new PublicError('The document is JSON, not GraphQL: send an operation as in { "query": "{ __typename }" }', {
    code: 'GRAPHQL_PARSE_FAILED',
  });
}

/** A subscription cannot be executed, it must be subscribed to. */
function refuseSubscription(_schema: GraphQLSchema, document: DocumentNode): void {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operations.every(({ operation }) => operation === OperationTypeNode.SUBSCRIPTION)) {
    throw new PublicError('A subscription needs a WebSocket: connect with the protocol graphql-transport-ws', {
      code: 'InvalidRequest',
    });
  }
}

/** The server checks what comes over HTTP, but not what comes over WebSocket. */
function validateSubscription(schema: GraphQLSchema, document: DocumentNode): void {
  checkDocumentText(document.loc?.source.body ?? '');
  const [fault] = validate(schema, document, [...specifiedRules, ...LIMIT_RULES]);
  if (fault !== undefined) throw new PublicError(fault.message, { code: 'GRAPHQL_VALIDATION_FAILED' });
}
