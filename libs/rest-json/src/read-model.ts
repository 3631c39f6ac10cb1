import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from '@smithy/types';
import type { DeclaredError, Operation } from './operation.js';

/** What stands first in the schema of an operation and of an error; @smithy/core, "static schemas". */
const OPERATION = 9;
const ERROR = -3;

/** The model of an API: what the npm package of its client exports at run time. */
export interface ApiModel {
  /** In the order of their names. */
  readonly operations: readonly Operation[];
  readonly errors: readonly DeclaredError[];
}

/** Reads the model out of the exports of a generated client, e.g. `await import('@aws-sdk/client-iot')`. */
export function readModel(exports: Readonly<Record<string, unknown>>): ApiModel {
  const operations: Operation[] = [];
  const errors: DeclaredError[] = [];
  for (const one of Object.values(exports)) {
    if (!Array.isArray(one)) continue;
    const schema = one as unknown[];
    if (schema[0] === OPERATION) operations.push(toOperation(schema));
    else if (schema[0] === ERROR && isDeclared(schema)) errors.push(toError(schema));
  }
  return { operations: operations.sort(byName), errors: errors.sort(byName) };
}

function toOperation([, , name, traits, input, output]: unknown[]): Operation {
  const [method, path, status] = (traits as { http: [string, string, number] }).http;
  return {
    name: name as string,
    method,
    path,
    status,
    input: NormalizedSchema.of(input as SchemaRef),
    output: NormalizedSchema.of(output as SchemaRef),
  };
}

/** The base class of all exceptions of a client has a schema too, which no service ever sends. */
function isDeclared([, , , traits]: unknown[]): boolean {
  return typeof traits === 'object' && traits !== null && 'httpError' in traits;
}

function toError([, , name, traits, members]: unknown[]): DeclaredError {
  const { httpError } = traits as { httpError: number };
  return { name: name as string, status: httpError, members: members as string[] };
}

function byName(left: { name: string }, right: { name: string }): number {
  return left.name < right.name ? -1 : 1;
}
