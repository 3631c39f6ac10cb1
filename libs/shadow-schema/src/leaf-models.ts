import { RE2JS } from 're2js';
import type { JsonObject, JsonValue } from '#thingcore/errors';
import { isReservedEnumName, toGraphqlName } from './graphql-names.js';
import { checkRange, countOf, numberOf, textOf } from './keywords.js';
import { SCHEMA_LIMITS } from './schema-limits.js';
import { type SchemaPath, schemaRefusal } from './schema-refusal.js';
import type { BooleanModel, NumberModel, TextChoice, TextModel, TextPattern } from './shadow-model.js';
import { TEXT_FORMATS } from './text-formats.js';

/** What a schema with the type `string` says. */
export function textModel(schema: JsonObject, path: SchemaPath, nullable: boolean, enumName: string): TextModel {
  const minLength = countOf(schema, 'minLength', path);
  const maxLength = countOf(schema, 'maxLength', path);
  checkRange({ low: minLength, high: maxLength }, path, 'minLength and maxLength');
  const choices = choicesOf(schema, path, isText);
  return {
    kind: 'text',
    nullable,
    minLength,
    maxLength,
    pattern: patternOf(schema, path),
    format: formatOf(schema, path),
    ...(choices === undefined ? {} : { choices: textChoices(choices, path), enumName }),
  };
}

/** What a schema with the type `number` or `integer` says. */
export function numberModel(schema: JsonObject, path: SchemaPath, nullable: boolean, isInteger: boolean): NumberModel {
  const minimum = numberOf(schema, 'minimum', path);
  const maximum = numberOf(schema, 'maximum', path);
  const exclusiveMinimum = numberOf(schema, 'exclusiveMinimum', path);
  const exclusiveMaximum = numberOf(schema, 'exclusiveMaximum', path);
  checkRange({ low: minimum, high: maximum }, path, 'minimum and maximum');
  checkRange({ low: exclusiveMinimum, high: exclusiveMaximum }, path, 'exclusiveMinimum and exclusiveMaximum');
  const choices = choicesOf(schema, path, isInteger ? isWhole : isNumber);
  return { kind: 'number', nullable, isInteger, minimum, maximum, exclusiveMinimum, exclusiveMaximum, choices };
}

/** What a schema with the type `boolean` says. */
export function booleanModel(schema: JsonObject, path: SchemaPath, nullable: boolean): BooleanModel {
  return { kind: 'boolean', nullable, choices: choicesOf(schema, path, isBoolean) };
}

/** The values of `enum`, or the one of `const`; null among them says nothing that `type` does not. */
function choicesOf<T extends JsonValue>(
  schema: JsonObject,
  path: SchemaPath,
  isOfType: (value: JsonValue) => value is T,
): T[] | undefined {
  const keyword = schema['const'] === undefined ? 'enum' : 'const';
  const given = keyword === 'const' ? [schema['const']] : schema['enum'];
  if (given === undefined) return undefined;
  if (!Array.isArray(given)) throw schemaRefusal([...path, keyword], 'must be a list of values');
  const choices = given.filter((value) => value !== null && value !== undefined);
  const alien = choices.find((value) => !isOfType(value));
  if (alien !== undefined) {
    throw schemaRefusal([...path, keyword], `${JSON.stringify(alien)} is not of the type that the schema says`);
  }
  if (choices.length === 0 || choices.length > SCHEMA_LIMITS.choices || new Set(choices).size < choices.length) {
    throw schemaRefusal([...path, keyword], `must be 1 to ${SCHEMA_LIMITS.choices} values, each of them once`);
  }
  return choices as T[];
}

function textChoices(texts: readonly string[], path: SchemaPath): TextChoice[] {
  const byName = new Map<string, string>();
  for (const text of texts) {
    const plain = toGraphqlName(text);
    const name = isReservedEnumName(plain) ? `${plain}_` : plain;
    const other = byName.get(name);
    if (other !== undefined) {
      throw schemaRefusal(
        [...path, 'enum'],
        `${JSON.stringify(other)} and ${JSON.stringify(text)} would both be ${name} in GraphQL: change one of them`,
      );
    }
    byName.set(name, text);
  }
  return [...byName].map(([name, text]) => ({ text, name }));
}

function patternOf(schema: JsonObject, path: SchemaPath): TextPattern | undefined {
  const source = textOf(schema, 'pattern', path);
  if (source === undefined) return undefined;
  const place = [...path, 'pattern'];
  if (source.length > SCHEMA_LIMITS.patternLength) {
    throw schemaRefusal(place, `must be at most ${SCHEMA_LIMITS.patternLength} characters`);
  }
  const program = compiled(source, place);
  if (program.programSize() > SCHEMA_LIMITS.patternProgram) {
    throw schemaRefusal(place, 'is too large: repeat less, as in x{2,20}');
  }
  return { source, matches: (text) => program.matcher(text).find() };
}

/** RE2: its time is linear in the text, so that no pattern can stop a service. */
function compiled(source: string, place: SchemaPath): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw schemaRefusal(
      place,
      `is no regular expression of RE2, which has no look-around and no back-references: ${reason}`,
    );
  }
}

function formatOf(schema: JsonObject, path: SchemaPath): string | undefined {
  const format = textOf(schema, 'format', path);
  if (format === undefined || TEXT_FORMATS.has(format)) return format;
  throw schemaRefusal(
    [...path, 'format'],
    `${format} is not supported: take one of ${[...TEXT_FORMATS.keys()].join(', ')}`,
  );
}

function isText(value: JsonValue): value is string {
  return typeof value === 'string';
}

function isNumber(value: JsonValue): value is number {
  return typeof value === 'number';
}

function isWhole(value: JsonValue): value is number {
  return Number.isInteger(value);
}

function isBoolean(value: JsonValue): value is boolean {
  return typeof value === 'boolean';
}
