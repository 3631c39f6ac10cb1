import { IotError } from '#thingcore/errors';

/** Deeper than this the engine decides, which finds a cycle. */
const MOST_LEVELS = 100;

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
 * over Redis becomes one in process, and nobody shares an object with its caller. What JSON has a word for is copied
 * without the text in between, which would take three times as long; anything else goes through the text. Errors: those
 * of {@link toJson}.
 */
export function jsonCopy(pattern: string, payload: unknown): unknown {
  return copyOf(pattern, payload, 0);
}

/** The payload of a text made by {@link toJson}. */
export function fromJson(text: string | undefined): unknown {
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

function copyOf(pattern: string, value: unknown, level: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      // JSON has neither a negative zero nor what is not finite.
      return Number.isFinite(value) ? value + 0 : null;
    case 'object':
      if (value === null) return null;
      if (level > MOST_LEVELS || !isPlain(value)) return fromJson(toJson(pattern, value));
      return Array.isArray(value) ? copyOfArray(pattern, value, level) : copyOfObject(pattern, value, level);
    default:
      return fromJson(toJson(pattern, value));
  }
}

function copyOfArray(pattern: string, array: readonly unknown[], level: number): unknown[] {
  const copy: unknown[] = [];
  for (let index = 0; index < array.length; index++) copy.push(copyOf(pattern, array[index], level + 1) ?? null);
  return copy;
}

function copyOfObject(pattern: string, object: object, level: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(object)) {
    const copied = copyOf(pattern, member, level + 1);
    if (copied === undefined) continue;
    if (key !== '__proto__') copy[key] = copied;
    else Object.defineProperty(copy, key, { value: copied, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

/** Whether JSON says all of an object by its members. */
function isPlain(value: object): boolean {
  if ('toJSON' in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
