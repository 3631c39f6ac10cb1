import type { JsonObject, JsonValue } from '#thingcore/errors';
import { toGraphqlName, toPascalCase } from './graphql-names.js';
import { checkKeywords, checkRange, countOf, flagOf, isJsonObject, textOf, type TypeName, TYPES } from './keywords.js';
import { booleanModel, numberModel, textModel } from './leaf-models.js';
import { SCHEMA_LIMITS } from './schema-limits.js';
import { type SchemaPath, schemaRefusal } from './schema-refusal.js';
import type { AnyModel, FieldModel, ListModel, ObjectModel, ValueModel } from './shadow-model.js';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

const ANY: AnyModel = { kind: 'any', nullable: true };

/** A schema, where it stands, and what its value is called. */
interface Place {
  readonly path: SchemaPath;
  /** `Schedule` for the property `schedule`; nothing for the whole state. */
  readonly name: string;
  readonly depth: number;
}

/** Reads JSON Schemas of the shadows of one type; throws `InvalidRequest` for what is not supported, with its place. */
export class SchemaReader {
  private fields = 0;
  /** Names of GraphQL types that were given, and what they were given to. */
  private readonly typeNames = new Map<string, string>();

  /** Gives a type of GraphQL its name; throws when another one has it. */
  claim(typeName: string, path: SchemaPath): string {
    const other = this.typeNames.get(typeName);
    if (other !== undefined) {
      throw schemaRefusal(path, `its GraphQL type would be ${typeName}, as that of ${other}: rename one of them`);
    }
    this.typeNames.set(typeName, path.join('.'));
    return typeName;
  }

  /** All names that were given. */
  get claimed(): string[] {
    return [...this.typeNames.keys()];
  }

  /** The schema of the state of a shadow, which is an object; `prefix` begins the names of its GraphQL types. */
  readRoot(schema: JsonValue | undefined, path: SchemaPath, prefix: string): ObjectModel {
    if (!isJsonObject(schema))
      throw schemaRefusal(path, 'must be a JSON Schema, as in { "type": "object", "properties": {} }');
    const draft = schema['$schema'];
    if (draft !== undefined && draft !== DRAFT) throw schemaRefusal([...path, '$schema'], `must be ${DRAFT}`);
    if (schema['type'] !== 'object')
      throw schemaRefusal([...path, 'type'], 'must be "object": the state of a shadow is one');
    return this.readObject(schema, { path, name: '', depth: 1 }, prefix, false);
  }

  private readValue(schema: JsonValue | undefined, place: Place, prefix: string): ValueModel {
    const { path } = place;
    if (schema === true) return ANY;
    if (!isJsonObject(schema)) throw schemaRefusal(path, 'must be a JSON Schema, as in { "type": "number" }');
    const { type, nullable } = typeOf(schema, path);
    if (type === 'object') return this.readObject(schema, place, prefix, nullable);
    checkKeywords(schema, type, path, false);
    switch (type) {
      case 'string': {
        const model = textModel(schema, path, nullable, `${prefix}${place.name}`);
        if (model.enumName !== undefined) this.claim(model.enumName, path);
        return model;
      }
      case 'number':
      case 'integer':
        return numberModel(schema, path, nullable, type === 'integer');
      case 'boolean':
        return booleanModel(schema, path, nullable);
      case 'array':
        return this.readList(schema, place, prefix, nullable);
      case 'any':
        return ANY;
    }
  }

  private readList(schema: JsonObject, place: Place, prefix: string, nullable: boolean): ListModel {
    const { path } = place;
    checkDepth(place);
    const minItems = countOf(schema, 'minItems', path);
    const maxItems = countOf(schema, 'maxItems', path);
    checkRange({ low: minItems, high: maxItems }, path, 'minItems and maxItems');
    const below = { path: [...path, 'items'], name: place.name, depth: place.depth + 1 };
    return {
      kind: 'list',
      nullable,
      items: this.readValue(schema['items'] ?? true, below, prefix),
      minItems,
      maxItems,
    };
  }

  private readObject(schema: JsonObject, place: Place, prefix: string, nullable: boolean): ObjectModel {
    const { path, name } = place;
    checkKeywords(schema, 'object', path, name === '');
    checkDepth(place);
    const properties = schema['properties'] ?? {};
    if (!isJsonObject(properties)) throw schemaRefusal([...path, 'properties'], 'must be an object of JSON Schemas');
    const required = requiredOf(schema, properties, path);
    const fields = Object.entries(properties).map(([property, value]) =>
      this.readField(property, value, { ...place, path: [...path, 'properties', property] }, prefix, required),
    );
    checkNames(fields, [...path, 'properties']);
    return {
      kind: 'object',
      nullable,
      fields,
      others: this.readOthers(schema, place, prefix),
      typeName: this.claim(`${prefix}State${name}`, path),
      inputName: this.claim(`${prefix}Desired${name}Input`, path),
    };
  }

  private readField(
    property: string,
    schema: JsonValue,
    { path, name, depth }: Place,
    prefix: string,
    required: ReadonlySet<string>,
  ): FieldModel {
    checkProperty(property, path);
    this.fields++;
    if (this.fields > SCHEMA_LIMITS.fields) {
      throw schemaRefusal(
        path,
        `the schemas of a type have at most ${SCHEMA_LIMITS.fields} properties: this is one more`,
      );
    }
    const value = this.readValue(schema, { path, name: `${name}${toPascalCase(property)}`, depth: depth + 1 }, prefix);
    const about = isJsonObject(schema) ? schema : {};
    return {
      property,
      name: toGraphqlName(property),
      description: textOf(about, 'description', path) ?? textOf(about, 'title', path),
      isDeprecated: flagOf(about, 'deprecated', path),
      isReadOnly: flagOf(about, 'readOnly', path),
      isRequired: required.has(property),
      value,
    };
  }

  private readOthers(schema: JsonObject, { path, name, depth }: Place, prefix: string): ValueModel | undefined {
    const others = schema['additionalProperties'] ?? true;
    if (others === false) return undefined;
    const below = { path: [...path, 'additionalProperties'], name: `${name}Other`, depth: depth + 1 };
    return this.readValue(others, below, prefix);
  }
}

/** A type, or a type and `null`. */
function typeOf(schema: JsonObject, path: SchemaPath): { type: TypeName; nullable: boolean } {
  const given = schema['type'];
  if (given === undefined) return { type: 'any', nullable: true };
  const names: JsonValue[] = Array.isArray(given) ? given : [given];
  const types = names.filter((name) => name !== 'null');
  const type = TYPES.find((known) => known === types[0]);
  if (type !== undefined && types.length === 1) return { type, nullable: types.length < names.length };
  throw schemaRefusal(
    [...path, 'type'],
    `${JSON.stringify(given)} is not supported: it must be one of ${TYPES.join(', ')}, or one of them in a list with "null"`,
  );
}

function requiredOf(schema: JsonObject, properties: JsonObject, path: SchemaPath): ReadonlySet<string> {
  const required = schema['required'] ?? [];
  const place = [...path, 'required'];
  if (!Array.isArray(required)) throw schemaRefusal(place, 'must be a list of names of properties');
  for (const name of required) {
    if (typeof name === 'string' && Object.hasOwn(properties, name)) continue;
    throw schemaRefusal(place, `${JSON.stringify(name)} is none of its properties: add it to them`);
  }
  return new Set(required as string[]);
}

function checkProperty(property: string, path: SchemaPath): void {
  if (property === '__proto__' || property === '' || property.length > SCHEMA_LIMITS.propertyLength) {
    throw schemaRefusal(
      path,
      `the name of a property must be 1 to ${SCHEMA_LIMITS.propertyLength} characters, and not __proto__`,
    );
  }
}

function checkNames(fields: readonly FieldModel[], path: SchemaPath): void {
  const properties = new Map<string, string>();
  for (const { name, property } of fields) {
    const other = properties.get(name);
    if (other !== undefined) {
      throw schemaRefusal(
        [...path, property],
        `would be ${name} in GraphQL, as ${JSON.stringify(other)} is: rename one of them`,
      );
    }
    properties.set(name, property);
  }
}

function checkDepth({ path, depth }: Place): void {
  if (depth <= SCHEMA_LIMITS.depth) return;
  throw schemaRefusal(
    path,
    `objects and arrays may be ${SCHEMA_LIMITS.depth} deep inside each other: this is one more`,
  );
}
