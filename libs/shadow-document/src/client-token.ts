import { type JsonObject, type JsonValue } from '#thingcore/errors';
import { getOwn, utf8Bytes } from './json-object.js';
import { shadowError } from './shadow-errors.js';
import { type ShadowLimits } from './shadow-limits.js';

/** The member `clientToken` of an answer: absent when the request had none. */
export function clientTokenMember(clientToken: string | undefined): { clientToken?: string } {
  return clientToken === undefined ? {} : { clientToken };
}

/** Reads the token of a request; throws `InvalidRequest` for what is no string or takes too many bytes. */
export function readClientToken(request: JsonObject, limits: ShadowLimits): string | undefined {
  const token = getOwn(request, 'clientToken');
  checkClientToken(token, limits);
  return token;
}

/** Throws `InvalidRequest` for what can be no token of a request. */
export function checkClientToken(
  token: JsonValue | undefined,
  { maxClientTokenBytes: maxBytes }: ShadowLimits,
): asserts token is string | undefined {
  if (token === undefined || (typeof token === 'string' && utf8Bytes(token) <= maxBytes)) return;
  // The refused token is not echoed: a client that matches answers by token could not have sent it.
  throw shadowError('InvalidRequest', 'invalidClientToken', undefined, { maxBytes });
}
