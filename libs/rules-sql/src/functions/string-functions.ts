import { toIndex, toText } from '../conversions.js';
import { type Dialect } from '../dialect.js';
import { boundedText, EvaluationAborted } from '../evaluation-aborted.js';
import { MAX_VALUE_SIZE } from '../limits.js';
import { isArray, type SqlValue } from '../values.js';
import { type FunctionGroup, type SqlFunction } from './sql-function.js';

/** AWS: lpad() and rpad() add at most a thousand spaces. */
const MOST_SPACES = 1000;

/** A function of texts: every argument goes through the conversion to String, and one without gives Undefined. */
function ofTexts(count: number, compute: (...texts: string[]) => SqlValue, since2016?: true): SqlFunction {
  return {
    arity: [count, count],
    ...(since2016 && { since2016 }),
    call: (args) => {
      const texts: string[] = [];
      for (const argument of args) {
        const text = toText(argument);
        if (text === undefined) return undefined;
        texts.push(text);
      }
      return compute(...texts);
    },
  };
}

function ofText(compute: (text: string) => SqlValue, since2016?: true): SqlFunction {
  return ofTexts(1, (text = '') => compute(text), since2016);
}

/** `n` is a count of spaces to add, not a width to reach. */
function pad(add: (text: string, spaces: string) => string): SqlFunction {
  return {
    arity: [2, 2],
    call: ([value, count], { dialect }) => {
      const text = toText(value);
      const spaces = toIndex(count, dialect);
      if (text === undefined || spaces === undefined) return undefined;
      return boundedText(add(text, ' '.repeat(Math.min(Math.max(spaces, 0), MOST_SPACES))), MAX_VALUE_SIZE);
    },
  };
}

/** One character of ASCII. */
function character(argument: SqlValue, dialect: Dialect): SqlValue {
  const code = toIndex(argument, dialect);
  return code === undefined || code < 0 || code > 127 ? undefined : String.fromCharCode(code);
}

/** Arrays are spliced, with other values as elements; else texts are joined when one argument is a String. */
function concat(args: readonly SqlValue[]): SqlValue {
  if (args.length <= 1) return args[0];
  if (args.some(isArray)) return concatArrays(args);
  if (!args.some((argument) => typeof argument === 'string')) return undefined;
  let joined = '';
  for (const argument of args) {
    const text = toText(argument);
    if (text === undefined) return undefined;
    joined = boundedText(joined + text, MAX_VALUE_SIZE);
  }
  return joined;
}

function concatArrays(args: readonly SqlValue[]): SqlValue {
  const joined = args.flatMap((argument) => argument).filter((element) => element !== undefined);
  if (joined.length > MAX_VALUE_SIZE) throw new EvaluationAborted('limit', `An array of ${joined.length} elements`);
  return joined;
}

/** Every literal occurrence. The result is measured before it is built. */
function replace(text: string, find: string, replacement: string): SqlValue {
  if (find === '') return text;
  const parts = text.split(find);
  const length = text.length + (parts.length - 1) * (replacement.length - find.length);
  if (length > MAX_VALUE_SIZE) throw new EvaluationAborted('limit', `A text of ${length} characters is over the limit`);
  return parts.join(replacement);
}

/** AWS: negative indices count as 0, those beyond the end as the length; an empty range is the empty text. */
function substring(args: readonly SqlValue[], dialect: Dialect): SqlValue {
  const text = toText(args[0]);
  const from = toIndex(args[1], dialect);
  const to = args.length < 3 ? Infinity : toIndex(args[2], dialect);
  if (text === undefined || from === undefined || to === undefined) return undefined;
  const characters = charactersOf(text);
  return from >= to ? '' : join(characters.slice(Math.max(from, 0), Math.max(to, 0)));
}

/**
 * The text by characters. A text within the basic plane is its own list; only one with surrogate pairs is taken apart,
 * so that no function cuts a character in two.
 */
export function charactersOf(text: string): string | readonly string[] {
  return /[\uD800-\uDFFF]/.test(text) ? Array.from(text) : text;
}

function join(characters: string | readonly string[]): string {
  return typeof characters === 'string' ? characters : characters.join('');
}

/** The position in characters; -1 when absent (the guide is silent). */
function indexOf(text: string, part: string): number {
  const index = text.indexOf(part);
  return index <= 0 ? index : charactersOf(text.slice(0, index)).length;
}

/** Functions of texts. */
export const STRING_FUNCTIONS: FunctionGroup = {
  chr: { arity: [1, 1], call: ([code], { dialect }) => character(code, dialect) },
  concat: { arity: [0, Infinity], call: concat },
  endswith: ofTexts(2, (text = '', end = '') => text.endsWith(end)),
  startswith: ofTexts(2, (text = '', start = '') => text.startsWith(start)),
  indexof: ofTexts(2, (text = '', part = '') => indexOf(text, part), true),
  length: ofText((text) => charactersOf(text).length, true),
  numbytes: ofText((text) => Buffer.byteLength(text, 'utf8'), true),
  lower: ofText((text) => text.toLowerCase()),
  upper: ofText((text) => text.toUpperCase()),
  lpad: pad((text, spaces) => spaces + text),
  rpad: pad((text, spaces) => text + spaces),
  ltrim: ofText((text) => text.replace(/^[ \t]+/, '')),
  rtrim: ofText(trimEnd),
  trim: ofText((text) => trimEnd(text.replace(/^[ \t]+/, ''))),
  replace: ofTexts(3, (text = '', find = '', replacement = '') => replace(text, find, replacement)),
  substring: { arity: [2, 3], call: (args, { dialect }) => substring(args, dialect) },
};

/** A loop, because the expression /[ \t]+$/ takes quadratic time on many inner spaces. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return text.slice(0, end);
}
