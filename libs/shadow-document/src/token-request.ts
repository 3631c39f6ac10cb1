import { type JsonValue } from '#thingcore/errors';
import { readClientToken } from './client-token.js';
import { isJsonObject } from './json-object.js';
import { parseJsonPayload } from './json-payload.js';
import { SHADOW_LIMITS, type ShadowLimits } from './shadow-limits.js';

/** A request to get or delete a shadow: nothing but the token to answer with. */
export interface TokenRequest {
  clientToken?: string;
}

/**
 * Reads the payload of a get or delete request. Uncertain in AWS: what a payload other than empty or `{"clientToken"}`
 * does. It is ignored here, for the topic alone says what is asked. Only a token that cannot be echoed is refused with
 * `InvalidRequest`, because the client would wait in vain for an answer that carries it.
 */
export function parseTokenRequest(payload: string | Uint8Array, limits: ShadowLimits = SHADOW_LIMITS): TokenRequest {
  const value = parseLeniently(payload);
  if (!isJsonObject(value)) return {};
  const clientToken = readClientToken(value, limits);
  return clientToken === undefined ? {} : { clientToken };
}

function parseLeniently(payload: string | Uint8Array): JsonValue | undefined {
  try {
    return parseJsonPayload(payload);
  } catch {
    return undefined;
  }
}
