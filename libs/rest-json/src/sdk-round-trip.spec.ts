import { HttpResponse } from '@smithy/protocol-http';
import fc from 'fast-check';
import { OperationRouter, readRequest, writeError, writeResponse } from './index.js';
import { APIS, type SdkRequest, valuesOf } from './models.fixture.js';

const EVERY = Object.entries(APIS).flatMap(([service, { model }]) =>
  model.operations.map((operation) => ({ service, name: operation.name, operation })),
);
const RUNS = { numRuns: 3 };

const partsOf = ({ query, headers, body }: SdkRequest) => ({
  query: new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one ?? ''])),
  ),
  headers,
  body: Buffer.from(body ?? ''),
});

describe('an operation of the model', () => {
  it('is known: 272 of the control plane, 11 of the data plane, 5 of the jobs', () => {
    expect(Object.values(APIS).map(({ model }) => model.operations.length)).toEqual([272, 11, 5]);
  });

  it.each(EVERY)('$service $name is read as the SDK sends it', async ({ service, name, operation }) => {
    const { exports, model, client } = APIS[service]!;
    const router = new OperationRouter(model.operations, new Set(['Publish']));
    const Command = exports[`${name}Command`] as new (input: unknown) => unknown;
    await fc.assert(
      fc.asyncProperty(valuesOf(operation.input), async (input) => {
        let read: unknown;
        const sdk = client((request) => {
          const routed = router.route(request.method, request.path);
          expect(routed?.operation.name).toBe(name);
          read = routed && readRequest(routed, partsOf(request));
          return Promise.reject(new Error('read'));
        });
        await expect(sdk.send(new Command(input))).rejects.toThrow('read');
        expect(plain(ofCaller(operation.input, read))).toEqual(
          plain(ofCaller(operation.input, sent(operation.input, input))),
        );
      }),
      RUNS,
    );
  });

  it.each(EVERY)('$service $name is answered as the SDK reads it', async ({ service, name, operation }) => {
    const { exports, client } = APIS[service]!;
    const Command = exports[`${name}Command`] as new (input: unknown) => unknown;
    await fc.assert(
      fc.asyncProperty(valuesOf(operation.input), valuesOf(operation.output), async (input, output) => {
        const told = operation.output.isUnitSchema()
          ? {}
          : (ofCaller(operation.output, output) as Record<string, unknown>);
        const { status, headers, body } = writeResponse(operation, told);
        const sdk = client(() =>
          Promise.resolve({ response: new HttpResponse({ statusCode: status, headers, body: Buffer.from(body) }) }),
        );
        const { $metadata, ...answer } = await sdk.send(new Command(input));
        expect($metadata).toBeDefined();
        expect(plain(ofCaller(operation.output, answer))).toEqual(plain(sent(operation.output, told)));
      }),
      RUNS,
    );
  });
});

describe('an error of the model', () => {
  it.each(Object.entries(APIS).flatMap(([service, { model }]) => model.errors.map((error) => ({ service, ...error }))))(
    '$service $name is what the SDK throws',
    async ({ service, name, status }) => {
      const { exports, model, client } = APIS[service]!;
      const [operation] = model.operations;
      const { headers, body } = writeError({ name, status, message: 'why' });
      const sdk = client(() =>
        Promise.resolve({ response: new HttpResponse({ statusCode: status, headers, body: Buffer.from(body) }) }),
      );
      const Command = exports[`${operation!.name}Command`] as new (input: unknown) => unknown;
      const [input] = fc.sample(valuesOf(operation!.input), { numRuns: 1, seed: 1 });
      await expect(sdk.send(new Command(input))).rejects.toMatchObject({
        name,
        message: 'why',
        $metadata: { httpStatusCode: status },
      });
    },
  );
});

type Schema = (typeof EVERY)[number]['operation']['input'];

/** What of a structure travels: an empty list in the query is nothing, a payload that is absent is one of no bytes. */
function sent(schema: Schema, value: unknown): unknown {
  if (schema.isUnitSchema()) return {};
  const given = value as Record<string, unknown>;
  const members = [...schema.structIterator()].map(([name, member]) => {
    const { httpQuery, httpPayload } = member.getMergedTraits();
    const one = given[name];
    if (httpPayload && member.isBlobSchema()) return [name, one ?? Buffer.alloc(0)];
    return [name, httpQuery !== undefined && Array.isArray(one) && one.length === 0 ? undefined : one];
  });
  return Object.fromEntries(members) as unknown;
}

/** A value without what the SDK makes up. */
function ofCaller(schema: Schema, value: unknown): unknown {
  if (schema.isUnitSchema()) return value;
  const given = value as Record<string, unknown>;
  const isMadeUp = (name: string) => {
    const { idempotencyToken, httpResponseCode } = schema.getMemberSchema(name).getMergedTraits();
    return Boolean(idempotencyToken ?? httpResponseCode);
  };
  return Object.fromEntries(Object.entries(given).filter(([name]) => !isMadeUp(name)));
}

/** Bytes as base64, so that a Buffer and a Uint8Array compare; no bytes are nothing, as the SDK has it. */
function plain(value: unknown): unknown {
  if (value === null || (value instanceof Uint8Array && value.length === 0)) return undefined;
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('base64')}`;
  if (value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, one]) => [name, plain(one)])
      .filter(([, one]) => one !== undefined),
  );
}
