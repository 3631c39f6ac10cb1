import type { NormalizedSchema } from '@smithy/core/schema';
import fc from 'fast-check';
import type { Operation } from '#thingcore/rest-json';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { API_SERVICES, type ApiName } from './api-services.js';
import { AwsSdk } from './aws-sdk.fixture.js';
import { type RawRequest, signedRequest } from './signed-request.fixture.js';

/** How often each operation is asked for; what fails is shown with the seed that brings it again. */
const RUNS = 4;

/** Whoever has its token confirms a destination, unsigned, at a path of another part of the gateway. */
const UNSIGNED = 'ConfirmTopicRuleDestination';

const SERVICES: Readonly<Record<ApiName, string>> = { control: 'iot', data: 'iotdata', jobs: 'iot-jobs-data' };

/** JSON of another kind than the model wants, or of its kind and without measure. */
const wrongValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    1e300,
    0.5,
    '',
    ' ',
    [],
    {},
    [null],
    [[[]]],
    { a: { b: {} } },
    '\u0000',
    '\ud800',
  ),
  fc.constantFrom('a'.repeat(300), 'ü'.repeat(70_000), '{"a":', '%', '..', '$aws/x', '__proto__', 'arn:aws:iot'),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Texts that a path, a query or a header could hold. */
const wrongTexts = fc.constantFrom(
  ...['a', '', ' ', 'a'.repeat(2_000), 'a/b', '%', '..', '-1', '1e9', 'NaN', 'true', 'ü', '$aws', '"', '2026-13-45T99'],
);

/** A value of the model's type but for what is wrong somewhere in it. */
function almost(schema: NormalizedSchema, depth: number): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 1, arbitrary: wrongValues }, { weight: 3, arbitrary: typed(schema, depth) });
}

function typed(schema: NormalizedSchema, depth: number): fc.Arbitrary<unknown> {
  if (depth > 3) return wrongValues;
  if (schema.isStructSchema()) return documentOf(schema, depth, () => true);
  if (schema.isListSchema()) return fc.array(almost(schema.getValueSchema(), depth + 1), { maxLength: 2 });
  if (schema.isMapSchema()) {
    return fc.dictionary(fc.constantFrom('a', '__proto__', ''), almost(schema.getValueSchema(), depth + 1));
  }
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isNumericSchema() || schema.isTimestampSchema()) return fc.double();
  return fc.constantFrom('a', 'lamp', '', 'ACTIVE', '{}', 'AAAA');
}

function documentOf(
  schema: NormalizedSchema,
  depth: number,
  isWanted: (member: NormalizedSchema) => boolean,
): fc.Arbitrary<object> {
  const members = [...schema.structIterator()].filter(([, member]) => isWanted(member));
  return fc.record(Object.fromEntries(members.map(([name, member]) => [name, almost(member, depth + 1)])), {
    requiredKeys: [],
  });
}

/** Requests for an operation with members that are missing, wrong or too large. */
function requestsFor(operation: Operation, service: string): fc.Arbitrary<RawRequest> {
  const members = operation.input.isUnitSchema() ? [] : [...operation.input.structIterator()];
  const queries = members.flatMap(([, member]) => member.getMergedTraits().httpQuery ?? []);
  const headers = members.flatMap(([, member]) => member.getMergedTraits().httpHeader ?? []);
  const isInBody = (member: NormalizedSchema) => {
    const { httpLabel, httpQuery, httpHeader } = member.getMergedTraits();
    return !httpLabel && httpQuery === undefined && httpHeader === undefined;
  };
  const document = operation.input.isUnitSchema() ? fc.constant({}) : documentOf(operation.input, 0, isInBody);
  const texts = (names: readonly string[], text: fc.Arbitrary<string>): fc.Arbitrary<Record<string, string>> =>
    fc.dictionary(fc.constantFrom('none', ...names), text, { maxKeys: names.length, noNullPrototype: true });
  const body = fc.oneof(
    { weight: 3, arbitrary: document.map((one) => JSON.stringify(one)) },
    { weight: 1, arbitrary: fc.constantFrom('', '{', '[]', 'null', '"a"', '\u0000', 'x'.repeat(200_000)) },
  );
  const label = fc.constantFrom('lamp', 'a%2Fb', '%C3%BC', 'a'.repeat(400), '%20', '..%2f', '1', '$next');
  return fc
    .record({
      labels: fc.array(label, { minLength: 4, maxLength: 4 }),
      query: texts(queries, wrongTexts),
      headers: texts(headers, fc.constantFrom('a', 'YQ==', '!', '[]', '{"a"', 'x'.repeat(3_000))),
      body,
    })
    .map(({ labels, body: text, ...rest }) => {
      let next = 0;
      const path = operation.path.replace(/\{[^}]+\}/g, () => labels[next++] ?? 'x');
      return { ...rest, method: operation.method, path, service, body: text };
    });
}

describe('every operation of the HTTP API', () => {
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    gateway = await startGateway([], { requestsPerSecond: Infinity });
    new AwsSdk(gateway);
    await gateway.listen();
  });

  afterAll(() => gateway.close());

  it.each<[ApiName, number]>([
    ['control', 272],
    ['data', 11],
    ['jobs', 5],
  ])('answers wrong input in the words of the field, and never with a failure: %s', async (name, count) => {
    const { operations } = API_SERVICES[name];
    expect(operations).toHaveLength(count);
    for (const operation of operations) {
      const property = fc.asyncProperty(requestsFor(operation, SERVICES[name]), async (request) => {
        const answer = await gateway.app.inject(await signedRequest(gateway, request));
        expect([operation.name, answer.statusCode]).not.toEqual([operation.name, 500]);
        if (operation.name === UNSIGNED) return;
        expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
        if (answer.statusCode < 400) return;
        expect(answer.headers['x-amzn-errortype']).toMatch(/^[A-Za-z]+Exception$/);
        expect(answer.json()).toMatchObject({ message: expect.stringMatching(/./) as string });
      });
      await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
    }
  });
});
