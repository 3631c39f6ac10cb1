import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  Location,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  specifiedRules,
  validate,
  type ValidationRule,
} from 'graphql';
import { PublicError, unauthenticated } from '../errors/public-error.js';
import { GATEWAY_CONFIG, type GatewayConfig, showsSchema } from '../gateway.config.js';
import { noteOnSpan } from '#thingcore/tracing';
import { CallerLimits } from '../limits/caller-limits.js';
import { OperationCosts } from '../limits/operation-costs.js';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { PersistedOperations } from '../persisted-operations/persisted-operations.js';
import { depthLimit } from './depth-limit.js';
import { DocumentTexts } from './document-text.js';
import type { GatewayContext } from './gateway-context.js';
import { REQUEST_LIMITS } from './request-limits.js';
import { rootFieldLimit } from './root-field-limit.js';

/** The headers that say what an operation costs, and what it may cost. */
const COST_HEADER = 'x-graphql-cost';
const COST_LIMIT_HEADER = 'x-graphql-cost-limit';

/** An operation that is being executed. */
interface Execution {
  readonly kind: OperationTypeNode;
  /** When it began, as `performance.now()` counts. */
  readonly begunAt: number;
}

/** What the server hands from step to step; `reply` is absent for what came over a WebSocket. */
interface OperationContext extends Partial<Pick<GatewayContext, 'caller'>> {
  readonly reply?: FastifyReply;
}

type Variables = Readonly<Record<string, unknown>>;

/** Lets operations through: what their texts may be, what they may cost, how often they may come. */
@Injectable()
export class OperationGate {
  /** What the server has to check of a document beside the rules of GraphQL itself. */
  readonly rules: ValidationRule[];
  private readonly texts = new DocumentTexts();
  private readonly costs = new OperationCosts();
  private readonly kinds = new WeakMap<DocumentNode, OperationTypeNode>();
  private readonly executions = new WeakMap<object, Execution>();

  constructor(
    @Inject(GATEWAY_CONFIG) config: GatewayConfig,
    private readonly limits: CallerLimits,
    private readonly operations: PersistedOperations,
    private readonly metrics: GatewayMetrics,
  ) {
    this.rules = [
      depthLimit(REQUEST_LIMITS.depth),
      rootFieldLimit(REQUEST_LIMITS.rootFields),
      ...(showsSchema(config) ? [] : [NoSchemaIntrospectionCustomRule]),
    ];
  }

  /** Before a text is parsed. Throws `GRAPHQL_PARSE_FAILED` or `PERSISTED_QUERY_REQUIRED`. */
  checkText(text: string): void {
    this.operations.check(text);
    this.texts.check(text);
  }

  /** The server takes a syntax tree in JSON for a document, too: one that nothing has checked, and often none at all. */
  checkDocument(document: DocumentNode | null): void {
    if (document?.loc instanceof Location) return;
    throw new PublicError('The document is JSON, not GraphQL: send an operation as in { "query": "{ __typename }" }', {
      code: 'GRAPHQL_PARSE_FAILED',
    });
  }

  /** Before a query or a mutation is executed. Throws what {@link CallerLimits} does. */
  begin(schema: GraphQLSchema, document: DocumentNode, context: OperationContext, variables: Variables): void {
    const kind = this.kindOf(document);
    if (kind === OperationTypeNode.SUBSCRIPTION) {
      throw new PublicError(
        'A subscription is answered over a WebSocket with the protocol graphql-transport-ws, or as events at /graphql/stream',
        { code: 'InvalidRequest' },
      );
    }
    const cost = this.costs.of(schema, document, variables);
    context.reply?.header(COST_HEADER, cost).header(COST_LIMIT_HEADER, this.limits.maxCost);
    if (context.caller === undefined) throw unauthenticated();
    this.limits.admitCost(context.caller, cost);
    noteOnSpan({ 'graphql.operation.type': kind });
    this.executions.set(context, { kind, begunAt: performance.now() });
  }

  /** After a query or a mutation was executed. */
  end({ errors }: { readonly errors?: readonly unknown[] | undefined }, context: OperationContext): void {
    const execution = this.executions.get(context);
    if (execution === undefined) return;
    const seconds = (performance.now() - execution.begunAt) / 1_000;
    if (errors !== undefined) noteOnSpan({ 'thingcore.graphql.errors': errors.length });
    this.metrics.executed(execution.kind, errors !== undefined && errors.length > 0, seconds);
  }

  /**
   * Before somebody subscribes: the server checks what comes over HTTP, but not what comes over WebSocket. Throws what is
   * thrown over HTTP.
   */
  subscribe(schema: GraphQLSchema, document: DocumentNode, { caller }: OperationContext): void {
    try {
      this.checkText(document.loc?.source.body ?? '');
      const [fault] = validate(schema, document, [...specifiedRules, ...this.rules]);
      if (fault !== undefined) throw new PublicError(fault.message, { code: 'GRAPHQL_VALIDATION_FAILED' });
      if (caller === undefined) throw unauthenticated();
      this.limits.admitRequest(caller);
      this.limits.admitCost(caller, this.costs.of(schema, document, {}));
    } catch (error) {
      if (error instanceof PublicError) this.metrics.reject(error.code);
      throw error;
    }
    this.metrics.subscribed();
  }

  /** A document with operations of several kinds counts as what may run of it. */
  private kindOf(document: DocumentNode): OperationTypeNode {
    const known = this.kinds.get(document);
    if (known !== undefined) return known;
    const kinds = document.definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? [definition.operation] : [],
    );
    const { MUTATION, QUERY, SUBSCRIPTION } = OperationTypeNode;
    const kind = [MUTATION, QUERY, SUBSCRIPTION].find((candidate) => kinds.includes(candidate)) ?? QUERY;
    this.kinds.set(document, kind);
    return kind;
  }
}
