import { validateHeaderName, validateHeaderValue } from 'node:http';
import { IotError } from '#thingcore/errors';
import { z } from 'zod';
import type { ActionInput, ActionScope } from '../action.js';
import { actionText } from '../action-text.js';
import { fieldError } from '../parse-fields.js';

/** AWS: `HttpActionHeader`. */
export const httpHeadersSchema = z
  .array(z.strictObject({ key: z.string().min(1).max(256), value: z.string().max(8192) }))
  .max(100, 'at most 100 headers');

/** Headers that belong to the request itself or to the connection it travels on. */
const RESERVED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers for one message, their names in lower case. Errors: `InvalidRequest`. */
export type HttpHeaders = (input: ActionInput) => Promise<Record<string, string>>;

/** Compiles the headers of an HTTP action: names are fixed, values may hold templates. */
export function compileHttpHeaders(headers: z.output<typeof httpHeadersSchema>, scope: ActionScope): HttpHeaders {
  const compiled = headers.map(({ key, value }, index) => {
    const name = key.toLowerCase();
    const problem = nameProblem(name);
    if (problem !== undefined) throw fieldError(`${scope.path}.headers.${index}.key`, problem);
    return { name, value: actionText(value, `headers.${index}.value`, scope, (text) => valueProblem(name, text)) };
  });
  return async (input) => {
    const filled: Record<string, string> = {};
    for (const { name, value } of compiled) {
      const text = await value(input);
      const earlier = filled[name];
      filled[name] = earlier === undefined ? text : `${earlier}, ${text}`;
    }
    return filled;
  };
}

/** Refuses headers that the signature of the request brings itself. Errors: `InvalidRequest`. */
export function refuseSignedHeaders(headers: z.output<typeof httpHeadersSchema>, scope: ActionScope): void {
  for (const [index, { key }] of headers.entries()) {
    if (!/^(authorization|x-amz-date|x-amz-content-sha256|x-amz-security-token)$/i.test(key)) continue;
    throw fieldError(`${scope.path}.headers.${index}.key`, `"${key}" is set by auth.sigv4; leave one of them out`);
  }
}

function nameProblem(name: string): string | undefined {
  try {
    validateHeaderName(name);
  } catch {
    return `"${name}" is no name of a header`;
  }
  return RESERVED.has(name) ? `"${name}" belongs to the connection; leave it out` : undefined;
}

/** The value itself is not said: it may be a secret. */
function valueProblem(name: string, text: string): string | undefined {
  try {
    validateHeaderValue(name, text);
    return undefined;
  } catch {
    return `the value of the header "${name}" holds characters that no header may have`;
  }
}

/** AWS: a header `content-type` of the rule comes first, whatever the case it is written in. */
export function withContentType(headers: Record<string, string>, isJson: boolean): Record<string, string> {
  return { 'content-type': isJson ? 'application/json' : 'application/octet-stream', ...headers };
}

/** The text of a payload that goes into a batch. AWS: UTF-8 payloads only. Errors: `InvalidRequest`. */
export function batchElement(bytes: Uint8Array, isJson: boolean): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return isJson ? text : JSON.stringify(text);
  } catch {
    throw new IotError(
      'InvalidRequest',
      "A batch takes payloads in UTF-8 only; turn enableBatching off, or send encode(*, 'base64')",
    );
  }
}
