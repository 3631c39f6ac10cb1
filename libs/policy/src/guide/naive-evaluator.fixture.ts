import { type Decision } from '../index.js';
import { type Statement } from './documents.fixture.js';

/** A context as a plain record: what each key is, in the spelling of the documents. */
export type KeyValues = Readonly<Record<string, string | readonly string[]>>;

/**
 * Decides by the definition and without regard for cost: each statement anew, variables replaced each time, a regular
 * expression for each pattern. Shares no code with the library. It knows the text operators, `Bool` and `Null`.
 */
export function decideNaively(
  statements: readonly Statement[],
  keys: KeyValues,
  action: string,
  resource: string,
): Decision['decision'] {
  const effects = statements
    .filter((statement) => matches(statement, keys, action, resource))
    .map((statement) => statement['Effect']);
  if (effects.includes('Deny')) return 'EXPLICIT_DENY';
  return effects.includes('Allow') ? 'ALLOWED' : 'IMPLICIT_DENY';
}

function matches(statement: Statement, keys: KeyValues, action: string, resource: string): boolean {
  if (!textsOf(statement['Action']).some((pattern) => isLike(pattern.toLowerCase(), action.toLowerCase())))
    return false;
  if (!matchesResource(statement, keys, resource)) return false;
  return Object.entries(statement['Condition'] ?? {}).every(([operator, members]) =>
    Object.entries(members as Statement).every(([key, values]) => holds(operator, keys[key], textsOf(values), keys)),
  );
}

function matchesResource(statement: Statement, keys: KeyValues, resource: string): boolean {
  const isNamed = (patterns: string[]): boolean =>
    patterns.some((pattern) => {
      const filled = fill(pattern, keys);
      return filled !== undefined && isLike(filled, resource);
    });
  if (statement['NotResource'] === undefined) return isNamed(textsOf(statement['Resource']));
  const patterns = textsOf(statement['NotResource']);
  return patterns.every((pattern) => fill(pattern, keys) !== undefined) && !isNamed(patterns);
}

function holds(
  operator: string,
  actual: string | readonly string[] | undefined,
  values: string[],
  keys: KeyValues,
): boolean {
  const [qualifier, name = ''] = operator.includes(':') ? operator.split(':') : ['', operator];
  const base = name.replace('IfExists', '');
  const present = actual === undefined ? [] : typeof actual === 'string' ? [actual] : actual;
  if (base === 'Null') return values.includes(String(present.length === 0));

  const filled = values.map((value) => fill(value, keys));
  const isNegated = base.includes('Not');
  if (isNegated && filled.includes(undefined)) return false;
  if (name !== base && present.length === 0) return true;
  const isOne = (value: string): boolean =>
    filled.some((wanted) => wanted !== undefined && isEqual(base.replace('Not', ''), value, wanted)) !== isNegated;
  if (qualifier === 'ForAllValues') return present.every(isOne);
  if (qualifier === 'ForAnyValue') return present.some(isOne);
  return isNegated ? present.every(isOne) : present.some(isOne);
}

function isEqual(base: string, actual: string, wanted: string): boolean {
  switch (base) {
    case 'StringEquals':
      return unmark(wanted) === actual;
    case 'StringEqualsIgnoreCase':
    case 'Bool':
      return unmark(wanted).toLowerCase() === actual.toLowerCase();
    case 'StringLike':
      return isLike(wanted, actual);
    default:
      throw new Error(`the naive evaluator knows no ${base}`);
  }
}

/** Literal `*`, `?` and `$` are marked, so that they survive until the pattern is an expression. */
const MARK = '\u0000';

function fill(pattern: string, keys: KeyValues): string | undefined {
  let isComplete = true;
  const filled = pattern.replace(/\$\{([^}]*)\}/g, (_whole, name: string) => {
    if (name === '*' || name === '?' || name === '$') return MARK + name;
    const value = keys[name];
    if (typeof value === 'string' && !/[*$+?#]/.test(value) && value.length <= 1024) return value;
    isComplete = false;
    return '';
  });
  return isComplete ? filled : undefined;
}

function unmark(text: string): string {
  return text.replaceAll(MARK, '');
}

function isLike(pattern: string, text: string): boolean {
  let expression = '';
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === MARK) expression += `\\u{${(characters[++at] ?? '').codePointAt(0)?.toString(16)}}`;
    else if (character === '*') expression += '.*';
    else if (character === '?') expression += '.';
    else expression += `\\u{${character.codePointAt(0)?.toString(16)}}`;
  }
  return new RegExp(`^${expression}$`, 'su').test(text);
}

function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}
