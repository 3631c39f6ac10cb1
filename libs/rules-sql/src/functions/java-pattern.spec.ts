import { toRe2Pattern } from './java-pattern.js';

describe('toRe2Pattern', () => {
  it.each([
    ['a{2,}(b|c)\\d[^x]', 'a{2,}(b|c)\\d[^x]'],
    ['\\p{L}\\pN\\p{Greek}', '\\p{L}\\pN\\p{Greek}'],
    ['\\p{Alpha}\\P{Digit}', '[[:alpha:]][[:^digit:]]'],
    ['[\\p{Upper}_\\P{ASCII}]', '[[:upper:]_[:^ascii:]]'],
    ['\\p{IsAlphabetic}\\P{javaLowerCase}', '\\p{L}\\P{Ll}'],
    ['\\p{IsLatin}\\p{IsLu}\\p{script=Greek}\\p{gc=Nd}', '\\p{Latin}\\p{Lu}\\p{Greek}\\p{Nd}'],
    ['\\u0041\\uD83D\\uDE00', '\\x{41}\\x{1F600}'],
    ['\\e\\cA\\07\\0101', '\\x1B\\x{1}\\x{7}\\x{41}'],
    ['\\Aa\\Z', '\\Aa\\z'],
    ['(?iu)a(?d)b(?u-s:c)', '(?i)ab(?-s:c)'],
    ['\\Q\\h(?x)\\E\\e', '\\Q\\h(?x)\\E\\x1B'],
    ['[]&&]\\e', undefined],
    ['[&]&&[^]]\\e', '[&]&&[^]]\\x1B'],
    ['[a-z&&[^b]]', undefined],
    ['a && b', 'a && b'],
    ['(?x) a', undefined],
    ['(?U)\\w', undefined],
    ['\\u12', undefined],
    ['[\\R]', undefined],
    ['[\\H]', undefined],
  ])('writes %s as %s', (pattern, expected) => {
    expect(toRe2Pattern(pattern)).toBe(expected);
  });

  it('takes \\h, \\v and \\R for kinds of white space', () => {
    const [horizontal, vertical, line] = ['\\h', '[x\\v]', '\\R'].map((pattern) => toRe2Pattern(pattern));
    expect(horizontal).toMatch(/^\[ \\t.*\]$/);
    expect(vertical).toMatch(/^\[x\\n.*\]$/);
    expect(line).toMatch(/^\(\?:\\r\\n\|\[\\n.*\]\)$/);
  });
});
