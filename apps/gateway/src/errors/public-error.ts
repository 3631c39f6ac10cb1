import { GraphQLError } from 'graphql';
import type { ErrorCode, JsonObject } from '#thingcore/errors';

/** The codes of errors that the gateway itself finds, beside those of the services. */
export type GatewayErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'OPERATION_TOO_COSTLY'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'PERSISTED_QUERY_MISMATCH'
  | 'PERSISTED_QUERY_REQUIRED';

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

/** A token is not accepted. The reason may be seen by anybody, so it holds nothing of the token. */
export function tokenRefused(reason: string): PublicError {
  return new PublicError(`This token is not accepted: ${reason}`, { code: 'UNAUTHENTICATED' });
}

/** A token is valid, but none of its roles is one of this API. */
export function tokenWithoutRole(claim: string, roles: readonly string[]): PublicError {
  return new PublicError(`This token gives no role: its claim ${claim} must hold one of ${roles.join(', ')}`, {
    code: 'FORBIDDEN',
    details: { claim, roles: [...roles] },
  });
}

/** The caller's role does not allow a field: a mutation, or what is for some only. */
export function forbidden(name: string, allowed: readonly string[], role: string): PublicError {
  return new PublicError(`${name} needs the role ${allowed.join(' or ')}; this caller has the role ${role}`, {
    code: 'FORBIDDEN',
    details: { name, allowed: [...allowed], role },
  });
}

/** The body of a request is something else than JSON. */
export function unsupportedMediaType(): PublicError {
  return new PublicError('A request is JSON: send "Content-Type: application/json"', { code: 'UnsupportedEncoding' });
}

/** An operation costs more than any may. */
export function tooCostly(cost: number, maxCost: number): PublicError {
  return new PublicError(
    `This operation costs ${cost}, that is how many objects its answer may hold; at most ${maxCost} are allowed: ask for smaller pages ("first"), or for fewer lists inside lists`,
    { code: 'OPERATION_TOO_COSTLY', details: { cost, maxCost } },
  );
}

/** Somebody does something too often; `what` is that, `waitMs` when it may be done again. */
export function throttled(what: string, waitMs: number): PublicError {
  const retryAfterSeconds = Math.ceil(waitMs / 1_000);
  return new PublicError(`Too many ${what}: try again in ${retryAfterSeconds} s`, {
    code: 'Throttling',
    details: { retryAfterSeconds, retryAfterMs: waitMs },
  });
}

/** In how many seconds a request may come again, when its refusal says so. */
export function retryAfterOf({ extensions }: GraphQLError): number | undefined {
  const { details } = extensions as Partial<ErrorExtensions>;
  const seconds = details?.['retryAfterSeconds'];
  return typeof seconds === 'number' ? seconds : undefined;
}
