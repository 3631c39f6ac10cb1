import fc from 'fast-check';
import { changeAttributes, checkThingAttributes, fitWithoutType } from './attributes.js';

const attributes = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'constructor'), fc.constantFrom('', '1', '2'));
const named = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, 'x']));

function thrownBy(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('changeAttributes', () => {
  it.each([
    ['replaces all when not merging', { a: '1' }, { b: '2' }, false, { b: '2' }],
    ['adds and overwrites when merging', { a: '1', b: '1' }, { b: '2', c: '3' }, true, { a: '1', b: '2', c: '3' }],
    ['removes what has an empty value when merging', { a: '1', b: '1' }, { b: '' }, true, { a: '1' }],
    ['leaves out what has an empty value when not merging', { a: '1' }, { a: '', b: '2' }, false, { b: '2' }],
    ['keeps all when nothing is merged', { a: '1' }, {}, true, { a: '1' }],
    ['keeps none when nothing replaces them', { a: '1' }, {}, false, {}],
  ])('%s', (_name, before, given, merge, after) => {
    expect(changeAttributes(before, given, merge)).toEqual(after);
  });

  it('never keeps an empty value, and has every other value given', () => {
    fc.assert(
      fc.property(attributes, attributes, fc.boolean(), (before, given, merge) => {
        const after = changeAttributes(changeAttributes({}, before, false), given, merge);
        expect(Object.values(after)).not.toContain('');
        for (const [name, value] of Object.entries(given)) {
          expect(Object.hasOwn(after, name) ? after[name] : '').toBe(value);
        }
      }),
    );
  });

  it('comes to the same when it is done twice', () => {
    fc.assert(
      fc.property(attributes, attributes, fc.boolean(), (before, given, merge) => {
        const once = changeAttributes(before, given, merge);
        expect(changeAttributes(once, given, merge)).toEqual(merge ? once : changeAttributes({}, given, false));
      }),
    );
  });
});

describe('checkThingAttributes', () => {
  // AWS IoT quotas: 3 attributes without a thing type, 50 with one.
  it.each([
    [3, false],
    [50, true],
  ])('accepts %d attributes when having a type is %s, and not one more', (limit, hasType) => {
    expect(() => checkThingAttributes(named(limit), hasType)).not.toThrow();
    expect(thrownBy(() => checkThingAttributes(named(limit + 1), hasType))).toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'attributes', limit, count: limit + 1 },
    });
  });

  it('says the same as fitWithoutType', () => {
    expect([fitWithoutType(named(3)), fitWithoutType(named(4))]).toEqual([true, false]);
  });
});
