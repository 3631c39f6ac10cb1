import { type JsonObject } from '#thingcore/errors';
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
  if (token === undefined) return undefined;
  if (typeof token !== 'string' || utf8Bytes(token) > limits.maxClientTokenBytes) {
    // The refused token is not echoed: a client that matches answers by token could not have sent it.
    throw shadowError('InvalidRequest', 'invalidClientToken', undefined, { maxBytes: limits.maxClientTokenBytes });
  }
  return token;
}
