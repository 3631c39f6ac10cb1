import type { JsonObject } from '#thingcore/errors';
import { type SchemaPath, schemaRefusal } from './schema-refusal.js';

/** The types of JSON Schema that a value can have here. */
export const TYPES = ['object', 'string', 'number', 'integer', 'boolean', 'array'] as const;

/** The type of a value; `any` when the schema does not say one. */
export type TypeName = (typeof TYPES)[number] | 'any';

/** Keywords that say something about every value; `title`, `default`, `examples` and `$comment` are for readers only. */
const EVERYWHERE = ['type', 'title', 'description', 'default', 'examples', '$comment', 'deprecated', 'readOnly'];

const BOUNDS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'enum', 'const'];

/** Keywords for one type only. JSON Schema passes over them elsewhere; here they are refused, as they have no effect. */
const OF_TYPE: Readonly<Record<TypeName, readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties'],
  string: ['minLength', 'maxLength', 'pattern', 'format', 'enum', 'const'],
  number: BOUNDS,
  integer: BOUNDS,
  boolean: ['enum', 'const'],
  array: ['items', 'minItems', 'maxItems'],
  any: [],
};

const AT_ROOT = ['$schema'];

/** Refuses keywords that would have no effect on a value of this type, the ones of JSON Schema that are not supported too. */
export function checkKeywords(schema: JsonObject, type: TypeName, path: SchemaPath, isRoot: boolean): void {
  const allowed = [...EVERYWHERE, ...OF_TYPE[type], ...(isRoot ? AT_ROOT : [])];
  for (const keyword of Object.keys(schema)) {
    if (allowed.includes(keyword)) continue;
    const what = type === 'any' ? 'a value without a type' : `the type ${type}`;
    throw schemaRefusal(
      [...path, keyword],
      `the keyword ${keyword} is not supported for ${what}: take it out, or use those that are: ${allowed.join(', ')}`,
    );
  }
}

/** A keyword that is a text, if it is there. */
export function textOf(schema: JsonObject, keyword: string, path: SchemaPath): string | undefined {
  const value = schema[keyword];
  if (value === undefined || typeof value === 'string') return value;
  throw schemaRefusal([...path, keyword], 'must be a text');
}

/** A keyword that is true or false, false when it is not there. */
export function flagOf(schema: JsonObject, keyword: string, path: SchemaPath): boolean {
  const value = schema[keyword] ?? false;
  if (typeof value === 'boolean') return value;
  throw schemaRefusal([...path, keyword], 'must be true or false');
}

/** A keyword that is a number, if it is there. */
export function numberOf(schema: JsonObject, keyword: string, path: SchemaPath): number | undefined {
  const value = schema[keyword];
  if (value === undefined || typeof value === 'number') return value;
  throw schemaRefusal([...path, keyword], 'must be a number');
}

/** A keyword that is a count, if it is there. */
export function countOf(schema: JsonObject, keyword: string, path: SchemaPath): number | undefined {
  const value = numberOf(schema, keyword, path);
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
  throw schemaRefusal([...path, keyword], 'must be a whole number of at least 0');
}

/** Refuses a range that no value can be in. */
export function checkRange(
  { low, high }: { low: number | undefined; high: number | undefined },
  path: SchemaPath,
  keywords: string,
): void {
  if (low === undefined || high === undefined || low <= high) return;
  throw schemaRefusal(path, `no value is in the range of ${keywords}: ${low} is more than ${high}`);
}

/** Whether it is a JSON object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
