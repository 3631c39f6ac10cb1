import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ExecutionResult, type FormattedExecutionResult, GraphQLError } from 'graphql';
import { ERROR_CODES, type ErrorCode, isErrorCode } from '#thingcore/errors';
import { REQUEST_LIMITS } from '../requests/request-limits.js';
import { ErrorTranslator, isRequestFault } from './error-translator.js';
import { PublicError, unsupportedMediaType } from './public-error.js';

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
  constructor(private readonly errors: ErrorTranslator) {}

  /** The answer to a request that was executed, or found faulty while it was. */
  ofExecution(execution: ExecutionResult): ErrorAnswer {
    const errors = execution.errors ?? [];
    const isMalformed = !execution.data && errors.length > 0 && errors.every((error) => isRequestFault(error));
    return {
      statusCode: isMalformed ? 400 : 200,
      response: { data: execution.data ?? null, errors: errors.map((error) => this.errors.format(error)) },
    };
  }

  /** The answer to a request that was turned away before anything was executed. */
  ofRefusal(error: unknown): ErrorAnswer {
    const refusal = this.errors.translate(error);
    return { statusCode: statusOf(refusal.code), response: { data: null, errors: [refusal.toJSON()] } };
  }

  /** Answers a request that the HTTP or GraphQL server could not read, parse or validate. */
  async send(error: TransportError, _request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { statusCode, response } = this.ofTransportError(error);
    await reply.code(statusCode).send(response);
  }

  private ofTransportError(error: TransportError): ErrorAnswer {
    const { statusCode = 500 } = error;
    if (error.errors !== undefined && statusCode < 500) {
      const errors = error.errors.map((each) =>
        each instanceof GraphQLError ? this.errors.format(each) : refused(statusCode, each.message).toJSON(),
      );
      return { statusCode, response: { data: null, errors } };
    }
    if (statusCode >= 500) return this.ofRefusal(error);
    return { statusCode, response: { data: null, errors: [refused(statusCode, error.message).toJSON()] } };
  }
}

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
      return new PublicError(
        message === 'Unknown query' ? 'The request holds no GraphQL document: send it as "query"' : message,
        { code: 'InvalidRequest' },
      );
  }
}

function statusOf(code: string): number {
  if (code === 'UNAUTHENTICATED') return 401;
  if (code === 'FORBIDDEN') return 403;
  return isErrorCode(code) ? ERROR_CODES[code satisfies ErrorCode].httpStatus : 400;
}
