import { type IotError, type SerializedIotError } from '#thingcore/errors';
import { toJson } from './json-copy.js';

/**
 * A request as it travels: `[id, pattern, milliseconds to live, correlation id, payload, traceparent]`. The payload is
 * absent if undefined; the W3C `traceparent` is there within a trace only, and never without a payload before it.
 */
export type WireRequest = [
  id: number,
  pattern: string,
  ttlMs: number,
  correlationId: string,
  payload?: unknown,
  traceparent?: string,
];

/** A reply as it travels: `[id, 1, result]` or `[id, 0, error]`; an undefined result is absent. */
export type WireReply = [id: number, isSuccess: 0 | 1, result?: unknown];

/** An event as it travels: `[correlation id, payload, traceparent]`, as a request has them. */
export type WireEvent = [correlationId: string, payload?: unknown, traceparent?: string];

/** The fields of a stream entry that carries requests: where to reply, and the requests. */
export const REPLY_TO_FIELD = 'r';

/** The field of a stream entry that carries its messages, as one JSON array. */
export const BATCH_FIELD = 'b';

/** Encodes a request whose payload is JSON already. */
export function encodeRequest(
  id: number,
  pattern: string,
  ttlMs: number,
  correlationId: string,
  body: string | undefined,
  traceparent?: string,
): string {
  return encodeTail(`[${id},${JSON.stringify(pattern)},${ttlMs},${JSON.stringify(correlationId)}`, body, traceparent);
}

/** Encodes what a handler returned. Errors: `InvalidRequest` when it is no JSON. */
export function encodeResult(id: number, pattern: string, result: unknown): string {
  const body = toJson(pattern, result);
  return body === undefined ? `[${id},1]` : `[${id},1,${body}]`;
}

/** Encodes what a handler threw. */
export function encodeFailure(id: number, error: IotError): string {
  const body: SerializedIotError = error.toJSON();
  return `[${id},0,${JSON.stringify(body)}]`;
}

/** Encodes an event. Errors: `InvalidRequest` when the payload is no JSON. */
export function encodeEvent(pattern: string, correlationId: string, payload: unknown, traceparent?: string): string {
  return encodeTail(`[${JSON.stringify(correlationId)}`, toJson(pattern, payload), traceparent);
}

/** A `traceparent` is hexadecimal with hyphens: nothing in it needs an escape. */
function encodeTail(head: string, body: string | undefined, traceparent: string | undefined): string {
  if (body === undefined) return `${head}]`;
  return traceparent === undefined ? `${head},${body}]` : `${head},${body},"${traceparent}"]`;
}

/** Joins encoded messages into the body of an entry. */
export function joinBatch(items: readonly string[]): string {
  return `[${items.join(',')}]`;
}

/** Reads the body of an entry or of a reply message; what this library wrote, so its shape is not checked again. */
export function splitBatch<Message>(body: string): Message[] {
  return JSON.parse(body) as Message[];
}
