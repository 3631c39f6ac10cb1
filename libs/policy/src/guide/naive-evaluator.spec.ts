import fc from 'fast-check';
import { CachedDecisions, type PolicyContext } from '../index.js';
import { arn, bind, scope, type Statement } from './documents.fixture.js';
import { decideNaively, type KeyValues } from './naive-evaluator.fixture.js';

const VARIABLES = [
  'iot:ClientId',
  'iot:Connection.Thing.ThingName',
  'iot:Connection.Thing.Attributes[v]',
  'iot:DomainName',
  'iot:ConnectAttributes',
  'iot:Color',
];

// Few characters and names, so that patterns and resources meet.
const value = fc.constantFrom('a', 'b', 'ab', 'a/b', '', '*', 'a+', '😀', 'true', 'A');
const names = fc.constantFrom(
  'a',
  'b',
  'ab',
  'a/b',
  'a/a/b',
  'b/a',
  '*',
  '',
  '${iot:ClientId}',
  '😀',
  'a*b',
  '$?',
  'A',
);
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', '/', '😀') },
  { weight: 3, arbitrary: fc.constantFrom('*', '?', '${*}', '${?}', '${$}', '$') },
  { weight: 2, arbitrary: fc.constantFrom(...VARIABLES).map((name) => `\${${name}}`) },
);
const pattern = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
const isClosed = (text: string) => !text.replace(/\$\{[^}]*\}/g, ' ').includes('${');

const resource = fc.oneof(
  { weight: 6, arbitrary: pattern.filter(isClosed).map((name) => arn('topic', name)) },
  { weight: 1, arbitrary: fc.constantFrom('*', 'arn:aws:iot:*', 'arn:aws:iot:*:*:topic/*', arn('client', '*')) },
);
const oneOrMany = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> =>
  fc.oneof(item, fc.array(item, { minLength: 1, maxLength: 3 }));

const base = fc.constantFrom(
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
);
const operator = fc
  .tuple(fc.constantFrom('', 'ForAllValues:', 'ForAnyValue:'), base, fc.constantFrom('', 'IfExists'))
  .map((parts) => parts.join(''));
const condition = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 3,
    arbitrary: fc.dictionary(
      operator,
      fc.dictionary(fc.constantFrom(...VARIABLES), oneOrMany(fc.oneof(value, pattern.filter(isClosed))), {
        maxKeys: 2,
      }),
      { maxKeys: 2 },
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('Bool', 'Null'), fc.constantFrom(...VARIABLES), fc.constantFrom('true', 'false'))
      .map(([name, key, flag]) => ({ [name]: { [key]: flag } })),
  },
);
const statement: fc.Arbitrary<Statement> = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    Action: oneOrMany(fc.constantFrom('iot:Publish', 'iot:Receive', 'iot:*', '*', 'iot:?ublish', 'IOT:PUBLISH')),
    resources: oneOrMany(resource),
    isException: fc.boolean(),
    Condition: condition,
  })
  .map(({ resources, isException, ...rest }) => ({ ...rest, [isException ? 'NotResource' : 'Resource']: resources }));

function attributesOf(v: string | undefined): Record<string, string> {
  return v === undefined ? {} : { v };
}

const context: fc.Arbitrary<{ context: PolicyContext; keys: KeyValues }> = fc
  .record(
    {
      clientId: value,
      thingName: value,
      attribute: value,
      domainName: value,
      connectAttributes: fc.subarray(['a', 'b', 'ab', 'A']),
    },
    { requiredKeys: [] },
  )
  .map(
    ({
      clientId,
      thingName,
      attribute,
      domainName,
      connectAttributes,
    }): { context: PolicyContext; keys: KeyValues } => ({
      context: {
        ...(clientId === undefined ? {} : { clientId }),
        ...(domainName === undefined ? {} : { domainName }),
        ...(connectAttributes === undefined ? {} : { connectAttributes }),
        ...(thingName === undefined ? {} : { thing: { thingName, attributes: attributesOf(attribute) } }),
      },
      keys: {
        ...(clientId === undefined ? {} : { 'iot:ClientId': clientId }),
        ...(domainName === undefined ? {} : { 'iot:DomainName': domainName }),
        ...(connectAttributes === undefined ? {} : { 'iot:ConnectAttributes': connectAttributes }),
        ...(thingName === undefined ? {} : { 'iot:Connection.Thing.ThingName': thingName }),
        ...(thingName === undefined || attribute === undefined
          ? {}
          : { 'iot:Connection.Thing.Attributes[v]': attribute }),
      },
    }),
  );

describe('the evaluator', () => {
  const statements = fc.array(statement, { minLength: 1, maxLength: 4 });
  const questions = fc.array(fc.tuple(fc.constantFrom('iot:Publish', 'iot:Receive'), names), {
    minLength: 1,
    maxLength: 6,
  });

  it('decides as the naive evaluator does, for any documents, contexts and requests; so does the cache', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(statements, context, questions, (document, { context: given, keys }, asked) => {
        const policies = bind(document, given);
        const cached = new CachedDecisions(policies, scope, { capacity: 4 });
        for (const [action, name] of asked) {
          const wanted = decideNaively(document, keys, action, arn('topic', name));
          expect(policies.decide(action, arn('topic', name)).decision).toBe(wanted);
          expect(cached.decide(action, 'topic', name).decision).toBe(wanted);
          seen.add(wanted);
        }
      }),
      { numRuns: 1500 },
    );
    expect([...seen].sort()).toEqual(['ALLOWED', 'EXPLICIT_DENY', 'IMPLICIT_DENY']);
  });
});
