import { IotError } from '#thingcore/errors';

/**
 * The JSON text of a payload; undefined stays undefined. Errors: `InvalidRequest` when it cannot be said in JSON (a
 * cycle, a bigint).
 */
export function toJson(pattern: string, payload: unknown): string | undefined {
  try {
    return JSON.stringify(payload);
  } catch (cause) {
    throw new IotError('InvalidRequest', `A payload of ${pattern} cannot be sent: it is no JSON (${String(cause)})`, {
      cause,
    });
  }
}

/**
 * A copy as the other end of the transport sees it. Local payloads make this trip too: a date that becomes a string
 * over Redis becomes one in process, and nobody shares an object with its caller.
 */
export function jsonCopy(pattern: string, payload: unknown): unknown {
  return fromJson(toJson(pattern, payload));
}

/** The payload of a text made by {@link toJson}. */
export function fromJson(text: string | undefined): unknown {
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}
