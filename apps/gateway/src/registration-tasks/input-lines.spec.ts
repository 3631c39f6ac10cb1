import { REGISTRATION_LINE_MAX_BYTES, type RegistrationLine } from '#thingcore/contracts';
import fc from 'fast-check';
import { InputLines } from './input-lines.js';

function linesOf(pieces: readonly (string | Buffer)[]): RegistrationLine[] {
  const lines = new InputLines();
  return [...pieces.flatMap((piece) => [...lines.push(Buffer.from(piece))]), ...lines.end()];
}

describe('InputLines', () => {
  it.each([
    [
      'a file that ends with a line feed',
      'a\nb\n',
      [
        [1, 0, 'a'],
        [2, 2, 'b'],
      ],
    ],
    [
      'a file that does not',
      'a\nb',
      [
        [1, 0, 'a'],
        [2, 2, 'b'],
      ],
    ],
    [
      'a file of another system',
      'a\r\nb\r\n',
      [
        [1, 0, 'a'],
        [2, 3, 'b'],
      ],
    ],
    ['empty lines, which count', '\n \na\n\n', [[3, 3, 'a']]],
    ['a byte order mark', '\ufeff{}\n', [[1, 0, '{}']]],
    [
      'bytes, not characters, as the place',
      'ä\nb',
      [
        [1, 0, 'ä'],
        [2, 3, 'b'],
      ],
    ],
    ['nothing', '', []],
  ] as [string, string, [number, number, string][]][])('reads %s', (_name, text, expected) => {
    expect(linesOf([text])).toEqual(expected.map(([lineNumber, offset, line]) => ({ lineNumber, offset, text: line })));
  });

  it('keeps the place of a line that is too long, and nothing else of it', () => {
    const long = 'x'.repeat(REGISTRATION_LINE_MAX_BYTES);
    expect(linesOf([`${long}\n`, long, 'x', 'xx\n', '{}'])).toEqual([
      { lineNumber: 1, offset: 0, text: long },
      { lineNumber: 2, offset: REGISTRATION_LINE_MAX_BYTES + 1 },
      { lineNumber: 3, offset: 2 * REGISTRATION_LINE_MAX_BYTES + 5, text: '{}' },
    ]);
  });

  it('reads the same however the file is cut into pieces', () => {
    const texts = fc.array(fc.constantFrom('a', 'ä', '🚰', '\n', '\r\n', ' '), { maxLength: 30 });
    fc.assert(
      fc.property(texts, fc.array(fc.nat(40), { maxLength: 6 }), (characters, cuts) => {
        const bytes = Buffer.from(characters.join(''));
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((to, index) => bytes.subarray(places[index], to));
        expect(linesOf(pieces)).toEqual(linesOf([bytes]));
      }),
    );
  });
});
