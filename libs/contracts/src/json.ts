import type { JsonObject, JsonValue } from '#thingcore/errors';
import { z } from 'zod';

// Contracts travel as JSON, so what arrives is JSON already: walking every document again would only cost time.

/** Any JSON value, passed on as it is. */
export const jsonValue = z.custom<JsonValue>((value) => value !== undefined, 'must be a JSON value');

/** A JSON document of a shape that a pure library declares and its owner keeps, passed on as it is. */
export function document<T extends object>() {
  return z.custom<T>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be a JSON object',
  );
}

/** A JSON object, passed on as it is. */
export const jsonObject = document<JsonObject>();

/** Bytes of any kind: base64 text, since contracts travel as JSON. */
export const bytes = z.base64();
