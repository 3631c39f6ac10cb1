import { type JsonValue } from '#thingcore/errors';
import { shadowError } from './shadow-errors.js';

/**
 * Reads a request payload. Throws `UnsupportedEncoding` for bytes that are not UTF-8 and `InvalidRequest` for what is no
 * JSON, the empty payload included. Of duplicate keys the last one wins; numbers become IEEE 754 doubles.
 */
export function parseJsonPayload(payload: string | Uint8Array): JsonValue {
  const text = typeof payload === 'string' ? payload : decodeUtf8(payload);
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    const reason = (error as SyntaxError).message;
    throw shadowError('InvalidRequest', 'invalidJson', undefined, { reason }, error);
  }
}

// Not `fatal` by default: it would put U+FFFD for broken bytes and store a text that nobody sent.
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch (error) {
    throw shadowError('UnsupportedEncoding', 'unsupportedEncoding', undefined, {}, error);
  }
}
