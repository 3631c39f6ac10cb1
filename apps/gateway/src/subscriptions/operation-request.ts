import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { PublicError } from '../errors/public-error.js';

const operationRequest = z.object({
  query: z.string().min(1),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/** An operation as a client sends it. */
export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables?: Record<string, unknown> | undefined;
}

/** The operation in the body of a POST, or in the query string of a GET. Throws `InvalidRequest` when there is none. */
export function operationOf({ method, body, query }: FastifyRequest): OperationRequest {
  const { data } = operationRequest.safeParse(method === 'GET' ? fromQueryString(query) : body);
  if (data === undefined) {
    throw new PublicError(
      'Send { query, operationName?, variables? }, with the query as text and variables as object',
      {
        code: 'InvalidRequest',
      },
    );
  }
  const { operationName, variables } = data;
  return { query: data.query, operationName: operationName ?? undefined, variables: variables ?? undefined };
}

function fromQueryString(query: unknown): unknown {
  const { variables, ...rest } = query as Record<string, unknown>;
  if (typeof variables !== 'string') return rest;
  try {
    return { ...rest, variables: JSON.parse(variables) as unknown };
  } catch {
    return undefined;
  }
}
