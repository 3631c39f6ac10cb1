import { createHash } from 'node:crypto';
import { IotError } from '#thingcore/errors';
import type { ModelStructure } from '#thingcore/rest-json';

/** What requests and answers call the place in a list: tokens or, in older operations, markers. */
const GIVEN = ['nextToken', 'marker'];
const ANSWERED = ['nextToken', 'nextMarker'];

const CHECK_BYTES = 6;

/** The token of an operation for the place in its list that is behind this key: it says nothing to clients, and lasts. */
export function toToken(operation: string, key: string): string {
  return Buffer.concat([checkOf(operation, key), Buffer.from(key)]).toString('base64url');
}

/**
 * An input with the key that its token is about.
 *
 * @throws `InvalidRequest` for a token that this operation has never answered
 */
export function withKey(operation: string, input: ModelStructure): ModelStructure {
  const member = GIVEN.find((name) => typeof input[name] === 'string' && input[name] !== '');
  return member === undefined ? input : { ...input, [member]: keyOf(operation, member, input[member] as string) };
}

/** An output with a token in the place of the key behind which its list goes on. */
export function withToken(operation: string, output: ModelStructure): ModelStructure {
  const member = ANSWERED.find((name) => typeof output[name] === 'string');
  return member === undefined ? output : { ...output, [member]: toToken(operation, output[member] as string) };
}

function keyOf(operation: string, member: string, token: string): string {
  const bytes = Buffer.from(token, 'base64url');
  const key = bytes.subarray(CHECK_BYTES).toString();
  if (key !== '' && toToken(operation, key) === token) return key;
  const message = `'${member}' is not one that an earlier page of ${operation} has answered`;
  throw new IotError('InvalidRequest', message, { details: { field: member } });
}

/** No secret: it tells a token of this operation from one of another, and from what was mistyped. */
function checkOf(operation: string, key: string): Buffer {
  return createHash('sha256').update(`${operation}\n${key}`).digest().subarray(0, CHECK_BYTES);
}
