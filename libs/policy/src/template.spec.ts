import { compileGlob } from './glob.js';
import { parseTemplate, resolveTemplate, textOf } from './template.js';

function matches(pattern: string, text: string, value?: string): boolean {
  const resolution = resolveTemplate(parseTemplate(pattern), () => value);
  return resolution.kind === 'resolved' && compileGlob(resolution.tokens).matches(text);
}

describe('resolveTemplate', () => {
  it.each([
    ['a value', 'a/${x}/c', 'a/b/c', true],
    ['a value twice', '${x}${x}', 'bb', true],
    ['a name with spaces around it', 'a/${ x }', 'a/b', true],
    ['a wildcard beside it', '${x}/*', 'b/c', true],
    ['another text not', 'a/${x}', 'a/c', false],
  ])('fills in %s', (_name, pattern, text, expected) => {
    expect(matches(pattern, text, 'b')).toBe(expected);
  });

  it.each([
    ['${*}', '*', 'a'],
    ['${?}', '?', 'a'],
    ['${$}{x}', '${x}', 'b'],
    ['a$b', 'a$b', 'ab'],
    ['$', '$', ''],
  ])('takes %s for literal text', (pattern, same, other) => {
    expect(matches(pattern, same)).toBe(true);
    expect(matches(pattern, other)).toBe(false);
  });

  it('takes wildcards inside a value for literal text', () => {
    expect(matches('a/${x}', 'a/*', '*')).toBe(true);
    expect(matches('a/${x}', 'a/b', '*')).toBe(false);
  });

  it('names the first variable without a value', () => {
    expect(resolveTemplate(parseTemplate('${a:b}/${c:d}'), () => undefined)).toEqual({
      kind: 'unresolved',
      variable: 'a:b',
    });
  });
});

describe('textOf', () => {
  it('spells wildcards as in the document', () => {
    const resolution = resolveTemplate(parseTemplate('a/*/?/${x}'), () => 'b');
    expect(resolution.kind === 'resolved' && textOf(resolution.tokens)).toBe('a/*/?/b');
  });
});
