import type { NormalizedSchema } from '@smithy/core/schema';
import type { Routed } from './operation-router.js';
import {
  isBase64,
  type ModelStructure,
  type ModelValue,
  readDocument,
  readStructure,
  requireMembers,
} from './read-document.js';
import { RequestFault } from './request-fault.js';

/** A request as it came. */
export interface HttpRequestParts {
  readonly query: URLSearchParams;
  /** By name, in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * Reads the input of an operation: each member from where the model has it travel.
 *
 * @throws RequestFault for the first member that is missing or of another type
 */
export function readRequest({ operation, labels }: Routed, { query, headers, body }: HttpRequestParts): ModelStructure {
  const { input } = operation;
  if (input.isUnitSchema()) return {};
  const read: [string, ModelValue][] = [];
  let hasPayload = false;
  for (const [name, member] of input.structIterator()) {
    const { httpLabel, httpQuery, httpHeader, httpPayload } = member.getMergedTraits();
    if (httpLabel) read.push([name, fromText(member, decodeLabel(labels.get(name) ?? '', name), name)]);
    else if (httpQuery !== undefined) read.push([name, fromQuery(member, query.getAll(httpQuery), name)]);
    else if (httpHeader !== undefined) read.push([name, fromHeader(member, headers[httpHeader.toLowerCase()], name)]);
    else if (httpPayload) {
      hasPayload = true;
      read.push([name, fromPayload(member, body, name)]);
    }
  }
  const elsewhere = Object.fromEntries(read.filter(([, value]) => value !== undefined));
  const structure = hasPayload ? elsewhere : { ...elsewhere, ...fromBody(input, body) };
  requireMembers(input, structure, '');
  return structure;
}

/** Whether a member travels in the document. */
export function isInDocument(member: NormalizedSchema): boolean {
  const { httpLabel, httpQuery, httpHeader, httpPayload, httpResponseCode } = member.getMergedTraits();
  return !httpLabel && httpQuery === undefined && httpHeader === undefined && !httpPayload && !httpResponseCode;
}

function fromBody(input: NormalizedSchema, body: Buffer): ModelStructure {
  const hasDocument = [...input.structIterator()].some(([, member]) => isInDocument(member));
  if (!hasDocument || body.length === 0) return {};
  return readStructure(input, parseJson(body), '', (member) => !isInDocument(member));
}

function fromPayload(member: NormalizedSchema, body: Buffer, name: string): ModelValue {
  if (member.isBlobSchema()) return body;
  return body.length === 0 ? undefined : readDocument(member, parseJson(body), name);
}

function fromQuery(member: NormalizedSchema, values: readonly string[], name: string): ModelValue {
  if (member.isListSchema()) {
    const type = member.getValueSchema();
    return values.length === 0 ? undefined : values.map((value) => fromText(type, value, name));
  }
  return values[0] === undefined ? undefined : fromText(member, values[0], name);
}

function fromHeader(member: NormalizedSchema, value: string | readonly string[] | undefined, name: string): ModelValue {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : value.join(',');
  if (member.getMergedTraits().mediaType === undefined) return fromText(member, text, name);
  // Smithy: a string with a media type travels as base64 in a header.
  if (!isBase64(text)) throw new RequestFault(name, `'${name}' must be base64 in the header`);
  return Buffer.from(text, 'base64').toString();
}

function fromText(member: NormalizedSchema, text: string, name: string): ModelValue {
  if (member.isBooleanSchema()) return fromWord(text, name);
  if (member.isNumericSchema()) return fromDigits(text, name);
  if (member.isTimestampSchema()) return fromDateTime(text, name);
  return text;
}

function fromWord(text: string, name: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new RequestFault(name, `'${name}' must be true or false, not '${text}'`);
}

function fromDigits(text: string, name: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) return number;
  throw new RequestFault(name, `'${name}' must be a number, not '${text}'`);
}

/** restJson1: a timestamp in a query or header that says nothing else is a date and time of ISO 8601. */
function fromDateTime(text: string, name: string): Date {
  const time = new Date(/^\d{4}-\d{2}-\d{2}T/.test(text) ? text : NaN);
  if (!Number.isNaN(time.getTime())) return time;
  throw new RequestFault(name, `'${name}' must be a date and time like 2026-01-31T12:00:00Z, not '${text}'`);
}

function decodeLabel(text: string, name: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RequestFault(name, `'${name}' is not properly percent-encoded in the path`);
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    throw new RequestFault('', 'The body is not JSON');
  }
}
