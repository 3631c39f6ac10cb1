import fc from 'fast-check';
import { IotError, type JsonObject, type JsonValue } from '#thingcore/errors';
import { parseProvisioningTemplate, resolveTemplate, type TemplateKind } from './index.js';
import { aTemplate, PARAMETERS, planOf } from './templates.fixture.js';

const ID = 'AWS::IoT::Certificate::Id';
const kind = fc.oneof(
  { weight: 8, arbitrary: fc.constant<TemplateKind>('FLEET_PROVISIONING') },
  { weight: 2, arbitrary: fc.constantFrom<TemplateKind>('JITP', 'REGISTER') },
);

/** Values as a template has them, right and wrong, nested a few levels. */
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<JsonValue>('a', '', '${Serial}', '${', 'ACTIVE', 'MERGE', 'String', '0', 0, 1, -1, true, null),
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.record({ Ref: fc.oneof(fc.constantFrom('Serial', 'Zone', 'Nope'), tie('value')) }),
    call('Fn::Join', fc.tuple(tie('value'), fc.oneof(fc.array(tie('value'), { maxLength: 3 }), tie('value')))),
    call('Fn::Split', fc.tuple(tie('value'), tie('value'))),
    call('Fn::Select', fc.tuple(tie('value'), fc.oneof(fc.array(tie('value'), { maxLength: 3 }), tie('value')))),
    call('Fn::Sub', fc.oneof(fc.constantFrom('${Serial}', '${a}'), fc.tuple(tie('value'), tie('value')))),
    call('Fn::FindInMap', fc.tuple(tie('value'), tie('value'), tie('value'))),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'Ref', 'Fn::Join', 'Type', '__proto__'), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
}));

function call(name: string, argument: fc.Arbitrary<unknown>): fc.Arbitrary<JsonValue> {
  return argument.map((made) => ({ [name]: made as JsonValue }));
}

/** Functions as they should be; whether their arguments fit is another matter. */
const { text } = fc.letrec<{ text: JsonValue; list: JsonValue }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<JsonValue>('a', 'x,y', { Ref: 'Serial' }, { Ref: 'Zone' }, { 'Fn::Sub': '${Serial}-${Zone}' }),
    call('Fn::Join', fc.tuple(tie('text'), tie('list'))),
    call('Fn::Select', fc.tuple(fc.nat(1), tie('list'))),
    call('Fn::Sub', fc.tuple(fc.constant('<${x}>'), fc.record({ x: tie('text') }))),
    call('Fn::FindInMap', fc.constantFrom(['a', 'a', 'a'], ['a', 'b', 'a'])),
  ),
  list: fc.oneof(
    { maxDepth: 4 },
    fc.array(tie('text'), { maxLength: 3 }),
    call('Fn::Split', fc.tuple(tie('text'), tie('text'))),
    call('Fn::FindInMap', fc.constant(['a', 'a', 'list'])),
  ),
}));
const some = fc.oneof({ weight: 19, arbitrary: text }, { weight: 1, arbitrary: value });
const override = fc.constantFrom<JsonValue>('MERGE', 'FAIL', 'REPLACE', 'DO_NOTHING');

/** Mostly what should stand there, and sometimes anything. */
function mostly(arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<JsonValue> {
  return fc.oneof({ weight: 19, arbitrary }, { weight: 1, arbitrary: value }) as fc.Arbitrary<JsonValue>;
}

/** A template with values of any kind in its places, most of them possible. */
const template = fc
  .record(
    {
      thing: fc.record(
        {
          ThingName: some,
          AttributePayload: mostly(fc.record({ a: some, b: some })),
          ThingTypeName: some,
          ThingGroups: mostly(fc.array(some, { maxLength: 2 })),
          BillingGroup: some,
        },
        { requiredKeys: [] },
      ),
      thingOverrides: mostly(fc.record({ ThingGroups: override, ATTRIBUTE_PAYLOAD: override })),
      certificate: fc.record({
        CertificateId: mostly(fc.constant({ Ref: ID })),
        Status: mostly(fc.constant('ACTIVE')),
      }),
      policy: fc.oneof(
        fc.record({ PolicyName: some }),
        fc.record({ PolicyDocument: some }),
        fc.record({ PolicyDocument: fc.record({ a: some, b: fc.array(some, { maxLength: 2 }) }) }),
      ),
      mappings: mostly(fc.constant({ a: { a: { a: 'x', list: ['y', 'z'] } } })),
      deviceConfiguration: fc.dictionary(fc.constantFrom('a', 'b'), some, { noNullPrototype: true }),
    },
    { requiredKeys: ['mappings'] },
  )
  .map((parts) => aTemplate(parts));

/** What an attempt came to: the plan, or the refusal. Anything else is a fault of ours and rises. */
function outcome(attempt: () => unknown): unknown {
  try {
    return attempt();
  } catch (error) {
    if (!(error instanceof IotError) || error.code !== 'InvalidRequest') throw error;
    expect(typeof error.details?.field).toBe('string');
    return { refused: error.message };
  }
}

describe('a template, whatever it says', () => {
  it('is resolved or refused with the place, and the same way every time', () => {
    let resolved = 0;
    fc.assert(
      fc.property(template, kind, fc.dictionary(fc.constantFrom('Serial', 'Zone'), fc.string()), (body, as, given) => {
        const attempt = () => resolveTemplate(parseProvisioningTemplate(body, as), { ...PARAMETERS, ...given });
        const first = outcome(attempt);
        if (!Object.hasOwn(first as object, 'refused')) resolved++;
        expect(outcome(attempt)).toEqual(first);
        expect(JSON.parse(JSON.stringify(first))).toEqual(first);
      }),
      { numRuns: 1000 },
    );
    expect(resolved).toBeGreaterThan(20);
  });

  it('is refused in the same place as text and as object', () => {
    const fieldOf = (body: string | JsonObject) => {
      try {
        parseProvisioningTemplate(body, 'FLEET_PROVISIONING');
        return 'accepted';
      } catch (error) {
        return (error as IotError).details?.field;
      }
    };
    fc.assert(
      fc.property(template, (body) => {
        expect(fieldOf(JSON.stringify(body, undefined, 1))).toBe(fieldOf(body));
      }),
    );
  });

  it('is read or refused when its text is damaged', () => {
    const text = JSON.stringify(aTemplate({ thing: { ThingName: { 'Fn::Sub': ['${x}', { x: { Ref: 'Serial' } }] } } }));
    const piece = fc.constantFrom('', '{', '}', '[', ']', '"', '\\', ',', ':', 'null', '0', '\u0000', '𝄞');
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(12), piece, kind, (at, length, put, as) => {
        outcome(() => parseProvisioningTemplate(text.slice(0, at) + put + text.slice(at + length), as));
      }),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        kind,
        (any, as) => void outcome(() => parseProvisioningTemplate(any, as)),
      ),
    );
  });

  it('is never changed by a resolution, and neither are the parameters', () => {
    fc.assert(
      fc.property(template, (body) => {
        const before = JSON.stringify(body);
        const given = Object.freeze({ ...PARAMETERS });
        outcome(() => resolveTemplate(parseProvisioningTemplate(body, 'FLEET_PROVISIONING'), given));
        expect(JSON.stringify(body)).toBe(before);
      }),
    );
  });
});

describe('functions, whatever the texts', () => {
  const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 8 }), { minLength: 1, maxLength: 5 });

  it('split what they joined', () => {
    fc.assert(
      fc.property(texts, (made) => {
        const plain = made.map((text) => text.replaceAll('|', ''));
        const thing = { ThingName: { 'Fn::Join': ['+', { 'Fn::Split': ['|', { 'Fn::Join': ['|', plain] }] }] } };
        expect(planOf({ thing }).thing.thingName).toBe(plain.join('+'));
      }),
    );
  });

  it('select what stands there', () => {
    fc.assert(
      fc.property(texts, fc.nat(4), (made, index) => {
        fc.pre(index < made.length);
        expect(planOf({ thing: { ThingName: { 'Fn::Select': [index, made] } } }).thing.thingName).toBe(made[index]);
      }),
    );
  });

  it('substitute any value as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (serial) => {
        const thing = { ThingName: { 'Fn::Sub': '<${Serial}|${Serial}>' } };
        expect(planOf({ thing }, { ...PARAMETERS, Serial: serial }).thing.thingName).toBe(`<${serial}|${serial}>`);
      }),
    );
  });
});
