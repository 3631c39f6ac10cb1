import { toIndex, toText } from '../conversions.js';
import { type Evaluation } from '../evaluation.js';
import { EvaluationAborted } from '../evaluation-aborted.js';
import { parseJson } from '../json-parse.js';
import { jsonText } from '../json-text.js';
import { MAX_TRANSFORM_BYTES, MEMBER_WORK } from '../limits.js';
import { isArray, isObject, member, type SqlObject, type SqlValue } from '../values.js';
import { charactersOf } from './string-functions.js';
import { type FunctionGroup } from './sql-function.js';

/** AWS: element of an Array, character of a String (both from 0), member of an Object by a String key, unconverted. */
function get([container, key]: readonly SqlValue[], { dialect }: Evaluation): SqlValue {
  if (isObject(container)) return typeof key === 'string' ? member(container, key) : undefined;
  if (!isArray(container) && typeof container !== 'string') return undefined;
  const index = toIndex(key, dialect);
  if (index === undefined) return undefined;
  return typeof container === 'string' ? charactersOf(container)[index] : container[index];
}

const BASE64 = /^[A-Za-z0-9+/]*(={0,2})$/;

/** Whether a text is base64 as RFC 4648 writes it. The padding may be absent, but not be short. */
function isBase64(text: string): boolean {
  const padding = BASE64.exec(text)?.[1];
  return padding !== undefined && (padding === '' ? text.length % 4 !== 1 : text.length % 4 === 0);
}

function encode([value, scheme]: readonly SqlValue[]): SqlValue {
  const text = toText(value);
  return text === undefined ? undefined : encodeBytes(Buffer.from(text, 'utf8'), scheme);
}

/** Bytes by an encoding scheme, of which base64 is the only one. The compiler calls it for `encode(*, scheme)`. */
export function encodeBytes(bytes: Uint8Array, scheme: SqlValue): SqlValue {
  return isBase64Scheme(scheme) ? Buffer.from(bytes).toString('base64') : undefined;
}

/** AWS: the decoded text, parsed when it is JSON (scalars too); Null when it cannot be decoded. */
function decode([value, scheme]: readonly SqlValue[], { dialect }: Evaluation): SqlValue {
  if (!isBase64Scheme(scheme)) return undefined;
  const encoded = toText(value);
  if (encoded === undefined) return undefined;
  if (!isBase64(encoded)) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const parsed = parseJson(text, dialect);
  return parsed === 'invalid' ? text : parsed.value;
}

function isBase64Scheme(scheme: SqlValue): boolean {
  return typeof scheme === 'string' && scheme.toLowerCase() === 'base64';
}

/** AWS: `transform('enrichArray', object, array)`; on a key clash the object wins (the guide is silent). */
function transform([mode, attributes, values]: readonly SqlValue[], evaluation: Evaluation): SqlValue {
  if (mode !== 'enrichArray' || !isObject(attributes) || !isArray(values)) return undefined;
  const added = Object.keys(attributes).length;
  const enriched: SqlObject[] = [];
  for (const value of values) {
    if (!isObject(value)) return undefined;
    evaluation.spend((added + Object.keys(value).length) * MEMBER_WORK);
    enriched.push({ ...value, ...attributes });
  }
  if (Buffer.byteLength(jsonText(enriched, MAX_TRANSFORM_BYTES)) > MAX_TRANSFORM_BYTES) {
    throw new EvaluationAborted('limit', `The result of transform() is over ${MAX_TRANSFORM_BYTES} bytes`);
  }
  return enriched;
}

/** Functions of Null, Undefined, structure and encoding. */
export const STRUCTURE_FUNCTIONS: FunctionGroup = {
  isnull: { arity: [1, 1], call: ([value]) => value === null },
  isundefined: { arity: [1, 1], since2016: true, call: ([value]) => value === undefined },
  get: { arity: [2, 2], call: get },
  encode: { arity: [2, 2], since2016: true, call: encode },
  decode: { arity: [2, 2], since2016: true, call: decode },
  transform: { arity: [3, 3], since2016: true, modeFirst: true, call: transform },
};
