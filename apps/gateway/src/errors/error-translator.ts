import { Injectable } from '@nestjs/common';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { IotError } from '#thingcore/errors';
import { IdGenerator, Logger } from '#thingcore/platform';
import { currentCorrelationId } from '#thingcore/transport';
import { publicMessageOf } from './field-names.js';
import { PublicError } from './public-error.js';

/**
 * The one place that decides what a caller sees of an error: errors of the house with their code, message and details,
 * faults in the request with the place, everything else as `Internal`, logged here with its stack.
 */
@Injectable()
export class ErrorTranslator {
  constructor(
    private readonly logger: Logger,
    private readonly ids: IdGenerator,
  ) {}

  /** What a caller may see of something that was thrown. What it already may see stays as it is. */
  translate(error: unknown): PublicError {
    if (error instanceof PublicError) return error;
    const correlationId = currentCorrelationId() ?? this.ids.uuid();
    if (error instanceof IotError) {
      const { code, details } = error;
      return new PublicError(publicMessageOf(error), {
        code,
        ...(details === undefined ? {} : { details }),
        correlationId,
      });
    }
    this.logger.error('A GraphQL request failed', {
      correlationId,
      stack: error instanceof Error ? error.stack : String(error),
    });
    return new PublicError('Internal service failure', { code: 'Internal', correlationId });
  }

  /** An error of parsing, validation or execution as it stands in the answer. */
  format(error: GraphQLError): GraphQLFormattedError {
    const { message, extensions } = isRequestFault(error)
      ? new PublicError(error.message, { code: requestFaultCode(error) })
      : this.translate(error.originalError ?? error);
    return {
      message,
      ...(error.locations === undefined ? {} : { locations: error.locations }),
      ...(error.path === undefined ? {} : { path: error.path }),
      extensions,
    };
  }
}

/**
 * Whether the request itself is at fault: an error of GraphQL's own before any field was resolved, or about the
 * arguments of one (then the inner error points into the document).
 */
export function isRequestFault(error: GraphQLError): boolean {
  const cause = error.originalError ?? error;
  if (!(cause instanceof GraphQLError) || cause instanceof PublicError) return false;
  return error.path === undefined || (cause !== error && cause.nodes !== undefined);
}

function requestFaultCode(error: GraphQLError): 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED' {
  return error.message.startsWith('Syntax Error') ? 'GRAPHQL_PARSE_FAILED' : 'GRAPHQL_VALIDATION_FAILED';
}
