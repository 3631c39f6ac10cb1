import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ExecutionResult, type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ERROR_CODES, type ErrorCode, isErrorCode } from '#thingcore/errors';
import { GATEWAY_CONFIG, type GatewayConfig, showsSchema } from '../gateway.config.js';
import { REQUEST_LIMITS } from '../requests/request-limits.js';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { ErrorTranslator, isRequestFault } from './error-translator.js';
import { PublicError, retryAfterOf, unsupportedMediaType } from './public-error.js';

/** An answer over HTTP: status and body. */
export interface ErrorAnswer {
  readonly statusCode: number;
  readonly response: FormattedExecutionResult;
}

/** What HTTP and GraphQL servers attach to the errors they raise themselves. */
export type TransportError = Error & { readonly statusCode?: number; readonly errors?: readonly Error[] };

/**
 * Answers with errors in them. An operation that was executed answers 200, whatever its errors; a request that could
 * not be executed 400, without a valid key 401.
 */
@Injectable()
export class ErrorAnswers {
  constructor(
    private readonly errors: ErrorTranslator,
    private readonly metrics: GatewayMetrics,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  /** The answer to a request that was executed, or found faulty while it was. */
  ofExecution(execution: ExecutionResult): ErrorAnswer {
    const errors = execution.errors ?? [];
    const isMalformed = !execution.data && errors.length > 0 && errors.every((error) => isRequestFault(error));
    return {
      statusCode: isMalformed ? 400 : 200,
      response: { data: execution.data ?? null, errors: errors.map((error) => this.format(error)) },
    };
  }

  /** Answers a request that is turned away before anything is executed. */
  async refuse(error: unknown, reply: FastifyReply): Promise<void> {
    const refusal = this.errors.translate(error);
    const statusCode = statusOf(refusal.code);
    const retryAfter = retryAfterOf(refusal);
    this.metrics.reject(refusal.code);
    if (statusCode === 401) reply.header('www-authenticate', 'Bearer');
    if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
    await reply.code(statusCode).send({ data: null, errors: [refusal.toJSON()] });
  }

  /** Answers a request that the HTTP or GraphQL server could not read, parse or validate. */
  async send(error: TransportError, _request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { statusCode = 500 } = error;
    if (statusCode >= 500) return this.refuse(error, reply);
    if (error.errors === undefined) return this.refuse(refused(statusCode, error.message), reply);
    const errors = error.errors.map((each) =>
      each instanceof GraphQLError ? this.format(each) : refused(statusCode, each.message).toJSON(),
    );
    this.metrics.reject('GRAPHQL_VALIDATION_FAILED');
    await reply.code(statusCode).send({ data: null, errors });
  }

  /** Whoever may not ask for the schema is not told names that are in it either. */
  private format(error: GraphQLError): GraphQLFormattedError {
    const formatted = this.errors.format(error);
    if (showsSchema(this.config)) return formatted;
    return { ...formatted, message: formatted.message.replace(/ Did you mean [^?]*\?/, '') };
  }
}

/** What the HTTP and GraphQL servers say in words of their own. */
const PLAIN_WORDS: ReadonlyMap<string, string> = new Map([
  ['Unknown query', 'The request holds no GraphQL document: send it as "query"'],
  ['body must be object', 'A request is one operation, an object with "query": send those of a batch one by one'],
]);

function refused(statusCode: number, message: string): PublicError {
  switch (statusCode) {
    case 413:
      return new PublicError(`A request has at most ${REQUEST_LIMITS.bodyBytes} bytes; send less at once`, {
        code: 'PayloadTooLarge',
        details: { maxBytes: REQUEST_LIMITS.bodyBytes },
      });
    case 415:
      return unsupportedMediaType();
    default:
      return new PublicError(PLAIN_WORDS.get(message) ?? message, { code: 'InvalidRequest' });
  }
}

function statusOf(code: string): number {
  if (code === 'UNAUTHENTICATED') return 401;
  if (code === 'FORBIDDEN') return 403;
  return isErrorCode(code) ? ERROR_CODES[code satisfies ErrorCode].httpStatus : 400;
}
