import { type NormalizedSchema } from '@smithy/core/schema';
import * as iot from '@aws-sdk/client-iot';
import * as data from '@aws-sdk/client-iot-data-plane';
import * as jobs from '@aws-sdk/client-iot-jobs-data-plane';
import fc from 'fast-check';
import { readModel } from './index.js';

const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
const options = { endpoint: 'http://localhost', region: 'us-east-1', credentials, maxAttempts: 1 };

interface Api {
  readonly exports: Record<string, unknown>;
  readonly model: ReturnType<typeof readModel>;
  /** A client of the SDK whose requests go to `handle`. */
  readonly client: (handle: Handle) => { send(command: unknown): Promise<Record<string, unknown>> };
}

/** What an SDK sends, in the form that `@smithy/types` has for it. */
export interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

type Handle = (request: SdkRequest) => Promise<{ response: unknown }>;

function api(exports: unknown, Client: new (options: never) => unknown): Api {
  const known = exports as Record<string, unknown>;
  return {
    exports: known,
    model: readModel(known),
    client: (handle) => {
      const requestHandler = { handle, metadata: { handlerProtocol: 'http/1.1' } };
      return new Client({ ...options, requestHandler } as never) as ReturnType<Api['client']>;
    },
  };
}

/** The APIs of the field, by the name of their service in signatures. */
export const APIS: Readonly<Record<string, Api>> = {
  iot: api(iot, iot.IoTClient),
  iotdata: api(data, data.IoTDataPlaneClient),
  'iot-jobs-data': api(jobs, jobs.IoTJobsDataPlaneClient),
};

const text = fc
  .string({ minLength: 1, unit: 'grapheme' })
  .filter((one) => one.trim() === one && !/\p{Surrogate}/u.test(one));
/** The SDK loses the one name that sets the prototype of an object. */
const mapKey = text.filter((one) => one !== '__proto__');
/** Visible US-ASCII, as headers carry it. */
const headerText = fc.stringMatching(/^[!-~]{1,20}$/);

/** Values of a model's type. */
export function valuesOf(schema: NormalizedSchema, depth = 0): fc.Arbitrary<unknown> {
  if (schema.isUnionSchema()) {
    const members = [...schema.structIterator()];
    return fc.oneof(...members.map(([name, one]) => valuesOf(one, depth + 1).map((value) => ({ [name]: value }))));
  }
  if (schema.isStructSchema()) return structuresOf(schema, depth);
  if (schema.isListSchema()) return fc.array(valuesOf(schema.getValueSchema(), depth + 1), { maxLength: 2 });
  if (schema.isMapSchema()) return fc.dictionary(mapKey, valuesOf(schema.getValueSchema(), depth + 1), { maxKeys: 2 });
  if (schema.isTimestampSchema()) return fc.integer({ min: 0, max: 4_000_000_000 }).map((s) => new Date(s * 1_000));
  if (schema.isBlobSchema()) return fc.uint8Array({ maxLength: 8 });
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isNumericSchema()) return fc.integer({ min: 0, max: 1_000_000 });
  const { httpHeader, mediaType } = schema.getMergedTraits();
  if (mediaType !== undefined) return fc.json({ maxDepth: 1 });
  return httpHeader === undefined ? text : headerText;
}

/** A static structure lists its required members first and says how many they are; labels are required too. */
function requiredKeysOf(schema: NormalizedSchema): string[] {
  const [, , , , names = [], , count = 0] = schema.getSchema() as unknown as [0, 0, 0, 0, string[], 0, number];
  const labels = [...schema.structIterator()].filter(([, one]) => one.getMergedTraits().httpLabel);
  return [...new Set([...names.slice(0, count), ...labels.map(([name]) => name)])];
}

function structuresOf(schema: NormalizedSchema, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const requiredKeys = requiredKeysOf(schema);
  const members = Object.fromEntries(
    [...schema.structIterator()]
      .filter(([name]) => depth < 3 || requiredKeys.includes(name))
      .map(([name, one]) => [name, valuesOf(one, depth + 1)]),
  );
  return fc.record(members, { requiredKeys, noNullPrototype: true });
}
