import fc from 'fast-check';
import { ANY_CHARACTER, ANY_RUN, compileGlob, type GlobToken, parseGlob } from './glob.js';

/** The definition of matching, without regard for its cost. */
function naiveMatch(pattern: readonly (string | symbol)[], text: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === ANY_RUN) return text.some((_, at) => naiveMatch(rest, text.slice(at))) || naiveMatch(rest, []);
  if (text.length === 0) return false;
  return (first === ANY_CHARACTER || first === text[0]) && naiveMatch(rest, text.slice(1));
}

const matches = (pattern: string, text: string): boolean => compileGlob(parseGlob(pattern)).matches(text);

describe('compileGlob', () => {
  it('matches what the naive matcher matches', () => {
    // Mostly two letters, so that texts match and pieces overlap.
    const character: fc.Arbitrary<string> = fc.constantFrom('a', 'a', 'a', 'b', 'b', '*', '😀');
    const token: fc.Arbitrary<GlobToken> = fc.oneof(
      fc.string({ unit: character, minLength: 1, maxLength: 2 }),
      fc.constantFrom<GlobToken>(ANY_RUN, ANY_RUN, ANY_RUN, ANY_CHARACTER),
    );
    const patterns = fc.array(token, { maxLength: 6 });
    const texts = fc.array(character, { maxLength: 8 });
    fc.assert(
      fc.property(patterns, texts, (tokens, text) => {
        const single = tokens.flatMap((part): (string | symbol)[] => (typeof part === 'string' ? [...part] : [part]));
        expect(compileGlob(tokens).matches(text.join(''))).toBe(naiveMatch(single, text));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['a*', 'a', true],
    ['a*', 'a/b/c', true],
    ['*', '', true],
    ['a/*', 'a', false],
    ['a/*/c', 'a/b/x/c', true],
    ['a?c', 'a/c', true],
    ['a?c', 'ac', false],
    ['?', '😀', true],
    ['??', '😀', false],
    ['a+b#', 'a+b#', true],
    ['a/+', 'a/b', false],
    ['*a*b*', 'xaxbx', true],
    ['*ab', 'aab', true],
    ['ab*ba', 'aba', false],
    ['a*b*b', 'ab', false],
    ['a*b*b', 'abb', true],
    ['*', 'a/b', true],
    ['**', '', true],
  ])('takes %p against %p for %p', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it('takes text x pattern steps at most, where a backtracking matcher would not end', () => {
    const pattern = '*a'.repeat(1000) + 'b';
    expect(matches(pattern, 'a'.repeat(4000))).toBe(false);
  });
});
