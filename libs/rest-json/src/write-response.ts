import type { NormalizedSchema } from '@smithy/core/schema';
import type { Operation } from './operation.js';
import { isInDocument } from './read-request.js';
import type { ModelStructure, ModelValue } from './read-document.js';

/** What goes back over HTTP. */
export interface HttpResponseParts {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** Writes the output of an operation, none of which has members in headers; members that the model does not know, and undefined ones, are left out. */
export function writeResponse({ status, output }: Operation, value: ModelStructure): HttpResponseParts {
  if (output.isUnitSchema()) return { status, headers: JSON_TYPE, body: '{}' };
  let code = status;
  let payload: [schema: NormalizedSchema, value: ModelValue] | undefined;
  for (const [name, member] of output.structIterator()) {
    const { httpPayload, httpResponseCode } = member.getMergedTraits();
    const given = value[name];
    if (httpPayload) payload = [member, given];
    else if (httpResponseCode && given !== undefined) code = given as number;
  }
  if (payload !== undefined) return { status: code, headers: JSON_TYPE, body: bodyOf(...payload) };
  const document = writeStructure(output, value, isInDocument);
  return { status: code, headers: JSON_TYPE, body: JSON.stringify(document) };
}

function bodyOf(schema: NormalizedSchema, value: ModelValue): Buffer | string {
  if (schema.isBlobSchema()) return Buffer.from((value ?? []) as Uint8Array);
  return JSON.stringify(writeDocument(schema, value ?? {}));
}

/** A value of a model's type as JSON. */
export function writeDocument(schema: NormalizedSchema, value: ModelValue): unknown {
  if (schema.isStructSchema()) return writeStructure(schema, value as ModelStructure);
  if (schema.isListSchema()) {
    const type = schema.getValueSchema();
    return (value as readonly ModelValue[]).map((one) => writeDocument(type, one));
  }
  if (schema.isMapSchema()) {
    const type = schema.getValueSchema();
    const entries = Object.entries(value as ModelStructure).filter(([, one]) => one !== undefined);
    return Object.fromEntries(entries.map(([key, one]) => [key, writeDocument(type, one)]));
  }
  // restJson1: seconds since the epoch.
  if (schema.isTimestampSchema()) return (value as Date).getTime() / 1_000;
  if (schema.isBlobSchema()) return Buffer.from(value as Uint8Array).toString('base64');
  return value;
}

function writeStructure(
  schema: NormalizedSchema,
  value: ModelStructure,
  isWanted: (member: NormalizedSchema) => boolean = () => true,
): unknown {
  const written: [string, unknown][] = [];
  for (const [name, member] of schema.structIterator()) {
    const given = value[name];
    if (given !== undefined && isWanted(member)) written.push([name, writeDocument(member, given)]);
  }
  return Object.fromEntries(written);
}
