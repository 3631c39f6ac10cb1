import { IotError } from '#thingcore/errors';

/** Where in a schema something is: names of keywords and properties. */
export type SchemaPath = readonly string[];

/** A schema that cannot be used: `message` says what is wrong and what would not be. */
export function schemaRefusal(path: SchemaPath, message: string): IotError {
  const field = path.join('.');
  return new IotError('InvalidRequest', `${field}: ${message}`, { details: { field } });
}
