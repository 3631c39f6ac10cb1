import { IotError, type JsonObject, type JsonValue } from '#thingcore/errors';
import { readShadowSchema } from './read-shadow-schema.js';
import { clashOf, namesTakenBy } from './taken-names.js';

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: 'object', properties, ...more });
const ofProperty = (schema: JsonValue): JsonObject => ({ classic: object({ a: schema }) });
const nested = (depth: number): JsonObject => (depth === 0 ? { type: 'string' } : object({ a: nested(depth - 1) }));

function refusalOf(document: JsonValue): IotError | undefined {
  try {
    readShadowSchema('press', document);
    return undefined;
  } catch (error) {
    return error instanceof IotError ? error : undefined;
  }
}

describe('readShadowSchema', () => {
  it('names what belongs to a type in GraphQL', () => {
    const { thing, typeNames } = readShadowSchema('heat-pump 2', {
      classic: object({ mode: { enum: ['a'], type: 'string' }, schedule: object({ at: {} }) }),
      named: { 'net-config': object({ a: {} }) },
    });
    expect(thing.names).toMatchObject({ type: 'HeatPump2', one: 'heatPump2', many: 'heatPump2s' });
    expect(thing.shadows.map(({ names }) => names.update)).toEqual([
      'updateHeatPump2',
      'updateHeatPump2NetConfigShadow',
    ]);
    expect(typeNames).toEqual(
      expect.arrayContaining([
        'HeatPump2Mode',
        'HeatPump2StateSchedule',
        'HeatPump2NetConfigState',
        'HeatPump2DesiredInput',
      ]),
    );
  });

  it('takes another name, when one is given', () => {
    const { thing } = readShadowSchema('0815', { graphqlName: 'Battery', classic: object({}) });
    expect(thing.names).toMatchObject({ one: 'battery', many: 'batteries' });
  });

  it.each<[string, JsonValue, string]>([
    ['no object', [], 'shadowSchema'],
    ['no schema at all', {}, 'shadowSchema'],
    ['an unknown key', { classical: object({}) }, 'shadowSchema.classical'],
    ['an unknown validation', { validation: 'MQTT', classic: object({}) }, 'shadowSchema.validation'],
    ['a name that is none', { graphqlName: 'press', classic: object({}) }, 'shadowSchema.graphqlName'],
    ['a shadow that is no object', { classic: { type: 'string' } }, 'shadowSchema.classic.type'],
    [
      'another draft',
      { classic: object({}, { $schema: 'http://json-schema.org/draft-07/schema#' }) },
      'shadowSchema.classic.$schema',
    ],
    ['a shadow name that is none', { named: { 'a b': object({}) } }, 'shadowSchema.named.a b'],
    ['a keyword that is not supported', ofProperty({ anyOf: [] }), 'shadowSchema.classic.properties.a.anyOf'],
    [
      'a keyword of another type',
      ofProperty({ type: 'number', minLength: 1 }),
      'shadowSchema.classic.properties.a.minLength',
    ],
    ['two types', ofProperty({ type: ['string', 'number'] }), 'shadowSchema.classic.properties.a.type'],
    ['a type that is none', ofProperty({ type: 'text' }), 'shadowSchema.classic.properties.a.type'],
    ['an empty range', ofProperty({ type: 'number', minimum: 2, maximum: 1 }), 'shadowSchema.classic.properties.a'],
    ['a negative length', ofProperty({ type: 'string', maxLength: -1 }), 'shadowSchema.classic.properties.a.maxLength'],
    [
      'a format that is not known',
      ofProperty({ type: 'string', format: 'regex' }),
      'shadowSchema.classic.properties.a.format',
    ],
    [
      'a pattern with look-ahead',
      ofProperty({ type: 'string', pattern: '(?=a)' }),
      'shadowSchema.classic.properties.a.pattern',
    ],
    [
      'a pattern that is too long',
      ofProperty({ type: 'string', pattern: 'a'.repeat(257) }),
      'shadowSchema.classic.properties.a.pattern',
    ],
    [
      'a pattern that is too large',
      ofProperty({ type: 'string', pattern: '(a{1,90}){1,90}' }),
      'shadowSchema.classic.properties.a.pattern',
    ],
    ['choices of another type', ofProperty({ type: 'string', enum: [1] }), 'shadowSchema.classic.properties.a.enum'],
    [
      'choices of one name',
      ofProperty({ type: 'string', enum: ['a-b', 'a b'] }),
      'shadowSchema.classic.properties.a.enum',
    ],
    ['properties of one name', { classic: object({ 'a-b': {}, a_b: {} }) }, 'shadowSchema.classic.properties.a_b'],
    [
      'types of one name',
      { classic: object({ a_b: object({ c: {} }), aB: object({ c: {} }) }) },
      'shadowSchema.classic.properties.aB',
    ],
    [
      'something required that is not there',
      { classic: object({}, { required: ['a'] }) },
      'shadowSchema.classic.required',
    ],
    [
      'the property __proto__',
      JSON.parse('{"classic":{"type":"object","properties":{"__proto__":{}}}}') as JsonValue,
      'shadowSchema.classic.properties.__proto__',
    ],
    [
      'more than 250 properties',
      { classic: object(Object.fromEntries(Array.from({ length: 251 }, (_, n) => [`p${n}`, {}]))) },
      'shadowSchema.classic.properties.p250',
    ],
    ['more than 32 KiB', ofProperty({ description: 'x'.repeat(32 * 1024) }), 'shadowSchema'],
    ['more than 6 levels', { classic: nested(7) }, `shadowSchema.classic${'.properties.a'.repeat(6)}`],
  ])('refuses %s, and says where', (_name, document, field) => {
    expect(refusalOf(document)).toMatchObject({ code: 'InvalidRequest', details: { field } });
  });

  it('takes 6 levels', () => {
    expect(() => readShadowSchema('press', { classic: nested(6) })).not.toThrow();
  });
});

describe('clashOf', () => {
  it.each([
    ['the same query', 'lamp', 'Lamp', 'the query lamp'],
    ['a plural that is the name of another', 'lamp', 'lamps', 'the query lamps'],
    ['types of types', 'lamp', 'Lamp_State', 'the type LampState'],
    ['nothing', 'lamp', 'light', undefined],
  ])('finds %s', (_name, one, other, clash) => {
    const names = [one, other].map((name) => namesTakenBy(readShadowSchema(name, { classic: object({ a: {} }) })));
    const [first, second] = names;
    if (first === undefined || second === undefined) throw new Error('There are two');
    expect(clashOf(first, second)).toBe(clash);
  });
});
