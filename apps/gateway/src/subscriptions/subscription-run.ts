import {
  createSourceEventStream,
  type DocumentNode,
  execute,
  type ExecutionResult,
  getOperationAST,
  type GraphQLSchema,
  OperationTypeNode,
  parse,
} from 'graphql';
import { PublicError } from '../errors/public-error.js';
import type { SubscriptionContext } from '../requests/gateway-context.js';
import type { OperationRequest } from './operation-request.js';
import type { StreamedResult } from './event-stream.js';

/** What is needed to run an operation. */
export interface SubscriptionRunOptions {
  readonly schema: GraphQLSchema;
  readonly operation: OperationRequest;
  readonly context: SubscriptionContext;
  /** Checks the text before it is parsed, and the document afterwards. */
  readonly gate: {
    checkText(text: string): void;
    subscribe(schema: GraphQLSchema, document: DocumentNode, context: object): void;
  };
  /** What clients are shown of a result. */
  readonly format: (result: ExecutionResult) => StreamedResult['result'];
}

/**
 * Subscribes and answers the results as they come.
 *
 * @throws what clients are to be told: that the operation is faulty, or what the field says to its arguments
 */
export async function runSubscription({
  schema,
  operation,
  context,
  gate,
  format,
}: SubscriptionRunOptions): Promise<AsyncIterator<StreamedResult, undefined>> {
  gate.checkText(operation.query);
  const document = parse(operation.query);
  checkKind(document, operation.operationName);
  gate.subscribe(schema, document, context);
  const args = {
    ...{ schema, document, contextValue: context },
    operationName: operation.operationName,
    variableValues: operation.variables,
  };
  const events = await createSourceEventStream(args);
  if (!isEventStream(events)) return refusal(format(events));
  const source: AsyncIterator<unknown, unknown> = events[Symbol.asyncIterator]();
  return {
    next: async () => {
      const event = await source.next();
      if (event.done === true) return { value: undefined, done: true };
      const result = await execute({ ...args, rootValue: event.value });
      return { value: { result: format(result), cursor: cursorOf(event.value) }, done: false };
    },
    return: async () => {
      await source.return?.();
      return { value: undefined, done: true };
    },
  };
}

function checkKind(document: DocumentNode, operationName: string | undefined): void {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation === OperationTypeNode.SUBSCRIPTION) return;
  throw new PublicError(
    operation === undefined || operation === null
      ? 'Say with operationName which operation of the document is meant'
      : `Only subscriptions are answered with a stream of events: send a ${operation.operation} to /graphql`,
    { code: 'InvalidRequest' },
  );
}

function isEventStream(outcome: AsyncIterable<unknown> | ExecutionResult): outcome is AsyncIterable<unknown> {
  return Symbol.asyncIterator in outcome;
}

/** One result with what is wrong, and the end. */
function refusal(result: StreamedResult['result']): AsyncIterator<StreamedResult, undefined> {
  const results = [{ result }].values();
  return { next: () => Promise.resolve(results.next() as IteratorResult<StreamedResult, undefined>) };
}

/** Where an event stands in what can be resumed. */
function cursorOf(event: unknown): string | undefined {
  const { cursor } = event as { cursor?: unknown };
  return typeof cursor === 'string' ? cursor : undefined;
}
