import { GraphQLError } from 'graphql';
import type { ErrorCode, JsonObject } from '#thingcore/errors';

/** The codes of errors that the gateway itself finds, beside those of the services. */
export type GatewayErrorCode = 'UNAUTHENTICATED' | 'FORBIDDEN' | 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED';

/** What an application can read in `extensions` of every error. */
export interface ErrorExtensions {
  readonly code: ErrorCode | GatewayErrorCode;
  /** What a program needs to react: the field at fault, the resource in conflict. */
  readonly details?: JsonObject;
  /** Under this id the logs of every service tell what happened. */
  readonly correlationId?: string;
  [extension: string]: unknown;
}

/** An error exactly as its caller may see it. */
export class PublicError extends GraphQLError {
  constructor(message: string, extensions: ErrorExtensions) {
    super(message, { extensions: { ...extensions } });
  }

  /** What stands in `extensions.code`. */
  get code(): ErrorExtensions['code'] {
    return this.extensions['code'] as ErrorExtensions['code'];
  }
}

/** The caller has no valid API key. The same for a missing and a wrong one: nothing is said about keys. */
export function unauthenticated(): PublicError {
  return new PublicError(
    'This API needs a valid API key: send "Authorization: Bearer <key>". The first administrator\'s key is in the file api-key of the data directory',
    { code: 'UNAUTHENTICATED' },
  );
}

/** The caller's role does not allow a mutation. */
export function forbidden(mutation: string): PublicError {
  return new PublicError(
    `The mutation ${mutation} needs a key with the role operator or admin; this one has the role viewer`,
    { code: 'FORBIDDEN', details: { mutation, role: 'viewer' } },
  );
}

/** The body of a request is something else than JSON. */
export function unsupportedMediaType(): PublicError {
  return new PublicError('A request is JSON: send "Content-Type: application/json"', { code: 'UnsupportedEncoding' });
}
