import type { NormalizedSchema } from '@smithy/core/schema';
import { RequestFault } from './request-fault.js';

/** A value of a model's type: timestamps are a `Date`, blobs a `Buffer`, structures and maps objects. */
export type ModelValue = unknown;

/** A structure of a model: its members by name, without those that are absent. */
export type ModelStructure = Readonly<Record<string, ModelValue>>;

/**
 * Reads a JSON value as the type that the model wants. Members that the model does not know are left out, and null is the
 * same as nothing, as AWS services have it.
 *
 * @throws RequestFault for the first value of another type
 */
export function readDocument(schema: NormalizedSchema, json: unknown, at: string): ModelValue {
  if (schema.isUnionSchema()) return readUnion(schema, json, at);
  if (schema.isStructSchema()) return readStructure(schema, json, at);
  if (schema.isListSchema()) return readList(schema, json, at);
  if (schema.isMapSchema()) return readMap(schema, json, at);
  if (schema.isTimestampSchema()) return readTimestamp(json, at);
  if (schema.isBlobSchema()) return readBlob(json, at);
  const type = schema.isBooleanSchema() ? 'boolean' : schema.isNumericSchema() ? 'number' : 'string';
  if (typeof json !== type) throw otherType(at, `a ${type}`, json);
  return json;
}

/** Reads the members of a structure that are in the document; `isElsewhere` says which are not looked for there. */
export function readStructure(
  schema: NormalizedSchema,
  json: unknown,
  at: string,
  isElsewhere: (member: NormalizedSchema) => boolean = () => false,
): ModelStructure {
  const given = asObject(json, at);
  const read: [string, ModelValue][] = [];
  for (const [name, member] of schema.structIterator()) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || value === null || isElsewhere(member)) continue;
    read.push([name, readDocument(member, value, memberPath(at, name))]);
  }
  const structure = Object.fromEntries(read);
  if (at !== '') requireMembers(schema, structure, at);
  return structure;
}

/** @throws RequestFault when a member that the model requires is not there */
export function requireMembers(schema: NormalizedSchema, structure: ModelStructure, at: string): void {
  for (const name of requiredMembers(schema)) {
    if (structure[name] !== undefined) continue;
    const path = memberPath(at, name);
    throw new RequestFault(
      path,
      `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
    );
  }
}

/** The path of a member of the structure at `at`. */
export function memberPath(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}

/** A static structure lists its required members first and says how many they are. */
function requiredMembers(schema: NormalizedSchema): readonly string[] {
  const [, , , , names, , count] = schema.getSchema() as unknown as [0, 0, 0, 0, string[], 0, number?];
  return names.slice(0, count ?? 0);
}

function readUnion(schema: NormalizedSchema, json: unknown, at: string): ModelValue {
  const structure = readStructure(schema, json, at);
  if (Object.keys(structure).length === 1) return structure;
  const names = [...schema.structIterator()].map(([name]) => name).join(', ');
  throw new RequestFault(at, `${quoted(at)} must have exactly one of ${names}`);
}

function readList(schema: NormalizedSchema, json: unknown, at: string): ModelValue {
  if (!Array.isArray(json)) throw otherType(at, 'a list', json);
  const type = schema.getValueSchema();
  return json.map((one: unknown, index) => readDocument(type, one, `${at}[${index}]`));
}

function readMap(schema: NormalizedSchema, json: unknown, at: string): ModelValue {
  const type = schema.getValueSchema();
  const entries = Object.entries(asObject(json, at)).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.map(([key, value]) => [key, readDocument(type, value, memberPath(at, key))]));
}

/** restJson1: seconds since the epoch, fractions too. */
function readTimestamp(json: unknown, at: string): Date {
  const time = new Date(typeof json === 'number' ? json * 1_000 : NaN);
  if (Number.isNaN(time.getTime())) throw otherType(at, 'a time in seconds since the epoch', json);
  return time;
}

function readBlob(json: unknown, at: string): Buffer {
  if (typeof json !== 'string' || !isBase64(json)) throw otherType(at, 'base64', json);
  return Buffer.from(json, 'base64');
}

/** Whether a text is base64, padded. */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function asObject(json: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw otherType(at, 'an object', json);
  return json as Record<string, unknown>;
}

function otherType(at: string, wanted: string, given: unknown): RequestFault {
  return new RequestFault(at, `${quoted(at)} must be ${wanted}, not ${describe(given)}`);
}

function quoted(at: string): string {
  return at === '' ? 'The body' : `'${at}'`;
}

function describe(json: unknown): string {
  if (json === null) return 'null';
  if (Array.isArray(json)) return 'a list';
  return typeof json === 'object' ? 'an object' : `a ${typeof json}`;
}
