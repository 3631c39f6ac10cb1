/** The POSIX classes that Java writes as `\p{Alpha}`; RE2 has them by the same names, as `[:alpha:]`. */
const POSIX_CLASSES = new Set(
  'Lower Upper ASCII Alpha Digit Alnum Punct Graph Print Blank Cntrl XDigit Space'.split(' '),
);

/** Properties that Java names by words, as the categories of Unicode that RE2 knows. */
const CATEGORIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    IsAlphabetic: 'L',
    IsLetter: 'L',
    IsDigit: 'Nd',
    IsLowercase: 'Ll',
    IsUppercase: 'Lu',
    IsPunctuation: 'P',
    javaLetter: 'L',
    javaDigit: 'Nd',
    javaLowerCase: 'Ll',
    javaUpperCase: 'Lu',
  }),
);

/** What may stand before the name of a script or of a category. */
const PROPERTY_KIND = /^(?:Is|(?:IsScript|script|sc|general_category|gc)=)/;

const VERTICAL_SPACE = String.raw`\n\x0B\f\r\x{85}\x{2028}\x{2029}`;
const HORIZONTAL_SPACE = String.raw` \t\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}`;

/** Where Java and RE2 read a pattern differently, or RE2 not at all. Most patterns have nothing of the kind. */
const DIFFERS = /\\[pPhHvVReucZ0]|\(\?[a-zA-Z]*-?[a-zA-Z]*[duxU]|&&/;

/** One lexical unit of a pattern: a quotation, an escape with what belongs to it, a group with flags, or a character. */
const UNIT =
  /\\Q[^]*?(?:\\E|$)|\\[pP]\{[^}]*\}|(?:\\u[0-9a-fA-F]{4})+|\\c[@-_]|\\0(?:[0-3][0-7]{2}|[0-7]{1,2})|\\[^]|\(\?[a-zA-Z]*(?:-[a-zA-Z]*)?[:)]|\[:\^?[a-z]+:\]|&&|[^]/gu;

/**
 * A pattern of `java.util.regex` as RE2 writes it; undefined when it asks for what RE2 cannot do and would misread.
 * AWS: patterns have the syntax of Java. What RE2 refuses by itself passes through: look-around, back-references and
 * possessive quantifiers, which need an engine that backtracks.
 */
export function toRe2Pattern(pattern: string): string | undefined {
  if (!DIFFERS.test(pattern)) return pattern;
  let written = '';
  let classStart: number | undefined;
  for (const [unit] of pattern.matchAll(UNIT)) {
    const translated = translate(unit, classStart !== undefined);
    if (translated === undefined) return undefined;
    const before = written;
    written += translated;
    if (classStart === undefined) classStart = unit === '[' ? written.length : undefined;
    // A bracket that would close an empty class is a member of it.
    else if (unit === ']' && !['', '^'].includes(before.slice(classStart))) classStart = undefined;
  }
  return written;
}

function translate(unit: string, inClass: boolean): string | undefined {
  if (unit === '&&') return inClass ? undefined : unit; // RE2 has no intersection of classes.
  if (unit.startsWith('(?')) return inClass ? unit : flags(unit);
  if (!unit.startsWith('\\')) return unit;
  const letter = unit.charAt(1);
  switch (letter) {
    case 'p':
    case 'P':
      return unit.length > 2 ? property(unit.slice(3, -1), letter === 'P', inClass) : unit;
    case 'h':
    case 'v':
      return inClass ? spaces(letter) : `[${spaces(letter)}]`;
    case 'H':
    case 'V':
      return inClass ? undefined : `[^${spaces(letter)}]`;
    case 'R':
      return inClass ? undefined : `(?:\\r\\n|[${VERTICAL_SPACE}])`;
    case 'Z':
      return '\\z'; // But for a line terminator at the end of the text, which RE2 cannot look ahead at.
    case 'e':
      return '\\x1B';
    case 'u':
      return unit.length > 2 ? unicode(unit) : undefined;
    case 'c':
      return unit.length > 2 ? codePoint(unit.charCodeAt(2) ^ 64) : undefined;
    case '0':
      return unit.length > 2 ? codePoint(Number.parseInt(unit.slice(2), 8)) : undefined;
    default:
      return unit;
  }
}

/** RE2 has no flags `d` and `u`, whose absence matters little, and none like `x` and `U`, which change the meaning. */
function flags(group: string): string | undefined {
  const [, names = '', mark = ''] = /^\(\?([^:)]*)([:)])$/.exec(group) ?? [];
  if (/[xU]/.test(names)) return undefined;
  const kept = names.replace(/[du]/g, '').replace(/-$/, '');
  return kept === '' && mark === ')' ? '' : `(?${kept}${mark}`;
}

function property(name: string, isNegated: boolean, inClass: boolean): string {
  if (POSIX_CLASSES.has(name)) {
    const members = `[:${isNegated ? '^' : ''}${name.toLowerCase()}:]`;
    return inClass ? members : `[${members}]`;
  }
  return `\\${isNegated ? 'P' : 'p'}{${CATEGORIES.get(name) ?? name.replace(PROPERTY_KIND, '')}}`;
}

function spaces(letter: string): string {
  return letter.toLowerCase() === 'h' ? HORIZONTAL_SPACE : VERTICAL_SPACE;
}

/** A row of `\uXXXX`: the code units of one or more characters. */
function unicode(escapes: string): string {
  const units = escapes.split('\\u').slice(1);
  const text = String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16)));
  return Array.from(text, (character) => codePoint(character.codePointAt(0) ?? 0)).join('');
}

function codePoint(code: number): string {
  return `\\x{${code.toString(16).toUpperCase()}}`;
}
