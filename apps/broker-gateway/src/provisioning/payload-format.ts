import { isUtf8 } from 'node:buffer';
import { decode, type DecodeOptions, encode, Tokenizer } from 'cborg';
import { IotError } from '#thingcore/errors';
import type { PayloadFormat } from '#thingcore/topics';

/** What a provisioning request has at most, in bytes: a request for a certificate of the largest key has a fifth of it. */
export const MAX_REQUEST_BYTES = 32_768;

/** Items of a CBOR payload, containers among them: parameters are flat, so whoever nests is up to something. */
const MAX_CBOR_ITEMS = 1_024;
const MAX_CBOR_CONTAINERS = 16;

/** RFC 8949, section 5.4: what JSON could not hold, or what two readers could understand in two ways, is refused. */
const CBOR_OPTIONS: DecodeOptions = {
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
  retainStringBytes: true,
};

/**
 * Reads the object in a payload. An empty payload holds an empty object.
 *
 * @throws `InvalidRequest` of the field `payload` when it is too large, malformed, or no object
 */
export function decodePayload(format: PayloadFormat, payload: Uint8Array): Readonly<Record<string, unknown>> {
  if (payload.length > MAX_REQUEST_BYTES) {
    throw unreadable(`The payload has ${payload.length} bytes; a request has at most ${MAX_REQUEST_BYTES}`);
  }
  if (payload.length === 0) return {};
  const document = format === 'json' ? decodeJson(payload) : decodeCbor(payload);
  if (!isObject(document)) throw unreadable(`The payload is no ${objectOf(format)} but ${kindOf(document)}`);
  return document;
}

/** What a decoded value is, for a person. */
export function kindOf(document: unknown): string {
  if (document === null) return 'null';
  if (Array.isArray(document)) return 'a list';
  if (typeof document === 'object') return document instanceof Uint8Array ? 'bytes' : 'an object';
  return `a ${typeof document}`;
}

/** Writes a document as its format has it. */
export function encodePayload(format: PayloadFormat, document: object): Buffer {
  return Buffer.from(format === 'json' ? JSON.stringify(document) : encode(document));
}

function decodeJson(payload: Uint8Array): unknown {
  if (!isUtf8(payload)) throw unreadable('The payload is no JSON: it is no UTF-8');
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8')) as unknown;
  } catch {
    // What the parser says quotes the payload, which may hold a token.
    throw unreadable('The payload is no JSON: use an object such as {"certificateOwnershipToken":"..."}');
  }
}

function decodeCbor(payload: Uint8Array): unknown {
  try {
    return decode(payload, { ...CBOR_OPTIONS, tokenizer: new BoundedTokenizer(new Uint8Array(payload), CBOR_OPTIONS) });
  } catch (error) {
    if (error instanceof IotError) throw error;
    throw unreadable('The payload is no CBOR: use one map with text keys, and nothing behind it');
  }
}

/** Stops at what would cost more to decode than a request is worth: the decoder goes as deep as what it reads. */
class BoundedTokenizer extends Tokenizer {
  private items = 0;
  private containers = 0;

  override next() {
    const token = super.next();
    const isContainer = token.type.name === 'map' || token.type.name === 'array' || token.type.name === 'tag';
    if (isContainer) this.containers++;
    if (++this.items > MAX_CBOR_ITEMS || this.containers > MAX_CBOR_CONTAINERS) {
      throw unreadable(
        `The payload has more than ${MAX_CBOR_ITEMS} CBOR items, or more than ${MAX_CBOR_CONTAINERS} maps and lists`,
      );
    }
    if (token.type.name === 'string' && token.byteValue !== undefined && !isUtf8(token.byteValue)) {
      throw unreadable('The payload is no CBOR: a text in it is no UTF-8');
    }
    return token;
  }
}

function isObject(document: unknown): document is Record<string, unknown> {
  return (
    typeof document === 'object' && document !== null && !Array.isArray(document) && !(document instanceof Uint8Array)
  );
}

function objectOf(format: PayloadFormat): string {
  return format === 'json' ? 'JSON object' : 'CBOR map';
}

function unreadable(message: string): IotError {
  return new IotError('InvalidRequest', message, { details: { field: 'payload' } });
}
