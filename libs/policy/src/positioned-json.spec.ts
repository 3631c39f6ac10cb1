import fc from 'fast-check';
import { type JsonNode, locate, parsePositionedJson } from './positioned-json.js';

function toValue(node: JsonNode): unknown {
  if (node.type === 'scalar') return node.value;
  if (node.type === 'array') return node.items.map(toValue);
  return Object.fromEntries(node.members.map(({ name, value }) => [name, toValue(value)]));
}

describe('parsePositionedJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2, '\t'), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), undefined, indent);
        expect(toValue(parsePositionedJson(spaced))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '1',
      '-',
      '0',
      '.',
      'true',
      'nul',
      ' ',
      '\\',
    );
    fc.assert(
      fc.property(fc.string({ unit: piece, maxLength: 8 }), (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        const parse = () => parsePositionedJson(text);
        if (valid && !/"a".*"a"/.test(text)) expect(parse).not.toThrow();
        if (!valid) expect(parse).toThrow();
      }),
      { numRuns: 3000 },
    );
  });

  it('refuses a name that stands twice in one object', () => {
    expect(() => parsePositionedJson('{"a":1,"\\u0061":2}')).toThrow('The name "a" stands twice');
  });

  it('keeps path and offset of every value', () => {
    const root = parsePositionedJson('{"a": [1, {"b": true}]}');
    expect(root).toMatchObject({
      path: '',
      offset: 0,
      members: [{ name: 'a', offset: 1, value: { path: 'a', offset: 6, items: [{ path: 'a[0]', offset: 7 }, {}] } }],
    });
    expect(root).toMatchObject({
      members: [{ value: { items: [{}, { members: [{ path: 'a[1].b', value: { path: 'a[1].b', offset: 16 } }] }] } }],
    });
  });
});

describe('locate', () => {
  it.each([
    [0, { line: 1, column: 1 }],
    [2, { line: 1, column: 3 }],
    [3, { line: 2, column: 1 }],
    [5, { line: 3, column: 2 }],
  ])('counts lines and columns from 1 at offset %i', (offset, place) => {
    expect(locate('ab\n\ncd', offset)).toEqual(place);
  });
});
