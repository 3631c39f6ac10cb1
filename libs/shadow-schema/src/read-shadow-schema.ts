import type { JsonObject, JsonValue } from '#thingcore/errors';
import { isTypeName, toCamelCase, toGraphqlName, toPascalCase, toPlural } from './graphql-names.js';
import { isJsonObject, textOf } from './keywords.js';
import { SCHEMA_LIMITS } from './schema-limits.js';
import { type SchemaPath, schemaRefusal } from './schema-refusal.js';
import { SchemaReader } from './schema-reader.js';
import type { ShadowValidation, TypedShadow, TypedThing, TypedThingNames } from './shadow-model.js';

/** The field of commands and mutations that holds the schemas of a type. */
const FIELD = 'shadowSchema';

const KEYS = ['graphqlName', 'validation', 'classic', 'named'];

/** The names that a named shadow has in AWS and here. */
const SHADOW_NAME = /^[$a-zA-Z0-9:_-]{1,64}$/;

/** A thing type with all names that it takes in GraphQL. */
export interface ReadSchema {
  readonly thing: TypedThing;
  /** The names of its GraphQL types. */
  readonly typeNames: readonly string[];
}

/**
 * Reads what a thing type says of its shadows:
 *
 *     { "graphqlName": "Thermostat", "validation": "GRAPHQL" | "ALL", "classic": {JSON Schema}, "named": { "config": {…} } }
 *
 * Throws `InvalidRequest` for what is not supported; `details.field` is its place.
 */
export function readShadowSchema(thingTypeName: string, document: JsonValue): ReadSchema {
  const path = [FIELD];
  if (!isJsonObject(document)) throw schemaRefusal(path, 'must be an object with the JSON Schemas of shadows');
  checkSize(document);
  for (const key of Object.keys(document)) {
    if (!KEYS.includes(key)) throw schemaRefusal([...path, key], `is unknown: take it out, or use ${KEYS.join(', ')}`);
  }
  const reader = new SchemaReader();
  const names = namesOf(thingTypeName, document);
  for (const name of [names.type, names.edge, names.connection]) reader.claim(name, path);
  const shadows = shadowsOf(document, reader, names);
  if (shadows.some(({ shadowName }) => shadowName !== undefined)) reader.claim(names.namedShadows, path);
  return {
    thing: { thingTypeName, validation: validationOf(document), names, shadows },
    typeNames: reader.claimed,
  };
}

function checkSize(document: JsonObject): void {
  const bytes = Buffer.byteLength(JSON.stringify(document));
  if (bytes <= SCHEMA_LIMITS.bytes) return;
  throw schemaRefusal([FIELD], `must be at most ${SCHEMA_LIMITS.bytes} bytes as JSON: it has ${bytes}`);
}

function validationOf(document: JsonObject): ShadowValidation {
  const validation = document['validation'] ?? 'GRAPHQL';
  if (validation === 'GRAPHQL' || validation === 'ALL') return validation;
  throw schemaRefusal(
    [FIELD, 'validation'],
    'must be "GRAPHQL", which validates what applications and rules desire, or "ALL", which validates MQTT clients too',
  );
}

function namesOf(thingTypeName: string, document: JsonObject): TypedThingNames {
  const path = [FIELD, 'graphqlName'];
  const given = textOf(document, 'graphqlName', [FIELD]);
  const type = given ?? toPascalCase(thingTypeName);
  if (!isTypeName(type)) {
    throw schemaRefusal(
      path,
      given === undefined
        ? `the thing type ${thingTypeName} needs a name for GraphQL: give one, as in "Thermostat"`
        : `${JSON.stringify(given)} is no name of a GraphQL type: it must be 1 to 64 letters and digits, and begin with a capital`,
    );
  }
  const one = toCamelCase(type);
  return {
    type,
    one,
    many: toPlural(one),
    edge: `${type}Edge`,
    connection: `${type}Connection`,
    namedShadows: `${type}NamedShadows`,
  };
}

function shadowsOf(document: JsonObject, reader: SchemaReader, names: TypedThingNames): TypedShadow[] {
  const shadows: TypedShadow[] = [];
  if (document['classic'] !== undefined) {
    shadows.push(shadowOf(document['classic'], reader, [FIELD, 'classic'], { type: names.type }));
  }
  const named = document['named'] ?? {};
  if (!isJsonObject(named))
    throw schemaRefusal([FIELD, 'named'], 'must be an object of JSON Schemas by the names of shadows');
  const entries = Object.entries(named);
  if (entries.length > SCHEMA_LIMITS.namedShadows) {
    throw schemaRefusal([FIELD, 'named'], `must have at most ${SCHEMA_LIMITS.namedShadows} shadows`);
  }
  for (const [shadowName, schema] of entries) {
    const path = [FIELD, 'named', shadowName];
    if (!SHADOW_NAME.test(shadowName))
      throw schemaRefusal(path, `${JSON.stringify(shadowName)} is no name of a shadow`);
    shadows.push(shadowOf(schema, reader, path, { type: names.type, shadowName }));
  }
  if (shadows.length === 0) throw schemaRefusal([FIELD], 'needs a JSON Schema: give "classic", "named", or both');
  checkFields(shadows);
  return shadows;
}

function shadowOf(
  schema: JsonValue | undefined,
  reader: SchemaReader,
  path: SchemaPath,
  { type, shadowName }: { type: string; shadowName?: string },
): TypedShadow {
  const prefix = shadowName === undefined ? type : `${type}${toPascalCase(shadowName)}`;
  const state = reader.readRoot(schema, path, prefix);
  const shadow = shadowName === undefined ? prefix : `${prefix}Shadow`;
  const names = {
    field: shadowName === undefined ? undefined : toGraphqlName(shadowName),
    type: shadowName === undefined ? type : reader.claim(shadow, path),
    update: `update${shadow}`,
    updateInput: reader.claim(`Update${shadow}Input`, path),
    updatePayload: reader.claim(`Update${shadow}Payload`, path),
  };
  const description = isJsonObject(schema)
    ? (textOf(schema, 'description', path) ?? textOf(schema, 'title', path))
    : undefined;
  return { shadowName, description, state, names };
}

function checkFields(shadows: readonly TypedShadow[]): void {
  const shadowNames = new Map<string, string>();
  for (const { shadowName, names } of shadows) {
    if (shadowName === undefined || names.field === undefined) continue;
    const other = shadowNames.get(names.field);
    if (other !== undefined) {
      throw schemaRefusal(
        [FIELD, 'named', shadowName],
        `would be ${names.field} in GraphQL, as ${other} is: rename one of them`,
      );
    }
    shadowNames.set(names.field, shadowName);
  }
}
